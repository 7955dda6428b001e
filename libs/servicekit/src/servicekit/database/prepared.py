"""Statements of the hot paths: compiled once per dialect, run with values the driver takes as they are.

`Connection.execute` costs ten times as much on SQLite, most of it to find the compiled statement, to convert values and
to describe the result. Here SQLite is asked directly; errors are those of SQLAlchemy, as everywhere.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, cast

from pysqlite3 import dbapi2
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

Values: TypeAlias = Mapping[str, Any]


class _Compiled(NamedTuple):
    text: str
    order: tuple[str, ...]  # of the parameters, where the driver wants them by position
    direct: bool  # the driver is asked without SQLAlchemy


class PreparedStatement:
    """One statement with named parameters. Columns of a `TypeDecorator` are given and read as the driver sees them."""

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        """`columns` are those that an INSERT gives."""
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: Values) -> None:
        """Runs it once.

        Raises:
            sqlalchemy.exc.DBAPIError: as for `Connection.execute`.
        """
        self._execute(connection, values)

    def count(self, connection: Connection, values: Values) -> int:
        """Runs an UPDATE or DELETE once; how many rows it changed.

        Raises:
            sqlalchemy.exc.DBAPIError: as for `Connection.execute`.
        """
        return int(self._execute(connection, values).rowcount)

    def first(self, connection: Connection, values: Values) -> tuple[Any, ...] | None:
        """The first row, or None.

        Raises:
            sqlalchemy.exc.DBAPIError: as for `Connection.execute`.
        """
        return cast("tuple[Any, ...] | None", self._execute(connection, values).fetchone())

    def all(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """Every row.

        Raises:
            sqlalchemy.exc.DBAPIError: as for `Connection.execute`.
        """
        return cast("list[tuple[Any, ...]]", self._execute(connection, values).fetchall())

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Runs it once for each of `rows`; nothing without rows.

        Raises:
            sqlalchemy.exc.DBAPIError: as for `Connection.execute`.
        """
        if not rows:
            return
        compiled = self._of(connection)
        parameters = [_parameters(compiled, values) for values in rows]
        if not compiled.direct:
            connection.exec_driver_sql(compiled.text, parameters)
            return
        driver: Any = connection.connection.driver_connection
        try:
            driver.executemany(compiled.text, parameters)
        except dbapi2.Error as error:
            raise _known(error, compiled, connection) from error

    def _execute(self, connection: Connection, values: Values) -> Any:
        compiled = self._of(connection)
        parameters = _parameters(compiled, values)
        if not compiled.direct:
            return connection.exec_driver_sql(compiled.text, parameters)
        driver: Any = connection.connection.driver_connection
        try:
            return driver.execute(compiled.text, parameters)
        except dbapi2.Error as error:
            raise _known(error, compiled, connection) from error

    def _of(self, connection: Connection) -> _Compiled:
        dialect = connection.dialect
        known = self._compiled.get(dialect.name)
        if known is None:
            compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._columns)
            order = tuple(compiled.positiontup) if compiled.positional else ()
            self._compiled[dialect.name] = known = _Compiled(str(compiled), order, dialect.name == "sqlite")
        return known


def _known(error: dbapi2.Error, compiled: _Compiled, connection: Connection) -> Exception:
    """SQLAlchemy's name for an error of the driver."""
    known: Exception = DBAPIError.instance(
        compiled.text, None, error, dbapi2.Error, hide_parameters=True, dialect=connection.dialect
    )
    return known


def _parameters(compiled: _Compiled, values: Values) -> Any:
    return tuple([values[name] for name in compiled.order]) if compiled.order else dict(values)
