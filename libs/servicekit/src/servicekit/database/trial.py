"""Writing on trial to SQLite: what is written stands before the tables, on a connection that can change no file.

SQLite looks for a name among the temporary tables first, so that every statement reads what was written on trial
without knowing of it. The file is opened for reading only: a write that does not ask `written` for its table is
refused, and nobody waits for the one writer. Ending the transaction forgets everything, temporary tables included.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, insert, select, tuple_

_ON_TRIAL = "servicekit.on_trial"
_MOST_KEYS = 500


def begin_trial(connection: Connection) -> None:
    """Starts remembering which tables are written to. For the implementation of `Database.trial`."""
    connection.info[_ON_TRIAL] = set()


def written(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> Table:
    """The table to which a statement writes `rows`: `table` itself, or on trial the one that stands before it.

    On trial, the rows of `table` with the same primary key are there first, so that they can be replaced. Statements
    that read go on naming `table`.
    """
    shadowed: set[str] | None = connection.info.get(_ON_TRIAL)
    if shadowed is None:
        return table
    before = _before(table)
    if table.name not in shadowed:
        for statement in _shadowing(table.name, before.name, tuple(key.name for key in table.primary_key)):
            connection.exec_driver_sql(statement)
        shadowed.add(table.name)
    _bring(connection, table, rows)
    return before


@cache
def _original(table: Table) -> Table:
    return Table(table.name, MetaData(), *(Column(one.name, one.type) for one in table.columns), schema="main")


@cache  # statements are cached by their table
def _before(table: Table) -> Table:
    columns: list[Column[Any]] = [Column(one.name, one.type, primary_key=one.primary_key) for one in table.columns]
    return Table(f"trial_{table.name}", MetaData(), *columns)


def _shadowing(name: str, before: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The names are those of our own tables."""
    same = " AND ".join(f'mine."{key}" = known."{key}"' for key in keys)
    listed = ", ".join(f'"{key}"' for key in keys)
    known = f'SELECT * FROM main."{name}" AS known'  # noqa: S608 - see above
    mine = f'temp."{before}" AS mine'
    others = f"NOT EXISTS (SELECT 1 FROM {mine} WHERE {same})"  # noqa: S608 - see above
    return (
        f'CREATE TEMP TABLE "{before}" AS {known} LIMIT 0',
        f'CREATE UNIQUE INDEX temp."{before}_key" ON "{before}" ({listed})',
        f'CREATE TEMP VIEW "{name}" AS {known} WHERE {others} UNION ALL SELECT * FROM {mine}',  # noqa: S608
    )


def _bring(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Copies the rows that are about to be replaced."""
    keys = list(table.primary_key)
    before = _before(table)
    for start in range(0, len(rows), _MOST_KEYS):
        part = [tuple(row[key.name] for key in keys) for row in rows[start : start + _MOST_KEYS]]
        known = _original(table)
        wanted = select(known).where(tuple_(*(known.c[key.name] for key in keys)).in_(part))
        columns = [one.name for one in table.columns]
        connection.execute(insert(before).prefix_with("OR IGNORE").from_select(columns, wanted))
