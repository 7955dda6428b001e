"""A person agrees, or not, that a client which is not of the house learns who they are (OIDC Core §3.1.2.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from auth.clients.domain.clients import Client
from auth.ground.use_cases.shelves import HasConsents
from auth.people.domain.sessions import Session
from auth.people.use_cases import events
from auth.protocol.use_cases.stores import GivenConsents
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock


class Store(HasConsents[GivenConsents], Protocol):
    """What `GiveConsent` sees of a transaction."""


class GiveConsent:
    """Remembered until the client asks for more."""

    def __init__(self, work: RecordedWork[Store], clock: Clock) -> None:
        """One transaction."""
        self._work = work
        self._clock = clock

    def is_given(self, session: Session, client: Client, scope: str, since: datetime | None = None) -> bool:
        """Whether the person need not be asked: a service of the house, or asked before. With `since` only a consent
        given after it counts, of whatever client (`prompt=consent`)."""
        if client.first_party and since is None:
            return True
        given = self._work.read(lambda repos: repos.consents.of(session.account_id, client.client_id))
        return given is not None and given.covers(scope.split(), since)

    def __call__(self, session: Session, client: Client, scope: str) -> None:
        """Keeps the consent."""
        now = self._clock.now()

        def keep(repos: Store) -> Outcome[None]:
            repos.consents.remember(session.account_id, client.client_id, scope.split(), now)
            return Outcome(
                None, (events.granted(session, "consent.given", now, None, client_id=client.client_id, scope=scope),)
            )

        self._work.record(keep)

    def refuse(self, session: Session, client: Client, scope: str) -> None:
        """Records that the person said no; what they agreed to before stays."""
        what = {"client_id": client.client_id, "session_id": session.session_id, "scope": scope}
        event = events.refused(
            "consent.refused",
            session.account_id,
            "DENIED_BY_PERSON",
            self._clock.now(),
            what,
            organisation_id=session.organisation_id,
        )
        self._work.record(lambda _repos: Outcome(None, (event,)))
