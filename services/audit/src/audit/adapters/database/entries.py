"""`Entries` in SQL. Core statements only; a batch is written by executemany."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, or_, select

from audit.adapters.database.compact import event_id_bytes, event_id_text, pseudonym_bytes, search_keys
from audit.adapters.database.tables import entry, payload
from audit.domain.entry import SearchKeys
from audit.domain.search import Criteria
from audit.use_cases.ports import EntryRow, SealedPayload
from servicekit.database.prepared import PreparedStatement

_KEY_NAMES = tuple(SearchKeys.__dataclass_fields__)
_KEYS = tuple(entry.c[name] for name in _KEY_NAMES)
_ENTRY = select(entry.c.leaf_index, entry.c.event_id, entry.c.entry, *_KEYS)
_WITH_PAYLOAD = _ENTRY.add_columns(payload.c.wrapped_key, payload.c.sealed).outerjoin(
    payload, payload.c.leaf_index == entry.c.leaf_index
)
_INSERT_ENTRY = PreparedStatement(insert(entry))
_INSERT_PAYLOAD = PreparedStatement(insert(payload))
# One statement per number of ids would be compiled again and again: a few sizes, the last id repeated to fill one.
_IDS_SIZES = (1, 4, 16, 64, 256)
_BY_IDS = {
    size: PreparedStatement(_ENTRY.where(entry.c.event_id.in_([bindparam(f"id_{number}") for number in range(size)])))
    for size in _IDS_SIZES
}
_DATA_BETWEEN = PreparedStatement(
    select(entry.c.entry)
    .where(entry.c.leaf_index >= bindparam("first"), entry.c.leaf_index < bindparam("end"))
    .order_by(entry.c.leaf_index)
)
_RECEIVED_AT = PreparedStatement(select(entry.c.received_at_us).where(entry.c.leaf_index == bindparam("at")))
_TYPE_AFTER = select(entry.c.type).order_by(entry.c.type).limit(1)


class SqlEntries:
    """Entries and payloads in the two tables of those names."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, rows: Sequence[EntryRow]) -> None:
        """See `Entries.add`."""
        _INSERT_ENTRY.run_many(self._connection, [_values(row) for row in rows])
        sealed = [
            {"leaf_index": row.index, "wrapped_key": row.sealed.wrapped_key, "sealed": row.sealed.data}
            for row in rows
            if row.sealed is not None
        ]
        _INSERT_PAYLOAD.run_many(self._connection, sealed)

    def by_event_ids(self, event_ids: Sequence[str]) -> dict[str, EntryRow]:
        """See `Entries.by_event_ids`."""
        found: dict[str, EntryRow] = {}
        for begin in range(0, len(event_ids), _IDS_SIZES[-1]):
            some = [event_id_bytes(one) or b"" for one in event_ids[begin : begin + _IDS_SIZES[-1]]]
            size = next(size for size in _IDS_SIZES if size >= len(some))
            values = {f"id_{number}": some[min(number, len(some) - 1)] for number in range(size)}
            for row in _BY_IDS[size].all(self._connection, values):
                entry_row = _entry_row(row, None)
                found[entry_row.event_id] = entry_row
        return found

    def between(self, first: int, end: int) -> Sequence[EntryRow]:
        """See `Entries.between`."""
        within = _WITH_PAYLOAD.where(_range(first, end)).order_by(entry.c.leaf_index)
        return [_entry_row(row, _sealed(row)) for row in self._connection.execute(within)]

    def data_between(self, first: int, end: int) -> Sequence[bytes]:
        """See `Entries.data_between`."""
        rows = _DATA_BETWEEN.all(self._connection, {"first": first, "end": end})
        return [bytes(row[0]) for row in rows]

    def search(self, criteria: Criteria, before: int | None, limit: int) -> Sequence[EntryRow]:
        """See `Entries.search`."""
        matching = _WITH_PAYLOAD.where(*_conditions(criteria))
        if before is not None:
            matching = matching.where(entry.c.leaf_index < before)
        newest_first = matching.order_by(entry.c.leaf_index.desc()).limit(limit)
        return [_entry_row(row, _sealed(row)) for row in self._connection.execute(newest_first)]

    def first_index_since(self, received_at_us: int) -> int | None:
        """See `Entries.first_index_since`. Times grow with indexes, so no index of the database is needed."""
        end = self._connection.execute(select(func.max(entry.c.leaf_index))).scalar_one_or_none()
        low, high = 0, -1 if end is None else end + 1
        while low < high:
            middle = (low + high) // 2
            row = _RECEIVED_AT.first(self._connection, {"at": middle})
            if row is not None and row[0] < received_at_us:
                low = middle + 1
            else:
                high = middle
        return low if end is not None and low <= end else None

    def types(self, owner: str) -> Sequence[str]:
        """See `Entries.types`. One step of the index per type, however many entries there are."""
        found: list[str] = []
        of_owner = _TYPE_AFTER.where(entry.c.owner == owner)
        name = self._connection.execute(of_owner).scalar_one_or_none()
        while name is not None:
            found.append(name)
            name = self._connection.execute(of_owner.where(entry.c.type > name)).scalar_one_or_none()
        return found

    def count(self, owner: str, first: int, end: int, event_type: str | None = None) -> int:
        """See `Entries.count`."""
        mine = select(func.count()).select_from(entry).where(entry.c.owner == owner, _range(first, end))
        if event_type is not None:
            mine = mine.where(entry.c.type == event_type)
        return self._connection.execute(mine).scalar_one()


def _range(first: int, end: int) -> ColumnElement[bool]:
    return and_(entry.c.leaf_index >= first, entry.c.leaf_index < end)


def _conditions(criteria: Criteria) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [entry.c.owner == criteria.owner]
    pseudonyms = (
        (entry.c.actor, criteria.actors),
        (entry.c.organisation, criteria.organisations),
        (entry.c.subject, criteria.subjects),
    )
    conditions += [column.in_(map(pseudonym_bytes, values)) for column, values in pseudonyms if values is not None]
    if criteria.type is not None:
        conditions.append(entry.c.type == criteria.type)
    if criteria.decision is not None:
        conditions.append(entry.c.decision == criteria.decision)
    if criteria.reference is not None:
        conditions.append(entry.c.reference == criteria.reference)
    if criteria.anyone is not None:
        columns = (entry.c.actor, entry.c.organisation, entry.c.subject)
        anyone = [pseudonym_bytes(one) for one in criteria.anyone]
        conditions.append(or_(*(column.in_(anyone) for column in columns)))
    if criteria.without:
        conditions.append(entry.c.type.not_in(criteria.without))
    if criteria.from_us is not None:
        conditions.append(entry.c.occurred_at_us >= criteria.from_us)
    if criteria.until_us is not None:
        conditions.append(entry.c.occurred_at_us < criteria.until_us)
    return conditions


def _values(row: EntryRow) -> dict[str, Any]:
    keys = row.keys
    return {
        "leaf_index": row.index,
        "event_id": event_id_bytes(row.event_id),
        "entry": row.data,
        "shard": keys.shard,
        "type": keys.type,
        "decision": keys.decision,
        "actor": pseudonym_bytes(keys.actor),
        "organisation": pseudonym_bytes(keys.organisation),
        "subject": pseudonym_bytes(keys.subject),
        "owner": keys.owner,
        "reference": keys.reference,
        "occurred_at_us": keys.occurred_at_us,
        "received_at_us": keys.received_at_us,
    }


def _sealed(row: Any) -> SealedPayload | None:
    return None if row.sealed is None else SealedPayload(bytes(row.wrapped_key), bytes(row.sealed))


def _entry_row(row: Sequence[Any], sealed: SealedPayload | None) -> EntryRow:
    """From the columns of `_ENTRY`, with or without more behind them."""
    leaf_index, event_id, data = row[:3]
    keys = search_keys(dict(zip(_KEY_NAMES, row[3:], strict=False)))
    return EntryRow(leaf_index, event_id_text(event_id), bytes(data), keys, sealed)
