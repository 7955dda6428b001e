"""From a URL to an open database."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from servicekit.database.contract import Database
from servicekit.database.errors import UnsafeDatabaseError
from servicekit.database.group_commit import DEFAULT_LIMITS, PATIENT_LIMITS
from servicekit.database.postgresql import PostgresqlDatabase
from servicekit.database.sqlite import SqliteDatabase


def parsed(url: str) -> URL:
    """`url` as SQLAlchemy understands it, with the driver this project uses.

    Raises:
        UnsafeDatabaseError: neither a SQLite file nor PostgreSQL; the text never shows a password.
    """
    try:
        parts = make_url(url)
    except ArgumentError:
        raise UnsafeDatabaseError("The database URL is neither sqlite:///path nor postgresql://….") from None
    kind = parts.get_backend_name()
    if kind == "postgresql":
        return parts.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise UnsafeDatabaseError(f"The database {kind!r} is not supported: use sqlite:///path or postgresql://….")
    if not parts.database or parts.database == ":memory:":
        raise UnsafeDatabaseError("A SQLite database needs a file (sqlite:///path): memory forgets at the end.")
    return parts.set(drivername="sqlite+pysqlite")


def open_database(url: str, *, threads: int = 8, patient: bool = False) -> Database:
    """Opens the database at `url` for at most `threads` concurrent callers (PostgreSQL: connections per kind of use).

    `patient`: a change may take as long as it takes; for commands, whose work is large and keeps nobody waiting.

    Open it in the process that uses it, after any fork. SQLite: one process per file.

    Raises:
        UnsafeDatabaseError: it could lose what it acknowledged (old SQLite, not in WAL mode, fsync=off,
            synchronous_commit=off), or its kind is not supported.
        DatabaseUnavailableError: it does not answer.
    """
    parts = parsed(url)
    if parts.get_backend_name() == "sqlite":
        return SqliteDatabase(parts, limits=PATIENT_LIMITS if patient else DEFAULT_LIMITS)
    return PostgresqlDatabase(parts, threads=threads)
