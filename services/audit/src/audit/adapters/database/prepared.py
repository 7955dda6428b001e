"""Statements compiled once: for the few that every batch runs, SQLAlchemy's own work costs more than the database's.

Results come as the driver gives them, so a prepared statement must not need a type that converts its results.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.sql.compiler import SQLCompiler


class Prepared:
    """One statement whose parameters are all named by `bindparam`, or an insert of all columns of a table."""

    def __init__(self, statement: Executable) -> None:
        """Keeps the statement; it is compiled at its first use, for each dialect."""
        self._statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None]] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Runs it with these values."""
        text, order = self._for(connection)
        return connection.exec_driver_sql(text, values if order is None else _ordered(values, order))

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Runs it once per row, by executemany; nothing without rows."""
        if rows:
            text, order = self._for(connection)
            connection.exec_driver_sql(text, list(rows) if order is None else [_ordered(row, order) for row in rows])

    def _for(self, connection: Connection) -> tuple[str, tuple[str, ...] | None]:
        """The text, and the order of its parameters; None when the driver takes them by name."""
        known = self._compiled.get(connection.dialect.name)
        if known is None:
            compiled = self._statement.compile(dialect=connection.dialect)  # type: ignore[attr-defined]
            assert isinstance(compiled, SQLCompiler)
            order = compiled.positiontup
            known = (compiled.string, None if order is None else tuple(order))
            self._compiled[connection.dialect.name] = known
        return known


def _ordered(values: Mapping[str, Any], order: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple([values[name] for name in order])
