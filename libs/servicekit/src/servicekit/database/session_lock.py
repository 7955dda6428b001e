"""A lock that one process of several holds at a time, and that is taken back from one that dies.

On PostgreSQL it is an advisory lock of a session of its own (PostgreSQL, Explicit Locking §13.3.5), which the server
gives back when the connection ends; a machine that is gone is noticed within about ten seconds. On SQLite, where every
process is on one machine, it is `flock` on a file beside the database.
"""

import fcntl
import hashlib
import threading
from pathlib import Path
from typing import IO, Any, Protocol

from sqlalchemy import URL, Connection, text

from servicekit.database.errors import DatabaseUnavailableError, translating
from servicekit.database.opening import parsed
from servicekit.database.postgresql import postgresql_engine

# Of the server: seconds without a sign of life, between questions, and how many stay unanswered.
_KEEPALIVE = ("SET tcp_keepalives_idle = 4", "SET tcp_keepalives_interval = 2", "SET tcp_keepalives_count = 3")


class SessionLock(Protocol):
    """Safe to use from any thread; it belongs to the process, and one holder in it excludes another, too."""

    def take(self, *, wait: bool) -> bool:
        """Whether it is held now; `wait` until another holder gives it back.

        Raises:
            DatabaseUnavailableError: the database does not answer, or the wait took five seconds.
        """

    def is_held(self) -> bool:
        """Whether this process still has it: asks the server."""

    def release(self) -> None:
        """Gives it back; nothing when it is not held."""

    def close(self) -> None:
        """Gives it back and lets its connection go."""


def open_lock(url: str, name: str) -> SessionLock:
    """The lock of that name on the database at `url`; nothing is opened yet.

    Raises:
        UnsafeDatabaseError: the kind of database is not supported.
    """
    parts = parsed(url)
    if parts.get_backend_name() == "sqlite":
        return FileLock(Path(f"{parts.database}.{name}.lock"))
    return AdvisoryLock(parts, name)


class FileLock:
    """`SessionLock` on a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mine = threading.Lock()
        self._file: IO[str] | None = None

    def take(self, *, wait: bool) -> bool:
        """See `SessionLock.take`."""
        if not self._mine.acquire(blocking=wait):
            return False
        try:
            self._file = self._locked(wait=wait)
        finally:
            if self._file is None:
                self._mine.release()
        return self._file is not None

    def _locked(self, *, wait: bool) -> IO[str] | None:
        file = self._path.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file

    def is_held(self) -> bool:
        """See `SessionLock.is_held`."""
        return self._file is not None

    def release(self) -> None:
        """See `SessionLock.release`."""
        file, self._file = self._file, None
        if file is not None:
            file.close()
            self._mine.release()

    def close(self) -> None:
        """See `SessionLock.close`."""
        self.release()


class AdvisoryLock:
    """`SessionLock` on PostgreSQL."""

    def __init__(self, url: URL, name: str) -> None:
        self._engine = postgresql_engine(url, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
        self._key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        self._mine = threading.Lock()
        self._session: Connection | None = None
        self._holds = False

    def take(self, *, wait: bool) -> bool:
        """See `SessionLock.take`."""
        if not self._mine.acquire(blocking=wait):
            return False
        try:
            self._holds = self._ask(wait=wait)
        finally:
            if not self._holds:
                self._mine.release()
        return self._holds

    def is_held(self) -> bool:
        """See `SessionLock.is_held`."""
        if not self._holds:
            return False
        try:
            self._run("SELECT 1")
        except DatabaseUnavailableError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """See `SessionLock.release`."""
        if not self._holds:
            return
        self._holds = False
        try:
            self._run("SELECT pg_advisory_unlock(:key)", key=self._key)
        except DatabaseUnavailableError:
            pass  # the session is gone, and the lock with it
        finally:
            self._mine.release()

    def close(self) -> None:
        """See `SessionLock.close`."""
        self.release()
        self._forget_session()
        self._engine.dispose()

    def _ask(self, *, wait: bool) -> bool:
        if not wait:
            return bool(self._run("SELECT pg_try_advisory_lock(:key)", key=self._key))
        self._run("SELECT pg_advisory_lock(:key)", key=self._key)
        return True

    def _run(self, statement: str, **values: Any) -> Any:
        """The first value of the answer. A session that failed is not used again: the lock went with it."""
        try:
            with translating():
                return self._open_session().execute(text(statement), values).scalar()
        except BaseException:
            self._forget_session()
            raise

    def _open_session(self) -> Connection:
        if self._session is None:
            session = self._engine.connect()
            for statement in _KEEPALIVE:
                session.execute(text(statement))
            self._session = session
        return self._session

    def _forget_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.invalidate()
            session.close()
