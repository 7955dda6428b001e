"""What one consultation costs in process, without fsync and without a network: the use case on in-memory stores.

    python -m tests.bench.consult_dossier

Prints microseconds per consultation and its share by step. Compare figures of one run only.
"""

import sys
from collections.abc import Callable
from functools import partial
from time import perf_counter

import orjson

from cdap.domain.dossier import Dossier
from cdap.domain.reduction import reduce
from cdap.domain.result import result_of
from cdap.use_cases.consultation import understand
from rights.decision import Granted, decide
from rights.question import Question
from servicekit.audit_events import AuditEvent, Outcome
from tests.cdap.builders import NOW, PURPOSES, TODAY, the_document, the_request, the_requester, the_table
from tests.cdap.fakes import Desk

ROUNDS = 5
CALLS = 2_000


class _NoCopy:
    """A unit of work without transaction, so that only cdap's own work is measured."""

    def __init__(self, desk: Desk) -> None:
        self._repos = desk.work.repos
        self.last: tuple[AuditEvent, ...] = ()

    def record(self, work: Callable[..., Outcome[object]]) -> object:
        outcome = work(self._repos)
        self.last = outcome.events
        return outcome.value


def main() -> int:
    """Measure and print."""
    for profile in PURPOSES:
        desk = Desk([the_document()])
        desk.consult._work = _NoCopy(desk)  # type: ignore[assignment]
        request, requester = the_request(profile), the_requester(profile)
        snapshot, document = desk.rights.snapshot, orjson.dumps(the_document())
        assert snapshot is not None
        question = Question(
            account_id=requester.account_id,
            organisation_id=requester.organisation_id,
            extranet="cdap",
            profile=profile,
            purpose=request.purpose,
            territory="921",
            token_details=requester.token_details,
            today=TODAY,
            age=desk.rights.age,
            session_ended=False,
            session_age=desk.rights.age,
        )
        granted = decide(snapshot, question, the_table())
        assert isinstance(granted, Granted)
        dossier = Dossier(orjson.loads(document))
        steps: dict[str, Callable[[], object]] = {
            "whole consultation": partial(desk.consult, request, requester),
            "understand": partial(understand, request, requester, TODAY, NOW),
            "decide": partial(decide, snapshot, question, the_table()),
            "parse document": partial(orjson.loads, document),
            "result": partial(result_of, dossier, profile, granted.fields, TODAY),
            "reduce": partial(reduce, dossier, granted.fields, TODAY),
        }
        line = ", ".join(f"{name} {_microseconds(step):.1f} us" for name, step in steps.items())
        sys.stdout.write(f"{profile}: {line}\n")
    return 0


def _microseconds(step: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        started = perf_counter()
        for _ in range(CALLS):
            step()
        best = min(best, perf_counter() - started)
    return best / CALLS * 1e6


if __name__ == "__main__":
    raise SystemExit(main())
