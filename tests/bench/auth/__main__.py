"""`make bench-auth`: the token endpoint against node-oidc-provider and floors, in turns on one core.

    python -m tests.bench.auth [--rounds 3] [--seconds 4] [--only code_exchange,refresh]

Prints tables and writes build/bench-auth.json. Exit code: 0 everything was measured and every answer was good, 1 a side
did not answer or answered badly, 2 it could not start. No time is asserted.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.architecture.tree import ROOT
from tests.bench.auth import house as our
from tests.bench.auth import scenarios
from tests.bench.auth.assertions import AssertionKey
from tests.bench.auth.house import House
from tests.bench.auth.load import Contestant, require_wrk
from tests.bench.auth.peer import Peer, install
from tests.bench.auth.processes import MEASURED_CORE, Child, Children, MeasurementError, Program
from tests.bench.auth.report import as_json, bad_answers, table

RESULT = ROOT / "build" / "bench-auth.json"
_WARM_UP_S = {scenarios.OURS: 2, scenarios.PEER: 4}  # V8 compiles for seconds; floors need one


class Benchmark:
    """Both sides and the floors, running."""

    def __init__(self, folder: Path, children: Children, stock: int) -> None:
        """Prepares and starts everything; `stock` codes are minted for auth."""
        self._folder = folder
        self.key = AssertionKey()
        self.house = House(folder)
        first = self.house.layout.first_port
        self.peer = Peer(folder, (first + 90, first + 91), self.key.public_jwk)
        self.unsupported = self.house.import_clients(our.client_entries(self.house, self.key.public_jwk))
        auth = self.house.start_all(children)
        template = self.house.template()
        auth.stop()
        self.house.mint(template, stock)
        self.floor_url = f"http://localhost:{first + 92}"
        answers = folder / "answers"
        answers.mkdir()
        floor = (sys.executable, "-m", "tests.bench.auth.floor_server", str(first + 92), str(answers))
        self.running: dict[str, Child] = {"auth": self.house.start(children)}
        for program in (
            self.peer.program(),
            Program("floor", floor, MEASURED_CORE, self.floor_url, folder / "floor.log", {}),
        ):
            (self.running[program.name],) = children.start(program)

    def measure(self, name: str, title: str, aim: float, rounds: tuple[int, int]) -> dict[str, Any]:
        """One scenario: a warm-up of each side, then A B A B …; `rounds` are their number and their seconds.

        Raises:
            NotAnsweredError: a side does not answer this kind of request.
        """
        make: Callable[..., tuple[Contestant, Contestant]] = getattr(scenarios, name)
        ours, theirs = (
            make(self.house, self.peer, self.key) if name == "private_key_jwt" else make(self.house, self.peer)
        )
        answer = scenarios.probe(ours)
        scenarios.probe(theirs)
        floors = scenarios.floors(self.floor_url, self._folder / "answers", name, ours, answer)
        scenario = scenarios.Scenario(name, title, aim, [ours, theirs, *floors])
        for contestant in scenario.contestants:
            contestant.run(_WARM_UP_S.get(contestant.name, 1), self._folder)
        for _ in range(rounds[0]):
            for contestant in scenario.contestants:
                contestant.runs.append(contestant.run(rounds[1], self._folder))
        return as_json(scenario)

    def memory(self) -> dict[str, float]:
        """Megabytes of the process that answers, of each side: proportional set size."""
        return {name: round(child.worker_megabytes(), 1) for name, child in self.running.items()}


SCENARIOS = (
    ("client_credentials", "client_credentials, client_secret_basic, ES256 access token", 4.0),
    ("private_key_jwt", "client_credentials, private_key_jwt (ES256), ES256 access token", 2.0),
    ("code_exchange", "authorization code, PKCE: access, ID and refresh token", 1.8),
    ("refresh", "refresh token of a client that authenticates: access and ID token", 1.6),
    ("introspection", "introspection (auth: JWT access token; node: opaque one)", 0.0),
)


def main(arguments: list[str] | None = None) -> int:
    """Measures, prints and writes the result."""
    options = _options(arguments)
    wanted = [one for one in SCENARIOS if not options.only or one[0] in options.only.split(",")]
    try:
        require_wrk()
        install()
        with tempfile.TemporaryDirectory() as folder, Children() as children:
            results, missing, memory = _run(Benchmark(Path(folder), children, options.codes), wanted, options)
    except MeasurementError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    for name, said in missing.items():
        print(f"\nnot measured: {name}: {said}")
    print("\nmemory after it, MB: " + ", ".join(f"{name} {megabytes:.0f}" for name, megabytes in memory.items()))
    RESULT.parent.mkdir(exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    RESULT.write_text(
        json.dumps({"measured_at": at, "scenarios": results, "not_measured": missing, "memory_mb": memory}, indent=2)
    )
    print(f"written to {RESULT.relative_to(ROOT)}")
    return 1 if missing or bad_answers(results) else 0


def _run(
    benchmark: Benchmark, wanted: list[tuple[str, str, float]], options: argparse.Namespace
) -> tuple[list[dict[str, Any]], dict[str, str], dict[str, float]]:
    results, missing = [], {}
    for name, title, aim in wanted:
        try:
            results.append(benchmark.measure(name, title, aim, (options.rounds, options.seconds)))
        except scenarios.NotAnsweredError as error:
            missing[name] = f"{error}; clients: {benchmark.unsupported or 'registered'}"
        else:
            print(table(results[-1]), flush=True)
    return results, missing, benchmark.memory()


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.auth")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each side (default: 3)")
    parser.add_argument("--seconds", type=int, default=4, help="seconds of a round (default: 4)")
    parser.add_argument("--codes", type=int, default=60_000, help="codes minted for auth (default: 60000)")
    parser.add_argument("--only", default="", help="names of scenarios, with commas; all by default")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
