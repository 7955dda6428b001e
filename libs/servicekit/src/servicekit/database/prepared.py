"""Statements of the hot paths: compiled once per dialect, run with values the driver takes as they are.

`Connection.execute` costs three times as much, most of it to find the compiled statement and to convert values again.
Errors are those of SQLAlchemy, as everywhere.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, CursorResult
from sqlalchemy.sql import ClauseElement

Values: TypeAlias = Mapping[str, Any]


class PreparedStatement:
    """One statement with named parameters. Columns of a `TypeDecorator` are given and read as the driver sees them."""

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        """`columns` are those that an INSERT gives."""
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None]] = {}

    def run(self, connection: Connection, values: Values) -> CursorResult[Any]:
        """Runs it once.

        Raises:
            sqlalchemy.exc.DBAPIError: as for `Connection.execute`.
        """
        text, order = self._compiled.get(connection.dialect.name) or self._compile(connection)
        if order is None:
            return connection.exec_driver_sql(text, dict(values))
        return connection.exec_driver_sql(text, tuple([values[name] for name in order]))

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Runs it once for each of `rows`.

        Raises:
            sqlalchemy.exc.DBAPIError: as for `Connection.execute`.
        """
        text, order = self._compiled.get(connection.dialect.name) or self._compile(connection)
        if order is None:
            connection.exec_driver_sql(text, [dict(values) for values in rows])
        else:
            connection.exec_driver_sql(text, [tuple([values[name] for name in order]) for values in rows])

    def _compile(self, connection: Connection) -> tuple[str, tuple[str, ...] | None]:
        compiled: Any = self._statement.compile(dialect=connection.dialect, column_keys=self._columns)
        order = tuple(compiled.positiontup) if compiled.positional else None
        self._compiled[connection.dialect.name] = prepared = str(compiled), order
        return prepared
