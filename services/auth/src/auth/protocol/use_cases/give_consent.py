"""A person agrees, or not, that a client which is not of the house learns who they are (OIDC Core §3.1.2.4)."""

from __future__ import annotations

from auth.clients.domain.clients import Client
from auth.ground.use_cases.ports import AuthRepos, AuthWork
from auth.people.domain.sessions import Session
from auth.people.use_cases import events
from servicekit.audit_events import Outcome
from servicekit.clock import Clock


class GiveConsent:
    """Remembered until the client asks for more."""

    def __init__(self, work: AuthWork, clock: Clock) -> None:
        """One transaction."""
        self._work = work
        self._clock = clock

    def __call__(self, session: Session, client: Client, scope: str) -> None:
        """Keeps the consent."""
        now = self._clock.now()

        def keep(repos: AuthRepos) -> Outcome[None]:
            repos.clients.remember_consent(session.account_id, client.client_id, scope.split(), now)
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
