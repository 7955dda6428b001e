"""Ending sessions and tokens: the one place that does all that an end asks for, inside the caller's transaction.

Whatever ends is said in three places: in the store, so that nothing more is given; in the feed, so that a resource
server refuses access tokens still alive; and in the queue of notices, so that the client closes its own session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from auth.ground.use_cases.shelves import (
    HasCodes,
    HasDeviceRequests,
    HasEndedSessions,
    HasLogoutNotices,
    HasRefreshTokens,
    HasRevokedTokens,
    HasSessions,
)
from auth.people.domain.logout import LogoutNotice
from auth.people.domain.sessions import ClientSession, EndReason, RightsChange, Session
from auth.people.use_cases import events
from auth.people.use_cases.stores.grants import (
    DeniedDevices,
    FamiliesOfSession,
    RevokedFamilies,
    RevokedTokens,
    SpentCodes,
)
from auth.people.use_cases.stores.queues import QueueOfNotices
from auth.people.use_cases.stores.sessions import (
    ClosedSessions,
    EndingSessions,
    FeedOfSessions,
    FeedOfTokens,
    LeftSessions,
    SessionsById,
)
from servicekit.audit_events import AuditEvent, OwnerOf
from servicekit.identifiers import new_id

LONGEST_ACCESS_TOKEN = timedelta(seconds=900)
"""The most that the settings allow: what is revoked is remembered that long."""


class OneEndingStore(
    HasSessions[ClosedSessions], HasEndedSessions[FeedOfSessions], HasLogoutNotices[QueueOfNotices], Protocol
):
    """What the end of a session sees of a transaction."""


class EndingStore(
    HasSessions[EndingSessions], HasEndedSessions[FeedOfSessions], HasLogoutNotices[QueueOfNotices], Protocol
):
    """What the end of all sessions of a person sees of a transaction."""


class TokenEndingStore(HasRevokedTokens[RevokedTokens], HasEndedSessions[FeedOfTokens], Protocol):
    """What the end of a token sees of a transaction."""


class FamilyEndingStore(
    HasRefreshTokens[RevokedFamilies],
    HasSessions[SessionsById],
    HasLogoutNotices[QueueOfNotices],
    TokenEndingStore,
    Protocol,
):
    """What the end of a family of tokens sees of a transaction."""


class ClientEndingStore(
    HasSessions[LeftSessions],
    HasRefreshTokens[FamiliesOfSession],
    HasCodes[SpentCodes],
    HasDeviceRequests[DeniedDevices],
    HasLogoutNotices[QueueOfNotices],
    TokenEndingStore,
    Protocol,
):
    """What the end of a client's session sees of a transaction."""


@dataclass(frozen=True)
class Ended:
    """What an end left to do and to record."""

    session_ids: tuple[str, ...]
    events: tuple[AuditEvent, ...]


def end_session(  # noqa: PLR0913 - what an end says of itself
    repos: OneEndingStore,
    session: Session,
    reason: EndReason,
    at: datetime,
    actor_id: str | None = None,
    *,
    change: RightsChange = RightsChange(),  # noqa: B008 - an immutable value
) -> Ended:
    """Ends one session: feed entry, back-channel notice for each client that got tokens, event. Nothing if it ended."""
    if not repos.sessions.end(session.session_id, at):
        return Ended((), ())
    repos.ended_sessions.append(session, at, reason.value)
    for client_id in repos.sessions.clients_of(session.session_id):
        repos.logout_notices.add(_notice(session, client_id, at, change))
    event = events.done(
        "session.ended",
        session.account_id,
        at,
        actor_id=actor_id,
        session_id=session.session_id,
        why=reason.value,
    )
    return Ended((session.session_id,), (event,))


def revoke_token(repos: TokenEndingStore, token_id: str, ends_at: datetime, now: datetime) -> bool:
    """Ends one access token, or every one of a family, here and at the resource servers; False: it had ended."""
    if not repos.revoked_tokens.add(token_id, ends_at):
        return False
    repos.ended_sessions.append_token(token_id, now)
    return True


def revoke_family(repos: FamilyEndingStore, family_id: str, client_id: str, session_id: str, now: datetime) -> None:
    """Ends every token of a family: refresh and access tokens at once, the client's session by back-channel logout.

    A code that is replayed again and again tells the client once: the queue of notices is everybody's."""
    repos.refresh_tokens.revoke_family(family_id, now)
    if not revoke_token(repos, family_id, now + LONGEST_ACCESS_TOKEN, now):
        return
    session = repos.sessions.find(session_id)
    if session is not None and session.ended_at is None:
        repos.logout_notices.add(_notice(session, client_id, now))


def end_client_session(
    repos: ClientEndingStore, held: ClientSession, at: datetime, change: RightsChange
) -> tuple[AuditEvent, ...]:
    """Ends what one client has in a session, which goes on: its grants, its tokens, and its own session by a notice.

    Nothing when it had ended."""
    session, client_id = held.session, held.client_id
    if not repos.sessions.forget_client(session.session_id, client_id):
        return ()
    families = {
        *repos.refresh_tokens.families_of(session.session_id, client_id),
        *repos.codes.spend(session.session_id, client_id, at),
        *repos.device_requests.deny(session.session_id, client_id),
    }
    for family_id in sorted(families):
        repos.refresh_tokens.revoke_family(family_id, at)
        revoke_token(repos, family_id, at + LONGEST_ACCESS_TOKEN, at)
    repos.logout_notices.add(_notice(session, client_id, at, change))
    event = events.done(
        "client_session.ended",
        session.account_id,
        at,
        client_id=client_id,
        session_id=session.session_id,
        owner=OwnerOf(session.account_id, session.organisation_id),
        why=EndReason.RIGHTS_LOST.value,
    )
    return (event,)


def _notice(session: Session, client_id: str, at: datetime, change: RightsChange = RightsChange()) -> LogoutNotice:  # noqa: B008 - an immutable value
    return LogoutNotice(
        notice_id=new_id(),
        session_id=session.session_id,
        account_id=session.account_id,
        client_id=client_id,
        queued_at=at,
        next_attempt_at=at,
        rights_after=change.after,
        rights_revision=change.revision,
    )


def end_all_sessions(
    repos: EndingStore,
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
