"""Payloads in clear, for those who may read them; and of what is erased, who did it and when."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.domain.entry import MalformedEntryError, OpenedPayload, parse_document
from audit.domain.shard import ShardKey
from audit.use_cases.ports import EntryRow, PayloadCipher, Repositories, ShardKeys


@dataclass(frozen=True, slots=True)
class Erased:
    """When a payload was erased, and by whom; nobody (None) when its term was over."""

    at_us: int
    by: str | None


def open_payload(row: EntryRow, keys: ShardKeys, cipher: PayloadCipher) -> OpenedPayload | None:
    """The payload in clear; None when it or its key is gone, or the bytes are not what was sealed."""
    key = None if row.sealed is None else keys.get(row.keys.shard)
    opened = None if key is None or row.sealed is None else cipher.open(key, row.event_id, row.sealed)
    if opened is None:
        return None
    try:
        return parse_document(opened[1])
    except MalformedEntryError:
        return None


def keys_at_hand(repositories: Repositories, keys: ShardKeys) -> dict[str, ShardKey]:
    """The keys of all shards that can still be read."""
    names = [shard.name for shard in repositories.shards.all() if shard.destroyed_by is None]
    return {name: key for name in names if (key := keys.get(name)) is not None}


def erased_among(
    repositories: Repositories, rows: Sequence[EntryRow], keys: ShardKeys, cipher: PayloadCipher
) -> dict[int, Erased]:
    """Of these entries those whose payload was erased, by index."""
    acts = repositories.erasures.redacted([row.index for row in rows if row.sealed is None])
    destroyed = {shard.name: shard.destroyed_by for shard in repositories.shards.all()}
    for row in rows:
        act = destroyed.get(row.keys.shard)
        if act is not None:
            acts.setdefault(row.index, act)
    told: dict[int, Erased] = {}
    for act in set(acts.values()):
        for said in repositories.entries.between(act, act + 1):
            opened = open_payload(said, keys, cipher)
            by = None if opened is None else opened.payload.get("redacted_by")
            told[act] = Erased(said.keys.received_at_us, by if isinstance(by, str) else None)
    return {index: told[act] for index, act in acts.items() if act in told}
