"""An event as its producer sends it, and the form it must have.

The form is checked, never the meaning: a type nobody knows is kept as it is, so that an old journal never stops a
newer producer. What becomes of an event is in `entry.py`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from audit.domain.refusals import InvalidEventError

PAYLOAD_LIMIT_BYTES = 16 * 1024
OWN_SERVICE = "audit"
NO_PREVIOUS = bytes(32)
LATEST_US = 253_402_300_799_999_999  # 9999-12-31: the last moment that a date can show

_EVENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TYPE = re.compile(r"[a-z0-9_.-]{1,100}")
_SERVICE = re.compile(r"[a-z][a-z0-9-]{0,31}")
_EPOCH = re.compile(r"[0-9A-Za-z-]{1,64}")
_REASON = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,256}")
_CAF = re.compile(r"[0-9]{3}")
_DOSSIER = re.compile(r"dossier:([0-9]{3}):.+")
DECISIONS = ("granted", "refused", "done")


@dataclass(frozen=True, slots=True)
class ProducerPlace:
    """Where an event stands in its producer's own chain."""

    service: str
    epoch: str
    number: int
    previous_hash: bytes


@dataclass(frozen=True, slots=True)
class Act:
    """What happened, whoever tells it. Identifiers are the real ones; times are microseconds since 1970 UTC."""

    event_id: str
    type: str
    occurred_at_us: int
    decision: str
    actor_id: str | None = None
    organisation_id: str | None = None
    subject: str | None = None
    reason: str | None = None
    rights_revision: int | None = None
    payload: bytes = b"{}"
    caf: str | None = None

    def content(self) -> dict[str, Any]:
        """Everything but the payload, ready for canonical JSON."""
        return {
            "actor_id": self.actor_id,
            "decision": self.decision,
            "event_id": self.event_id,
            "occurred_at_us": self.occurred_at_us,
            "organisation_id": self.organisation_id,
            "reason": self.reason,
            "rights_revision": self.rights_revision,
            "subject": self.subject,
            "type": self.type,
        }


@dataclass(frozen=True, slots=True)
class SubmittedEvent:
    """An act with its place in the producer's chain; `hash` is the SHA-256 of the serialised event."""

    act: Act
    place: ProducerPlace
    hash: bytes


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """Sorted keys, no spaces, UTF-8: the same value of texts, numbers and None always gives the same bytes.

    Raises:
        TypeError: a value is no JSON, a text is not Unicode, or a whole number has more than 64 bits.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def own_event(act: Act, place: ProducerPlace) -> SubmittedEvent:
    """An event of the journal itself; its hash is taken over its canonical JSON."""
    told = canonical_json({**act.content(), "epoch": place.epoch, "number": place.number})
    return SubmittedEvent(act, place, hashlib.sha256(told + place.previous_hash + act.payload).digest())


def check_event(event: SubmittedEvent) -> None:
    """Lets a well-formed event pass, whatever it means.

    Raises:
        InvalidEventError: `fields` names each field that does not have the agreed form.
    """
    act, place = event.act, event.place
    fields = {
        "event_id": _EVENT_ID.fullmatch(act.event_id),
        "type": _TYPE.fullmatch(act.type),
        "occurred_at_us": 0 <= act.occurred_at_us <= LATEST_US,
        "decision": act.decision in DECISIONS,
        "reason": act.reason is None or _REASON.fullmatch(act.reason),
        "actor_id": act.actor_id is None or _TEXT.fullmatch(act.actor_id),
        "organisation_id": act.organisation_id is None or _TEXT.fullmatch(act.organisation_id),
        "subject": act.subject is None or _TEXT.fullmatch(act.subject),
        "rights_revision": act.rights_revision is None or 0 < act.rights_revision < 1 << 63,
        "producer.service": _SERVICE.fullmatch(place.service),
        "producer.epoch": _EPOCH.fullmatch(place.epoch),
        "producer.number": 0 <= place.number < 1 << 63,
        "producer.previous_hash": len(place.previous_hash) == len(NO_PREVIOUS),
    }
    wrong = {name: "MALFORMED" for name, good in fields.items() if not good}
    if wrong:
        raise InvalidEventError(f"malformed event: {', '.join(wrong)}", fields=wrong)


def read_payload(payload: bytes) -> dict[str, Any]:
    """The JSON object a producer sent; no bytes mean an empty object.

    Raises:
        InvalidEventError: more than 16 KiB, not UTF-8, not JSON, nested too deeply, or not an object.
    """
    if len(payload) > PAYLOAD_LIMIT_BYTES:
        raise InvalidEventError("payload over 16 KiB", fields={"payload": "TOO_LONG"})
    try:
        value = json.loads(payload.decode() or "{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidEventError("payload is not JSON", fields={"payload": "NOT_JSON"}) from error
    if not isinstance(value, dict):
        raise InvalidEventError("payload is not a JSON object", fields={"payload": "NOT_AN_OBJECT"})
    return value


def caf_concerned(subject: str | None, payload: Mapping[str, Any]) -> str | None:
    """The code of the Caf an event belongs to: its territory, its Caf, or that of the dossier; None without any."""
    for name in ("territory", "caf"):
        code = payload.get(name)
        if isinstance(code, str) and _CAF.fullmatch(code):
            return code
    dossier = _DOSSIER.fullmatch(subject or "")
    return dossier[1] if dossier else None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
