"""Ending sessions: the one place that does everything an end asks for, inside the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auth.domain.sessions import EndReason, Session
from auth.use_cases import events
from auth.use_cases.ports import AuthRepos, LogoutNotice
from servicekit.audit_events import AuditEvent
from servicekit.identifiers import new_id


@dataclass(frozen=True)
class Ended:
    """What an end left to do and to record."""

    session_ids: tuple[str, ...]
    events: tuple[AuditEvent, ...]


def end_session(
    repos: AuthRepos, session: Session, reason: EndReason, at: datetime, actor_id: str | None = None
) -> Ended:
    """Ends one session: feed entry, back-channel notice for each client that got tokens, event. Nothing if it ended."""
    if not repos.sessions.end(session.session_id, at):
        return Ended((), ())
    repos.ended_sessions.append(session, at, reason.value)
    for client_id in repos.sessions.clients_of(session.session_id):
        repos.logout_notices.add(
            LogoutNotice(
                notice_id=new_id(),
                session_id=session.session_id,
                account_id=session.account_id,
                client_id=client_id,
                queued_at=at,
                next_attempt_at=at,
            )
        )
    event = events.done(
        "session.ended",
        session.account_id,
        at,
        actor_id=actor_id,
        session_id=session.session_id,
        why=reason.value,
    )
    return Ended((session.session_id,), (event,))


def end_all_sessions(
    repos: AuthRepos,
    account_id: str,
    reason: EndReason,
    at: datetime,
    actor_id: str | None = None,
) -> Ended:
    """Ends every open session of a person."""
    ended = [end_session(repos, session, reason, at, actor_id) for session in repos.sessions.open_of(account_id)]
    return Ended(
        tuple(one for end in ended for one in end.session_ids), tuple(event for end in ended for event in end.events)
    )
