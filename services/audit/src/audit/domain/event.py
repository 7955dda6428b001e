"""An event as its producer sends it, and the form it must have.

The form is that of `servicekit.event_form`, by which producers check what they build. It is the form that is checked,
never the meaning: a type nobody knows is kept as it is, so that an old journal never stops a newer producer. What
becomes of an event is in `entry.py`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from audit.domain.refusals import InvalidEventError
from servicekit.event_form import HASH_SIZE, EventForm, form_problems, payload_problem, place_problems

OWN_SERVICE = "audit"
NO_PREVIOUS = bytes(HASH_SIZE)


@dataclass(frozen=True, slots=True)
class ProducerPlace:
    """Where an event stands in its producer's own chain."""

    service: str
    epoch: str
    number: int
    previous_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What happened, whoever tells it. Identifiers are the real ones; times are microseconds since 1970 UTC.

    `owner` says whose auditor may read it: the three digits of a Caf, or "national".
    """

    event_id: str
    type: str
    occurred_at_us: int
    decision: str
    owner: str
    actor_id: str | None = None
    organisation_id: str | None = None
    subject: str | None = None
    reason: str | None = None
    rights_revision: int | None = None
    payload: bytes = b"{}"
    reference: str | None = None

    def content(self) -> dict[str, Any]:
        """Everything but the payload, ready for canonical JSON."""
        return {
            "actor_id": self.actor_id,
            "decision": self.decision,
            "event_id": self.event_id,
            "occurred_at_us": self.occurred_at_us,
            "organisation_id": self.organisation_id,
            "owner": self.owner,
            "reason": self.reason,
            "reference": self.reference,
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
        InvalidEventError: `fields` names each field that does not have the agreed form: no owner, for instance.
    """
    act, place = event.act, event.place
    form = EventForm(
        event_id=act.event_id,
        type=act.type,
        occurred_at_us=act.occurred_at_us,
        decision=act.decision,
        owner=act.owner,
        actor_id=act.actor_id,
        organisation_id=act.organisation_id,
        subject=act.subject,
        reason=act.reason,
        rights_revision=act.rights_revision,
        reference=act.reference,
    )
    wrong = form_problems(form) | place_problems(place.service, place.epoch, place.number, place.previous_hash)
    problem = payload_problem(act.payload)
    if problem is not None:
        wrong["payload"] = problem
    if wrong:
        raise InvalidEventError(f"malformed event: {', '.join(wrong)}", fields=wrong)
