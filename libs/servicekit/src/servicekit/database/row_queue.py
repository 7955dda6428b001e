"""A queue that is a table: what waits, since when, what is set aside, counted without reading a row's content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from servicekit.clock import Clock
from servicekit.database.contract import Database
from servicekit.database.types import to_microseconds
from servicekit.queues import Queue, QueueFigures


@dataclass(frozen=True)
class QueueRows:
    """Which rows of a table are in the queue."""

    waits: ColumnElement[bool]
    set_aside: ColumnElement[bool]
    since: sa.Column[Any]
    """A `UtcDateTime`: when the item was put there."""
    shown_for: timedelta = timedelta(days=30)
    """An item that is set aside is not counted after that: nobody waits for it any more."""


def row_queue(name: str, rows: QueueRows, database: Database, clock: Clock, remedy: str) -> Queue:
    """The `Queue` of these rows; `remedy` is what the operator runs or reads."""
    oldest = sa.func.min(sa.cast(rows.since, sa.BigInteger))
    waiting = sa.select(sa.func.count(), oldest).where(rows.waits)
    is_recent = sa.cast(rows.since, sa.BigInteger) > sa.bindparam("since", type_=sa.BigInteger)
    apart = sa.select(sa.func.count()).where(rows.set_aside, is_recent)

    def read(connection: Connection) -> tuple[int, int | None, int]:
        count, since = connection.execute(waiting).one()
        known_since = to_microseconds(clock.now() - rows.shown_for)
        return count, since, connection.execute(apart, {"since": known_since}).scalar_one()

    def look() -> QueueFigures:
        count, since, set_aside = database.read(read)
        age = 0.0 if since is None else max(0.0, (to_microseconds(clock.now()) - since) / 1_000_000)
        return QueueFigures(count, age, set_aside)

    return Queue(name, look, remedy)
