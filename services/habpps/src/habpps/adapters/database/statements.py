"""Statements that mean the same on SQLite and PostgreSQL: add or replace, look for words; many rows at once."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Executable, Table, and_
from sqlalchemy.dialects import postgresql, sqlite

from servicekit.database.trial import written

T = TypeVar("T")

KEYS_AT_ONCE = 500  # parameters of one statement
_COUNTED = "changes"


def put(connection: Connection, table: Table, *rows: Mapping[str, Any]) -> None:
    """Add rows or replace those with the same primary key; where the table counts changes, one more is counted.

    All rows have the same columns. It is the only way to write what an act writes: an act on trial writes elsewhere.
    """
    values = [{name: value for name, value in row.items() if name != _COUNTED} for row in rows]
    if values:
        table = written(connection, table, values)
        connection.execute(_putting(table, connection.dialect.name, tuple(values[0])), values)


def parts(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut what is asked by its keys into as many as one statement takes."""
    for start in range(0, len(keys), KEYS_AT_ONCE):
        yield keys[start : start + KEYS_AT_ONCE]


@cache  # a statement costs more to make than to run
def _putting(table: Table, dialect: str, names: tuple[str, ...]) -> Executable:
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    changes: dict[str, Any] = {name: insert.excluded[name] for name in names if name not in keys}
    if _COUNTED in table.c:
        changes[_COUNTED] = table.c[_COUNTED] + 1
    return insert.on_conflict_do_update(index_elements=keys, set_=changes)


def searchable(*texts: str) -> str:
    """Return texts without accents and case, to look for words in."""
    plain = unicodedata.normalize("NFKD", " ".join(texts)).casefold()
    return "".join(character for character in plain if not unicodedata.combining(character))


def words_of(text: str) -> list[str]:
    """Return the words to look for."""
    return searchable(text).split()


def contains(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Say that a searchable column holds each of the words of `text`."""
    return and_(*(column.contains(word, autoescape=True) for word in words_of(text)))
