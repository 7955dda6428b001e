"""A person sees where they are signed in and what they agreed to, and ends it (ASVS 7.5.2, 10.7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from auth.clients.domain.clients import Client
from auth.clients.use_cases.stores import ClientsById
from auth.ground.domain.errors import SessionEndedError, SignInAgainError
from auth.ground.use_cases.shelves import (
    HasClients,
    HasCodes,
    HasConsents,
    HasEndedSessions,
    HasLogoutNotices,
    HasRefreshTokens,
    HasRevokedTokens,
    HasSessions,
)
from auth.people.domain.consents import Consent
from auth.people.domain.sessions import RECENTLY, EndReason, Session, SessionLimits
from auth.people.use_cases import events
from auth.people.use_cases.ending import end_session, revoke_family
from auth.people.use_cases.stores.accounts import WithdrawnConsents
from auth.people.use_cases.stores.grants import FamiliesOfSession, RevokedTokens, SpentCodes
from auth.people.use_cases.stores.queues import QueueOfNotices
from auth.people.use_cases.stores.sessions import EndingSessionsById, FeedOfBoth
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock


class Store(
    HasSessions[EndingSessionsById],
    HasClients[ClientsById],
    HasConsents[WithdrawnConsents],
    HasEndedSessions[FeedOfBoth],
    HasRefreshTokens[FamiliesOfSession],
    HasCodes[SpentCodes],
    HasRevokedTokens[RevokedTokens],
    HasLogoutNotices[QueueOfNotices],
    Protocol,
):
    """What `PersonSessions` sees of a transaction."""


@dataclass(frozen=True)
class OpenSession:
    """A session that is open, and the clients that got tokens in it."""

    session: Session
    clients: tuple[Client, ...]


@dataclass(frozen=True)
class GivenConsent:
    """What a person agreed to, and with whom."""

    client: Client
    consent: Consent


@dataclass(frozen=True)
class PersonOverview:
    """The sessions, the newest first, and the consents."""

    sessions: tuple[OpenSession, ...]
    consents: tuple[GivenConsent, ...]


class PersonSessions:
    """Whoever holds a stolen cookie may look, but not throw the person out: an end elsewhere asks for the password."""

    def __init__(self, work: RecordedWork[Store], clock: Clock, limits: SessionLimits) -> None:
        """`limits`: a session whose time is over is not shown."""
        self._work = work
        self._clock = clock
        self._limits = limits

    def overview(self, session: Session) -> PersonOverview:
        """Everything of the person of this session."""

        def read(repos: Store) -> PersonOverview:
            opened = sorted(self._alive(repos, session.account_id), key=lambda one: one.opened_at, reverse=True)
            consents = [
                GivenConsent(client, consent)
                for consent in repos.consents.all_of(session.account_id)
                if (client := repos.clients.find(consent.client_id)) is not None
            ]
            return PersonOverview(tuple(OpenSession(one, _clients(repos, one)) for one in opened), tuple(consents))

        return self._work.read(read)

    def must_sign_in_again(self, session: Session) -> bool:
        """Whether the password was typed too long ago (ASVS 7.5.2)."""
        return self._clock.now() - session.authenticated_at > RECENTLY

    def end(self, session: Session, session_id: str) -> tuple[str, ...]:
        """Ends another session of the same person; gives what ended, nothing when it is not one, or over.

        Raises:
            SignInAgainError: the password was typed too long ago.
            SessionEndedError: this session itself has ended.
        """
        return self._end(session, session_id)

    def end_others(self, session: Session) -> tuple[str, ...]:
        """Ends every other session of the person; gives their identifiers.

        Raises:
            SignInAgainError: the password was typed too long ago.
            SessionEndedError: this session itself has ended.
        """
        return self._end(session, None)

    def withdraw_consent(self, session: Session, client_id: str) -> bool:
        """The client is asked about again, and its tokens of the person's sessions end; False: there was no consent.

        Raises:
            SessionEndedError: this session itself has ended.
        """
        now = self._clock.now()
        if self._work.read(lambda repos: repos.consents.of(session.account_id, client_id)) is None:
            return False
        families = self._work.read(lambda repos: _families(repos, session.account_id, client_id))

        def withdraw(repos: Store) -> Outcome[bool]:
            _require_open(repos, session)
            forgotten = repos.consents.forget(session.account_id, client_id)
            opened = [one.session_id for one in repos.sessions.open_of(session.account_id)]
            spent = [(one, family) for one in opened for family in repos.codes.spend(one, client_id, now)]
            for session_id, family_id in dict.fromkeys((*families, *spent)):
                revoke_family(repos, family_id, client_id, session_id, now)
            withdrawn = events.done(
                "consent.withdrawn", session.account_id, now, client_id=client_id, session_id=session.session_id
            )
            return Outcome(forgotten, (withdrawn,))

        return self._work.record(withdraw)

    def _end(self, session: Session, session_id: str | None) -> tuple[str, ...]:
        if self.must_sign_in_again(session):
            raise SignInAgainError("the password was typed too long ago")
        now = self._clock.now()

        def end(repos: Store) -> Outcome[tuple[str, ...]]:
            _require_open(repos, session)
            ended = [
                end_session(repos, one, EndReason.LOGOUT, now, session.account_id)
                for one in repos.sessions.open_of(session.account_id)
                if one.session_id != session.session_id and session_id in (None, one.session_id)
            ]
            already = events.done("session.checked", session.account_id, now, session_id=session.session_id)
            what = tuple(event for one in ended for event in one.events)
            return Outcome(tuple(name for one in ended for name in one.session_ids), what or (already,))

        return self._work.record(end)

    def _alive(self, repos: Store, account_id: str) -> list[Session]:
        now = self._clock.now()
        return [one for one in repos.sessions.open_of(account_id) if one.is_alive(self._limits, now)]


def _require_open(repos: Store, session: Session) -> None:
    current = repos.sessions.find(session.session_id)
    if current is None or current.ended_at is not None:
        raise SessionEndedError("the session ended meanwhile")


def _clients(repos: Store, session: Session) -> tuple[Client, ...]:
    found = (repos.clients.find(client_id) for client_id in repos.sessions.clients_of(session.session_id))
    return tuple(client for client in found if client is not None)


def _families(repos: Store, account_id: str, client_id: str) -> list[tuple[str, str]]:
    """Session and family of the client's tokens, read before the transaction that ends them: the search is long."""
    opened = (one.session_id for one in repos.sessions.open_of(account_id))
    return [(one, family) for one in opened for family in repos.refresh_tokens.families_of(one, client_id)]
