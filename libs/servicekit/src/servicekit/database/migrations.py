"""Changes the tables (`migrate`) and refuses to start on tables the program cannot use (`check_schema`).

Expand and contract: a migration that only adds lets older programs go on, so a service may be rolled back. One that
takes something away says so in its file, `oldest_program = "0003"`: the oldest program, by the newest migration it
knows, that can use the tables afterwards. Migrations are numbered files `versions/NNNN_*.py` of a service; the
environment they run in is shared, in `alembic_env`. One migration at a time, held by a lock.

Until the first release a service has one migration, `0001`, that creates the tables as its `tables.py` describes them;
the release writes them out in it, so that later changes of `tables.py` leave it as it was.
"""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from servicekit.database.contract import Database
from servicekit.database.errors import SchemaVersionError, translating
from servicekit.database.opening import parsed
from servicekit.database.postgresql import postgresql_engine
from servicekit.database.sqlite import sqlite_engine

PROGRAM_TABLE = "schema_oldest_program"
LOCK_WAIT_SECONDS = 60
_LOCK_PAUSE_SECONDS = 0.05
ADVISORY_LOCK = 0x4D43_5031  # one number for all migrations: a database belongs to one service

_one_in_this_process = threading.Lock()  # Alembic keeps what it is doing in module variables


def migrate(url: str, migrations_folder: Path, *, target: str = "head") -> str:
    """Brings the database at `url` to the newest migration in `migrations_folder`/versions, all or nothing.

    `target`: the number of an older migration to stop at. Returns the number that was reached. Waits for another
    migration of the same database to finish.

    Raises:
        SchemaVersionError: another migration holds the lock for a minute, or the folder has no migration.
        UnsafeDatabaseError: the kind of database is not supported, or its library is too old.
        DatabaseUnavailableError: the database does not answer.
    """
    parts = parsed(url)
    if parts.get_backend_name() == "sqlite":
        with migration_lock(Path(parts.database or "")):
            return _upgrade(sqlite_engine(parts), migrations_folder, target)
    return _upgrade(postgresql_engine(parts, isolation_level="READ COMMITTED"), migrations_folder, target)


def check_schema(database: Database, minimum: str, current: str) -> None:
    """Says clearly when this program cannot use the tables: it needs migration `minimum` and knows up to `current`.

    A newer database is fine as long as no migration since `current` took away what this program needs.

    Raises:
        SchemaVersionError: no tables, too old, or changed beyond what this program knows.
        DatabaseUnavailableError: the database does not answer.
    """
    found, oldest_program = database.read(_versions)
    if found is None:
        raise SchemaVersionError("The database has no tables yet: run the command `migrate`.")
    if int(found) < int(minimum):
        raise SchemaVersionError(
            f"The database is at migration {found} and this program needs {minimum}: run the command `migrate`."
        )
    if oldest_program is not None and int(current) < int(oldest_program):
        raise SchemaVersionError(
            f"The database was changed for programs that know migration {oldest_program}; this one knows {current}: "
            "start a newer program."
        )


def _versions(connection: Connection) -> tuple[str | None, str | None]:
    tables = inspect(connection)
    if not tables.has_table("alembic_version"):
        return None, None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    oldest = None
    if tables.has_table(PROGRAM_TABLE):
        oldest = connection.execute(text(f"SELECT max(program) FROM {PROGRAM_TABLE}")).scalar_one()  # noqa: S608 - constant
    return found, oldest


def _upgrade(engine: Engine, folder: Path, target: str) -> str:
    from alembic import command  # only this command needs it: a service starts a quarter of a second sooner
    from alembic.config import Config

    config = Config()
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", str(Path(__file__).with_name("alembic_env")).replace("%", "%%"))
    config.set_main_option("version_locations", str(folder.absolute() / "versions").replace("%", "%%"))
    try:
        with translating(), _one_in_this_process, engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, target)
            found, _ = _versions(connection)
    finally:
        engine.dispose()
    if found is None:
        raise SchemaVersionError(f"There is no migration in {folder}.")
    return found


@contextmanager
def migration_lock(database: Path) -> Iterator[None]:
    """One at a time changes the tables of the SQLite file `database`; waits a minute for another.

    Held by the process: the system takes it back when the process dies.

    Raises:
        SchemaVersionError: another migration holds it for a minute.
    """
    path = Path(f"{database}.migrate.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise SchemaVersionError("Another migration of this database is under way.") from None
                time.sleep(_LOCK_PAUSE_SECONDS)
        yield
