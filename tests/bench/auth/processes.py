"""Child processes of a measurement, each kept on one core, and how much memory each of them holds."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOT
from tests.bench.memory import resident_megabytes

MEASURED_CORE = 0
"""The core of the server that is measured; everything else runs on the other one."""
OTHER_CORE = 1

_START_LIMIT_S = 60.0
_STOP_LIMIT_S = 20.0


class MeasurementError(Exception):
    """The measurement cannot go on; the text is one sentence that says why."""


@dataclass(frozen=True)
class Program:
    """What to start. `health`: an address that answers below 500 once it serves."""

    name: str
    arguments: Sequence[str]
    core: int
    health: str
    log: Path
    environment: Mapping[str, str]


class Child:
    """A started program."""

    def __init__(self, program: Program) -> None:
        """Starts it on its core."""
        self.program = program
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["taskset", "-c", str(program.core), *program.arguments],
                cwd=ROOT,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_healthy(self) -> None:
        """Waits until it serves.

        Raises:
            MeasurementError: it ended, or does not serve after a minute; holds the end of its log.
        """
        deadline, pause = time.monotonic() + _START_LIMIT_S, threading.Event()
        while not _answers(self.program.health):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise MeasurementError(f"{self.program.name} does not serve: {self.last_words()}")
            pause.wait(0.05)

    def last_words(self) -> str:
        """The end of its log."""
        return self.program.log.read_text(errors="replace")[-2000:]

    def stop(self) -> None:
        """Asks it to end, and ends it after a while."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(_STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def worker_megabytes(self) -> float:
        """Proportional set size of the process that answers: the largest child of granian's parent, or itself."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return max(resident_megabytes(int(pid)) for pid in children or [str(self.process.pid)])


class Children:
    """Everything that runs, ended in reverse order whatever happens."""

    def __init__(self) -> None:
        """Nothing runs."""
        self._running: list[Child] = []

    def start(self, *programs: Program) -> list[Child]:
        """Starts them at once and waits for all.

        Raises:
            MeasurementError: one does not serve.
        """
        started = []
        for program in programs:
            started.append(Child(program))
            self._running.append(started[-1])
        for child in started:
            child.wait_until_healthy()
        return started

    def __enter__(self) -> Children:
        return self

    def __exit__(self, *_: object) -> None:
        while self._running:
            self._running.pop().stop()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1.0):
            return True
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except (urllib.error.URLError, OSError):
        return False
