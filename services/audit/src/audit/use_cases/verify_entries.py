"""The pass over the entries: each is held against its payload, and the tree and the chains are built again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from audit.domain.entry import MalformedEntryError, parse_document, parse_entry
from audit.domain.event import ProducerPlace, SubmittedEvent
from audit.domain.merkle import EMPTY_FRONTIER, HASH_SIZE, Frontier
from audit.domain.producer_chain import ProducerChain
from audit.domain.shard import ShardKey
from audit.domain.verification import Irregular, Problem, StoredEntry, check_entry
from audit.use_cases.ports import JournalScan, PayloadCipher, RawEntry, ShardKeys
from audit.use_cases.verify_checkpoints import CheckpointCheck
from audit.use_cases.verify_erasures import ErasureCheck
from audit.use_cases.verify_tiles import TileCheck

_PROGRESS_EVERY = 1000
UNKNOWN_HASH = b"unknown"


Progress = Callable[[int, int], None]
"""Told now and then that so many entries of so many are done."""


@dataclass(frozen=True, slots=True)
class InStep:
    """What is checked in step with the entries."""

    checkpoints: CheckpointCheck
    tiles: TileCheck
    erasures: ErasureCheck


class EntriesPass:
    """Reads every entry once; afterwards its fields say what the other tables must hold."""

    def __init__(self, keys: ShardKeys, cipher: PayloadCipher, steps: InStep) -> None:
        self._keys = keys
        self._cipher = cipher
        self._checkpoints, self._tiles, self._erasures = steps.checkpoints, steps.tiles, steps.erasures
        self.frontier: Frontier = EMPTY_FRONTIER
        self.chains: dict[tuple[str, str], ProducerChain] = {}
        self.irregular: list[Irregular] = []
        self.last_received_at_us = 0
        self.shards: set[str] = set()

    def run(self, scan: JournalScan, progress: Progress) -> Iterator[Problem]:
        """What is wrong with entries and payloads, and with the roots along the way."""
        state = scan.state()
        total = state.size if state is not None and isinstance(state.size, int) else 0
        for raw in scan.entries():
            if raw.index != self.frontier.size:
                yield self._wrong_index(raw)
                if raw.index < self.frontier.size or raw.index >= total:
                    continue
                yield from self._extend([bytes(HASH_SIZE)] * (raw.index - self.frontier.size))
            yield from self._entry(raw)
            if self.frontier.size % _PROGRESS_EVERY == 0:
                progress(self.frontier.size, total)
        progress(self.frontier.size, total)
        for index in scan.orphan_payloads():
            yield Problem("payload", "leaf_index", "there is no entry of this index", index=index)

    def missing_numbers(self) -> Iterator[Problem]:
        """The numbers of producers that never came, unless an event of the journal says that the loss is accepted."""
        for (service, epoch), chain in sorted(self.chains.items()):
            for hole in chain.holes:
                if not self._erasures.accepts(service, epoch, hole):
                    sentence = f"numbers {hole.first} to {hole.end - 1} of {service} never came: these events are lost"
                    yield Problem("(producer)", None, sentence, key=f"{service} {epoch}")

    def _wrong_index(self, raw: RawEntry) -> Problem:
        sentence = f"entry {self.frontier.size} is missing: the next one found has index {raw.index}"
        return Problem("entry", "leaf_index", sentence, index=self.frontier.size, event_id=raw.event_id)

    def _entry(self, raw: RawEntry) -> Iterator[Problem]:
        key, opened = self._open(raw)
        is_redacted = self._erasures.is_redacted(raw.index)
        stored = StoredEntry(raw.index, raw.event_id, raw.data, raw.keys, opened, is_redacted)
        checked = check_entry(stored, key)
        if opened is None and not self._erasures.excuses(raw):
            yield self._unopened(raw, key)
        yield from self._erasures.still_there(raw)
        yield from checked.problems
        if checked.received_at_us is not None:
            self.last_received_at_us = checked.received_at_us
        self.shards.add(str(raw.keys.shard) if key is None else key.shard)
        yield from self._extend([checked.leaf])
        self._follow(raw, checked.event)
        if checked.event is not None and opened is not None:
            self._erasures.follow(raw.index, checked.event, parse_document(opened[1]).payload)
        yield from self._checkpoints.at(self.frontier)

    def _open(self, raw: RawEntry) -> tuple[ShardKey | None, tuple[bytes, bytes] | None]:
        """The payload under what the entry says, else under what the columns say: one of the two may be damaged."""
        candidates = [(raw.keys.shard, raw.event_id)]
        try:
            parsed = parse_entry(raw.data)
            candidates.insert(0, (parsed.keys.shard, parsed.event_id))
        except MalformedEntryError:
            pass
        key = None
        for shard, event_id in candidates:
            key = self._keys.get(str(shard)) or key
            opened = key and raw.sealed and self._cipher.open(key, str(event_id), raw.sealed)
            if opened:
                return key, opened
        return key, None

    @staticmethod
    def _unopened(raw: RawEntry, key: ShardKey | None) -> Problem:
        if raw.sealed is None:
            return Problem("payload", "leaf_index", "the payload is missing", raw.index, raw.event_id)
        if key is None:
            sentence = f"the key of {raw.keys.shard} is not there, so the payload cannot be checked"
            return Problem("payload", None, sentence, raw.index, raw.event_id)
        sentence = "the bytes are not those that were sealed"
        return Problem("payload", "wrapped_key or sealed", sentence, raw.index, raw.event_id)

    def _extend(self, leaves: list[bytes]) -> Iterator[Problem]:
        self.frontier, completed = self.frontier.extend(leaves)
        yield from self._tiles.add(leaves, completed)

    def _follow(self, raw: RawEntry, event: SubmittedEvent | None) -> None:
        place, event_hash = (event.place, event.hash) if event is not None else (_place(raw), UNKNOWN_HASH)
        if place is None:
            return
        where = (place.service, place.epoch)
        chain = self.chains.get(where) or ProducerChain(*where)
        if UNKNOWN_HASH in (chain.last_hash, event_hash):
            place = ProducerPlace(place.service, place.epoch, place.number, chain.last_hash)
        self.chains[where], trouble = chain.accept(place, event_hash, self.last_received_at_us)
        if trouble is not None:
            self.irregular.append(Irregular(str(trouble), raw.index, place.service, place.epoch, place.number))


def _place(raw: RawEntry) -> ProducerPlace | None:
    """The place of an event whose payload cannot be read."""
    try:
        parsed = parse_entry(raw.data)
    except MalformedEntryError:
        return None
    return ProducerPlace(parsed.service, parsed.epoch, parsed.number, UNKNOWN_HASH)
