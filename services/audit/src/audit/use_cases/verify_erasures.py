"""What may be unreadable: only what events of the journal itself say was erased, and nothing of it may be back.

The tables of redactions and shards are claims; the events are read on the way and the two are compared at the end. They
are kept as long as the journal. Events of the journal that accept lost numbers are read here too.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from audit.domain.event import OWN_SERVICE, SubmittedEvent
from audit.domain.producer_chain import Hole
from audit.domain.verification import Problem
from audit.use_cases.accept_restored import ACCEPTED_TYPE
from audit.use_cases.erase import REDACTED_TYPE
from audit.use_cases.expire_keys import DESTROYED_TYPE
from audit.use_cases.ports import JournalScan, RawEntry, ShardKeys, StoredShard


class ErasureCheck:
    """Walks in step with the entries."""

    def __init__(self, keys: ShardKeys) -> None:
        self._keys = keys
        self._redactions: dict[Any, Any] = {}
        self._shards: dict[str, StoredShard] = {}
        self._redacted_by: dict[int, int] = {}
        self._destroyed_by: dict[str, tuple[int, str]] = {}
        self._accepted: list[tuple[str, str, int, int]] = []
        self.redacted = 0
        self.expired = 0

    def load(self, scan: JournalScan) -> Iterator[Problem]:
        """Reads what the tables claim."""
        self._redactions = dict(scan.redactions())
        self._shards = {str(shard.name): shard for shard in scan.shards()}
        yield from ()

    def is_redacted(self, index: int) -> bool:
        """Whether the payload of that entry is said to be redacted."""
        return index in self._redactions

    def excuses(self, raw: RawEntry) -> bool:
        """Whether a payload that did not open is said to be erased; it is counted."""
        if self.is_redacted(raw.index):
            self.redacted += 1
            return True
        shard = self._shards.get(str(raw.keys.shard))
        if shard is None or shard.destroyed_by is None:
            return False
        self.expired += 1
        return True

    def still_there(self, raw: RawEntry) -> Iterator[Problem]:
        """A payload that is there although it was redacted: a copy from before was put back."""
        if self.is_redacted(raw.index) and raw.sealed is not None:
            yield Problem("payload", "leaf_index", "it was redacted and is there again", raw.index, raw.event_id)

    def follow(self, index: int, event: SubmittedEvent, told: Mapping[str, Any]) -> None:
        """Takes up what an event of the journal itself says; nobody else can say it."""
        if event.place.service != OWN_SERVICE:
            return
        if event.act.type == ACCEPTED_TYPE:
            for one in told.get("missing_numbers", ()):
                self._accepted.append((one["service"], one["epoch"], one["first"], one["end"]))
        elif event.act.type == REDACTED_TYPE:
            self._redacted_by[told["leaf_index"]] = index
        elif event.act.type == DESTROYED_TYPE:
            name = f"{told['month']}.{told['retention']}"
            self._destroyed_by[name] = index, told["key_check"]

    def accepts(self, service: str, epoch: str, hole: Hole) -> bool:
        """Whether an event says that these missing numbers are lost."""
        return any(
            (service, epoch) == (of, its) and first <= hole.first and hole.end <= end
            for of, its, first, end in self._accepted
        )

    def rest(self, used: set[str]) -> Iterator[Problem]:
        """To be called after the last entry; `used` are the shards that entries are of."""
        yield from self._compare_redactions()
        yield from self._compare_shards(used)

    def _compare_redactions(self) -> Iterator[Problem]:
        expected = dict(self._redacted_by)
        for index, act in self._redactions.items():
            truth = expected.pop(index, None)
            if truth is None:
                yield Problem("redaction", "leaf_index", "no event says that this entry was redacted", key=str(index))
            elif truth != act:
                yield Problem("redaction", "act_index", f"it was redacted by entry {truth}", key=str(index))
        for index, act in expected.items():
            yield Problem("redaction", "leaf_index", f"entry {act} says that it was redacted", key=str(index))

    def _compare_shards(self, used: set[str]) -> Iterator[Problem]:
        missing, said = set(used), dict(self._destroyed_by)
        for name, shard in self._shards.items():
            if name not in missing:
                yield Problem("shard", "name", "no entry is of this month and class", key=name)
                continue
            missing.discard(name)
            yield from self._compare_shard(shard, said.pop(name, None))
        for name in sorted(missing):
            yield Problem("shard", "name", "the month and class is missing", key=name)

    def _compare_shard(self, shard: StoredShard, destroyed: tuple[int, str] | None) -> Iterator[Problem]:
        act, check = destroyed or (None, None)
        if shard.destroyed_by != act:
            sentence = "no event says that its key was destroyed" if act is None else f"entry {act} destroyed its key"
            yield Problem("shard", "destroyed_by", sentence, key=shard.name)
        key = self._keys.get(shard.name)
        if check is not None:
            if shard.key_check.hex() != check:
                yield Problem("shard", "key_check", "not the key that was destroyed", key=shard.name)
            if key is not None:
                yield Problem("(file) keys", None, "the key was destroyed and is there again", key=shard.name)
        elif key is None or key.check != shard.key_check:
            sentence = "the key in the file is not the one the month began with"
            yield Problem("shard", "key_check", sentence, key=shard.name)
