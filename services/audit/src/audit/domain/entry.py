"""An entry of the journal: what is hashed, published and never changes; and the payload it commits to.

The entry names nobody: identifiers appear as pseudonyms under the key of the shard, the payload as a salted
commitment. The payload holds the whole event with real identifiers, encrypted outside this module; so each says
what the other must say, and a change of one is seen by reading the other.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from audit.domain.event import Act, ProducerPlace, SubmittedEvent, canonical_json
from audit.domain.merkle import leaf_hash
from audit.domain.shard import ShardKey, commitment

ENTRY_VERSION = 1
ENTRY_LIMIT_BYTES = 4096
SALT_SIZE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchKeys:
    """What an entry can be found by; each value is also in the entry itself."""

    shard: str
    type: str
    decision: str
    actor: str | None
    organisation: str | None
    subject: str | None
    owner: str
    reference: str | None
    occurred_at_us: int
    received_at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry ready to be written: bytes kept verbatim, leaf hash, search keys and payload in clear."""

    event: SubmittedEvent
    data: bytes
    leaf_hash: bytes
    keys: SearchKeys
    salt: bytes
    document: bytes


class MalformedEntryError(ValueError):
    """Bytes that are not an entry of a version this program knows."""


def payload_document(event: SubmittedEvent, received_at_us: int) -> bytes:
    """The whole event in clear: {"event": {...}, "payload": what the producer sent, verbatim}."""
    place = event.place
    told = {
        **event.act.content(),
        "epoch": place.epoch,
        "hash": event.hash.hex(),
        "number": place.number,
        "previous_hash": place.previous_hash.hex(),
        "received_at_us": received_at_us,
        "service": place.service,
    }
    return b'{"event":' + canonical_json(told) + b',"payload":' + (event.act.payload or b"{}") + b"}"


def make_entry(event: SubmittedEvent, received_at_us: int, key: ShardKey, salt: bytes) -> Entry:
    """The entry for an event received at that time in that month, with this random salt (16 bytes)."""
    document = payload_document(event, received_at_us)
    keys = search_keys(event.act, received_at_us, key)
    data = canonical_json(_entry_value(event, keys, key, commitment(salt, document)))
    return Entry(event=event, data=data, leaf_hash=leaf_hash(data), keys=keys, salt=salt, document=document)


def search_keys(act: Act, received_at_us: int, key: ShardKey) -> SearchKeys:
    """What an act can be found by in that month."""
    return SearchKeys(
        shard=key.shard,
        type=act.type,
        decision=act.decision,
        actor=pseudonym(key, "actor", act.actor_id),
        organisation=pseudonym(key, "organisation", act.organisation_id),
        subject=pseudonym(key, "subject", act.subject),
        owner=act.owner,
        reference=act.reference,
        occurred_at_us=act.occurred_at_us,
        received_at_us=received_at_us,
    )


def pseudonym(key: ShardKey, kind: str, identifier: str | None) -> str | None:
    """The pseudonym of an identifier that may be missing."""
    return None if identifier is None else key.pseudonym(kind, identifier)


def _entry_value(event: SubmittedEvent, keys: SearchKeys, key: ShardKey, committed: str) -> dict[str, Any]:
    return {
        "actor": keys.actor,
        "commitment": committed,
        "decision": keys.decision,
        "event_id": event.act.event_id,
        "occurred_at_us": keys.occurred_at_us,
        "organisation": keys.organisation,
        "owner": keys.owner,
        "producer": {
            "epoch": event.place.epoch,
            "link": key.link(event.hash),
            "number": event.place.number,
            "previous": key.link(event.place.previous_hash),
            "service": event.place.service,
        },
        "reason": event.act.reason,
        "received_at_us": keys.received_at_us,
        "reference": keys.reference,
        "rights_revision": event.act.rights_revision,
        "shard": keys.shard,
        "subject": keys.subject,
        "type": keys.type,
        "version": ENTRY_VERSION,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """An entry read back from its bytes."""

    event_id: str
    keys: SearchKeys
    service: str
    epoch: str
    number: int
    link: str
    previous: str
    reason: str | None
    rights_revision: int | None
    commitment: str


@lru_cache(maxsize=16)  # a reader looks at one entry several times in a row
def parse_entry(data: bytes) -> ParsedEntry:
    """Reads the bytes of an entry.

    Raises:
        MalformedEntryError: not canonical JSON of a known version with exactly the agreed fields and types.
    """
    try:
        value = json.loads(data)
        producer = value["producer"]
        parsed = ParsedEntry(
            event_id=value["event_id"],
            keys=SearchKeys(**{name: value[name] for name in SearchKeys.__dataclass_fields__}),
            service=producer["service"],
            epoch=producer["epoch"],
            number=producer["number"],
            link=producer["link"],
            previous=producer["previous"],
            reason=value["reason"],
            rights_revision=value["rights_revision"],
            commitment=value["commitment"],
        )
        good = value["version"] == ENTRY_VERSION and canonical_json(value) == data and _types_hold(parsed)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MalformedEntryError("these bytes are not an entry") from error
    if not good:
        raise MalformedEntryError("not the canonical form of a known version")
    return parsed


def _types_hold(parsed: ParsedEntry) -> bool:
    keys = parsed.keys
    texts = (parsed.event_id, parsed.service, parsed.epoch, parsed.link, parsed.previous, parsed.commitment)
    numbers = (parsed.number, keys.occurred_at_us, keys.received_at_us)
    return (
        all(isinstance(text, str) for text in (*texts, keys.shard, keys.type, keys.decision, keys.owner))
        and all(isinstance(number, int) for number in numbers)
        and all(isinstance(text, str | None) for text in (keys.actor, keys.organisation, keys.subject, keys.reference))
    )


@dataclass(frozen=True, slots=True)
class OpenedPayload:
    """A payload read back in clear."""

    event: dict[str, Any]
    payload: dict[str, Any]

    def submitted(self) -> SubmittedEvent:
        """The event as it was received; the producer's own bytes are left out."""
        told = self.event
        act = Act(
            event_id=told["event_id"],
            type=told["type"],
            occurred_at_us=told["occurred_at_us"],
            decision=told["decision"],
            owner=told["owner"],
            actor_id=told["actor_id"],
            organisation_id=told["organisation_id"],
            subject=told["subject"],
            reason=told["reason"],
            rights_revision=told["rights_revision"],
            reference=told["reference"],
        )
        previous = bytes.fromhex(told["previous_hash"])
        place = ProducerPlace(told["service"], told["epoch"], told["number"], previous)
        return SubmittedEvent(act, place, bytes.fromhex(told["hash"]))

    def entry_data(self, key: ShardKey, committed: str) -> bytes:
        """The bytes the entry of this payload must have, given the commitment to it."""
        event = self.submitted()
        keys = search_keys(event.act, self.event["received_at_us"], key)
        return canonical_json(_entry_value(event, keys, key, committed))


def parse_document(document: bytes) -> OpenedPayload:
    """Reads the clear text of a payload.

    Raises:
        MalformedEntryError: not the form that `payload_document` writes.
    """
    try:
        value = json.loads(document)
        opened = OpenedPayload(value["event"], value["payload"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MalformedEntryError("this is not a payload") from error
    if not all(isinstance(part, dict) for part in (value["event"], value["payload"])):
        raise MalformedEntryError("this is not a payload")
    return opened
