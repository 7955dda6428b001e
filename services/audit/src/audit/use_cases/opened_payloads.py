"""Payloads in clear, for those who may read them."""

from audit.domain.entry import MalformedEntryError, OpenedPayload, parse_document
from audit.use_cases.ports import EntryRow, PayloadCipher, ShardKeys


def open_payload(row: EntryRow, keys: ShardKeys, cipher: PayloadCipher) -> OpenedPayload | None:
    """The payload in clear; None when the key is gone or the bytes are not what was sealed."""
    key = keys.get(row.keys.shard)
    opened = None if key is None else cipher.open(key, row.event_id, row.sealed_payload)
    if opened is None:
        return None
    try:
        return parse_document(opened[1])
    except MalformedEntryError:
        return None
