"""In-memory twins of the journal's ports; one conformance suite runs on them and on the real store."""

import copy
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.domain.checkpoint import SignedCheckpoint, VerifierKey
from audit.domain.merkle import EMPTY_FRONTIER
from audit.domain.producer_chain import Hole, ProducerChain
from audit.domain.search import Criteria
from audit.domain.shard import ShardKey
from audit.domain.tiles import TILE_WIDTH, GrownTile
from audit.use_cases.check_evidence import EMPTY_TREE
from audit.use_cases.ports import EntryRow, Guarded, Repositories, StoredShard, TreeState
from tests.audit.erasure_fakes import InMemoryClockWatch, InMemoryErasures
from tests.audit.word_fakes import InMemoryWords

T = TypeVar("T")


class InMemoryEntries:
    """`Entries` in a list."""

    def __init__(self) -> None:
        self.rows: list[EntryRow] = []
        self._lies = False

    def add(self, rows: Sequence[EntryRow]) -> None:
        self.rows.extend(rows)

    def by_event_ids(self, event_ids: Sequence[str]) -> dict[str, EntryRow]:
        return {row.event_id: _without_payload(row) for row in self.rows if row.event_id in event_ids}

    def between(self, first: int, end: int) -> Sequence[EntryRow]:
        return self.rows[first:end]

    def lie_once(self) -> None:
        """The next bytes that are read are not those that were written."""
        self._lies = True

    def data_between(self, first: int, end: int) -> Sequence[bytes]:
        lie, self._lies = b" " if self._lies else b"", False
        return [row.data + lie for row in self.rows[first:end]]

    def search(self, criteria: Criteria, before: int | None, limit: int) -> Sequence[EntryRow]:
        found = [row for row in self.rows if _matches(row, criteria) and (before is None or row.index < before)]
        return found[::-1][:limit]

    def first_index_since(self, received_at_us: int) -> int | None:
        return next((row.index for row in self.rows if row.keys.received_at_us >= received_at_us), None)

    def types(self, owner: str) -> Sequence[str]:
        return sorted({row.keys.type for row in self.rows if row.keys.owner == owner})

    def count(self, owner: str, first: int, end: int, event_type: str | None = None) -> int:
        counted = [row for row in self.rows[first:end] if row.keys.owner == owner]
        return sum(event_type in (None, row.keys.type) for row in counted)


class InMemoryTree:
    """`Tree` in memory."""

    def __init__(self) -> None:
        self._state = TreeState(EMPTY_FRONTIER, 0)
        self._tiles: dict[tuple[int, int], bytes] = {}

    def lock(self) -> TreeState:
        return self.state()

    def state(self) -> TreeState:
        return replace(self._state, edge=self.tile(0, self._state.frontier.size // TILE_WIDTH))

    def save(self, state: TreeState, tiles: Sequence[GrownTile]) -> None:
        self._state = state
        self._tiles.update({(one.level, one.number): one.hashes for one in tiles})

    def tile(self, level: int, number: int) -> bytes:
        return self._tiles.get((level, number), b"")


class InMemoryProducers:
    """`Producers` in a dict."""

    def __init__(self) -> None:
        self._chains: dict[tuple[str, str], ProducerChain] = {}

    def load(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], ProducerChain]:
        return {place: self._chains.get(place, ProducerChain(*place)) for place in places}

    def save(self, before: Collection[ProducerChain], after: Collection[ProducerChain]) -> None:
        self._chains.update({(chain.service, chain.epoch): chain for chain in after})

    def chains(self, limit: int) -> Sequence[ProducerChain]:
        newest = sorted(self._chains.values(), key=lambda chain: (-chain.last_received_at_us, chain.service))
        return [
            ProducerChain(one.service, one.epoch, one.next, one.last_hash, one.last_received_at_us) for one in newest
        ][:limit]

    def holes(self, since_before_us: int) -> Sequence[tuple[str, str, Hole]]:
        found = [(c.service, c.epoch, hole) for c in self._chains.values() for hole in c.holes]
        return [one for one in found if one[2].since_us < since_before_us]


class InMemoryCheckpoints:
    """`Checkpoints` in a dict."""

    def __init__(self) -> None:
        self._by_size: dict[int, SignedCheckpoint] = {}

    def add(self, checkpoint: SignedCheckpoint) -> None:
        self._by_size.setdefault(checkpoint.head.size, checkpoint)

    def newest(self) -> SignedCheckpoint | None:
        return self._by_size[max(self._by_size)] if self._by_size else None

    def all(self) -> Sequence[SignedCheckpoint]:
        return [self._by_size[size] for size in sorted(self._by_size)]

    def count(self) -> int:
        return len(self._by_size)

    def remove(self, sizes: Sequence[int]) -> None:
        for size in sizes:
            del self._by_size[size]


class InMemoryShards:
    """`Shards` in a dict."""

    def __init__(self) -> None:
        self._by_name: dict[str, StoredShard] = {}

    def all(self) -> Sequence[StoredShard]:
        return [self._by_name[name] for name in sorted(self._by_name)]

    def find(self, name: str) -> StoredShard | None:
        return self._by_name.get(name)

    def add(self, shard: StoredShard) -> None:
        self._by_name.setdefault(shard.name, shard)

    def destroy(self, name: str, act_index: int) -> None:
        self._by_name[name] = replace(self._by_name[name], destroyed_by=act_index)


class InMemoryJournalStore:
    """`JournalStore`: a failed `work` changes nothing."""

    def __init__(self) -> None:
        entries = InMemoryEntries()
        self.repositories = Repositories(
            entries=entries,
            tree=InMemoryTree(),
            producers=InMemoryProducers(),
            checkpoints=InMemoryCheckpoints(),
            shards=InMemoryShards(),
            erasures=InMemoryErasures(entries.rows),
            clock=InMemoryClockWatch(),
            words=InMemoryWords(),
        )
        self._lock = threading.RLock()

    def lie_once(self) -> None:
        """See `InMemoryEntries.lie_once`."""
        entries = self.repositories.entries
        assert isinstance(entries, InMemoryEntries)
        entries.lie_once()

    def read(self, work: Callable[[Repositories], T], *, snapshot: bool = True) -> T:
        with self._lock:
            return work(self.repositories)

    def write(self, work: Callable[[Repositories], T]) -> T:
        with self._lock:
            tried = copy.deepcopy(self.repositories)
            value = work(tried)
            self.repositories = tried
            return value


class InMemoryShardKeys:
    """`ShardKeys` that can be destroyed."""

    def __init__(self) -> None:
        self.known: dict[str, ShardKey] = {}

    def get(self, shard: str) -> ShardKey | None:
        return self.known.get(shard)

    def get_or_create(self, shard: str) -> ShardKey:
        return self.known.setdefault(shard, ShardKey(shard, shard.encode().ljust(32, b"k")))

    def destroy(self, shard: str) -> None:
        self.known.pop(shard, None)


class InMemoryGuard:
    """`Guard` in memory, as it is after the first start."""

    def __init__(self) -> None:
        self.guarded: Guarded | None = Guarded(EMPTY_TREE, 0)
        self.is_taken = False

    def read(self) -> Guarded | None:
        return self.guarded

    @contextmanager
    def turn(self, *, wait: bool) -> Iterator[bool]:
        yield wait or not self.is_taken

    def write(self, guarded: Guarded) -> None:
        self.guarded = guarded

    def keep_aside(self, at: datetime) -> None:
        pass


class InMemoryPublished:
    """`PublishedCheckpoint` in memory."""

    def __init__(self) -> None:
        self.note: str | None = None

    def publish(self, note: str) -> None:
        self.note = note

    def keep_aside(self, at: datetime) -> None:
        pass

    def read(self) -> str | None:
        return self.note


class FixedSigner:
    """`NoteSigner` and `NoteVerifier` with one key."""

    def __init__(self, name: str = "test.example/journal") -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
        self.verifier_key = VerifierKey(name, self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        return self._key.sign(text.encode())

    def holds(self, text: str, signature: bytes) -> bool:
        return signature == self.sign(text)


class KeptAlarms:
    """`Alarms` in a list."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, str | int]]] = []

    def raised(self, kind: str, details: dict[str, str | int]) -> None:
        self.told.append((kind, details))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.told]


def _without_payload(row: EntryRow) -> EntryRow:
    return EntryRow(row.index, row.event_id, row.data, row.keys, None)


def _matches(row: EntryRow, criteria: Criteria) -> bool:
    keys = row.keys
    return (
        keys.owner == criteria.owner
        and (criteria.actors is None or keys.actor in criteria.actors)
        and (criteria.organisations is None or keys.organisation in criteria.organisations)
        and (criteria.subjects is None or keys.subject in criteria.subjects)
        and (criteria.anyone is None or bool({keys.actor, keys.organisation, keys.subject} & set(criteria.anyone)))
        and criteria.reference in (None, keys.reference)
        and keys.type not in criteria.without
        and criteria.type in (None, keys.type)
        and criteria.decision in (None, keys.decision)
        and (criteria.from_us is None or keys.occurred_at_us >= criteria.from_us)
        and (criteria.until_us is None or keys.occurred_at_us < criteria.until_us)
    )
