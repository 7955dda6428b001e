"""`JournalScan`: every evidence table from end to end, as it lies on the disk, in one consistent read-only view.

Nothing is believed: a text may hold bytes that are no UTF-8, a number may be a text, a page of the file may be torn.
Texts are therefore read as bytes on SQLite, and an error of the database names the table it came from.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, func, literal_column, select, text, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import LargeBinary, NullType, String

from audit.adapters.database.compact import event_id_text, search_keys
from audit.adapters.database.tables import (
    checkpoint,
    entry,
    payload,
    producer_hole,
    producer_state,
    redaction,
    shard,
    tile,
    tree_state,
)
from audit.domain.producer_chain import Hole, ProducerChain
from audit.use_cases.ports import JournalScan, RawEntry, RawState, SealedPayload, StoredShard, UnreadableTableError
from servicekit.database import Database

T = TypeVar("T")
_ROWS_AT_ONCE = 1000
_SOUND = "ok"


class SqlScanner:
    """Opens scans on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def scan(self, work: Callable[[JournalScan], T]) -> T:
        """Runs `work` over one consistent view, read-only."""
        return self._database.read(lambda connection: work(_SqlScan(connection)))


class _SqlScan:
    """`JournalScan` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sqlite = connection.dialect.name == "sqlite"

    def storage_problems(self) -> Iterator[str]:
        """See `JournalScan.storage_problems`: SQLite's own check, which also holds indexes against tables."""
        if self._sqlite:
            with _naming("(file)"):
                for (message,) in self._connection.execute(text("PRAGMA integrity_check(100)")):
                    if message != _SOUND:
                        yield str(message)

    def state(self) -> RawState | None:
        """See `JournalScan.state`."""
        rows = [RawState(*row) for row in self._rows(self._all(tree_state), tree_state)]
        return rows[0] if len(rows) == 1 else None

    def entries(self) -> Iterator[RawEntry]:
        """See `JournalScan.entries`."""
        columns = [self._column(column) for column in entry.columns]
        sealing = (payload.c.wrapped_key, payload.c.sealed)
        joined = select(*columns, *[self._column(one) for one in sealing]).order_by(entry.c.leaf_index)
        query = joined.outerjoin(payload, payload.c.leaf_index == entry.c.leaf_index).select_from(entry)
        names = [column.name for column in entry.columns]
        for row in self._rows(query, entry, *sealing):
            values = dict(zip(names, row, strict=False))
            keys = search_keys(values)
            wrapped_key, data = row[len(names) :]
            sealed = None if data is None and wrapped_key is None else SealedPayload(wrapped_key or b"", data or b"")
            place = (values["leaf_index"], event_id_text(values["event_id"]), values["entry"])
            yield RawEntry(*place, keys, sealed)

    def orphan_payloads(self) -> Iterator[int]:
        """See `JournalScan.orphan_payloads`."""
        without = select(payload.c.leaf_index).outerjoin(entry, payload.c.leaf_index == entry.c.leaf_index)
        for row in self._rows(without.where(entry.c.leaf_index.is_(None)), payload):
            yield row[0]

    def tiles(self) -> Iterator[tuple[Any, Any, Any]]:
        """See `JournalScan.tiles`."""
        for row in self._rows(self._all(tile).order_by(tile.c.level, tile.c.number), tile):
            yield row[0], row[1], row[2]

    def checkpoints(self) -> Iterator[tuple[int, bytes, str]]:
        """See `JournalScan.checkpoints`."""
        for row in self._rows(self._all(checkpoint).order_by(checkpoint.c.size), checkpoint):
            yield row[0], row[1], row[2]

    def chains(self) -> Iterator[ProducerChain]:
        """See `JournalScan.chains`."""
        for row in self._rows(self._all(producer_state), producer_state):
            yield ProducerChain(row[0], row[1], row[2], row[3], row[4])

    def holes(self) -> Iterator[tuple[str, str, Hole]]:
        """See `JournalScan.holes`."""
        for row in self._rows(self._all(producer_hole), producer_hole):
            yield row[0], row[1], Hole(row[2], row[3], row[4])

    def shards(self) -> Iterator[StoredShard]:
        """See `JournalScan.shards`."""
        for row in self._rows(self._all(shard), shard):
            yield StoredShard(row[0], row[1], row[2])

    def redactions(self) -> Iterator[tuple[Any, Any]]:
        """See `JournalScan.redactions`."""
        for row in self._rows(self._all(redaction), redaction):
            yield row[0], row[1]

    def _all(self, table: Table) -> Select[Any]:
        return select(*[self._column(column) for column in table.columns]).select_from(table)

    def _column(self, column: Any) -> Any:
        """The column as it lies there: no decoding, no conversion."""
        if not self._sqlite:
            return column
        if isinstance(column.type, String):
            as_bytes: Any = func.iif(column.is_(None), None, literal_column(f"CAST({column} AS BLOB)"))
            return type_coerce(as_bytes, LargeBinary).label(f"{column.name}_bytes")
        return type_coerce(column, NullType()).label(f"{column.name}_raw")

    def _rows(self, query: Select[Any], table: Table, *more: Any) -> Iterator[tuple[Any, ...]]:
        """Rows of the first columns of `table`, then of `more`."""
        types = [column.type for column in (*table.columns, *more)]
        with _naming(table.name):
            result = self._connection.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})
            try:
                for row in result:
                    yield tuple(_as_declared(value, kind) for value, kind in zip(row, types, strict=False))
            finally:
                result.close()


def _as_declared(value: Any, kind: Any) -> Any:
    """The value in the type the column should have; what cannot be it becomes something no comparison accepts."""
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else value


@contextmanager
def _naming(table: str) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise UnreadableTableError(table, type(getattr(error, "orig", error)).__name__) from error
