"""What a verifier says, and how one entry is held against its payload.

The payload is authenticated by the key of its month, which is not in the database. So when it opens, it says what the
entry and its search columns must be, and the one that differs is named.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from audit.domain.entry import MalformedEntryError, OpenedPayload, SearchKeys, parse_document, parse_entry
from audit.domain.event import SubmittedEvent
from audit.domain.merkle import leaf_hash
from audit.domain.shard import ShardKey, commitment

NOT_FINDABLE_BY = ("actor", "organisation", "subject")
"""Search columns that are empty once a payload is redacted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not what it was: where it is stored and what is wrong. `key` names rows without index."""

    table: str
    column: str | None
    problem: str
    index: int | None = None
    event_id: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Irregular:
    """What a producer did wrong, as the journal noticed when it received the event. It is not tampering."""

    kind: str
    index: int
    service: str
    epoch: str
    number: int


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as stored, and the payload as it opened: (salt, document), None when it did not."""

    index: int
    event_id: str
    data: bytes
    keys: SearchKeys
    opened: tuple[bytes, bytes] | None
    is_redacted: bool = False


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """What was found about an entry: its leaf as far as can be known, its event when the payload opened."""

    problems: tuple[Problem, ...]
    leaf: bytes
    event: SubmittedEvent | None
    received_at_us: int | None


def check_entry(stored: StoredEntry, key: ShardKey | None) -> CheckedEntry:
    """Holds an entry, its columns and its payload against one another."""
    truth, event = _truth(stored, key)
    data = stored.data if truth is None else truth
    problems = list(_differences(stored, data))
    if stored.opened is not None and truth is None:
        problems.append(_problem(stored, "payload", "sealed", "the payload is not of this entry"))
    return CheckedEntry(tuple(problems), leaf_hash(data), event, _received_at_us(data))


def _truth(stored: StoredEntry, key: ShardKey | None) -> tuple[bytes | None, SubmittedEvent | None]:
    """The bytes the entry must have according to its payload; None without one."""
    if stored.opened is None or key is None:
        return None, None
    salt, document = stored.opened
    try:
        opened: OpenedPayload = parse_document(document)
        return opened.entry_data(key, commitment(salt, document)), opened.submitted()
    except (MalformedEntryError, KeyError, TypeError, ValueError):
        return None, None


def _differences(stored: StoredEntry, data: bytes) -> Iterator[Problem]:
    if stored.data != data:
        yield _problem(stored, "entry", "entry", f"the bytes are not those written, {_where(stored.data, data)}")
    try:
        parsed = parse_entry(data)
    except MalformedEntryError:
        yield _problem(stored, "entry", "entry", "the bytes are not an entry")
        return
    if stored.event_id != parsed.event_id:
        yield _problem(stored, "entry", "event_id", "the column differs from the entry")
    for field in fields(SearchKeys):
        truth = None if stored.is_redacted and field.name in NOT_FINDABLE_BY else getattr(parsed.keys, field.name)
        if getattr(stored.keys, field.name) != truth:
            yield _problem(stored, "entry", field.name, "the column differs from the entry")


def _received_at_us(data: bytes) -> int | None:
    try:
        return parse_entry(data).keys.received_at_us
    except MalformedEntryError:
        return None


def _where(data: bytes, expected: bytes) -> str:
    pairs = enumerate(zip(data, expected, strict=False))
    first = next((at for at, (one, other) in pairs if one != other), min(len(data), len(expected)))
    return f"first difference at byte {first}"


def _problem(stored: StoredEntry, table: str, column: str, problem: str) -> Problem:
    return Problem(table, column, problem, index=stored.index, event_id=stored.event_id)
