"""The form of an audit event, checked by the same function where one is built and where one is received.

What a producer can build the journal accepts, and what the journal accepts a producer could have built: so no event
can lie in an outbox that audit will refuse for ever. The form is checked, never the meaning: a type nobody knows
passes.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

NATIONAL = "national"
"""Owner of what belongs to no Caf: only the national auditor reads it."""
PAYLOAD_LIMIT_BYTES = 16 * 1024
LONGEST_TYPE = 100
LONGEST_TEXT = 256
LATEST_US = 253_402_300_799_999_999  # 9999-12-31: the last moment that a date can show
DECISIONS = ("granted", "refused", "done")
HASH_SIZE = 32

_EVENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){2,}")
_OWNER = re.compile(rf"[0-9]{{3}}|{NATIONAL}")
_REASON = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_REFERENCE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")
_SERVICE = re.compile(r"[a-z][a-z0-9-]{0,31}")
_EPOCH = re.compile(r"[0-9A-Za-z-]{1,64}")
_JSON_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


class EventForm(NamedTuple):
    """What of an event has an agreed form. Absent texts are None; the time is microseconds since 1970 UTC."""

    event_id: str
    type: str
    occurred_at_us: int
    decision: str
    owner: str | None
    actor_id: str | None
    organisation_id: str | None
    subject: str | None
    reason: str | None
    rights_revision: int | None
    reference: str | None


def is_owner(owner: object) -> bool:
    """Whether this names whose event it is: the three digits of a Caf, or `NATIONAL`."""
    return isinstance(owner, str) and _OWNER.fullmatch(owner) is not None


def form_problems(form: EventForm) -> dict[str, str]:
    """What is wrong, by the name of the field; nothing when the event has the agreed form."""
    reason, revision, reference = form.reason, form.rights_revision, form.reference
    good = {
        "event_id": _EVENT_ID.fullmatch(form.event_id),
        "type": len(form.type) <= LONGEST_TYPE and _TYPE.fullmatch(form.type),
        "occurred_at_us": 0 <= form.occurred_at_us <= LATEST_US,
        "decision": form.decision in DECISIONS,
        "owner": is_owner(form.owner),
        "actor_id": _is_text(form.actor_id),
        "organisation_id": _is_text(form.organisation_id),
        "subject": _is_text(form.subject),
        "reason": form.decision != "refused" if reason is None else _REASON.fullmatch(reason),
        "rights_revision": revision is None or 0 < revision < 1 << 63,
        "reference": reference is None or _REFERENCE.fullmatch(reference),
    }
    return {name: "MALFORMED" for name, fits in good.items() if not fits}


def place_problems(service: str, epoch: str, number: int, previous_hash: bytes) -> dict[str, str]:
    """What is wrong with the place of an event in its producer's chain, by the name of the field."""
    good = {
        "producer.service": _SERVICE.fullmatch(service),
        "producer.epoch": _EPOCH.fullmatch(epoch),
        "producer.number": 0 <= number < 1 << 63,
        "producer.previous_hash": len(previous_hash) == HASH_SIZE,
    }
    return {name: "MALFORMED" for name, fits in good.items() if not fits}


def payload_bytes(payload: Mapping[str, Any]) -> bytes:
    """A payload as canonical JSON: sorted keys, no spaces, UTF-8.

    Raises:
        TypeError: a value is no JSON, a text is not Unicode, a key is no text, or a whole number has over 64 bits.
    """
    return orjson.dumps(dict(payload), option=_JSON_OPTIONS)


def payload_problem(payload: bytes) -> str | None:
    """Why these bytes are not what `payload_bytes` writes within the limit: a reason, None when they are."""
    if len(payload) > PAYLOAD_LIMIT_BYTES:
        return "TOO_LONG"
    try:
        value = orjson.loads(payload)
        if not isinstance(value, dict):
            return "NOT_AN_OBJECT"
        return None if payload_bytes(value) == payload else "NOT_CANONICAL"
    except (ValueError, TypeError):  # orjson's two errors are these
        return "NOT_JSON"


def _is_text(text: str | None) -> bool:
    """Absent, or up to 256 characters that show: no control, no mark of direction, nothing invisible."""
    return text is None or (0 < len(text) <= LONGEST_TEXT and text.isprintable())
