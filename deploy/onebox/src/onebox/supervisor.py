"""Starts the processes of the demo, waits until each is healthy, and ends them all in order.

Each child runs in its own process group: Ctrl-C reaches the supervisor alone, which then drains the children one after
the other. The kernel ends the children if the supervisor dies.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_START_LIMIT_S = 60.0
_STOP_LIMIT_S = 15.0
_POLL_S = 0.05
_COMPILED_ONCE = {"PYTHONDONTWRITEBYTECODE": ""}  # the second start reads compiled modules


class OneboxError(Exception):
    """Something the person at the keyboard can mend; the text is one sentence that says how."""


@dataclass(frozen=True)
class Program:
    """One process of the demo."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    health_urls: tuple[str, ...]


@dataclass
class RunningService:
    """A started program."""

    program: Program
    process: subprocess.Popen[bytes]


@dataclass
class Supervisor:
    """The programs that run, in the order they were started."""

    running: list[RunningService] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self, program: Program) -> RunningService:
        """Starts one program; its output goes to its log."""
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module names
                [sys.executable, "-m", *program.arguments],
                env={**os.environ, **_COMPILED_ONCE, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        child = RunningService(program, process)
        self.running.append(child)
        return child

    def wait_until_healthy(self, limit_s: float = _START_LIMIT_S) -> None:
        """Waits until every program answers its health address.

        Raises:
            OneboxError: a program ended, or is not healthy within `limit_s` seconds.
        """
        deadline = time.monotonic() + limit_s
        for child in self.running:
            while not all(_healthy(url) for url in child.program.health_urls):
                if child.process.poll() is not None:
                    raise OneboxError(f"{child.program.name} ended while starting. {_last_words(child.program.log)}")
                if time.monotonic() > deadline:
                    raise OneboxError(
                        f"{child.program.name} is not ready after {limit_s:.0f} s. {_last_words(child.program.log)}"
                    )
                if self.stopping.wait(_POLL_S):
                    return

    def watch(self) -> str | None:
        """Waits for the end. Returns the name of a program that ended by itself, or None when asked to stop."""
        while not self.stopping.wait(0.25):
            for child in self.running:
                if child.process.poll() is not None:
                    return child.program.name
        return None

    def stop(self, name: str) -> int:
        """Drains one program and returns its exit code."""
        child = next(child for child in self.running if child.program.name == name)
        self.running.remove(child)
        return _end(child)

    def stop_all(self) -> dict[str, int]:
        """Drains every program, the ones started last first. Returns the exit codes."""
        codes = {}
        while self.running:
            child = self.running.pop()
            codes[child.program.name] = _end(child)
        return codes


def _end(child: RunningService) -> int:
    if child.process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            child.process.send_signal(signal.SIGTERM)
        try:
            child.process.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
    return child.process.returncode


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1.0) as answer:  # noqa: S310 - an http address of this machine
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
    return f"The end of {log}:\n  " + "\n  ".join(lines) if lines else f"Its log {log} is empty."
