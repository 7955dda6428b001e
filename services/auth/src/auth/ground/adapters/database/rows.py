"""Rows of one table and the domain values they hold, for the hot paths: statements compiled once (`PreparedStatement`).

The driver sees times as microseconds and truth as 0 or 1 on SQLite; here they become what the domain knows, and back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from servicekit.database import UtcDateTime
from servicekit.database.prepared import PreparedStatement
from servicekit.database.types import from_microseconds, to_microseconds

T = TypeVar("T")


@dataclass(frozen=True)
class Codec:
    """How a value of the domain is written as text, and read again."""

    written: Callable[[Any], str]
    read: Callable[[str], Any]


class RowReader(Generic[T]):
    """Makes values of rows that hold the fields of `value_class` in their order, whatever tables they come from."""

    def __init__(
        self,
        columns: Mapping[str, sa.ColumnElement[Any]],
        value_class: Callable[..., T],
        codecs: Mapping[str, Codec] | None = None,
    ) -> None:
        """`columns` by field; `codecs`: of those that hold something as text."""
        self._make = value_class
        self.names = [field.name for field in fields(value_class)]  # type: ignore[arg-type]
        self.columns = [columns[name] for name in self.names]
        self.times = [index for index, column in enumerate(self.columns) if isinstance(column.type, UtcDateTime)]
        self._flags = [index for index, column in enumerate(self.columns) if isinstance(column.type, sa.Boolean)]
        self.codecs = [(self.names.index(name), codec) for name, codec in (codecs or {}).items()]

    def read(self, row: Sequence[Any]) -> T:
        """The value that a row of `columns` holds, as the driver gives it."""
        values = list(row)
        for index in self.times:
            if values[index] is not None:
                values[index] = from_microseconds(values[index])
        for index in self._flags:
            values[index] = bool(values[index])
        for index, codec in self.codecs:
            values[index] = codec.read(values[index])
        return self._make(**dict(zip(self.names, values, strict=True)))

    def of_mapping(self, row: sa.RowMapping) -> T:
        """The value of a row that SQLAlchemy has read."""
        values = [row[name] for name in self.names]
        for index, codec in self.codecs:
            values[index] = codec.read(values[index])
        return self._make(**dict(zip(self.names, values, strict=True)))


class Rows(Generic[T]):
    """Finds and adds rows of `table`, whose columns are the fields of `value_class`."""

    def __init__(
        self, table: sa.Table, value_class: Callable[..., T], codecs: Mapping[str, Codec] | None = None
    ) -> None:
        """Statements are compiled at their first use. `codecs`: of columns that hold something as text."""
        self._table = table
        self._reader = reader = RowReader({column.name: column for column in table.c}, value_class, codecs)
        self.columns, self.read, self.of_mapping = reader.columns, reader.read, reader.of_mapping
        self._fields = attrgetter(*reader.names)
        self._select = sa.select(*reader.columns)
        self._insert = PreparedStatement(table.insert(), reader.names)
        self._by: dict[str, PreparedStatement] = {}

    def find(self, connection: Connection, column: str, value: str) -> T | None:
        """The row whose `column`, which is unique, holds `value`."""
        statement = self._by.get(column)
        if statement is None:
            found = self._select.where(self._table.c[column] == sa.bindparam("wanted"))
            statement = self._by.setdefault(column, PreparedStatement(found))
        row = statement.first(connection, {"wanted": value})
        return self.read(row) if row is not None else None

    def add(self, connection: Connection, value: T) -> None:
        """A new row."""
        values = list(self._fields(value))
        for index in self._reader.times:
            if values[index] is not None:
                values[index] = to_microseconds(values[index])
        for index, codec in self._reader.codecs:
            values[index] = codec.written(values[index])
        self._insert.run(connection, dict(zip(self._reader.names, values, strict=True)))

    def values(self, value: T) -> dict[str, Any]:
        """The columns and what they hold of `value`, for a statement of SQLAlchemy."""
        values = list(self._fields(value))
        for index, codec in self._reader.codecs:
            values[index] = codec.written(values[index])
        return dict(zip(self._reader.names, values, strict=True))


def _driver_value(value: object) -> object:
    return to_microseconds(value) if isinstance(value, datetime) else value


class PreparedUpdate:
    """An UPDATE of one row, prepared: `sets` and `where` are written with `bindparam`s."""

    def __init__(self, statement: sa.Update) -> None:
        """See `PreparedStatement`."""
        self._statement = PreparedStatement(statement)

    def __call__(self, connection: Connection, **values: object) -> bool:
        """Whether exactly one row was changed."""
        given: Mapping[str, Any] = {name: _driver_value(value) for name, value in values.items()}
        return self._statement.count(connection, given) == 1
