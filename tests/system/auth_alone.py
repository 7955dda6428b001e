"""auth with what it needs, audit and habpps, and clients of a test: for software that speaks OpenID Connect to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from onebox.layout import Layout
from onebox.preparation import prepare
from onebox.programs import demo_programs, service_environment
from onebox.supervisor import Supervisor

_NEEDED = ("audit", "habpps", "auth")
_SPARE_OFFSET = 31  # of the demo's block of ports, the first that no process of it uses


@dataclass(frozen=True)
class AuthAlone:
    """Running services. The people are those of the demo."""

    layout: Layout

    @property
    def issuer(self) -> str:
        """The issuer."""
        return self.layout.url("auth")


def spare_port(layout: Layout, number: int = 0) -> int:
    """A port for software of the test, beside those of the services."""
    return layout.first_port + _SPARE_OFFSET + number


@contextmanager
def auth_alone(
    layout: Layout,
    clients: Sequence[Mapping[str, Any]],
    settings: Mapping[str, str] | None = None,
    *,
    beside: Collection[str] = (),
) -> Iterator[AuthAlone]:
    """Runs the three services with `clients` registered and `settings` (`AUTH_…`) set; `beside`: other programs."""
    layout.directory.mkdir(parents=True, exist_ok=True)
    prepare(layout, dossiers=50, tell=lambda _sentence: None)
    register(layout, clients)
    supervisor = Supervisor()
    try:
        for program in demo_programs(layout):
            if program.name in {*_NEEDED, *beside}:
                extra = settings or {} if program.name == "auth" else {}
                supervisor.start(replace(program, environment={**program.environment, **extra}))
        supervisor.wait_until_healthy()
        yield AuthAlone(layout)
    finally:
        codes = supervisor.stop_all()
    assert set(codes.values()) == {0}, codes


def register(layout: Layout, clients: Sequence[Mapping[str, Any]]) -> None:
    """`auth import-clients`, as an operator runs it while auth does not serve."""
    file = layout.seeds / "clients-of-the-test.json"
    file.write_text(json.dumps({"clients": list(clients)}))
    done = subprocess.run(
        [sys.executable, "-m", "auth", "import-clients", str(file)],
        env={**os.environ, **service_environment(layout, "auth", "")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr or done.stdout
