"""Published facts, their chain of revisions, and the replicas that follow."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, true, update

from habpps.adapters.database import tables
from habpps.adapters.database.statements import parts, put
from habpps.domain.publication import PublishedFact
from habpps.use_cases.ports import FeedChange, FeedState, ReplicaProgress
from rights.snapshot import EMPTY_DIGEST
from servicekit.database import Database

FIRST_STATE = {"id": 1, "revision": 0, "epoch": 1, "digest": EMPTY_DIGEST}
_state = tables.feed_state.c
_change = tables.feed_change.c
_replica = tables.replica.c


class SqlPublications:
    """Implements ports.Publications."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> FeedState:
        """Lock the one row of the state: acts follow one another, so that the revision has no gap."""
        row = self._connection.execute(select(tables.feed_state).with_for_update()).one()
        return _to_state(row)

    def values_of(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """Return the published values of facts by key; what is not published is left out."""
        found: dict[str, bytes] = {}
        for part in parts(keys):
            statement = select(tables.fact).where(tables.fact.c.key.in_(part))
            found.update((row.key, bytes(row.value)) for row in self._connection.execute(statement))
        return found

    def append(self, change: FeedChange, committed_at: datetime) -> None:
        """Write the revision and its facts."""
        self._write(change.facts)
        written = {"revision": change.revision, "digest": change.digest, "epoch": change.epoch}
        written["committed_at"] = committed_at
        rows = [
            {"position": position, "key": fact.key, "value": fact.value, **written}
            for position, fact in enumerate(change.facts)
        ]
        self._connection.execute(insert(tables.feed_change), rows)
        changed = update(tables.feed_state).values(revision=change.revision, digest=change.digest)
        self._connection.execute(changed)

    def bump_epoch(self, at_least: int) -> FeedState:
        """Start a new epoch."""
        known = self._connection.execute(select(_state.epoch)).scalar_one()
        self._connection.execute(update(tables.feed_state).values(epoch=max(known + 1, at_least)))
        return _to_state(self._connection.execute(select(tables.feed_state)).one())

    def _write(self, facts: Sequence[PublishedFact]) -> None:
        """Each key comes once: what was there goes first, then what is there now is added."""
        for part in parts([fact.key for fact in facts]):
            self._connection.execute(delete(tables.fact).where(tables.fact.c.key.in_(part)))
        rows = [{"key": fact.key, "value": fact.value} for fact in facts if fact.value]
        if rows:
            self._connection.execute(insert(tables.fact), rows)


class SqlFeedReader:
    """Implements ports.FeedReader. Each answer is one statement, so it shows one committed moment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self) -> FeedState:
        """Return where the feed stands."""
        statement = select(tables.feed_state)
        return _to_state(self._database.read(lambda found: found.execute(statement).one(), snapshot=False))

    def snapshot(self) -> tuple[FeedState, tuple[PublishedFact, ...]]:
        """Return everything at one revision."""
        joined = tables.feed_state.outerjoin(tables.fact, true())
        statement = select(tables.feed_state, tables.fact.c.key, tables.fact.c.value).select_from(joined)
        rows = self._all(statement)
        facts = tuple(PublishedFact(row.key, row.value) for row in rows if row.key is not None)
        return _to_state(rows[0]), facts

    def changes_after(self, revision: int, limit: int) -> tuple[FeedChange, ...]:
        """Return at most `limit` revisions after this one, in order."""
        wanted = (_change.revision > revision) & (_change.revision <= revision + limit)
        statement = select(tables.feed_change).where(wanted).order_by(_change.revision, _change.position)
        found: dict[int, list[Row[Any]]] = {}
        for row in self._all(statement):
            found.setdefault(row.revision, []).append(row)
        return tuple(_to_change(number, rows) for number, rows in found.items())

    def _all(self, statement: Any) -> Sequence[Row[Any]]:
        return self._database.read(lambda found: found.execute(statement).all(), snapshot=False)


class SqlReplicas:
    """Implements ports.Replicas."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acknowledge(self, progress: ReplicaProgress) -> None:
        """Note the progress; `advanced_at` moves only when the revision does."""

        def work(connection: Connection) -> None:
            statement = select(tables.replica).where(_replica.name == progress.replica)
            known = connection.execute(statement).one_or_none()
            same = known is not None and (known.revision, known.epoch) == (progress.revision, progress.epoch)
            row = {
                "name": progress.replica,
                "revision": progress.revision,
                "epoch": progress.epoch,
                "seen_at": progress.seen_at,
                "advanced_at": known.advanced_at if known is not None and same else progress.advanced_at,
                "reader_version": progress.reader_version,
            }
            put(connection, tables.replica, row)

        self._database.write(work)

    def seen_since(self, moment: datetime) -> tuple[ReplicaProgress, ...]:
        """Return the replicas that are alive, by name."""
        statement = select(tables.replica).where(_replica.seen_at >= moment).order_by(_replica.name)
        rows = self._database.read(lambda found: found.execute(statement).all(), snapshot=False)
        return tuple(
            ReplicaProgress(row.name, row.revision, row.epoch, row.seen_at, row.advanced_at, row.reader_version)
            for row in rows
        )


def _to_state(row: Row[Any]) -> FeedState:
    return FeedState(row.revision, row.epoch, bytes(row.digest))


def _to_change(revision: int, rows: Sequence[Row[Any]]) -> FeedChange:
    facts = tuple(PublishedFact(row.key, bytes(row.value)) for row in rows)
    return FeedChange(revision, facts, bytes(rows[0].digest), rows[0].epoch)
