"""Everything the journal needs from the world, as Protocols.

Repositories live inside one transaction and are reached through a `JournalStore`; the other ports are things of the
machine: keys in files, the guard, the published checkpoint.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from audit.domain.checkpoint import SignedCheckpoint, TreeHead, VerifierKey
from audit.domain.clock_check import WatchedClock
from audit.domain.entry import SearchKeys
from audit.domain.merkle import Frontier, leaf_hash
from audit.domain.producer_chain import Hole, ProducerChain
from audit.domain.search import Criteria
from audit.domain.shard import ShardKey
from audit.domain.tiles import GrownTile
from servicekit.event_words import Word

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TreeState:
    """The whole tree in a few hashes, and when its newest entry was received (microseconds since 1970)."""

    frontier: Frontier
    last_received_at_us: int
    edge: bytes = b""
    """The hashes of the partial tile of leaves: what grows next."""


@dataclass(frozen=True, slots=True)
class SealedPayload:
    """A payload encrypted under a random key of its own, and that key wrapped by the key of its shard."""

    wrapped_key: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as it is written: its place, its bytes, what it can be found by, its sealed payload."""

    index: int
    event_id: str
    data: bytes
    keys: SearchKeys
    sealed: SealedPayload | None
    """None when it was not read, or is not there any more."""

    @property
    def leaf_hash(self) -> bytes:
        """The hash of its bytes, which is what the tree holds."""
        return leaf_hash(self.data)


@dataclass(frozen=True, slots=True)
class StoredShard:
    """A month and class that has entries, and the check value of its key."""

    name: str
    key_check: bytes
    destroyed_by: int | None = None
    """Index of the event that says that the key was destroyed."""


class Entries(Protocol):
    """The entries, in the order of the tree."""

    def add(self, rows: Sequence[EntryRow]) -> None:
        """Writes entries whose index was assigned under `Tree.lock`."""

    def by_event_ids(self, event_ids: Sequence[str]) -> dict[str, EntryRow]:
        """Those of these events that are in the journal; without their sealed payload."""

    def between(self, first: int, end: int) -> Sequence[EntryRow]:
        """Entries first..end-1 in order, with their payloads."""

    def data_between(self, first: int, end: int) -> Sequence[bytes]:
        """The bytes of entries first..end-1 in order."""

    def search(self, criteria: Criteria, before: int | None, limit: int) -> Sequence[EntryRow]:
        """At most `limit` entries that match, newest first, below index `before`, with their payloads."""

    def first_index_since(self, received_at_us: int) -> int | None:
        """Index of the first entry received at that time or later; None when there is none."""

    def types(self, owner: str) -> Sequence[str]:
        """Every type among the events of an owner, sorted."""

    def count(self, owner: str, first: int, end: int, event_type: str | None = None) -> int:
        """How many of the entries first..end-1 are of this owner, and of this type when one is named."""


class Tree(Protocol):
    """The state of the tree and its tiles, from which proofs are made (`TileNodes`)."""

    def lock(self) -> TreeState:
        """The state, held until the end of the transaction: whoever holds it assigns the next indexes."""

    def state(self) -> TreeState:
        """The state, to read."""

    def save(self, state: TreeState, tiles: Sequence[GrownTile]) -> None:
        """Writes the state and the tiles that have grown."""

    def tile(self, level: int, number: int) -> bytes:
        """The hashes of a tile, one after the other; no bytes when there is none."""


class Producers(Protocol):
    """Where each producer epoch stands."""

    def load(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], ProducerChain]:
        """The chains of these (service, epoch), each empty when nothing came from there yet."""

    def save(self, before: Collection[ProducerChain], after: Collection[ProducerChain]) -> None:
        """Writes chains and their holes; `before` are the same chains as `load` gave them."""

    def chains(self, limit: int) -> Sequence[ProducerChain]:
        """The chains that grew last, newest first, without their holes."""

    def holes(self, since_before_us: int) -> Sequence[tuple[str, str, Hole]]:
        """(service, epoch, hole) of each hole older than that time."""


class Checkpoints(Protocol):
    """Signed checkpoints."""

    def add(self, checkpoint: SignedCheckpoint) -> None:
        """Keeps a checkpoint; one of the same size stays as it is."""

    def newest(self) -> SignedCheckpoint | None:
        """The one of the largest tree."""

    def all(self) -> Sequence[SignedCheckpoint]:
        """Every one, by size."""

    def count(self) -> int:
        """How many there are."""

    def remove(self, sizes: Sequence[int]) -> None:
        """Forgets those of these sizes: only when a person has accepted that they say nothing any more."""


class Shards(Protocol):
    """The months and classes that have entries."""

    def all(self) -> Sequence[StoredShard]:
        """In the order of time."""

    def find(self, name: str) -> StoredShard | None:
        """The one of that name."""

    def add(self, shard: StoredShard) -> None:
        """Keeps a new one; the same again changes nothing."""

    def destroy(self, name: str, act_index: int) -> None:
        """Notes which event says that the key was destroyed."""


class Erasures(Protocol):
    """What is not readable any more."""

    def redact(self, index: int, act_index: int) -> None:
        """Removes the payload of an entry and what it can be found by, and notes which event says so."""

    def redacted(self, indexes: Sequence[int]) -> dict[int, int]:
        """Of these entries the redacted ones, each with the index of the event that says so."""

    def forget(self, shard: str, limit: int) -> int:
        """Removes at most `limit` payloads of a shard whose key was destroyed; how many they were."""


class ClockWatch(Protocol):
    """The clock as retention saw it; no evidence."""

    def read(self) -> WatchedClock | None:
        """None before the first look."""

    def save(self, watched: WatchedClock) -> None:
        """Replaces what was there."""


class Words(Protocol):
    """What producers call their events; no evidence."""

    def has(self, service: str, digest: bytes) -> bool:
        """Whether the words of this digest were told by this service."""

    def add(self, service: str, digest: bytes, words: Sequence[Word], at_us: int) -> int:
        """Keeps words, each in place of an older one for its code; how many the service has then."""

    def lists(self) -> int:
        """How many lists of words were told: it grows when words change."""

    def all(self) -> Sequence[tuple[str, Word]]:
        """Every word with its service."""


@dataclass(frozen=True, kw_only=True)
class Repositories:
    """All that one transaction reaches."""

    entries: Entries
    tree: Tree
    producers: Producers
    checkpoints: Checkpoints
    shards: Shards
    erasures: Erasures
    clock: ClockWatch
    words: Words


class JournalStore(Protocol):
    """Transactions over the journal. `work` is short, does nothing but the database, and may run again."""

    def read(self, work: Callable[[Repositories], T], *, snapshot: bool = True) -> T:
        """Runs `work` on one consistent view; without `snapshot`, which one statement does not need, it costs less.

        Raises:
            DependencyUnavailableError: the database does not answer.
        """

    def write(self, work: Callable[[Repositories], T]) -> T:
        """Runs `work` in one transaction that is on disk when this returns.

        Raises:
            DependencyUnavailableError: the database does not answer.
        """


class ShardKeys(Protocol):
    """The keys of the shards, outside the database."""

    def get(self, shard: str) -> ShardKey | None:
        """The key, or None when it was never made, is lost or was destroyed."""

    def get_or_create(self, shard: str) -> ShardKey:
        """The key, made now when the shard is new."""

    def destroy(self, shard: str) -> None:
        """Removes the key for good; one that is not there stays away."""


class PayloadCipher(Protocol):
    """Authenticated encryption of payloads."""

    def seal(self, key: ShardKey, event_id: str, salt: bytes, document: bytes) -> SealedPayload:
        """Encrypts salt and document under a new key; the event id is authenticated with both."""

    def open(self, key: ShardKey, event_id: str, sealed: SealedPayload) -> tuple[bytes, bytes] | None:
        """(salt, document), or None when the bytes, the event id or the key is not what it was."""


class NoteSigner(Protocol):
    """The journal's Ed25519 key."""

    @property
    def verifier_key(self) -> VerifierKey:
        """The public half."""

    def sign(self, text: str) -> bytes:
        """The signature over the UTF-8 text (64 bytes)."""


class NoteVerifier(Protocol):
    """The public half of the journal's key."""

    @property
    def verifier_key(self) -> VerifierKey:
        """The key itself."""

    def holds(self, text: str, signature: bytes) -> bool:
        """Whether the signature over the text is the journal's."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the guard says: the last signed tree, how many checkpoints were signed, and the one that is being signed."""

    signed: TreeHead
    checkpoints: int
    next: TreeHead | None = None


class Guard(Protocol):
    """The last signed size and root, outside the database: a restored or cut database is noticed."""

    def read(self) -> Guarded | None:
        """What it says; None when there is none.

        Raises:
            JournalDamagedError: the file cannot be understood.
        """

    def turn(self, *, wait: bool) -> AbstractContextManager[bool]:
        """The right to sign, of one process at a time; False when another has it and `wait` is not asked for."""

    def write(self, guarded: Guarded) -> None:
        """Replaces what it says; only in one's turn."""

    def keep_aside(self, at: datetime) -> None:
        """Keeps the present file under another name, as evidence."""


class PublishedCheckpoint(Protocol):
    """Where outsiders find the newest checkpoint."""

    def publish(self, note: str) -> None:
        """Replaces the published note at once."""

    def keep_aside(self, at: datetime) -> None:
        """Keeps the present note under another name, as evidence."""

    def read(self) -> str | None:
        """The published note."""


class Alarms(Protocol):
    """Where operators are told, besides the journal itself."""

    def raised(self, kind: str, details: dict[str, str | int]) -> None:
        """Says it in the technical log; `details` name no person."""


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An entry and its payload exactly as the tables hold them; a missing payload is None."""

    index: int
    event_id: str
    data: bytes
    keys: SearchKeys
    sealed: SealedPayload | None


@dataclass(frozen=True, slots=True)
class RawState:
    """The row of the tree's state exactly as the table holds it."""

    id: int
    size: int
    frontier: bytes
    last_received_at_us: int


class UnreadableTableError(Exception):
    """A table cannot be read to its end: the storage itself is damaged."""

    def __init__(self, table: str, cause: str) -> None:
        super().__init__(f"table {table} cannot be read ({cause})")
        self.table = table


class JournalScan(Protocol):
    """One consistent view of every evidence table, read from end to end. Values may be of any type.

    Every method raises `UnreadableTableError` when the storage is damaged.
    """

    def storage_problems(self) -> Iterator[str]:
        """What the database itself finds wrong with its file."""

    def state(self) -> RawState | None:
        """The state of the tree; None when there is not exactly one row."""

    def entries(self) -> Iterator[RawEntry]:
        """Every entry by index, whatever the index."""

    def orphan_payloads(self) -> Iterator[int]:
        """Indexes of payloads without entry."""

    def tiles(self) -> Iterator[tuple[Any, Any, Any]]:
        """(level, number, hashes) of every tile, by level and number."""

    def checkpoints(self) -> Iterator[tuple[int, bytes, str]]:
        """(size, root, note) of every checkpoint by size."""

    def chains(self) -> Iterator[ProducerChain]:
        """Every producer chain, without its holes."""

    def holes(self) -> Iterator[tuple[str, str, Hole]]:
        """(service, epoch, hole) of every hole."""

    def shards(self) -> Iterator[StoredShard]:
        """Every shard."""

    def redactions(self) -> Iterator[tuple[Any, Any]]:
        """(index, index of the event that says so) of every redacted entry."""
