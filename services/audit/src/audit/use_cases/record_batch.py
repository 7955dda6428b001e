"""Writing one batch of requests into the tree, in one transaction.

Order: hold the tree, find what is already there, refuse reused ids, place each new event in its producer's chain,
assign indexes, extend the frontier, write, commit; then read the bytes back and compute the leaves again, because
a receipt speaks of what is on disk. A request is written whole or not at all.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from audit.domain.alarm import Alarm, alarm_act
from audit.domain.clock_check import Reading, believed_time
from audit.domain.entry import SALT_SIZE, Entry, make_entry, parse_entry
from audit.domain.event import OWN_SERVICE, Act, ProducerPlace, SubmittedEvent, own_event
from audit.domain.merkle import leaf_hash
from audit.domain.producer_chain import Irregularity, ProducerChain
from audit.domain.refusals import EventIdReusedError, JournalDamagedError, ShardKeyMissingError
from audit.domain.shard import ShardKey, shard_of
from audit.domain.tiles import grown
from audit.domain.vocabulary import Vocabulary
from audit.use_cases.ports import (
    EntryRow,
    JournalStore,
    PayloadCipher,
    Repositories,
    ShardKeys,
    StoredShard,
    TreeState,
)
from audit.use_cases.times import microseconds
from servicekit.clock import Clock

Request = tuple[SubmittedEvent | Act, ...]


@dataclass(frozen=True, slots=True)
class JournalPlace:
    """Where an event is in the journal."""

    event_id: str
    shard: str
    index: int
    leaf_hash: bytes


Answer = tuple[JournalPlace, ...] | EventIdReusedError
Afterwards = Callable[[Repositories, tuple[Answer, ...]], None]
"""What else is done in the transaction of a batch, once its answers are known."""


class WordsWithin(Protocol):
    """What producers call their events, as one transaction sees it: it says which class a type is of."""

    def within(self, repositories: Repositories) -> Vocabulary:
        """The words as they are now."""


@dataclass(frozen=True)
class Written:
    """What one batch did: an answer per request, the new leaves, the alarms to tell."""

    answers: tuple[Answer, ...]
    first_index: int
    leaf_hashes: tuple[bytes, ...]
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, kw_only=True)
class RecordBatch:
    """Records requests for `epoch`, the one under which this process numbers the journal's own events."""

    store: JournalStore
    keys: ShardKeys
    cipher: PayloadCipher
    vocabulary: WordsWithin
    clock: Clock
    epoch: str
    believes_any_clock: bool = False
    """For the command by which a person accepts a journal whose newest entry is in the future."""
    _known_alarms: set[Alarm] = field(default_factory=set)
    _anchor: list[Reading] = field(default_factory=list)

    def __call__(self, requests: Sequence[Request], afterwards: Afterwards | None = None) -> Written:
        """Writes the requests, then does `afterwards`; each gets its receipts, or the refusal of a reused id.

        Raises:
            DependencyUnavailableError: the database does not answer, or the key of the month is not there.
            ClockNotBelievedError: the clock contradicts the newest entry, its own ticks, or every event.
            JournalDamagedError: what was read back is not what was written.
        """

        def work(repositories: Repositories) -> Written:
            done = _Transaction(self, repositories).run(requests)
            if afterwards is not None:
                afterwards(repositories, done.answers)
            return done

        written = self.store.write(work)
        self._known_alarms.update(written.alarms)
        self._read_back(written)
        return written

    def time_for(self, requests: Sequence[Request], last_us: int) -> int:
        """The time of reception of these requests, when the newest entry was received at `last_us`.

        Raises:
            ClockNotBelievedError: see `clock_check`.
        """
        reading = self.reading()
        if self.believes_any_clock:
            return reading.now_us
        told_us = tuple(one.act.occurred_at_us for told in requests for one in told if isinstance(one, SubmittedEvent))
        anchor = self._anchor[0] if self._anchor else reading
        believed = believed_time(anchor, reading, last_us, told_us)
        self._anchor[:] = [believed.anchor]
        return believed.received_at_us

    def reading(self) -> Reading:
        """Both clocks now."""
        return Reading(microseconds(self.clock.now()), round(self.clock.boottime() * 1_000_000))

    def is_known(self, alarm: Alarm) -> bool:
        """Whether this process has already raised that alarm: a producer that insists does not fill the journal."""
        return alarm in self._known_alarms

    def _read_back(self, written: Written) -> None:
        first, end = written.first_index, written.first_index + len(written.leaf_hashes)
        if first == end:
            return
        stored = self.store.read(lambda repositories: repositories.entries.data_between(first, end), snapshot=False)
        if tuple(leaf_hash(data) for data in stored) != written.leaf_hashes:
            raise JournalDamagedError(f"entries {first} to {end - 1} read back differently from what was written")


class _Transaction:
    """The state of one transaction; made anew each time the database asks to run the work again."""

    def __init__(self, batch: RecordBatch, repositories: Repositories) -> None:
        self._batch = batch
        self._repositories = repositories
        self._new: dict[str, tuple[int, Entry]] = {}
        self._chains: dict[tuple[str, str], ProducerChain] = {}
        self._alarms: list[Alarm] = []
        self._keys: dict[str, ShardKey] = {}  # by type of event

    def run(self, requests: Sequence[Request]) -> Written:
        state = self._repositories.tree.lock()
        self._first = state.frontier.size
        self._received_at_us = self._batch.time_for(requests, state.last_received_at_us)
        self._vocabulary = self._batch.vocabulary.within(self._repositories)
        self._stored = self._repositories.entries.by_event_ids(
            [act_of(event).event_id for request in requests for event in request]
        )
        self._before = self._repositories.producers.load(self._places(requests))
        answers = tuple(self._answer(request) for request in requests)
        for alarm in self._alarms:
            self._place(alarm_act(alarm, self._received_at_us))
        self._save(state)
        leaves = tuple(entry.leaf_hash for _, entry in self._new.values())
        return Written(answers, self._first, leaves, tuple(self._alarms))

    def _answer(self, request: Request) -> Answer:
        reused = next((event for event in request if self._is_reused(event)), None)
        if reused is not None:
            self._raise_alarm("EVENT_ID_REUSED", reused)
            event_id = act_of(reused).event_id
            return EventIdReusedError("event id already used for another event", details={"event_id": event_id})
        return tuple(self._place(event) for event in request)

    def _is_reused(self, event: SubmittedEvent | Act) -> bool:
        if isinstance(event, Act):
            return False
        event_id = event.act.event_id
        if event_id in self._new:
            return self._new[event_id][1].event.hash != event.hash
        row = self._stored.get(event_id)
        if row is None:
            return False
        key = self._batch.keys.get(row.keys.shard)
        return key is None or parse_entry(row.data).link != key.link(event.hash)

    def _place(self, event: SubmittedEvent | Act) -> JournalPlace:
        event_id = act_of(event).event_id
        if event_id in self._stored:
            row = self._stored[event_id]
            return JournalPlace(event_id, row.keys.shard, row.index, row.leaf_hash)
        if event_id not in self._new:
            submitted = self._chained(event)
            key = self._key_for(submitted.act.type)
            entry = make_entry(submitted, self._received_at_us, key, os.urandom(SALT_SIZE))
            self._new[event_id] = (self._first + len(self._new), entry)
        index, entry = self._new[event_id]
        return JournalPlace(event_id, entry.keys.shard, index, entry.leaf_hash)

    def _chained(self, event: SubmittedEvent | Act) -> SubmittedEvent:
        if isinstance(event, Act):
            chain = self._chain(OWN_SERVICE, self._batch.epoch)
            event = own_event(event, ProducerPlace(chain.service, chain.epoch, chain.next, chain.last_hash))
        place = event.place
        chain, trouble = self._chain(place.service, place.epoch).accept(place, event.hash, self._received_at_us)
        self._chains[place.service, place.epoch] = chain
        if trouble in (Irregularity.BROKEN_LINK, Irregularity.REUSED_NUMBER):
            self._raise_alarm(str(trouble), event)
        return event

    def _chain(self, service: str, epoch: str) -> ProducerChain:
        return self._chains.get((service, epoch)) or self._before[service, epoch]

    def _places(self, requests: Sequence[Request]) -> set[tuple[str, str]]:
        """The chains a batch can touch: those of its events, and the journal's own for its acts and alarms."""
        told = (event for request in requests for event in request if isinstance(event, SubmittedEvent))
        return {(OWN_SERVICE, self._batch.epoch), *((one.place.service, one.place.epoch) for one in told)}

    def _raise_alarm(self, kind: str, event: SubmittedEvent | Act) -> None:
        if isinstance(event, Act):
            return
        alarm = Alarm(kind, event.place.service, event.place.epoch)
        if alarm not in self._alarms and not self._batch.is_known(alarm):
            self._alarms.append(alarm)

    def _key_for(self, event_type: str) -> ShardKey:
        key = self._keys.get(event_type)
        if key is None:
            shard = shard_of(self._received_at_us, self._vocabulary.retention(event_type))
            key = self._keys[event_type] = self._key_of(shard)
        return key

    def _key_of(self, shard: str) -> ShardKey:
        keys, stored = self._batch.keys, self._repositories.shards.find(shard)
        if stored is None:
            key = keys.get_or_create(shard)
            self._repositories.shards.add(StoredShard(shard, key.check))
            return key
        found = keys.get(shard)
        if found is None or found.check != stored.key_check:
            raise ShardKeyMissingError(f"the key of {shard} is not the one the month began with")
        return found

    def _save(self, state: TreeState) -> None:
        if not self._new:
            return
        leaves = [entry.leaf_hash for _, entry in self._new.values()]
        frontier, completed = state.frontier.extend(leaves)
        tree = self._repositories.tree
        self._repositories.entries.add([self._row(index, entry) for index, entry in self._new.values()])
        size = state.frontier.size

        def stored(level: int, number: int) -> bytes:
            return state.edge if level == 0 else tree.tile(level, number)

        tiles = list(grown(size, leaves, completed, stored))
        tree.save(TreeState(frontier, self._received_at_us), tiles)
        before = [self._before[place] for place in self._chains]
        self._repositories.producers.save(before, list(self._chains.values()))

    def _row(self, index: int, entry: Entry) -> EntryRow:
        event_id = entry.event.act.event_id
        sealed = self._batch.cipher.seal(self._keys[entry.keys.type], event_id, entry.salt, entry.document)
        return EntryRow(index, event_id, entry.data, entry.keys, sealed)


def act_of(event: SubmittedEvent | Act) -> Act:
    """What happened, whether the event has a place in a chain yet or not."""
    return event if isinstance(event, Act) else event.act
