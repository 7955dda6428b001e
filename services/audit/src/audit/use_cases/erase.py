"""Erasing what the journal says of people: one payload by a decision of two, a month of a class at its end.

Each erasure is an event of the journal, written in the same transaction; the entry, its leaf and every proof stay. Of a
redacted payload its wrapped key goes, and what it could be found by; of a month the key of all its payloads, and with
it every copy of that month in backups.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.domain.event import Act, canonical_json
from audit.domain.refusals import EventUnknownError, InvalidEventError
from audit.domain.retention import MONTHS_KEPT, Retention, ends_at
from audit.domain.shard import parts_of
from audit.use_cases.ports import JournalStore, Repositories, ShardKeys, StoredShard
from audit.use_cases.record_batch import Answer, RecordBatch
from audit.use_cases.times import microseconds
from servicekit.clock import Clock
from servicekit.event_form import NATIONAL
from servicekit.identifiers import new_id

REDACTED_TYPE = "audit.payload.redacted"
DESTROYED_TYPE = "audit.key.destroyed"
_LONGEST_TEXT = 500
_PAYLOADS_AT_ONCE = 1000


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


@dataclass(frozen=True, slots=True)
class DueKey:
    """The key of a month and class, and when its term is over."""

    shard: StoredShard
    ends_at: datetime


@dataclass(frozen=True)
class ExpireKeys:
    """Destroys the keys whose term is over."""

    record: RecordBatch
    keys: ShardKeys
    clock: Clock

    def __call__(self) -> tuple[str, ...]:
        """The names of the keys destroyed now. What an earlier run left half done is finished first.

        Raises:
            DependencyUnavailableError: the database does not answer, or a key cannot be removed.
        """
        store, now_at = self.record.store, self.clock.now()
        for shard in store.read(lambda repositories: repositories.shards.all()):
            if shard.destroyed_by is not None:
                self._finish(shard.name)
        due = due_keys(store, now_at)
        for one in due:
            self.record([(self._act(one),)], self._destroying(one.shard))
            self._finish(one.shard.name)
        return tuple(one.shard.name for one in due)

    @staticmethod
    def _destroying(shard: StoredShard) -> Callable[[Repositories, tuple[Answer, ...]], None]:
        def destroy(repositories: Repositories, answers: tuple[Answer, ...]) -> None:
            repositories.shards.destroy(shard.name, index_of(answers))

        return destroy

    def _finish(self, name: str) -> None:
        """The key first; payloads that nobody can read any more only take room."""
        self.keys.destroy(name)
        while self.record.store.write(lambda repositories: repositories.erasures.forget(name, _PAYLOADS_AT_ONCE)):
            pass

    def _act(self, due: DueKey) -> Act:
        month, retention = parts_of(due.shard.name)
        told = {
            "month": month,
            "retention": retention.value,
            "months_kept": MONTHS_KEPT[retention],
            "key_check": due.shard.key_check.hex(),
        }
        return Act(
            event_id=new_id(),
            type=DESTROYED_TYPE,
            occurred_at_us=microseconds(self.clock.now()),
            decision="done",
            owner=NATIONAL,
            subject=f"key:{due.shard.name}",
            payload=canonical_json(told),
        )


def oldest_key_days(store: JournalStore, now_at: datetime) -> float:
    """How many days ago the month began of the oldest key that has a term and is not destroyed; 0 without one."""
    shards = store.read(lambda repositories: repositories.shards.all())
    alive = [parts_of(shard.name) for shard in shards if shard.destroyed_by is None]
    months = [month for month, retention in alive if MONTHS_KEPT[retention] is not None]
    if not months:
        return 0.0
    return (now_at - datetime.strptime(min(months), "%Y-%m").replace(tzinfo=UTC)) / timedelta(days=1)


def due_keys(store: JournalStore, now_at: datetime) -> tuple[DueKey, ...]:
    """The keys whose term is over and that are not destroyed yet, oldest first."""
    shards = store.read(lambda repositories: repositories.shards.all())
    alive = [shard for shard in shards if shard.destroyed_by is None]
    ends = [(shard, ends_at(*parts_of(shard.name))) for shard in alive]
    return tuple(DueKey(shard, end) for shard, end in ends if end is not None and end <= now_at)
