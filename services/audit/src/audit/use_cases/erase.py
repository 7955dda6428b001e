"""Erasing one payload by a decision of two; `expire_keys` erases a month of a class at its end.

Each erasure is an event of the journal, written in the same transaction; the entry, its leaf and every proof stay. Of a
redacted payload its wrapped key goes, and what it could be found by.
"""

from dataclasses import dataclass

from audit.domain.event import Act, canonical_json
from audit.domain.refusals import EventUnknownError, InvalidEventError
from audit.domain.retention import Retention
from audit.domain.shard import parts_of
from audit.use_cases.ports import Repositories
from audit.use_cases.record_batch import Answer, RecordBatch
from audit.use_cases.times import microseconds
from servicekit.clock import Clock
from servicekit.identifiers import new_id

REDACTED_TYPE = "audit.payload.redacted"
_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class RedactionDecision:
    """Whose decision it is, who agreed, and why."""

    by: str
    agreed_by: str
    why: str


@dataclass(frozen=True)
class RedactPayload:
    """Erases the payload of one event."""

    record: RecordBatch
    clock: Clock

    def __call__(self, event_id: str, decision: RedactionDecision) -> str:
        """The id of the event that says so.

        Raises:
            InvalidEventError: somebody or the reason is missing, one person alone decides, or the event says what
                became of the journal itself.
            EventUnknownError: no such event, or its payload was redacted before.
            DependencyUnavailableError: the database does not answer.
        """
        _check(decision)
        index, owner = self.record.store.read(lambda repositories: _redactable(repositories, event_id))
        told: dict[str, str | int] = {
            "redacted_by": decision.by,
            "agreed_by": decision.agreed_by,
            "redacted_because": decision.why,
            "event_id": event_id,
            "leaf_index": index,
        }
        act = self._act(owner, f"event:{event_id}", told)

        def erase(repositories: Repositories, answers: tuple[Answer, ...]) -> None:
            _redactable(repositories, event_id)  # nobody did it in between
            repositories.erasures.redact(index, index_of(answers))

        self.record([(act,)], erase)
        return act.event_id

    def _act(self, owner: str, subject: str, told: dict[str, str | int]) -> Act:
        return Act(
            event_id=new_id(),
            type=REDACTED_TYPE,
            occurred_at_us=microseconds(self.clock.now()),
            decision="done",
            owner=owner,
            subject=subject,
            payload=canonical_json(told),
        )


def _check(decision: RedactionDecision) -> None:
    texts = {"by": decision.by, "agreed_by": decision.agreed_by, "why": decision.why}
    for name, text in texts.items():
        if not text.strip() or len(text) > _LONGEST_TEXT or not text.isprintable():
            raise InvalidEventError(f"say it in 1 to {_LONGEST_TEXT} characters: {name}", fields={name: "NEEDED"})
    if decision.by.strip().casefold() == decision.agreed_by.strip().casefold():
        raise InvalidEventError("a second person must agree", fields={"agreed_by": "SECOND_PERSON_NEEDED"})


def _redactable(repositories: Repositories, event_id: str) -> tuple[int, str]:
    """Index and owner of an event whose payload can be redacted."""
    row = repositories.entries.by_event_ids([event_id]).get(event_id)
    if row is None:
        raise EventUnknownError("no such event")
    if parts_of(row.keys.shard)[1] is Retention.EVIDENCE:
        raise InvalidEventError("this event says what became of the journal itself", fields={"event": "KEPT"})
    if row.index in repositories.erasures.redacted([row.index]):
        raise EventUnknownError("the payload of this event was redacted before")
    return row.index, row.keys.owner


def index_of(answers: tuple[Answer, ...]) -> int:
    """The index of the one act of the one request.

    Raises:
        EventIdReusedError: it was not written.
    """
    (answer,) = answers
    if isinstance(answer, Exception):
        raise answer
    return answer[0].index
