"""What every database promises, and how code inside a transaction learns how the transaction ended.

The neighbours `sqlite` and `postgresql` implement `Database`. Invariant: when `write` returns, the change is on disk;
when it raises, nothing of it is kept, except for a lost connection or disk at the very moment of COMMIT, when nobody
can know (`TransactionEnd.UNKNOWN`).
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")

_CALLBACKS = "servicekit.on_end"
_GATHERED = "servicekit.gather"


class TransactionEnd(Enum):
    """How a transaction ended."""

    COMMITTED = auto()
    ROLLED_BACK = auto()
    UNKNOWN = auto()  # COMMIT failed or was not answered: it may or may not be kept


EndCallback = Callable[[TransactionEnd], None]
Put = Callable[[Connection, list[Any]], None]


class Database(Protocol):
    """A service's own database. Safe to use from any thread."""

    dialect: str  # "sqlite" or "postgresql"

    def read(self, work: Callable[[Connection], T], *, snapshot: bool = True) -> T:
        """Runs `work` on one consistent view of what is committed; it cannot change anything.

        `snapshot=False` is for a single statement: PostgreSQL then spares two round trips. Results must be consumed
        inside `work`.

        Raises:
            DatabaseUnavailableError: the database does not answer.
        """

    def write(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` in one serialisable transaction and returns its value once the change is durable.

        `work` is short, touches nothing but the database, neither commits nor rolls back, and may run again. It is not
        called from inside another `work`. An exception of `work` undoes its changes and reaches the caller as it is.

        Raises:
            DatabaseUnavailableError: the database does not answer, is full, or is too busy to answer in time.
            DatabaseContentionError: other transactions were in the way every time it was tried (PostgreSQL).
        """

    def trial(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` on one consistent view of what is committed, to which it may write; nothing of it is kept.

        `work` sees what it has written, and asks `servicekit.database.trial.written` for the table of each write.
        Nobody waits for it: on SQLite it takes no lock, on PostgreSQL the rows that it writes are locked while it runs.
        Constraints may not be checked.

        Raises:
            DatabaseUnavailableError: the database does not answer, or somebody else holds a row for too long.
            DatabaseContentionError: others changed the same rows every time it was tried (PostgreSQL).
        """

    def free_fraction(self) -> float:
        """The part of the disk below the database that is free, from 0 to 1; 1 where this machine cannot know."""

    def close(self) -> None:
        """Finishes what was accepted, refuses what comes after, and closes every connection. May be called twice."""


def on_end(connection: Connection, callback: EndCallback) -> None:
    """Has `callback` called once, when it is known how the current transaction of `connection` ended.

    The thread that ended the transaction calls it before it begins another on this connection. It must be quick and
    must not raise. Callbacks are called in order after a commit and in reverse order otherwise.

    Raises:
        RuntimeError: `connection` does not come from `Database.write`.
    """
    callbacks = connection.info.get(_CALLBACKS)
    if callbacks is None:
        raise RuntimeError("on_end needs the connection given by Database.write")
    callbacks.append(callback)


def gather(connection: Connection, put: Put, item: object) -> None:
    """Has `put` called once before COMMIT, with every item given for it in the transaction of `connection`, in order.

    Works that are committed together thus write together what they have in common. An error of `put` undoes them as
    one of their own would. It is not called when the work fails.

    Raises:
        RuntimeError: `connection` does not come from `Database.write`.
    """
    gathered: dict[Put, list[object]] | None = connection.info.get(_GATHERED)
    if gathered is None:
        raise RuntimeError("gather needs the connection given by Database.write")
    gathered.setdefault(put, []).append(item)


def put_gathered(connection: Connection) -> None:
    """Writes what was gathered since `begin_callbacks`. For the implementations of `Database`."""
    gathered: dict[Put, list[Any]] = connection.info[_GATHERED]
    for put, items in gathered.items():
        put(connection, items)
    gathered.clear()


def begin_callbacks(connection: Connection) -> list[EndCallback]:
    """Starts collecting callbacks and gathering on `connection`. For the implementations of `Database`."""
    callbacks: list[EndCallback] = []
    connection.info[_CALLBACKS] = callbacks
    connection.info[_GATHERED] = {}
    return callbacks


def end_callbacks(callbacks: list[EndCallback], end: TransactionEnd) -> None:
    """Calls and forgets `callbacks`. For the implementations of `Database`."""
    pending = callbacks.copy() if end is TransactionEnd.COMMITTED else callbacks[::-1]
    callbacks.clear()
    for callback in pending:
        callback(end)
