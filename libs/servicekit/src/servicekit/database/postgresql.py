"""PostgreSQL through psycopg 3: three small pools, one for each kind of use.

    pool        isolation                        for
    write       SERIALIZABLE                     `write`: the same guarantee as SQLite's single writer; retried
    snapshot    REPEATABLE READ, READ ONLY       `read`: several statements on one view; `trial`, which may write
    statement   AUTOCOMMIT, no reset on return   `read(snapshot=False)`: one statement, one round trip

Invariant: a server that may lose acknowledged commits (fsync=off, synchronous_commit=off) is refused at open.
"""

import random
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from servicekit.database.contract import EndCallback, TransactionEnd, begin_callbacks, end_callbacks, put_gathered
from servicekit.database.errors import (
    DATABASE_ERRORS,
    DatabaseContentionError,
    DatabaseUnavailableError,
    UnsafeDatabaseError,
    is_contention,
    is_lost_connection,
    translated,
    translating,
)
from servicekit.logging import get_logger
from servicekit.waiting import about_to_wait

T = TypeVar("T")
_Once: TypeAlias = Callable[[Engine, Callable[[Connection], T]], T]

log = get_logger("servicekit.database")

POOL_TIMEOUT_SECONDS = 2  # a caller that waits longer for a connection is told that the database is unavailable
CONNECT_TIMEOUT_SECONDS = 5
POOLS = 3
BACKGROUND_CONNECTIONS = 2  # for the threads of the process itself: a relay never waits behind requests
WRITE_WAIT_SECONDS = 10.0  # longest a write keeps trying
FREE_ATTEMPTS = 2
TRIALS = 5
LONGEST_PAUSE_SECONDS = 0.05

# Milliseconds. A lock or a forgotten transaction must not hold a service longer than its own callers wait.
_SESSION = "-c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000"


def postgresql_engine(url: URL, *, threads: int = 1, isolation_level: str = "SERIALIZABLE", **options: Any) -> Engine:
    """An engine with at most `threads` connections."""
    arguments: dict[str, object] = {"connect_timeout": CONNECT_TIMEOUT_SECONDS}
    if "options" not in url.query:
        arguments["options"] = _SESSION
    return create_engine(
        url,
        pool_size=threads,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        isolation_level=isolation_level,
        connect_args=arguments,
        hide_parameters=True,  # an error must not carry names into a log
        **options,
    )


class PostgresqlDatabase:
    """`servicekit.database.contract.Database` on a PostgreSQL server."""

    dialect = "postgresql"

    def __init__(self, url: URL, *, threads: int) -> None:
        """Connects once to see that the server keeps what it acknowledges.

        Raises:
            UnsafeDatabaseError: fsync or synchronous_commit is off.
            DatabaseUnavailableError: the server does not answer.
        """
        self._closed = False
        self._persistent = threading.Lock()
        size = threads + BACKGROUND_CONNECTIONS
        self._write_engine = postgresql_engine(url, threads=size)
        self._snapshot_engine = postgresql_engine(url, threads=size, isolation_level="REPEATABLE READ")
        self._statement_engine = postgresql_engine(
            url, threads=size, isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )
        event.listen(self._snapshot_engine, "connect", _make_read_only)
        event.listen(self._statement_engine, "connect", _make_read_only)
        try:
            self.read(_require_durability, snapshot=False)
            if shortage := self.read(partial(_shortage, POOLS * size), snapshot=False):
                log.warning("postgresql gives too few connections", problem=shortage)
        except BaseException:
            self.close()
            raise

    def read(self, work: Callable[[Connection], T], *, snapshot: bool = True) -> T:
        """See `Database.read`."""
        return self._look(_read_once, self._snapshot_engine if snapshot else self._statement_engine, work)

    def _look(self, once: _Once[T], engine: Engine, work: Callable[[Connection], T]) -> T:
        self._require_open()
        about_to_wait()
        try:
            with translating():
                try:
                    return once(engine, work)
                except DBAPIError as error:
                    if not is_lost_connection(error):
                        raise
                return once(engine, work)  # the server was restarted: the pool now holds fresh connections
        finally:
            self._give_back(engine)

    def write(self, work: Callable[[Connection], T]) -> T:
        """See `Database.write`.

        A serialisation failure or deadlock runs `work` again. From the third attempt on, one transaction of this
        process at a time, so that those who keep meeting each other get through.
        """
        self._require_open()
        about_to_wait()
        deadline = time.monotonic() + WRITE_WAIT_SECONDS
        attempt = 0
        while time.monotonic() < deadline:
            with self._persistent if attempt >= FREE_ATTEMPTS else nullcontext():
                try:
                    return self._write_once(work)
                except _TryAgainError:
                    attempt += 1
            pause = min(LONGEST_PAUSE_SECONDS, 0.001 * 2.0**attempt)
            time.sleep(random.uniform(0, pause))  # noqa: S311 - spreads the attempts, keeps no secret
        raise DatabaseContentionError(f"the transaction met others {attempt} times")

    def trial(self, work: Callable[[Connection], T]) -> T:
        """See `Database.trial`. It takes no connection of those who write."""
        for attempt in range(1, TRIALS + 1):
            try:
                return self._look(_try_once, self._snapshot_engine, work)
            except DBAPIError as error:
                if not is_contention(error):
                    raise
                log.debug("a trial met others", attempt=attempt)
        raise DatabaseContentionError(f"the trial met others {TRIALS} times")

    def free_fraction(self) -> float:
        """See `Database.free_fraction`. The server's disk cannot be seen from here: its own monitoring watches it."""
        return 1.0

    def close(self) -> None:
        """See `Database.close`. Who still holds a connection closes it when done (`_give_back`)."""
        self._closed = True
        for engine in (self._write_engine, self._snapshot_engine, self._statement_engine):
            engine.pool.dispose()

    def _give_back(self, engine: Engine) -> None:
        """After a connection has gone back to its pool: nobody else would close it once the database is closed."""
        if self._closed:
            engine.pool.dispose()

    def _write_once(self, work: Callable[[Connection], T]) -> T:
        callbacks: list[EndCallback] = []
        end = TransactionEnd.ROLLED_BACK
        try:
            with self._write_engine.connect() as connection:
                callbacks = begin_callbacks(connection)
                with connection.begin():
                    value = work(connection)
                    put_gathered(connection)
                    end = TransactionEnd.UNKNOWN
                end = TransactionEnd.COMMITTED
                return value
        except DATABASE_ERRORS as error:
            if is_contention(error):  # the server says so itself: nothing was kept, even when COMMIT was asked
                end = TransactionEnd.ROLLED_BACK
            if end is TransactionEnd.ROLLED_BACK and (is_contention(error) or is_lost_connection(error)):
                raise _TryAgainError from error
            shown = translated(error)
            if shown is error:
                raise
            raise shown from error
        finally:
            self._give_back(self._write_engine)
            end_callbacks(callbacks, end)

    def _require_open(self) -> None:
        if self._closed:
            raise DatabaseUnavailableError("the database is closed")


class _TryAgainError(Exception):
    """The attempt left nothing behind and may succeed when repeated."""


def _read_once(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.connect() as connection, connection.begin():
        return work(connection)


def _try_once(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.connect() as connection:  # closing it rolls back
        connection.exec_driver_sql("SET TRANSACTION READ WRITE")
        return work(connection)


def _make_read_only(connection: Any, _record: object) -> None:
    connection.read_only = True
    if connection.autocommit:  # psycopg only says READ ONLY when it begins a transaction
        connection.execute("SET default_transaction_read_only = on")


_CONNECTIONS_GIVEN = """
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
           - coalesce(nullif(current_setting('reserved_connections', true), '')::int, 0) AS server,
           (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()) AS database,
           (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = session_user) AS role,
           (SELECT count(*) FROM pg_stat_activity
             WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) AS used
"""


def _shortage(wanted: int, connection: Connection) -> str | None:
    """One sentence when the server may refuse some of the `wanted` connections that this process may open."""
    row = connection.execute(text(_CONNECTIONS_GIVEN)).one()
    given, limit = min(
        (value, name)
        for value, name in (
            (row.server - row.used, f"max_connections (others hold {row.used})"),
            (row.database, "CONNECTION LIMIT of the database"),
            (row.role, "CONNECTION LIMIT of the role"),
        )
        if value is not None
    )
    if wanted <= given:
        return None
    return (
        f"This process may open {wanted} connections and PostgreSQL gives it {given}, by its {limit}: "
        "raise that, or lower the numbers of threads."
    )


def _require_durability(connection: Connection) -> None:
    for setting in ("fsync", "synchronous_commit"):
        value = connection.execute(text(f"SHOW {setting}")).scalar_one()
        if value == "off":
            raise UnsafeDatabaseError(f"PostgreSQL with {setting}=off loses acknowledged changes: set it to on.")
