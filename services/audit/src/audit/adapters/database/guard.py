"""The guard in a second database, for a journal whose processes are on several machines.

It must not be restored together with the database of the journal. The published checkpoint is kept beside it, so that
every machine compares the same two; each also writes its own file for outsiders.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String, Table, Text, delete, insert, select

from audit.domain.checkpoint import TreeHead
from audit.domain.merkle import HASH_SIZE
from audit.domain.refusals import JournalDamagedError
from audit.use_cases.ports import Guarded, PublishedCheckpoint
from servicekit.database import Database
from servicekit.database.session_lock import SessionLock

LOCK_NAME = "journal-guard"
_PRESENT = "present"
metadata = MetaData()

last_signed = Table(
    "last_signed",
    metadata,
    Column("kept_as", String(32), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("checkpoints", Integer, nullable=False),
    Column("next_size", BigInteger),
    Column("next_root", LargeBinary),
)

published_note = Table(
    "published_note",
    metadata,
    Column("kept_as", String(32), primary_key=True),
    Column("note", Text, nullable=False),
)


class SqlGuard:
    """`Guard` in the table `last_signed`; former rows are kept under the time at which they were put aside."""

    def __init__(self, database: Database, lock: SessionLock) -> None:
        """Makes the two tables when they are not there.

        Raises:
            DatabaseUnavailableError: the second database does not answer.
        """
        self._database = database
        self._lock = lock
        database.write(metadata.create_all)

    def read(self) -> Guarded | None:
        """See `Guard.read`."""
        row = self._row()
        if row is None:
            return None
        following = None if row.next_size is None else _head(row.next_size, row.next_root)
        return Guarded(_head(row.size, row.root), row.checkpoints, following)

    @contextmanager
    def turn(self, *, wait: bool) -> Iterator[bool]:
        """See `Guard.turn`."""
        if not self._lock.take(wait=wait):
            yield False
            return
        try:
            yield True
        finally:
            self._lock.release()

    def write(self, guarded: Guarded) -> None:
        """See `Guard.write`."""
        following = guarded.next
        values = {
            "kept_as": _PRESENT,
            "size": guarded.signed.size,
            "root": guarded.signed.root,
            "checkpoints": guarded.checkpoints,
            "next_size": None if following is None else following.size,
            "next_root": None if following is None else following.root,
        }
        _replace(self._database, last_signed, values)

    def keep_aside(self, at: datetime) -> None:
        """See `Guard.keep_aside`."""
        row = self._row()
        if row is not None:
            _replace(self._database, last_signed, {**row._asdict(), "kept_as": f"{at:%Y%m%dT%H%M%SZ}"})

    def _row(self) -> Any:
        present = select(last_signed).where(last_signed.c.kept_as == _PRESENT)
        return self._database.read(lambda connection: connection.execute(present).one_or_none())


class SqlPublished:
    """`PublishedCheckpoint` in the table `published_note`, with a copy where outsiders find it."""

    def __init__(self, database: Database, copy: PublishedCheckpoint) -> None:
        self._database = database
        self._copy = copy

    def publish(self, note: str) -> None:
        """See `PublishedCheckpoint.publish`."""
        _replace(self._database, published_note, {"kept_as": _PRESENT, "note": note})
        self._copy.publish(note)

    def keep_aside(self, at: datetime) -> None:
        """See `PublishedCheckpoint.keep_aside`."""
        note = self.read()
        if note is not None:
            _replace(self._database, published_note, {"kept_as": f"{at:%Y%m%dT%H%M%SZ}", "note": note})

    def read(self) -> str | None:
        """See `PublishedCheckpoint.read`."""
        present = select(published_note.c.note).where(published_note.c.kept_as == _PRESENT)
        return self._database.read(lambda connection: connection.execute(present).scalar_one_or_none())


def _replace(database: Database, table: Table, values: dict[str, Any]) -> None:
    def work(connection: Any) -> None:
        connection.execute(delete(table).where(table.c.kept_as == values["kept_as"]))
        connection.execute(insert(table).values(values))

    database.write(work)


def _head(size: int, root: bytes) -> TreeHead:
    if len(root) != HASH_SIZE or size < 0:
        raise JournalDamagedError("the guard cannot be understood")
    return TreeHead(size, bytes(root))
