"""`python -m tests.bench.auth.processor`: microseconds of processor that auth takes per request, no peer beside it.

Where other work takes turns on the same cores a rate says little; what a request takes says more. Compare two commits
in turns, and take the least of several rounds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tests.bench.auth import house as our
from tests.bench.auth import scenarios
from tests.bench.auth.assertions import AssertionKey
from tests.bench.auth.house import House
from tests.bench.auth.processes import Children

_KINDS = ("client_credentials", "introspection", "refresh", "code_exchange")
_CODES = 30_000
_WARM_UP_S = 2


def main() -> None:
    """One line per kind of request: the least, then every round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(_KINDS), help="kinds of request, with commas")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=2, help="of one round")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-processor-") as folder, Children() as children:
        house = House(Path(folder))
        house.import_clients(our.client_entries(house, AssertionKey().public_jwk))
        auth = house.start_all(children)
        template = house.template()
        auth.stop()
        house.mint(template, _CODES)
        pid = house.start(children).process.pid
        for kind in arguments.only.split(","):
            _measure(house, kind, pid, (arguments.rounds, arguments.seconds), Path(folder))


def _measure(house: House, kind: str, pid: int, rounds: tuple[int, int], folder: Path) -> None:
    nobody: Any = SimpleNamespace(
        token_url="", url="", resource="", secret="", codes=None, refresh_tokens=None, exchange_form=lambda _code: {}
    )
    ours, _ = cast("Any", getattr(scenarios, kind))(house, nobody)
    scenarios.probe(ours)
    ours.run(_WARM_UP_S, folder)
    taken = []
    for _ in range(rounds[0]):
        before = _microseconds(pid)
        run = ours.run(rounds[1], folder)
        if run.refused or run.broken:
            raise SystemExit(f"{kind}: {run.refused} refused, {run.broken} broken")
        taken.append((_microseconds(pid) - before) / (run.per_second * rounds[1]))
    sys.stdout.write(f"{kind:20} {min(taken):7.1f} µs   {' '.join(f'{one:.1f}' for one in taken)}\n")
    sys.stdout.flush()


def _microseconds(pid: int) -> float:
    """Of processor that a process and its children have taken; the kernel counts nanoseconds per thread."""
    tasks = [*Path(f"/proc/{pid}/task").iterdir()]
    own = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own / 1000 + sum(_microseconds(int(child)) for child in children)


if __name__ == "__main__":
    main()
