"""The life of a session after sign-in: found, renewed, given an organisation, ended, disowned, swept away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from auth.ground.domain.errors import OrganisationNotOursError, SessionEndedError
from auth.ground.use_cases.shelves import (
    HasAccounts,
    HasEndedSessions,
    HasKnownDevices,
    HasLogoutNotices,
    HasMails,
    HasSessions,
)
from auth.people.domain.accounts import Account, without_password
from auth.people.domain.mails import MailKind, QueuedMail
from auth.people.domain.sessions import EndReason, Session, SessionLimits, require_turn
from auth.people.domain.steps import Step, without
from auth.people.use_cases import events
from auth.people.use_cases.ending import end_all_sessions, end_session
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.ports import EachApart
from auth.people.use_cases.sign_in import SignedIn
from auth.people.use_cases.stores.accounts import AccountsById, ChangedAccounts
from auth.people.use_cases.stores.history import DisownedDevices
from auth.people.use_cases.stores.queues import NoticesToldLast, QueueOfMails, QueueOfNotices
from auth.people.use_cases.stores.sessions import (
    ChosenSessions,
    EndingSessions,
    EndingSessionsById,
    FeedOfSessions,
    LivingSessions,
    SweptSessions,
)
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret, new_id, new_secret

EXPIRED = "expired sessions"
_TOUCH_EVERY = timedelta(minutes=1)
_BACK_AT_THE_CLIENT = timedelta(seconds=10)
"""By then a browser that was sent back has arrived."""
_SWEEP_AT_ONCE = 200


@dataclass(frozen=True)
class Present:
    """Someone with a living session."""

    session: Session
    account: Account


class FoundStore(HasSessions[LivingSessions], HasAccounts[AccountsById], Protocol):
    """What `FindSession` sees of a transaction."""


class FindSession:
    """Who stands behind a cookie."""

    def __init__(self, work: RecordedWork[FoundStore], clock: Clock, limits: SessionLimits) -> None:
        """`limits`: idle and absolute."""
        self._work = work
        self._clock = clock
        self._limits = limits

    def __call__(self, cookie: str | None) -> Present | None:
        """The living session of this cookie, or None. Notes the activity at most once a minute."""
        if not cookie:
            return None
        now, cookie_hash = self._clock.now(), hash_secret(cookie)

        def find(repos: FoundStore) -> Present | None:
            session = repos.sessions.find_by_cookie(cookie_hash)
            account = repos.accounts.find(session.account_id) if session is not None else None
            return Present(session, account) if session is not None and account is not None else None

        present = self._work.read(find)
        if present is None or not present.session.is_alive(self._limits, now):
            return None
        if now - present.session.seen_at >= _TOUCH_EVERY:
            session_id = present.session.session_id
            self._work.write(lambda repos: repos.sessions.touch(session_id, now))
        return present


class ChosenStore(
    HasSessions[ChosenSessions], HasEndedSessions[FeedOfSessions], HasLogoutNotices[QueueOfNotices], Protocol
):
    """What `ChooseOrganisation` sees of a transaction."""


class ChooseOrganisation:
    """The session chooses the organisation; another one means another session, so that every token is issued again."""

    def __init__(self, work: RecordedWork[ChosenStore], rights: PersonRights, clock: Clock) -> None:
        """`rights` tells the organisations of a person."""
        self._work = work
        self._rights = rights
        self._clock = clock

    def __call__(self, session: Session, organisation_id: str) -> SignedIn:
        """Raises:
        OrganisationNotOursError: the person is not active in it.
        RightsStaleError: the replica of the rights is not fresh.
        SignInUnfinishedError: another step comes first.
        """
        require_turn(session, Step.CHOOSE_ORGANISATION)
        if organisation_id not in {known.id for known in self._rights.organisations(session.account_id)}:
            raise OrganisationNotOursError("the person is not active in this organisation")
        now, cookie = self._clock.now(), new_secret()

        def choose(repos: ChosenStore) -> Outcome[Session]:
            chosen = replace(
                session,
                organisation_id=organisation_id,
                cookie_hash=hash_secret(cookie),
                seen_at=now,
                pending=without(session.pending, Step.CHOOSE_ORGANISATION),
            )
            if session.organisation_id is None:
                repos.sessions.save(chosen)
                return Outcome(chosen, (events.granted(chosen, "organisation.chosen", now, None),))
            ended = end_session(repos, session, EndReason.ORGANISATION_CHANGED, now)
            if not ended.session_ids:
                raise SessionEndedError("the session ended meanwhile")
            chosen = replace(chosen, session_id=new_id())
            repos.sessions.add(chosen)
            return Outcome(chosen, (events.granted(chosen, "organisation.chosen", now, None), *ended.events))

        return SignedIn(self._work.record(choose), cookie)

    def none_to_choose(self, session: Session) -> None:
        """The person is active nowhere: the step is over, and every extranet says why it is closed."""
        left = without(session.pending, Step.CHOOSE_ORGANISATION)
        if left != session.pending:
            self._work.write(lambda repos: repos.sessions.keep_pending(replace(session, pending=left)))


class LeavingStore(
    HasSessions[EndingSessionsById], HasEndedSessions[FeedOfSessions], HasLogoutNotices[NoticesToldLast], Protocol
):
    """What `SignOut` sees of a transaction."""


class SignOut:
    """DÉCONNEXION: the session ends here and in every extranet."""

    def __init__(self, work: RecordedWork[LeavingStore], clock: Clock) -> None:
        """The notices to the extranets are queued in the same transaction."""
        self._work = work
        self._clock = clock

    def __call__(self, session_id: str, begun_by: str | None = None) -> None:
        """Ends the session; nothing happens when it had ended.

        `begun_by`: the client that began the logout and to which the browser goes back. It is told last: one that hears
        of the end before its browser is back no longer knows whose logout this was, and shows an error.
        """
        now = self._clock.now()
        session = self._work.read(lambda repos: repos.sessions.find(session_id))
        if session is None or session.ended_at is not None:
            return
        found = session

        def end(repos: LeavingStore) -> Outcome[None]:
            ended = end_session(repos, found, EndReason.LOGOUT, now)
            if begun_by is not None:
                repos.logout_notices.tell_last(session_id, begun_by, now + _BACK_AT_THE_CLIENT)
            already = events.done("session.left", found.account_id, now, session_id=session_id)
            return Outcome(None, ended.events or (already,))

        self._work.record(end)


class DisownedStore(
    HasAccounts[ChangedAccounts],
    HasKnownDevices[DisownedDevices],
    HasMails[QueueOfMails],
    HasSessions[EndingSessions],
    HasEndedSessions[FeedOfSessions],
    HasLogoutNotices[QueueOfNotices],
    Protocol,
):
    """What `DisownLogin` sees of a transaction."""


class DisownLogin:
    """ "Ce n'était pas moi": every session ends and a new password is needed, sent by mail."""

    def __init__(self, work: RecordedWork[DisownedStore], clock: Clock, rights: PersonRights) -> None:
        """The mails leave from the outbox; `rights` tells the administrators of the person."""
        self._work = work
        self._clock = clock
        self._rights = rights

    def __call__(self, session: Session) -> None:
        """Ends all sessions of the person, this one too, and knows no browser of theirs any more; the administrators of
        the person are told by mail."""
        now, helpers = self._clock.now(), self._rights.helpers(session.account_id)

        def disown(repos: DisownedStore) -> Outcome[None]:
            account = repos.accounts.find(session.account_id)
            if account is not None:
                repos.accounts.save(without_password(account, now))
                repos.mails.add(
                    QueuedMail(
                        mail_id=new_id(),
                        account_id=account.account_id,
                        kind=MailKind.DISOWNED_PASSWORD,
                        queued_at=now,
                        next_attempt_at=now,
                    )
                )
                for helper in helpers:
                    told = QueuedMail(
                        mail_id=new_id(),
                        account_id=helper,
                        kind=MailKind.LOGIN_DISOWNED,
                        queued_at=now,
                        next_attempt_at=now,
                        about=account.display_name,
                    )
                    repos.mails.add(told)
            repos.known_devices.forget_of(session.account_id)
            ended = end_all_sessions(repos, session.account_id, EndReason.NOT_ME, now)
            disowned = events.done("login.disowned", session.account_id, now, session_id=session.session_id)
            return Outcome(None, (disowned, *ended.events))

        self._work.record(disown)


class SweptStore(
    HasSessions[SweptSessions], HasEndedSessions[FeedOfSessions], HasLogoutNotices[QueueOfNotices], Protocol
):
    """What `SweepSessions` sees of a transaction."""


class SweepSessions:
    """Ends sessions whose time is over, so that the extranets learn of it too."""

    def __init__(
        self, work: RecordedWork[SweptStore], clock: Clock, limits: SessionLimits, each_apart: EachApart
    ) -> None:
        """`limits`: idle and absolute."""
        self._work = work
        self._clock = clock
        self._limits = limits
        self._each_apart = each_apart

    def __call__(self) -> int:
        """Sweeps once; gives how many sessions ended."""
        now = self._clock.now()
        idle, opened = now - self._limits.idle, now - self._limits.absolute
        due = self._work.read(lambda repos: repos.sessions.expired(idle, opened, _SWEEP_AT_ONCE))
        self._each_apart(due, self._end, self._end_unread, queue=EXPIRED)
        return len(due)

    def _end(self, session_id: str) -> None:
        now = self._clock.now()

        def end(repos: SweptStore) -> Outcome[None]:
            current = repos.sessions.find(session_id)
            account_id = current.account_id if current is not None else None
            seen = events.done("session.checked", account_id, now, session_id=session_id)
            if current is None or current.is_alive(self._limits, now):
                return Outcome(None, (seen,))
            return Outcome(None, end_session(repos, current, EndReason.EXPIRED, now).events or (seen,))

        self._work.record(end)

    def _end_unread(self, session_id: str, _reason: str, _reference: str) -> None:
        """One whose end fails is closed all the same: it must neither stay open nor keep the others open."""
        now = self._clock.now()
        self._work.write(lambda repos: repos.sessions.end(session_id, now))
