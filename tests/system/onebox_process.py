"""The whole demo as one child process, as `make demo` starts it."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onebox.layout import Layout
from tests.architecture.tree import ROOT

_START_LIMIT_S = 120.0


def free_first_port() -> int:
    """A first port whose neighbours are free too. Test runs side by side begin to look at different places."""
    places = range(20_000, 32_000, 100)
    for step in range(len(places)):
        first = places[(os.getpid() + step) % len(places)]
        probes = []
        try:
            for port in Layout(Path(), first).ports():
                probe = socket.socket()
                probes.append(probe)
                probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        else:
            return first
        finally:
            for probe in probes:
                probe.close()
    raise AssertionError("no free ports between 20000 and 32000")


@dataclass
class OneboxProcess:
    """A running demo."""

    layout: Layout
    dossiers: int = 300
    process: subprocess.Popen[str] | None = None
    lines: list[str] = field(default_factory=list)
    _queue: queue.Queue[str | None] = field(default_factory=queue.Queue)
    _reader: threading.Thread | None = None

    def start(self) -> float:
        """Starts everything and waits for the welcome. Returns the seconds it took."""
        self._queue = queue.Queue()
        began = time.monotonic()
        arguments = ["--data-directory", str(self.layout.directory), "--first-port", str(self.layout.first_port)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "onebox", *arguments, "--dossiers", str(self.dossiers)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._reader = threading.Thread(target=self._read, name="onebox-output", daemon=True)
        self._reader.start()
        self.wait_for("Ctrl-C", _START_LIMIT_S)
        return time.monotonic() - began

    def _read(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self._queue.put(line)
        self._queue.put(None)

    def wait_for(self, words: str, limit_s: float) -> str:
        """Waits until a printed line holds `words`; returns the line."""
        deadline = time.monotonic() + limit_s
        while True:
            try:
                line = self._queue.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"«{words}» was not printed in {limit_s} s:\n{''.join(self.lines)}") from None
            if line is None:
                raise AssertionError(f"the demo ended before printing «{words}»:\n{''.join(self.lines)}")
            self.lines.append(line)
            if words in line:
                return line

    def interrupt(self) -> int:
        """Ctrl-C. Returns the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        assert self._reader is not None
        self._reader.join()
        return code

    def child_pid(self, module: str) -> int:
        """The process id of a service."""
        assert self.process is not None
        for child in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            arguments = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            if module.encode() in arguments:
                return int(child)
        raise AssertionError(f"{module} does not run")

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        """The mails that the inbox holds for one address, oldest first."""
        with urllib.request.urlopen(f"{self.layout.url('inbox')}/messages.json?q={address}", timeout=5) as answer:
            messages: list[dict[str, Any]] = json.load(answer)
        return messages

    def wait_for_mails(
        self, address: str, count: int, limit_s: float = 20.0, *, saying: str = ""
    ) -> list[dict[str, Any]]:
        """Waits until at least `count` mails that say something have arrived at an address: other stories of the same
        demo write to the same people."""
        deadline = time.monotonic() + limit_s
        pause = threading.Event()
        while len(mails := [one for one in self.mails_to(address) if saying in one["text"]]) < count:
            assert time.monotonic() < deadline, f"{len(mails)} of {count} mails at {address}"
            pause.wait(0.1)
        return mails
