"""What is written of an act: a line of the organisation's own journal and an audit event for each thing it says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from habpps.domain.authorship import Author
from habpps.domain.people import Role
from habpps.domain.refusals import UnknownThingError
from habpps.use_cases.act_entry import ActEntry, Note
from habpps.use_cases.ports import ActRecord, FeedState
from servicekit.audit_events import NATIONAL, AuditEvent
from servicekit.errors import AccessDeniedError, ConflictError, NotFoundError


def recorded(entry: ActEntry, rights: FeedState, *, opens: bool) -> tuple[AuditEvent, ...]:
    """Write the journal lines of an act; return its audit events.

    `rights`: where they stand after it, digest included: so the journal holds the change log of the rights to its word.
    `opens`: a fact that changed may open something.
    """
    events: list[AuditEvent] = []
    here: list[ActRecord] = []
    elsewhere: list[ActRecord] = []
    for note in entry.notes:
        event = _written(entry, note, rights, opens=opens)
        events.append(event)
        if not note.is_apart:
            (elsewhere if note.from_elsewhere else here).append(_line(entry, note, event))
    if elsewhere:
        entry.store.everywhere.tell(*elsewhere)
    entry.store.journal.add(*here)
    return tuple(events)


def _line(entry: ActEntry, note: Note, event: AuditEvent) -> ActRecord:
    author = note.author or entry.author
    return ActRecord(
        id=event.event_id,
        occurred_at=event.occurred_at,
        organisation_id=note.organisation_id,
        caf=note.caf,
        author_account_id="" if note.from_elsewhere else author.account_id,
        author_name="" if note.from_elsewhere else author.display_name,
        act=note.act,
        label=note.label,
        reason=note.reason,
        details=note.details,
    )


def way_of(client_id: str) -> Mapping[str, str]:
    """How an act came, where not from a page: the program that asked for it."""
    return {"way": "rpc", "program": client_id} if client_id else {}


def _written(entry: ActEntry, note: Note, rights: FeedState, *, opens: bool) -> AuditEvent:
    author = note.author or entry.author
    content = {
        "author": "" if note.from_elsewhere else author.display_name,
        "role": "" if note.from_elsewhere else author.role.value,
        "label": note.label,
        "motive": note.reason,
        **note.details,
        **way_of(author.client_id),
        "rights_epoch": rights.epoch,
        "rights_digest": rights.digest.hex(),
    }
    waits = opens and author.role is not Role.OPERATOR
    policy: Literal["strict", "buffered"] = "strict" if waits else "buffered"
    return AuditEvent(
        type=note.act,
        decision="done",
        policy=policy,
        owner=note.caf or NATIONAL,
        actor_id=None if note.from_elsewhere else author.account_id or None,
        organisation_id=note.organisation_id or None,
        subject=note.subject,
        rights_revision=rights.revision,
        payload={key: value for key, value in content.items() if value},
        occurred_at=entry.clock.now(),
    )


def refusal_event(
    author: Author, act: str, refusal: AccessDeniedError | NotFoundError | ConflictError, now: datetime
) -> AuditEvent:
    """Return the event of a refused act, with its true reason."""
    apart = author.role is Role.PERSON  # whether they have an account is nothing for the Caf of who asked
    reason = refusal.true_reason if isinstance(refusal, UnknownThingError) else refusal.reason
    return AuditEvent(
        type="habpps.administration.refused",
        decision="refused",
        policy="buffered",
        owner=NATIONAL if apart else author.caf or NATIONAL,
        actor_id=author.account_id or None,
        organisation_id=None if apart else author.organisation_id or None,
        subject=None,
        reason=reason,
        payload={
            "act": act,
            "author": author.display_name,
            "role": author.role.value,
            **refusal.details,
            **way_of(author.client_id),
        },
        occurred_at=now,
    )
