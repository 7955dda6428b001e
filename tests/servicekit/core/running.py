"""Starts the tiny service as a real process and waits for what it writes."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 20.0


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Tiny:
    """A running tiny service."""

    process: subprocess.Popen[bytes]
    directory: Path
    web_port: int
    rpc_port: int

    def diary(self) -> list[str]:
        path = self.directory / "events.log"
        return path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []

    def log(self) -> str:
        return (self.directory / "stderr.log").read_text(encoding="utf-8")

    def wait_for(self, line: str) -> None:
        """Wait until the diary or the log has a line that contains `line`."""
        self.wait_until(lambda: line in self.log() or line in self.diary(), line)

    def wait_until(self, seen: Callable[[], bool], what: str) -> None:
        pause = threading.Event()
        end = time.monotonic() + PATIENCE_S
        while not seen():
            if time.monotonic() > end or (self.process.poll() is not None and not seen()):
                raise AssertionError(f"never seen: {what}\n{self.diary()}\n{self.log()}")
            pause.wait(0.02)

    def worker(self) -> int:
        """Process id of the worker."""
        self.wait_until(lambda: bool(self.diary()), "the build")
        return int(self.diary()[0].removeprefix("build in "))

    def end(self) -> int:
        return self.process.wait(PATIENCE_S)


def environment(directory: Path, tls: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Settings of the tiny service on free ports."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "TINY_DATA_DIRECTORY": str(directory),
        "TINY_TLS_DIRECTORY": str(tls),
        "TINY_WEB_PORT": str(free_port()),
        "TINY_RPC_PORT": str(free_port()),
        **more,
    }


@contextmanager
def tiny_service(command: str, directory: Path, tls: Path, **more: str) -> Iterator[Tiny]:
    """The tiny service, killed at the end if it still runs."""
    directory.mkdir(exist_ok=True)
    variables = environment(directory, tls, {f"TINY_{name.upper()}": value for name, value in more.items()})
    with (directory / "stderr.log").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.servicekit.core.tiny_service", command],
            env=variables,
            stderr=errors,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        yield Tiny(process, directory, int(variables["TINY_WEB_PORT"]), int(variables["TINY_RPC_PORT"]))
    finally:
        process.kill()
        process.wait()
