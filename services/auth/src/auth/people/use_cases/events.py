"""The audit events of auth, in one place. None holds a password, a token or a mail address.

Each belongs to the Caf of the organisation for which the person acts, or of the organisations that know the person
(`OwnerOf`, looked up when it is recorded); what is of nobody, such as an unknown identifier, is national.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from auth.people.domain.accounts import Account
from auth.people.domain.sessions import SessionState
from servicekit.audit_events import JSON, AuditEvent, OwnerOf, Policy


class Named(Protocol):
    """A person as others know them."""

    @property
    def username(self) -> str: ...
    @property
    def display_name(self) -> str: ...


def who(person: Named) -> dict[str, JSON]:
    """What an auditor knows a person by, for the payload, which the journal keeps encrypted."""
    return {"username": person.username, "name": person.display_name}


def done(  # noqa: PLR0913 - what an event is made of
    event_type: str,
    account: Account | str | None,
    at: datetime,
    *,
    actor_id: str | None = None,
    policy: Policy = "buffered",
    owner: str | OwnerOf | None = None,
    **payload: JSON,
) -> AuditEvent:
    """Something happened to an account, or to one of which only the id is known.

    The actor is the person by default, the owner the Caf of the person.
    """
    account_id, named = (account.account_id, who(account)) if isinstance(account, Account) else (account, {})
    return AuditEvent(
        type=f"auth.{event_type}",
        decision="done",
        policy=policy,
        owner=owner or OwnerOf(account_id),
        actor_id=actor_id or account_id,
        organisation_id=None,
        subject=_subject(account_id),
        payload={**named, **payload},
        occurred_at=at,
    )


def granted(session: SessionState, event_type: str, at: datetime, revision: int | None, **payload: JSON) -> AuditEvent:
    """Something was given within a session."""
    return AuditEvent(
        type=f"auth.{event_type}",
        decision="granted",
        policy="buffered",
        owner=OwnerOf(session.account_id, session.organisation_id),
        actor_id=session.account_id,
        organisation_id=session.organisation_id,
        subject=_subject(session.account_id),
        rights_revision=revision,
        payload={"session_id": session.session_id, **payload},
        occurred_at=at,
    )


def refused(  # noqa: PLR0913 - what a refusal is made of
    event_type: str,
    account_id: str | None,
    reason: str,
    at: datetime,
    payload: Mapping[str, JSON],
    *,
    organisation_id: str | None = None,
    revision: int | None = None,
) -> AuditEvent:
    """Something was refused. `account_id` is None when nobody is known."""
    return AuditEvent(
        type=f"auth.{event_type}",
        decision="refused",
        policy="buffered",
        owner=OwnerOf(account_id, organisation_id),
        actor_id=account_id,
        organisation_id=organisation_id,
        subject=_subject(account_id),
        reason=reason,
        rights_revision=revision,
        payload=dict(payload),
        occurred_at=at,
    )


def _subject(account_id: str | None) -> str | None:
    return f"account:{account_id}" if account_id else None
