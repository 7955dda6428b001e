"""What can go wrong between a service and its database, in words the rest of the service understands.

Constraint violations are not translated here: they reach `work` as `sqlalchemy.exc.IntegrityError`, and the repository
that knows the constraint says what it means.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pysqlite3 import dbapi2
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from servicekit.errors import ConcurrentChangeError, DependencyUnavailableError, StartError

# Primary SQLite result codes (https://www.sqlite.org/rescode.html) that blame the file, the disk or another process.
_SQLITE_CODES = frozenset({5, 6, 7, 8, 10, 11, 13, 14, 15, 26})
_SQLITE_READ_ONLY = 8
_SQLITE_PRIMARY = 0xFF
# PostgreSQL SQLSTATE: serialization_failure, deadlock_detected.
_RETRY_STATES = frozenset({"40001", "40P01"})
# Classes: connection, resources, operator intervention (shutdown, cancel), system error; and lock_not_available.
_READ_ONLY_STATE = "25006"  # a standby server
_UNAVAILABLE_STATES = ("08", "53", "57", "58", "55P03", _READ_ONLY_STATE)

DATABASE_ERRORS = (SQLAlchemyError, dbapi2.Error)


class DatabaseStartError(StartError):
    """The service cannot start on this database. The text is one sentence, fit to be printed as it is."""


class UnsafeDatabaseError(DatabaseStartError):
    """This database could lose what it acknowledged, or is not one that is supported."""


class SchemaVersionError(DatabaseStartError):
    """The tables are older or newer than this program can use."""


class DatabaseUnavailableError(DependencyUnavailableError):
    """The database does not answer, is full, or is too busy."""

    reason = "DATABASE_UNAVAILABLE"


class DatabaseContentionError(ConcurrentChangeError):
    """The transaction met others every time it was tried."""

    reason = "DATABASE_CONTENTION"


def is_contention(error: BaseException) -> bool:
    """Whether the same transaction, run again, may succeed."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _RETRY_STATES


def is_lost_connection(error: BaseException) -> bool:
    """Whether the connection was gone, so that nothing before COMMIT can have been kept."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def translated(error: BaseException) -> BaseException:
    """The error to show instead of `error`: `DatabaseUnavailableError` when the database is to blame, else `error`."""
    if isinstance(error, PoolTimeoutError):
        shown = DatabaseUnavailableError("no free database connection in time")
    elif isinstance(error, DBAPIError | dbapi2.Error) and _is_unavailable(error):
        shown = DatabaseUnavailableError(f"the database does not answer ({_code(error)})")
    else:
        return error
    shown.__cause__ = error
    return shown


@contextmanager
def translating() -> Iterator[None]:
    """Raises what `translated` makes of the database errors of its body, which only reads: writing is its mistake."""
    try:
        yield
    except DATABASE_ERRORS as error:
        shown = translated(error)
        if shown is error or _is_read_only(error):
            raise
        raise shown from error


def _original(error: BaseException) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error


def _is_read_only(error: BaseException) -> bool:
    original = _original(error)
    sqlite_code = getattr(original, "sqlite_errorcode", 0) & _SQLITE_PRIMARY
    return sqlite_code == _SQLITE_READ_ONLY or getattr(original, "sqlstate", None) == _READ_ONLY_STATE


def _is_unavailable(error: BaseException) -> bool:
    original = _original(error)
    if isinstance(original, dbapi2.Error):
        return (getattr(original, "sqlite_errorcode", 0) & _SQLITE_PRIMARY) in _SQLITE_CODES
    state = getattr(original, "sqlstate", None)
    if state is None:  # psycopg: the server was not reached, or went away
        return isinstance(error, OperationalError | InterfaceError)
    return str(state).startswith(_UNAVAILABLE_STATES)


def _code(error: BaseException) -> str:
    original = _original(error)
    name = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return str(name or type(original).__name__)
