"""The outbox table, as a description for queries and as the migration step that creates it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from servicekit.database.types import UtcDateTime, sequence_type

if TYPE_CHECKING:
    from alembic.operations import Operations

TABLE = "outbox"

_INDEXES = (
    ("outbox_pending", "sequence", sa.text("acknowledged_at IS NULL AND set_aside_at IS NULL")),
    ("outbox_set_aside", "sequence", sa.text("set_aside_at IS NOT NULL")),
    ("outbox_acknowledged", "acknowledged_at", sa.text("acknowledged_at IS NOT NULL")),
)


def outbox_tables(metadata: sa.MetaData) -> sa.Table:
    """Describes the outbox in `metadata`.

    `sequence` gives the order of delivery: within one epoch it is the order of the numbers, because a transaction holds
    its producer chain until it ends. `event` is the serialised `partenaire.audit.v1.Event`.
    A row that is set aside is no longer sent, and never deleted: an operator decides.
    """
    return sa.Table(TABLE, metadata, *_columns(), *_constraints(), *_indexes())


def create_outbox_tables(op: Operations) -> None:
    """Creates the outbox: called by the first migration of each service (`create_outbox_tables(op)`)."""
    op.create_table(TABLE, *_columns(), *_constraints())
    for index, column, where in _INDEXES:
        op.create_index(index, TABLE, [column], sqlite_where=where, postgresql_where=where)


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("sequence", sequence_type(), primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("epoch", sa.String(36), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("set_aside_at", UtcDateTime(), nullable=True),
        sa.Column("set_aside_reason", sa.String(200), nullable=True),
    ]


def _constraints() -> list[sa.UniqueConstraint]:
    return [
        sa.UniqueConstraint("event_id", name="outbox_event_id"),
        sa.UniqueConstraint("epoch", "number", name="outbox_epoch_number"),
    ]


def _indexes() -> list[sa.Index]:
    return [sa.Index(name, column, sqlite_where=where, postgresql_where=where) for name, column, where in _INDEXES]
