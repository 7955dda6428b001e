"""A person accepts the engagement, once for each version, or refuses it."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from auth.ground.domain.errors import SessionEndedError
from auth.ground.use_cases.shelves import HasAcceptances, HasEndedSessions, HasLogoutNotices, HasSessions
from auth.people.domain.engagement import Acceptance, Document
from auth.people.domain.sessions import EndReason, Session, require_turn
from auth.people.domain.steps import Step, without
from auth.people.use_cases import events
from auth.people.use_cases.ending import end_session
from auth.people.use_cases.stores.history import AllAcceptances
from auth.people.use_cases.stores.queues import QueueOfNotices
from auth.people.use_cases.stores.sessions import FeedOfSessions, SessionsWithSteps
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock


class Store(
    HasAcceptances[AllAcceptances],
    HasSessions[SessionsWithSteps],
    HasEndedSessions[FeedOfSessions],
    HasLogoutNotices[QueueOfNotices],
    Protocol,
):
    """What `AcceptEngagement` sees of a transaction."""


class AcceptEngagement:
    """The step is over once the acceptance is kept; both happen together, with the event."""

    def __init__(self, work: RecordedWork[Store], clock: Clock, document: Document) -> None:
        """`document`: the version of today."""
        self._work = work
        self._clock = clock
        self.document = document

    def __call__(self, session: Session) -> Session:
        """The session in which the step is done. A version that was accepted is not accepted again.

        Raises:
            SessionEndedError: the session ended meanwhile: nothing is accepted.
            SignInUnfinishedError: another step comes first.
        """
        require_turn(session, Step.ACCEPT_ENGAGEMENT)
        now = self._clock.now()
        given = Acceptance(session.account_id, self.document.name, self.document.version, now)

        def accept(repos: Store) -> Outcome[Session]:
            current = repos.sessions.find(session.session_id)
            if current is None or current.ended_at is not None:
                raise SessionEndedError("the session ended before the engagement was accepted")
            kept = replace(current, pending=without(current.pending, Step.ACCEPT_ENGAGEMENT))
            repos.sessions.keep_pending(kept)
            if repos.acceptances.add(given):
                event = events.done(
                    "engagement.accepted",
                    session.account_id,
                    now,
                    document=self.document.name,
                    version=self.document.version,
                    session_id=session.session_id,
                )
            else:
                event = events.done("session.checked", session.account_id, now, session_id=session.session_id)
            return Outcome(kept, (event,))

        return self._work.record(accept)

    def refuse(self, session: Session) -> None:
        """The person said no: the session ends, nothing else changes, and the next sign-in asks again."""
        now = self._clock.now()
        what = {"document": self.document.name, "version": self.document.version, "session_id": session.session_id}

        def refuse(repos: Store) -> Outcome[None]:
            no = events.refused("engagement.refused", session.account_id, "DENIED_BY_PERSON", now, what)
            ended = end_session(repos, session, EndReason.LOGOUT, now)
            return Outcome(None, (no, *ended.events))

        self._work.record(refuse)

    def accepted(self, account_id: str) -> Acceptance | None:
        """When the person accepted the version of today; None: not yet."""
        name, version = self.document.name, self.document.version
        return self._work.read(lambda repos: repos.acceptances.find(account_id, name, version))
