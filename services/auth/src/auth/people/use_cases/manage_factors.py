"""A person adds what their second step is done with, and takes it away; recovery codes stand in for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from auth.ground.domain.errors import FactorUnknownError, SessionEndedError, SignInAgainError, WrongCodeError
from auth.ground.use_cases.shelves import (
    HasCredentials,
    HasEndedSessions,
    HasLogoutNotices,
    HasMails,
    HasSessions,
)
from auth.people.domain.credentials import (
    RECOVERY_CODES,
    SECOND_FACTORS,
    Credential,
    CredentialKind,
    has_second_factor,
)
from auth.people.domain.factors import Factor, FactorKind, with_factor
from auth.people.domain.mails import MailKind, QueuedMail
from auth.people.domain.one_time_codes import grouped, new_recovery_code, typed_code
from auth.people.domain.sessions import RECENTLY, EndReason, Session, require_finished
from auth.people.use_cases import events
from auth.people.use_cases.ending import end_session
from auth.people.use_cases.ports import OneTimeCodes
from auth.people.use_cases.stores.credentials import ManagedCredentials
from auth.people.use_cases.stores.queues import QueueOfMails, QueueOfNotices
from auth.people.use_cases.stores.sessions import ChangedSessions, FeedOfSessions
from partnerkit.text import clean_line
from servicekit.audit_events import AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret, new_id

LONGEST_NAME = 40


class Store(
    HasCredentials[ManagedCredentials],
    HasSessions[ChangedSessions],
    HasEndedSessions[FeedOfSessions],
    HasLogoutNotices[QueueOfNotices],
    HasMails[QueueOfMails],
    Protocol,
):
    """What `ManageFactors` sees of a transaction."""


@dataclass(frozen=True)
class NewAuthenticator:
    """What the person enters into their application, and what they send back with its first code."""

    secret: str = field(repr=False)  # base32
    sealed: str = field(repr=False)


class ManageFactors:
    """Each change asks for a fresh sign-in (ASVS 7.5.1), is told by mail, and ends the other sessions (ASVS 7.4.3)."""

    def __init__(self, work: RecordedWork[Store], codes: OneTimeCodes, clock: Clock) -> None:
        """`codes` makes and reads the secrets of applications."""
        self._work = work
        self._codes = codes
        self._clock = clock

    def must_sign_in_again(self, session: Session) -> bool:
        """Whether the sign-in is too long ago to change anything."""
        return self._clock.now() - session.authenticated_at > RECENTLY

    def held(self, session: Session) -> Sequence[Credential]:
        """The applications, then the recovery codes that are left."""
        found = self._work.read(lambda repos: repos.credentials.of(session.account_id))
        kinds = (*SECOND_FACTORS, CredentialKind.RECOVERY_CODE)
        return sorted((one for one in found if one.kind in kinds), key=lambda one: kinds.index(one.kind))

    def new_authenticator(self, session: Session) -> NewAuthenticator:
        """Nothing is kept before its first code came back."""
        sealed = self._codes.new(session.account_id)
        return NewAuthenticator(self._codes.opened(sealed, session.account_id) or "", sealed)

    def shown_again(self, session: Session, sealed: str) -> NewAuthenticator | None:
        """The same one, after a code that was wrong; None when it was not made here for this person."""
        secret = self._codes.opened(sealed, session.account_id)
        return None if secret is None else NewAuthenticator(secret, sealed)

    def add_authenticator(self, session: Session, sealed: str, code: str, name: str) -> Sequence[str]:
        """The new recovery codes, as they are printed: shown this once. Those before them serve no more.

        Raises:
            WrongCodeError: not the code of this moment: the application has another secret, or its clock is wrong.
            SignInAgainError: the password was typed too long ago.
            SessionEndedError: this session itself has ended.
        """
        self._check_recent(session)
        now = self._clock.now()
        typed = typed_code(code)
        counter = None if typed.is_recovery else self._codes.counter_of(sealed, session.account_id, typed.text, now)
        if counter is None:
            raise WrongCodeError("not the code of this moment")
        added = _credential(session, CredentialKind.AUTHENTICATOR, now, clean_line(name)[:LONGEST_NAME])
        proved = counter

        def add(repos: Store) -> Outcome[Sequence[str]]:
            current = _open(repos, session)
            repos.credentials.add(added, sealed, proved)
            shown = with_factor(current.factors, Factor(FactorKind.ONE_TIME, now))
            repos.sessions.save(replace(current, factors=shown))
            codes = _renew_codes(repos, session, now)
            ended = _end_others(repos, session, now)
            repos.mails.add(_mail(session, MailKind.FACTOR_ADDED, now, added.name))
            done = events.done("factor.added", session.account_id, now, kind=added.kind.value)
            return Outcome(codes, (done, *ended))

        return self._work.record(add)

    def remove(self, session: Session, credential_id: str) -> None:
        """One of the applications; with the last of them the recovery codes go too.

        Raises:
            FactorUnknownError: it is none of this person, or was taken away before.
            SignInAgainError: the sign-in was too long ago.
            SessionEndedError: this session itself has ended.
        """
        self._check_recent(session)
        now = self._clock.now()

        def remove(repos: Store) -> Outcome[None]:
            _open(repos, session)
            held = repos.credentials.of(session.account_id)
            found = next((one for one in held if one.credential_id == credential_id), None)
            if found is None or found.kind not in SECOND_FACTORS or not repos.credentials.revoke(credential_id, now):
                raise FactorUnknownError("no such second step of this person")
            if not has_second_factor(repos.credentials.of(session.account_id)):
                _revoke_codes(repos, session.account_id, now)
            ended = _end_others(repos, session, now)
            repos.mails.add(_mail(session, MailKind.FACTOR_REMOVED, now, found.name))
            done = events.done("factor.removed", session.account_id, now, kind=found.kind.value)
            return Outcome(None, (done, *ended))

        self._work.record(remove)

    def renew_recovery_codes(self, session: Session) -> Sequence[str]:
        """Ten new ones, as they are printed: shown this once. Those before them serve no more.

        Raises:
            FactorUnknownError: there is nothing for which they could stand in.
            SignInAgainError: the sign-in was too long ago.
            SessionEndedError: this session itself has ended.
        """
        self._check_recent(session)
        now = self._clock.now()

        def renew(repos: Store) -> Outcome[Sequence[str]]:
            _open(repos, session)
            if not has_second_factor(repos.credentials.of(session.account_id)):
                raise FactorUnknownError("recovery codes need a second step")
            codes = _renew_codes(repos, session, now)
            repos.mails.add(_mail(session, MailKind.RECOVERY_CODES_MADE, now))
            return Outcome(codes, (events.done("recovery_codes.made", session.account_id, now),))

        return self._work.record(renew)

    def _check_recent(self, session: Session) -> None:
        require_finished(session)
        if self.must_sign_in_again(session):
            raise SignInAgainError("the sign-in is too long ago")


def _open(repos: Store, session: Session) -> Session:
    current = repos.sessions.find(session.session_id)
    if current is None or current.ended_at is not None:
        raise SessionEndedError("this session has ended")
    return current


def _renew_codes(repos: Store, session: Session, now: datetime) -> Sequence[str]:
    _revoke_codes(repos, session.account_id, now)
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    for code in codes:
        repos.credentials.add(_credential(session, CredentialKind.RECOVERY_CODE, now), hash_secret(code))
    return [grouped(code) for code in codes]


def _revoke_codes(repos: Store, account_id: str, now: datetime) -> None:
    for one in repos.credentials.of(account_id):
        if one.kind is CredentialKind.RECOVERY_CODE:
            repos.credentials.revoke(one.credential_id, now)


def _end_others(repos: Store, session: Session, now: datetime) -> tuple[AuditEvent, ...]:
    others = (one for one in repos.sessions.open_of(session.account_id) if one.session_id != session.session_id)
    ended = [end_session(repos, one, EndReason.FACTOR_CHANGED, now) for one in others]
    return tuple(event for one in ended for event in one.events)


def _credential(session: Session, kind: CredentialKind, now: datetime, name: str = "") -> Credential:
    return Credential(credential_id=new_id(), account_id=session.account_id, kind=kind, created_at=now, name=name)


def _mail(session: Session, kind: MailKind, now: datetime, about: str = "") -> QueuedMail:
    return QueuedMail(
        mail_id=new_id(), account_id=session.account_id, kind=kind, queued_at=now, next_attempt_at=now, about=about
    )
