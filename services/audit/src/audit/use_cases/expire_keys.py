"""Destroying the key of a month and class at the end of its term: what the journal said of people in it is erased.

The clock does it, in one process of several; `python -m audit expire` does it now. Each destruction is an event of the
journal, written in the same transaction; entries, leaves and proofs stay, and every copy of the month in backups goes
with the key. What cannot be undone is not left to a clock that jumped: then nothing is destroyed until a person has
confirmed the time (`confirm_clock`), which health and metrics say meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.domain.clock_check import ClockMark, WatchedClock, jump_since
from audit.domain.event import Act, canonical_json
from audit.domain.refusals import DestructionSuspendedError
from audit.domain.retention import MONTHS_KEPT, destroyed_from, ends_at
from audit.domain.shard import parts_of
from audit.use_cases.erase import index_of
from audit.use_cases.ports import JournalStore, Repositories, ShardKeys, StoredShard
from audit.use_cases.record_batch import Answer, RecordBatch
from audit.use_cases.times import microseconds, moment
from servicekit.clock import Clock
from servicekit.event_form import NATIONAL
from servicekit.identifiers import new_id

DESTROYED_TYPE = "audit.key.destroyed"
HOW_TO_CONFIRM = "see whether the time is right, then `python -m audit confirm-clock` (docs/operate.md, Retention)"
_PAYLOADS_AT_ONCE = 1000


class _DestroyedMeanwhileError(Exception):
    """Another process was first; its event says so."""


@dataclass(frozen=True, slots=True)
class DueKey:
    """The key of a month and class, and when its term was over."""

    shard: StoredShard
    ends_at: datetime


@dataclass(frozen=True)
class ExpireKeys:
    """Destroys the keys whose term is over. `start` is `servicekit.clock.start_of_machine`."""

    record: RecordBatch
    keys: ShardKeys
    clock: Clock
    start: str

    def __call__(self) -> tuple[str, ...]:
        """The names of the keys destroyed now; none at the first look of all, which only notes the time. What an
        earlier run left half done is finished first.

        Raises:
            DestructionSuspendedError: the clock jumped, now or before, and nobody has confirmed it.
            ClockNotBelievedError: see `clock_check`: the event cannot be recorded, so that the key stays.
            DependencyUnavailableError: the database does not answer, or a key cannot be removed.
        """
        store = self.record.store
        for shard in store.read(lambda repositories: repositories.shards.all()):
            if shard.destroyed_by is not None:
                self._finish(shard.name)
        watched = store.write(self._look_at_the_clock)
        if watched is None:
            return ()
        if watched.problem:
            raise DestructionSuspendedError(f"the clock cannot be believed ({watched.problem}): {HOW_TO_CONFIRM}")
        return tuple(one.shard.name for one in due_keys(store, self.clock.now()) if self._destroyed(one))

    def _look_at_the_clock(self, repositories: Repositories) -> WatchedClock | None:
        """Notes where it stands; None when nothing was noted before."""
        before, now = repositories.clock.read(), ClockMark(self.record.reading(), self.start)
        if before is None:
            repositories.clock.save(WatchedClock(now))
            return None
        problem = before.problem or jump_since(before.mark, now)
        since_us = (before.suspended_at_us or now.reading.now_us) if problem else 0
        watched = WatchedClock(now, problem, since_us)
        repositories.clock.save(watched)
        return watched

    def _destroyed(self, due: DueKey) -> bool:
        try:
            self.record([(self._act(due),)], self._destroying(due.shard))
        except _DestroyedMeanwhileError:
            return False
        self._finish(due.shard.name)
        return True

    @staticmethod
    def _destroying(shard: StoredShard) -> Callable[[Repositories, tuple[Answer, ...]], None]:
        def destroy(repositories: Repositories, answers: tuple[Answer, ...]) -> None:
            found = repositories.shards.find(shard.name)
            if found is None or found.destroyed_by is not None:
                raise _DestroyedMeanwhileError
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
    """The keys that are to be destroyed and are not yet, oldest first."""
    shards = store.read(lambda repositories: repositories.shards.all())
    due: list[DueKey] = []
    for shard in shards:
        month, retention = parts_of(shard.name)
        end, destroyed_at = ends_at(month, retention), destroyed_from(month, retention)
        if shard.destroyed_by is None and end and destroyed_at and destroyed_at <= now_at:
            due.append(DueKey(shard, end))
    return tuple(due)


def destruction_problem(store: JournalStore) -> str | None:
    """Why no key is destroyed, in one sentence for health; None when all is well."""
    watched = store.read(lambda repositories: repositories.clock.read())
    if watched is None or not watched.problem:
        return None
    since = moment(watched.suspended_at_us)
    return f"no key is destroyed since {since:%Y-%m-%d %H:%M} UTC ({watched.problem}): {HOW_TO_CONFIRM}"
