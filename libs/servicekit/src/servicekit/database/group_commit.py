"""One thread that writes for everybody and commits many callers' changes with one fsync.

A job is a function of the connection. Jobs that wait while a commit is under way form the next transaction. They run
one after the other; when one fails, the transaction is undone and runs again with each job in its own SAVEPOINT, so
that it takes nothing with it. (A SAVEPOINT for each from the start would be two more statements per job, and each
statement hands the interpreter to another thread.) Invariant: a caller returns only after the COMMIT that holds its
work, and when that COMMIT fails every caller of the transaction learns it.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

from pysqlite3 import dbapi2
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from servicekit.database.contract import EndCallback, TransactionEnd, begin_callbacks, end_callbacks, put_gathered
from servicekit.database.errors import DATABASE_ERRORS, DatabaseUnavailableError, translated
from servicekit.logging import get_logger
from servicekit.metrics import COMMITS
from servicekit.references import new_reference
from servicekit.waiting import about_to_wait

log = get_logger("database")

T = TypeVar("T")


@dataclass(frozen=True)
class WriterLimits:
    """How much the writer takes on."""

    batch_jobs: int = 256  # jobs of one transaction; more gains nothing and makes the first one wait
    queue_jobs: int = 4_096  # jobs that may wait; beyond, callers are refused at once
    wait_seconds: float = 10.0  # longest a caller waits, twice the busy time-out of the file


DEFAULT_LIMITS = WriterLimits()
PATIENT_LIMITS = WriterLimits(wait_seconds=24 * 3_600)  # a large import of a command, behind which nobody waits
_BEGIN = "BEGIN IMMEDIATE"  # the write lock at once: a transaction that starts can finish


class _Job(Generic[T]):
    """One caller's work and what became of it. As a context manager, it keeps the exception of its body."""

    def __init__(self, work: Callable[[Connection], T]) -> None:
        self.work = work
        self.value: T | None = None
        self.error: BaseException | None = None
        self._done = threading.Lock()
        self._done.acquire()
        self._claim = threading.Lock()

    def claim(self) -> bool:
        """True for the first of the writer and the caller that gives up."""
        return self._claim.acquire(blocking=False)

    def finish(self) -> None:
        self._done.release()

    def wait(self, seconds: float) -> bool:
        return self._done.acquire(timeout=seconds)

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _type: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> bool:
        self.error = error
        return True


class GroupCommit:
    """The writer thread of one connection, which nobody else uses."""

    def __init__(self, connection: Connection, limits: WriterLimits) -> None:
        """Starts the thread; `close` ends it and closes `connection`."""
        self._connection = connection
        self._raw = raw_connection(connection)
        self._limits = limits
        self._queue: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="database-writer", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[Connection], T]) -> T:
        """The value of `work`, once committed.

        Raises:
            DatabaseUnavailableError: closed, too many waiting, no answer in time, or the database is to blame.
            RuntimeError: called from inside a work, which would wait for itself.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("a database write inside a database write waits for itself for ever")
        job = _Job(work)
        about_to_wait()
        self._accept(job)
        if not job.wait(self._limits.wait_seconds):
            if job.claim():
                raise DatabaseUnavailableError("the database was too busy to start the change in time")
            if not job.wait(self._limits.wait_seconds):
                raise DatabaseUnavailableError("the database did not say in time whether the change is kept")
        if job.error is not None:
            try:
                raise job.error
            finally:
                job.error = None  # no cycle error -> traceback -> job
        return cast(T, job.value)

    def close(self) -> None:
        """Runs what was accepted, then closes the connection."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _accept(self, job: _Job[Any]) -> None:
        with self._closing:
            if self._closed:
                raise DatabaseUnavailableError("the database is closed")
            if self._queue.qsize() >= self._limits.queue_jobs:
                raise DatabaseUnavailableError("too many changes wait for the database")
            self._queue.put(job)

    def _serve(self) -> None:
        last = False
        try:
            while not last:
                jobs, last = self._next_jobs()
                if jobs:
                    self._run_guarded(jobs)
        finally:
            self._closed = True  # should the thread ever die, callers are refused instead of waiting
            self._connection.close()

    def _run_guarded(self, jobs: list[_Job[Any]]) -> None:
        """A mistake in a callback of one transaction must not end the writer: every job has its answer by then."""
        try:
            self._run_together(jobs)
        except Exception as error:  # noqa: BLE001 - the edge of the thread
            told = {"reason": type(error).__name__, "reference": new_reference()}
            log.error("a transaction ended by a mistake", **told)  # noqa: TRY400 - a traceback could hold what was written
            self._undo()

    def _next_jobs(self) -> tuple[list[_Job[Any]], bool]:
        """The jobs of the next transaction, and whether it is the last one."""
        jobs: list[_Job[Any]] = []
        job = self._queue.get()
        while job is not None:
            if job.claim():
                jobs.append(job)
            if len(jobs) >= self._limits.batch_jobs:
                return jobs, False
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return jobs, False
        return jobs, True

    def _run_together(self, jobs: list[_Job[Any]]) -> None:
        COMMITS.observe(len(jobs))
        callbacks: list[EndCallback] = []
        end = TransactionEnd.UNKNOWN
        failure: BaseException | None = None
        try:
            if len(jobs) > 1 and self._run_all(jobs, callbacks):
                end = TransactionEnd.COMMITTED
            else:
                self._raw.execute(_BEGIN)
                for job in jobs:
                    callbacks += self._run_one(job)
                self._commit()
                end = TransactionEnd.COMMITTED
        except (*DATABASE_ERRORS, DatabaseUnavailableError) as error:
            failure = translated(error)
            self._undo()
        finally:
            try:
                end_callbacks(callbacks, end)
            finally:
                for job in jobs:
                    if end is not TransactionEnd.COMMITTED and job.error is None:
                        job.error = failure or DatabaseUnavailableError("the database writer broke down")
                    job.finish()

    def _run_all(self, jobs: list[_Job[Any]], callbacks: list[EndCallback]) -> bool:
        """Every job without a SAVEPOINT, committed; False when one failed and nothing is kept.

        Raises:
            DatabaseUnavailableError: a work has ended the transaction.
            sqlalchemy.exc.DBAPIError: of the COMMIT: nobody knows.
        """
        self._raw.execute(_BEGIN)
        begun = begin_callbacks(self._connection)
        try:
            for job in jobs:
                job.value = job.work(self._connection)
            put_gathered(self._connection)
        except BaseException:  # noqa: BLE001 - whatever it is, it comes again when the job runs by itself
            self._undo()
            end_callbacks(begun, TransactionEnd.ROLLED_BACK)
            return False
        callbacks += begun
        if not self._raw.in_transaction:
            raise DatabaseUnavailableError("the transaction ended inside a work")
        self._commit()
        return True

    def _commit(self) -> None:
        """The driver commits; SQLAlchemy forgets the transaction it joined, if a work asked it something."""
        try:
            self._raw.execute("COMMIT")
        except dbapi2.Error as error:
            raise DBAPIError.instance(
                "COMMIT", None, error, dbapi2.Error, hide_parameters=True, dialect=self._connection.dialect
            ) from error
        if self._connection.in_transaction():
            self._connection.rollback()

    def _undo(self) -> None:
        if self._connection.in_transaction():
            self._connection.rollback()
        self._raw.rollback()  # SQLite keeps a transaction open whose COMMIT a constraint refused

    def _run_one(self, job: _Job[Any]) -> list[EndCallback]:
        callbacks = begin_callbacks(self._connection)
        self._raw.execute("SAVEPOINT job")
        with job:
            job.value = job.work(self._connection)
            put_gathered(self._connection)
        try:
            if job.error is not None:
                self._raw.execute("ROLLBACK TO job")
                job.error = translated(job.error)
                end_callbacks(callbacks, TransactionEnd.ROLLED_BACK)
            self._raw.execute("RELEASE job")
        except dbapi2.Error as error:
            raise DatabaseUnavailableError("the transaction ended inside a work") from error
        return callbacks


def raw_connection(connection: Connection) -> Any:
    """The driver's own connection: for statements that need neither SQLAlchemy's time nor its view."""
    return connection.connection.driver_connection
