"""Statements that mean the same on SQLite and PostgreSQL: add or replace, look for words."""

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, Table, and_
from sqlalchemy.dialects import postgresql, sqlite

_COUNTED = "changes"


def put(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Add a row or replace the one with the same primary key; where the table counts changes, one more is counted."""
    row = {name: value for name, value in row.items() if name != _COUNTED}
    connection.execute(_putting(table, connection.dialect.name, tuple(row)), row)


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
