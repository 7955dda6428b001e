"""SQLite: one writer thread with group commit, readers on their own connections.

The writer is in `group_commit`. Invariants: WAL and synchronous=FULL on every connection (NORMAL loses acknowledged
commits in a power cut), a library without the WAL-reset bug (>= 3.51.3), one process per file.
"""

import fcntl
import os
import shutil
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar
from urllib.parse import quote

from pysqlite3 import dbapi2
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from servicekit.database.errors import DATABASE_ERRORS, DatabaseUnavailableError, UnsafeDatabaseError, translating
from servicekit.database.group_commit import DEFAULT_LIMITS, GroupCommit, WriterLimits, raw_connection
from servicekit.database.trial import begin_trial

T = TypeVar("T")

OLDEST_LIBRARY = (3, 51, 3)  # https://www.sqlite.org/wal.html, "the WAL-reset bug"
BUSY_TIMEOUT_MS = 5_000  # how long another process (a backup, a migration) may hold the file

_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-16000",  # KiB
)


class ReadDialect(SQLiteDialect_pysqlite):
    """pysqlite whose transactions really begin when SQLAlchemy says so, and then see one snapshot."""

    supports_statement_cache = True
    begin_statement = "BEGIN"

    def do_begin(self, dbapi_connection: Any) -> None:
        """An event listener would do the same and cost every statement 5 µs. Who asks the driver has begun already."""
        if not dbapi_connection.in_transaction:
            dbapi_connection.execute(self.begin_statement)


class WriteDialect(ReadDialect):
    """The same, taking the write lock at once: a transaction that starts can finish."""

    supports_statement_cache = True
    begin_statement = "BEGIN IMMEDIATE"


registry.register("sqlite.reader", __name__, ReadDialect.__name__)
registry.register("sqlite.writer", __name__, WriteDialect.__name__)


def sqlite_engine(url: URL, *, read_only: bool = False, trial: bool = False, module: ModuleType = dbapi2) -> Engine:
    """An engine whose connections are safe; transactions start with BEGIN IMMEDIATE, or BEGIN when `read_only`.

    `trial`: the file cannot be changed, temporary tables can.

    Raises:
        UnsafeDatabaseError: the SQLite library is older than 3.51.3.
    """
    if module.sqlite_version_info < OLDEST_LIBRARY:
        needed = ".".join(map(str, OLDEST_LIBRARY))
        raise UnsafeDatabaseError(
            f"SQLite {module.sqlite_version} can corrupt a database in WAL mode: {needed} or newer is needed."
        )
    if trial:
        file = quote(str(Path(url.database or "").absolute()))
        url = url.set(database=f"file:{file}", query={"mode": "ro", "uri": "true"})
    engine = create_engine(
        url.set(drivername="sqlite+reader" if read_only or trial else "sqlite+writer"),
        module=module,
        poolclass=NullPool,
        connect_args={"check_same_thread": False, "isolation_level": None},
        hide_parameters=True,  # an error must not carry names into a log
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        if trial:
            connection.execute("PRAGMA temp_store=MEMORY")

    return engine


class SqliteDatabase:
    """`servicekit.database.contract.Database` on a SQLite file."""

    dialect = "sqlite"

    def __init__(self, url: URL, *, limits: WriterLimits = DEFAULT_LIMITS, module: ModuleType = dbapi2) -> None:
        """Opens the file, creating it when it does not exist, and starts the writer.

        Raises:
            UnsafeDatabaseError: old library, or a file system without WAL mode.
            DatabaseUnavailableError: the file cannot be opened or written.
        """
        self._folder = Path(url.database or "").absolute().parent
        self._use = use_of(Path(url.database or ""))
        try:
            self._open(url, limits, module)
        except BaseException:
            os.close(self._use)
            raise

    def _open(self, url: URL, limits: WriterLimits, module: ModuleType) -> None:
        write_engine = sqlite_engine(url, module=module)
        self._readers = _Pool(sqlite_engine(url, read_only=True, module=module))
        self._trials = _Pool(sqlite_engine(url, trial=True, module=module))
        self._writer = GroupCommit(_open_writer(write_engine), limits)

    def read(self, work: Callable[[Connection], T], *, snapshot: bool = True) -> T:
        """See `Database.read`. The driver begins and ends the transaction: SQLAlchemy takes part only when `work` asks
        it something, which prepared statements do not. One statement alone is a snapshot without a transaction."""
        return self._readers.lend(lambda connection: _on_one_view(connection, work, snapshot=snapshot))

    def trial(self, work: Callable[[Connection], T]) -> T:
        """See `Database.trial`."""

        def tried(connection: Connection) -> T:
            begin_trial(connection)
            return work(connection)

        return self._trials.lend(lambda connection: _on_one_view(connection, tried, snapshot=True))

    def write(self, work: Callable[[Connection], T]) -> T:
        """See `Database.write`. Concurrent calls share one fsync."""
        return self._writer.run(work)

    def free_fraction(self) -> float:
        """See `Database.free_fraction`."""
        usage = shutil.disk_usage(self._folder)
        return usage.free / usage.total

    def close(self) -> None:
        """See `Database.close`."""
        self._readers.closed = self._trials.closed = True
        self._trials.clear()  # before the others: who closes the file last folds the WAL into it, and must be able to
        self._writer.close()
        self._readers.clear()
        if self._use >= 0:
            os.close(self._use)
            self._use = -1


class _Pool:
    """Connections that wait for the next who needs one: as many as were needed at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Connection] = deque()
        self.closed = False

    def lend(self, work: Callable[[Connection], T]) -> T:
        if self.closed:
            raise DatabaseUnavailableError("the database is closed")
        with translating():
            connection = self._taken()
            healthy = True
            try:
                return work(connection)
            except DATABASE_ERRORS:
                healthy = False
                raise
            finally:
                if healthy and not self.closed:
                    self._idle.append(connection)
                else:
                    connection.close()

    def clear(self) -> None:
        while self._idle:
            with suppress(IndexError):
                self._idle.pop().close()

    def _taken(self) -> Connection:
        with suppress(IndexError):
            return self._idle.pop()
        return self._engine.connect()


def use_of(database: Path, *, alone: bool = False) -> int:
    """A file descriptor that says that this process uses the SQLite file `database`, until it is closed.

    Any number may use it at once, or one `alone`, who may put another file in its place.

    Raises:
        DatabaseUnavailableError: the other kind of use is under way, or the folder cannot be written.
    """
    try:
        lock = os.open(f"{database}.use.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DatabaseUnavailableError(f"the database {database} cannot be opened: {error.strerror}") from error
    try:
        fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        who = error.strerror
        if isinstance(error, BlockingIOError):
            who = "a service or command uses it" if alone else "it is being restored"
        raise DatabaseUnavailableError(f"the database {database} cannot be taken: {who}") from error
    return lock


def _on_one_view(connection: Connection, work: Callable[[Connection], T], *, snapshot: bool) -> T:
    raw = raw_connection(connection)
    if snapshot:
        raw.execute("BEGIN")
    try:
        return work(connection)
    finally:
        if connection.in_transaction():
            connection.rollback()
        if raw.in_transaction:
            raw.execute("ROLLBACK")


def _open_writer(engine: Engine) -> Connection:
    with translating():
        connection = engine.connect()
        mode = raw_connection(connection).execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise UnsafeDatabaseError(f"The file system of the SQLite database does not allow WAL mode (it is {mode!r}).")
    return connection
