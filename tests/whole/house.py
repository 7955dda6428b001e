"""Builds and starts the four services as their worker does, in the process of the tests."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

from servicekit.database import migrate
from servicekit.process import Parts, Process
from servicekit.rpc.certificates import issue, write_authority
from servicekit.settings import ServiceSettings
from servicekit.worker import Running, running

SERVICES = ("audit", "habpps", "auth", "cdap")
PATIENCE_S = 30.0
_MIGRATIONS = {"auth": "auth.ground.adapters.database"}


@dataclass
class Whole:
    """One running service."""

    service: str
    settings: ServiceSettings
    running: Running
    threads: frozenset[str]
    """Names of the threads that its build and its start made."""

    @property
    def process(self) -> Process:
        """What the bootstrap built."""
        return self.running.process

    def is_well(self) -> bool:
        """Whether health has looked and finds no problem; notes may stay from an earlier house of this process."""
        found = self.running.health.figures(notes=False)
        return bool(found) and not any(found.values())

    def background(self, name: str) -> Any:
        """By name."""
        return next(one for one in self.process.background if one.name == name)

    def figure(self, metric: str, **labels: str) -> float | None:
        """What the metrics say now; None when they say nothing."""
        inside = ",".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
        line = f"{metric}{{{inside}}}" if labels else metric
        found = [one.rpartition(" ")[2] for one in self.exposition().splitlines() if one.rpartition(" ")[0] == line]
        return float(found[0]) if found else None

    def exposition(self) -> str:
        """The page of the metrics."""
        environ = {"PATH_INFO": "/metrics", "REQUEST_METHOD": "GET"}
        return b"".join(self.running.metrics(environ, lambda *_: lambda _data: None)).decode()


def wait_until(seen: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until something holds."""
    pause, end = threading.Event(), monotonic() + patience_s
    while not seen():
        assert monotonic() < end, f"never seen: {what}"
        pause.wait(0.02)


Prepare = Callable[[str, ServiceSettings], None]


def _as_it_is(_service: str, _settings: ServiceSettings) -> None:
    """Nothing is imported."""


@contextmanager
def four_services(folder: Path, prepare: Prepare = _as_it_is, **more: dict[str, object]) -> Iterator[dict[str, Whole]]:
    """All of them, ready; `more` settings by service. `prepare`: what an operator does once the tables are there."""
    write_authority(folder / "tls")
    ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
    with ExitStack() as stack:
        running: dict[str, Whole] = {}
        for service in SERVICES:
            settings = _settings(service, folder, ports, more.get(service, {}))
            running[service] = stack.enter_context(_started(service, settings, prepare))
        for whole in running.values():
            wait_until(whole.is_well, f"{whole.service} without problems")
        yield running


def _settings(service: str, folder: Path, ports: dict[str, int], more: dict[str, object]) -> ServiceSettings:
    classes = vars(import_module(f"{service}.settings"))
    made: type[ServiceSettings] = classes[f"{service.capitalize()}Settings"]
    addresses = {f"{name}_address": f"localhost:{port}" for name, port in ports.items()}
    known = {
        "environment": "test",
        "data_directory": folder / service,
        "web_port": 0,
        "rpc_port": ports[service],
        "tls_directory": issue(folder / "tls", service, "test"),
        "client_secret": "s" * 40,
        **addresses,
        **more,
    }
    return made.model_validate({name: value for name, value in known.items() if name in made.model_fields})


@contextmanager
def _started(service: str, settings: ServiceSettings, prepare: Prepare) -> Iterator[Whole]:
    settings.data_directory.mkdir(mode=0o700)
    package = import_module(_MIGRATIONS.get(service, f"{service}.adapters.database"))
    assert package.__file__ is not None
    migrate(settings.database_url, Path(package.__file__).parent / "migrations")
    prepare(service, settings)
    before = set(threading.enumerate())
    stuck: list[str] = []
    with running(f"{service}.bootstrap:build", settings, Parts.BOTH, stuck) as made:
        threads = frozenset(thread.name for thread in set(threading.enumerate()) - before)
        yield Whole(service, settings, made, threads)
    assert stuck == []


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
