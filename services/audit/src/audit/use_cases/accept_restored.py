"""Going on with a journal whose evidence is missing or contradicts it: a person's decision, written into it first.

The event says what was wrong, how far the journal had been signed, which numbers of producers are missing, who decided
and why. Only then is the tree signed anew; the old guard and the old published checkpoint are kept beside the new ones.
"""

from dataclasses import dataclass, replace
from typing import Any

from audit.domain.checkpoint import TreeHead, vouched_head
from audit.domain.event import Act, canonical_json
from audit.domain.refusals import InvalidEventError, JournalDamagedError
from audit.use_cases.check_evidence import EMPTY_TREE, CheckEvidence
from audit.use_cases.ports import Guarded, Repositories
from audit.use_cases.publish_checkpoint import PublishCheckpoint, sign_tree
from audit.use_cases.record_batch import RecordBatch
from audit.use_cases.times import microseconds
from servicekit.clock import Clock
from servicekit.event_form import NATIONAL
from servicekit.identifiers import new_id

ACCEPTED_TYPE = "audit.journal.accepted"
_LONGEST_TEXT = 500
_PROBLEMS_TOLD = 20
_HOLES_TOLD = 100


@dataclass(frozen=True, slots=True)
class Decision:
    """Who accepts the journal as it is, and why."""

    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted: the event, what was wrong, and the tree that is signed now."""

    event_id: str
    problems: tuple[str, ...]
    head: TreeHead


@dataclass(frozen=True)
class AcceptRestoredJournal:
    """Records the decision, then signs the journal as it is. The service must be stopped."""

    check: CheckEvidence
    record: RecordBatch
    publish: PublishCheckpoint
    clock: Clock

    def __call__(self, decision: Decision) -> Accepted | None:
        """What was accepted; None when nothing is wrong, so that nothing has to be.

        Raises:
            InvalidEventError: nobody decides, or for no reason.
            DependencyUnavailableError: the database does not answer.
        """
        for name, text in (("by", decision.by), ("why", decision.why)):
            if not text.strip() or len(text) > _LONGEST_TEXT or not text.isprintable():
                raise InvalidEventError(f"say it in 1 to {_LONGEST_TEXT} characters: {name}", fields={name: "NEEDED"})
        problems, now_at = tuple(self.check.problems()), self.clock.now()
        holes = self.check.store.read(lambda repositories: _holes(repositories, microseconds(now_at)))
        if not problems and not holes:
            return None
        guard, published = self.check.guard, self.check.published
        with guard.turn(wait=True):
            told = {
                "accepted_by": decision.by,
                "accepted_because": decision.why,
                "problems": list(problems[:_PROBLEMS_TOLD]),
                "signed_before": self._signed_before(),
                "missing_numbers": holes[:_HOLES_TOLD],
            }
            act = Act(
                event_id=new_id(),
                type=ACCEPTED_TYPE,
                occurred_at_us=microseconds(now_at),
                decision="done",
                owner=NATIONAL,
                payload=canonical_json(told),
            )
            replace(self.record, believes_any_clock=True)([(act,)])
            guard.keep_aside(now_at)
            published.keep_aside(now_at)
            head = self.check.store.write(self._forget_what_says_nothing)
            count = self.check.store.read(lambda repositories: repositories.checkpoints.count())
            sign_tree(self.publish, Guarded(EMPTY_TREE, count), head)
        return Accepted(act.event_id, problems, head)

    def _signed_before(self) -> dict[str, Any] | None:
        try:
            guarded = self.check.guard.read()
        except JournalDamagedError:
            return None
        return None if guarded is None else {"size": guarded.signed.size, "root": guarded.signed.root.hex()}

    def _forget_what_says_nothing(self, repositories: Repositories) -> TreeHead:
        """The present tree; checkpoints of larger trees or of another key are forgotten."""
        frontier = repositories.tree.state().frontier
        kept = repositories.checkpoints.all()
        void = [
            one.head.size
            for one in kept
            if one.head.size >= frontier.size or vouched_head(one.note, self.check.verifier) != one.head
        ]
        repositories.checkpoints.remove(void)
        return TreeHead(frontier.size, frontier.root())


def _holes(repositories: Repositories, now_us: int) -> list[dict[str, str | int]]:
    """The missing numbers that no earlier decision accepted are told again with the others: one list says all."""
    return [
        {"service": service, "epoch": epoch, "first": hole.first, "end": hole.end}
        for service, epoch, hole in repositories.producers.holes(now_us + 1)
    ]
