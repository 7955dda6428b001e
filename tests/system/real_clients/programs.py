"""Builds and runs the programs: once per machine into build/, again when what they are made of has changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOT

BUILD = ROOT / "build"
HERE = Path(__file__).parent
_START_LIMIT_S = 90.0
_STOP_LIMIT_S = 15.0
_GO = shutil.which("go", path=f"{os.environ.get('PATH', '')}:/usr/local/go/bin") or "go"


@dataclass(frozen=True)
class Running:
    """A program that serves."""

    address: str
    log: Path

    def said(self) -> str:
        """The end of what it wrote."""
        return self.log.read_text(errors="replace")[-4000:]


def go_program(name: str, package: str, sources: Mapping[str, str] | None = None) -> Path:
    """The program that `go build` makes of `package` with the go.mod and go.sum in the folder `name`; `sources` are
    further files beside them."""

    def build(folder: Path) -> None:
        for part in ("go.mod", "go.sum"):
            shutil.copy(HERE / name / part, folder / part)
        for file, text in (sources or {}).items():
            (folder / file).write_text(text)
        _run([_GO, "build", "-mod=readonly", "-trimpath", "-o", "program", package], folder)

    parts = [(HERE / name / part).read_text() for part in ("go.mod", "go.sum")]
    return _once(name, [package, *parts, *(sources or {}).values()], build) / "program"


def maven_program(name: str, sources: Mapping[str, str]) -> Path:
    """The jar that Maven packages of the pom.xml in the folder `name` and of `sources` (paths below it)."""

    def build(folder: Path) -> None:
        shutil.copy(HERE / name / "pom.xml", folder / "pom.xml")
        for file, text in sources.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text)
        _run(["mvn", "--batch-mode", "--quiet", "package"], folder)

    parts = [(HERE / name / "pom.xml").read_text(), *sources.values()]
    return _once(name, parts, build) / "target" / f"{name}.jar"


def _once(name: str, parts: Sequence[str], build: Callable[[Path], None]) -> Path:
    folder = BUILD / name
    folder.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    stamp = folder / ".made-of"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs of the tests side by side build once
        if not stamp.exists() or stamp.read_text() != wanted:
            build(folder)
            stamp.write_text(wanted)
    return folder


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {(done.stderr or done.stdout)[-3000:]}"


@contextmanager
def serving(
    command: Sequence[str | Path], port: int, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Runs a program until the end of the block; it listens on `port` of this machine when the block begins."""
    log = folder / "output.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    running = Running(f"http://localhost:{port}", log)
    try:
        _wait(process, port, running)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, running: Running) -> None:
    deadline, pause = time.monotonic() + _START_LIMIT_S, threading.Event()
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            assert process.poll() is None, f"it ended: {running.said()}"
            assert time.monotonic() < deadline, f"it is not ready: {running.said()}"
            pause.wait(0.05)
