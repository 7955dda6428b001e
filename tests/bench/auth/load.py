"""Runs wrk (a load generator in C) on the other core, with the script `load.lua`, and reads what it measured."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.bench.auth.processes import OTHER_CORE, MeasurementError

CONNECTIONS = 16
_SCRIPT = Path(__file__).with_name("load.lua")
_FIRST_GUESS_PER_S = 4_000
_MARGIN = 1.6
_RING = 4 * CONNECTIONS
"""Refresh tokens to begin with; more than connections, because wrk draws the next before it has the answer."""

Supply = Callable[[int], Sequence[str]]
"""Gives at least so many lines. They may be given again unless `Contestant.use` has been told."""


@dataclass(frozen=True)
class Load:
    """One kind of request. In `pool` and `ring` the @ of the body is replaced by lines of the supply."""

    url: str
    body: str
    authorization: str = ""
    mode: Literal["static", "pool", "ring"] = "static"


@dataclass(frozen=True)
class Run:
    """What one run gave. `refused`: answers that are not 2xx; `broken`: connections and time-outs."""

    per_second: float
    p95_ms: float
    refused: int
    broken: int


@dataclass
class Contestant:
    """Somebody who answers a kind of request, with the runs so far."""

    name: str
    load: Load
    supply: Supply | None = None
    used: Callable[[int], None] = lambda _count: None
    runs: list[Run] = field(default_factory=list)
    guess_per_s: float = _FIRST_GUESS_PER_S

    def run(self, seconds: int, folder: Path) -> Run:
        """One run of wrk.

        Raises:
            MeasurementError: the lines were used up, or wrk said nothing.
        """
        arguments = [self.load.mode, self.load.body, self.load.authorization]
        if self.supply is not None:
            lines = self.supply(self._needed(seconds))
            file = folder / "lines"
            file.write_text("\n".join(lines) + "\n")
            arguments.append(str(file))
        found = _wrk(self.load.url, seconds, arguments)
        if found["exhausted"]:
            raise MeasurementError(f"{self.name}: {found['used']} lines were not enough for {seconds} s")
        self.used(found["used"])
        run = Run(
            found["requests"] * 1e6 / found["microseconds"], found["p95_us"] / 1000, found["refused"], found["broken"]
        )
        self.guess_per_s = max(self.guess_per_s, run.per_second)
        return run

    def _needed(self, seconds: int) -> int:
        if self.load.mode == "ring":
            return _RING
        return math.ceil(self.guess_per_s * seconds * _MARGIN) + 10 * CONNECTIONS


def require_wrk() -> None:
    """Raises MeasurementError when a program that measures is missing."""
    for program, remedy in (
        ("wrk", "apt-get install wrk"),
        ("taskset", "apt-get install util-linux"),
        ("node", "Node.js 20 or newer"),
        ("npm", "npm comes with Node.js"),
    ):
        if shutil.which(program) is None:
            raise MeasurementError(f"{program} is missing; install it ({remedy}) and start again.")


def _wrk(url: str, seconds: int, arguments: Sequence[str]) -> dict[str, int]:
    command = ["taskset", "-c", str(OTHER_CORE), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    answer = subprocess.run(
        [*command, "-s", str(_SCRIPT), url, "--", *arguments], capture_output=True, text=True, check=False
    )
    found = re.search(r"^RESULT (.*)$", answer.stdout, re.MULTILINE)
    if found is None:
        raise MeasurementError(f"wrk measured nothing: {(answer.stderr or answer.stdout)[-500:]}")
    result: dict[str, int] = json.loads(found[1])
    return result
