"""The statements on the outbox table. Functions of a connection: the caller decides on the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from google.protobuf.message import DecodeError
from sqlalchemy import Connection

from partenaire.audit.v1 import journal_pb2
from servicekit.database.prepared import PreparedStatement
from servicekit.database.types import to_microseconds
from servicekit.outbox.chain import ChainedEvent
from servicekit.outbox.sink import Numbers
from servicekit.outbox.tables import outbox_tables

_outbox = outbox_tables(sa.MetaData())
_columns = _outbox.c
_is_pending = _columns.acknowledged_at.is_(None) & _columns.set_aside_at.is_(None)
_is_set_aside = _columns.set_aside_at.is_not(None)

_insert = PreparedStatement(_outbox.insert(), ("event_id", "epoch", "number", "event", "recorded_at"))
_pending = sa.select(_columns.event_id, _columns.event).where(_is_pending).order_by(_columns.sequence)
_acknowledge = PreparedStatement(
    _outbox.update().where(_columns.event_id == sa.bindparam("one")).values(acknowledged_at=sa.bindparam("at"))
)


_of = _columns.epoch == sa.bindparam("of")
_FIRST_EPOCH = sa.select(_columns.epoch).order_by(_columns.epoch).limit(1)
_NEXT_EPOCH = _FIRST_EPOCH.where(_columns.epoch > sa.bindparam("of"))
_FIRST = sa.select(_columns.number).where(_of).order_by(_columns.number).limit(1)
_LAST = sa.select(_columns.number).where(_of).order_by(_columns.number.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """A row that audit has not acknowledged."""

    event_id: str
    event: bytes


LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that audit refuses or that cannot be read, as an operator sees it."""

    event_id: str
    recorded_at: datetime
    set_aside_at: datetime
    reason: str


@dataclass(frozen=True)
class Backlog:
    """What audit has not acknowledged yet, and how many rows are no longer sent."""

    rows: int
    oldest_at: datetime | None
    set_aside: int


@dataclass(frozen=True)
class Share:
    """The part of the outbox one process delivers: its own epochs, and what others left since before `orphaned_at`."""

    epochs: frozenset[str]
    orphaned_at: datetime


def insert(connection: Connection, events: Sequence[ChainedEvent], recorded_at: datetime) -> None:
    """Adds `events`.

    Raises:
        sqlalchemy.exc.IntegrityError: an event with the same id is recorded already.
    """
    at = to_microseconds(recorded_at)
    rows = [
        {"event_id": one.event_id, "epoch": one.epoch, "number": one.number, "event": one.event, "recorded_at": at}
        for one in events
    ]
    if len(rows) == 1:
        _insert.run(connection, rows[0])
    else:
        _insert.run_many(connection, rows)


def pending(connection: Connection, limit: int, share: Share | None) -> list[PendingEvent]:
    """The first `limit` unacknowledged events of `share` (None: of everybody), in the order of their chains."""
    statement = _pending.limit(limit)
    if share is not None:
        mine = _columns.epoch.in_(share.epochs)
        statement = statement.where(mine | (_columns.recorded_at < share.orphaned_at))
    return [PendingEvent(*row) for row in connection.execute(statement)]


def acknowledge(connection: Connection, event_ids: Sequence[str], at: datetime) -> None:
    """Notes that audit has the events `event_ids`."""
    moment = to_microseconds(at)
    _acknowledge.run_many(connection, [{"one": event_id, "at": moment} for event_id in event_ids])


def backlog(connection: Connection, limit: int) -> Backlog:
    """How much waits, counted up to `limit`, and since when."""
    few = sa.select(_columns.sequence).where(_is_pending).limit(limit).subquery()
    rows = connection.execute(sa.select(sa.func.count()).select_from(few)).scalar_one()
    first = sa.select(_columns.recorded_at).where(_is_pending).order_by(_columns.sequence).limit(1)
    return Backlog(rows, connection.execute(first).scalar_one_or_none(), count_set_aside(connection))


def forget(connection: Connection, acknowledged_before: datetime, last_before: datetime, limit: int) -> int:
    """Deletes at most `limit` events that were acknowledged before that moment; returns how many.

    The last event of an epoch stays until it was acknowledged before `last_before`: it says how far the epoch went.
    """
    other = _outbox.alias()
    has_later = sa.exists().where(other.c.epoch == _columns.epoch, other.c.number > _columns.number)
    is_old = _columns.acknowledged_at < acknowledged_before
    is_done_with = has_later | (_columns.acknowledged_at < last_before)
    old = sa.select(_columns.sequence).where(is_old, is_done_with).limit(limit)
    return connection.execute(_outbox.delete().where(_columns.sequence.in_(old))).rowcount


def held(connection: Connection) -> list[Numbers]:
    """From the first to the last number of each epoch that has rows: three steps of the index per epoch."""
    found: list[Numbers] = []
    epoch = connection.execute(_FIRST_EPOCH).scalar_one_or_none()
    while epoch is not None:
        first, last = (connection.execute(ends, {"of": epoch}).scalar_one() for ends in (_FIRST, _LAST))
        found.append(Numbers(epoch, first, last + 1))
        epoch = connection.execute(_NEXT_EPOCH, {"of": epoch}).scalar_one_or_none()
    return found


def acknowledged(connection: Connection, numbers: Numbers, limit: int) -> list[tuple[int, PendingEvent]]:
    """(number, event) of the first `limit` rows of these numbers that audit once acknowledged."""
    wanted = sa.select(_columns.number, _columns.event_id, _columns.event).where(
        _columns.epoch == numbers.epoch,
        _columns.number >= numbers.first,
        _columns.number < numbers.end,
        _columns.acknowledged_at.is_not(None),
        _columns.set_aside_at.is_(None),
    )
    rows = connection.execute(wanted.order_by(_columns.number).limit(limit))
    return [(number, PendingEvent(event_id, event)) for number, event_id, event in rows]


def try_to_write(connection: Connection) -> None:
    """Changes nothing, and fails where nothing can be changed (read-only file, standby)."""
    connection.execute(_outbox.delete().where(sa.false()))


def set_aside(connection: Connection, event_id: str, reason: str, at: datetime) -> None:
    """Notes that the row is not to be sent any more, and why."""
    row = _outbox.update().where(_columns.event_id == event_id)
    connection.execute(row.values(set_aside_at=at, set_aside_reason=reason[:LONGEST_REASON]))


def count_set_aside(connection: Connection) -> int:
    """How many rows are set aside."""
    return connection.execute(sa.select(sa.func.count()).select_from(_outbox).where(_is_set_aside)).scalar_one()


def all_set_aside(connection: Connection) -> list[SetAside]:
    """The rows that are set aside, oldest first."""
    wanted = sa.select(_columns.event_id, _columns.recorded_at, _columns.set_aside_at, _columns.set_aside_reason)
    rows = connection.execute(wanted.where(_is_set_aside).order_by(_columns.sequence))
    return [SetAside(*row) for row in rows]


def send_again(connection: Connection) -> int:
    """Has every row that is set aside sent again; returns how many."""
    rows = _outbox.update().where(_is_set_aside).values(set_aside_at=None, set_aside_reason=None)
    return connection.execute(rows).rowcount


def is_readable(one: PendingEvent) -> bool:
    """Whether the row holds the event that it says."""
    try:
        return journal_pb2.Event.FromString(one.event).event_id == one.event_id
    except DecodeError:
        return False


def at_most(events: list[PendingEvent], byte_limit: int) -> list[PendingEvent]:
    """The first of them, as many as stay within so many bytes; always one."""
    size = 0
    for position, one in enumerate(events):
        size += len(one.event)
        if position and size > byte_limit:
            return events[:position]
    return events
