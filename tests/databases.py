"""Databases with the tables of a service, for its tests: migrated once in a run, then copied.

The folder of a service says in its `conftest.py` which migrations its databases have (`migrations`); `sqlite_url`,
`postgresql_url` and `database_url` then point at a copy. Each copy belongs to one test, so their order does not matter.
"""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from servicekit.database import migrate

_DROP = "DROP DATABASE {} WITH (FORCE)"


class SqliteFiles:
    """Files that have the tables of a folder of migrations, made when the first test wants a copy."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds them until the end of the run."""
        self._folder = folder
        self._made: dict[Path, Path] = {}

    def copy(self, migrations: Path, path: Path) -> str:
        """URL of a new database at `path`."""
        if migrations not in self._made:
            made = self._folder / f"{len(self._made)}.sqlite3"
            migrate(f"sqlite:///{made}", migrations)
            assert not list(self._folder.glob(f"{made.name}-*")), "the file alone is the whole database"
            self._made[migrations] = made
        shutil.copyfile(self._made[migrations], path)
        return f"sqlite:///{path}"


class PostgresqlTemplates:
    """Databases of one server to be used as TEMPLATE; nobody is connected to them."""

    def __init__(self, server: str) -> None:
        """`server` is a URL whose user may create databases."""
        self._server = server
        self._made: dict[Path, str] = {}

    def name(self, migrations: Path) -> str:
        """The one with these tables, made when the first test wants it."""
        if migrations not in self._made:
            made = f"template_{uuid.uuid4().hex}"
            administer(self._server, "CREATE DATABASE {}", made)
            try:
                migrate(url_of(self._server, made), migrations)
            except BaseException:
                administer(self._server, _DROP, made)
                raise
            self._made[migrations] = made
        return self._made[migrations]

    def drop(self) -> None:
        """A server that goes on keeps none of them."""
        for name in self._made.values():
            administer(self._server, _DROP, name)
        self._made.clear()


@contextmanager
def new_postgresql(server: str, template: str | None = None) -> Iterator[str]:
    """URL of a new database at `server`, a copy of `template` or empty; dropped at the end."""
    name = f"test_{uuid.uuid4().hex}"
    if template:
        administer(server, "CREATE DATABASE {} TEMPLATE {}", name, template)
    else:
        administer(server, "CREATE DATABASE {}", name)
    try:
        yield url_of(server, name)
    finally:
        administer(server, _DROP, name)


def administer(server: str, statement: str, *names: str) -> None:
    """Run a statement about databases, outside a transaction."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def url_of(server: str, database: str) -> str:
    """URL of a database of `server`."""
    return make_url(server).set(database=database).render_as_string(hide_password=False)
