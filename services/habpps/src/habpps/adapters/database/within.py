"""Rows that belong to an organisation and a Caf, read and written within one reach."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, select, true

from habpps.adapters.database.statements import put
from habpps.domain.reach import Reach
from habpps.domain.refusals import UnknownThingError


class Within:
    """What the repositories of such tables share: every statement of theirs stands on `seen` or `pair`.

    What a person is elsewhere is asked of repositories without a reach: `SqlPeople`, `SqlAddressChanges`,
    `SqlEverywhere`.
    """

    def __init__(self, connection: Connection, reach: Reach) -> None:
        self._connection = connection
        self._reach = reach

    def _seen(self, table: Table) -> ColumnElement[bool]:
        """Rows within reach."""
        conditions: list[ColumnElement[bool]] = [true()]
        if self._reach.caf is not None:
            conditions.append(table.c.caf == self._reach.caf)
        if self._reach.organisation_id is not None:
            conditions.append(table.c.organisation_id == self._reach.organisation_id)
        return and_(*conditions)

    def _pair(self, table: Table, organisation_id: str) -> ColumnElement[bool]:
        """Rows of an organisation with the one Caf within reach.

        Raises:
            OutOfReachError: every Caf is within reach.
        """
        self._reach.one_caf()
        return and_(table.c.organisation_id == organisation_id, self._seen(table))

    def _one(self, table: Table, identifier: str, kind: str) -> Row[Any] | None:
        """The row with this identifier.

        Raises:
            UnknownThingError: it is not within reach.
        """
        row = self._connection.execute(select(table).where(table.c.id == identifier)).one_or_none()
        if row is not None and not self._reach.holds(row.organisation_id, row.caf):
            raise UnknownThingError(kind, true_reason="OTHER_ORGANISATION")
        return row

    def _put(self, table: Table, *rows: Mapping[str, Any]) -> None:
        """Add or replace, all at once.

        Raises:
            OutOfReachError: one is not within reach.
        """
        for row in rows:
            self._reach.check(row["organisation_id"], row["caf"])
        put(self._connection, table, *rows)
