"""After a provisional password, or whenever they wish, a person chooses a password of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from auth.ground.domain.errors import (
    AccountUnknownError,
    PasswordChecksOverloadedError,
    PasswordRefusedError,
    SessionEndedError,
    TooManyAttemptsError,
)
from auth.ground.use_cases.shelves import (
    HasAccounts,
    HasAttempts,
    HasEndedSessions,
    HasLogoutNotices,
    HasMails,
    HasSessions,
)
from auth.people.domain.accounts import Account
from auth.people.domain.factors import Factor, FactorKind, with_factor
from auth.people.domain.mails import MailKind, QueuedMail
from auth.people.domain.passwords import PasswordRules, find_problem, normalise_password
from auth.people.domain.sessions import EndReason, Session, require_turn
from auth.people.domain.steps import Needs, Step, lacks_organisation, without
from auth.people.domain.throttling import AttemptLimits, wait_before
from auth.people.use_cases import events
from auth.people.use_cases.ending import end_all_sessions
from auth.people.use_cases.person_rights import PersonRights, only_one
from auth.people.use_cases.ports import Passwords
from auth.people.use_cases.sign_in import SignedIn
from auth.people.use_cases.stores.accounts import ChangedAccounts, GuessedAttempts
from auth.people.use_cases.stores.queues import QueueOfMails, QueueOfNotices
from auth.people.use_cases.stores.sessions import FeedOfSessions, ReplacedSessions
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret, new_id, new_secret

_LIMITS = AttemptLimits()


class Store(
    HasAccounts[ChangedAccounts],
    HasSessions[ReplacedSessions],
    HasAttempts[GuessedAttempts],
    HasMails[QueueOfMails],
    HasEndedSessions[FeedOfSessions],
    HasLogoutNotices[QueueOfNotices],
    Protocol,
):
    """What `ChoosePassword` sees of a transaction."""


class ChoosePassword:
    """Checks the rules, keeps the hash, ends every other session and opens a full one under a new identifier."""

    def __init__(  # noqa: PLR0913 - a constructor
        self,
        work: RecordedWork[Store],
        passwords: Passwords,
        rights: PersonRights,
        clock: Clock,
        rules: PasswordRules,
        first_sign_in: Callable[[str], object],
    ) -> None:
        """`rules`: length and words that are refused; `first_sign_in`: what was offered with a new account is accepted
        by using it."""
        self._work = work
        self._passwords = passwords
        self._rights = rights
        self._clock = clock
        self._first_sign_in = first_sign_in
        self.rules = rules

    def __call__(self, session: Session, password: str, confirmation: str, current: str = "") -> SignedIn:
        """Replaces the password. `current` is the one in use, asked unless a provisional one has just been used
        (ASVS 6.2.3): an unattended browser must not be enough to take an account.

        Raises:
            PasswordRefusedError: `fields` says what is wrong with `password`, `confirmation` or `current`.
            TooManyAttemptsError: `current` was wrong too often.
            SessionEndedError: the session ended meanwhile: nothing is changed.
            PasswordChecksOverloadedError: try again in a moment.
            SignInUnfinishedError: another step comes first.
        """
        require_turn(session, Step.CHOOSE_PASSWORD)
        account = self._work.read(lambda repos: repos.accounts.find(session.account_id))
        if account is None:
            raise AccountUnknownError("the account of the session is gone")
        self._check(account, password, confirmation)
        if Step.CHOOSE_PASSWORD not in session.pending:
            self._check_current(account, current)
        password_hash = self._passwords.hash(normalise_password(password))
        now, cookie = self._clock.now(), new_secret()
        organisations = self._rights.organisation_ids(account.account_id)
        organisation_id = session.organisation_id or only_one(organisations)
        pending = _remaining(session, Needs(organisation_id=organisation_id, organisations=organisations))

        def change(repos: Store) -> Outcome[Session]:
            known = repos.accounts.find(account.account_id) or account
            ended = end_all_sessions(repos, account.account_id, EndReason.PASSWORD_CHANGED, now)
            if session.session_id not in ended.session_ids:
                raise SessionEndedError("the session ended while the password was being chosen")
            repos.accounts.save(
                replace(
                    known,
                    password_hash=password_hash,
                    provisional=None,
                    password_changed_at=now,
                    last_login_at=now,
                )
            )
            opened = replace(
                session,
                session_id=new_id(),
                cookie_hash=hash_secret(cookie),
                opened_at=now,
                seen_at=now,
                authenticated_at=now,
                organisation_id=organisation_id,
                factors=with_factor(session.factors, Factor(FactorKind.PASSWORD, now)),
                pending=pending,
            )
            repos.sessions.add(opened)
            repos.mails.add(
                QueuedMail(
                    mail_id=new_id(),
                    account_id=known.account_id,
                    kind=MailKind.PASSWORD_CHANGED,
                    queued_at=now,
                    next_attempt_at=now,
                )
            )
            chosen = events.done("password.chosen", known, now)
            begun = events.granted(opened, "session.opened", now, None, **events.who(known))
            return Outcome(opened, (chosen, *ended.events, begun))

        signed_in = SignedIn(self._work.record(change), cookie)
        if Step.CHOOSE_PASSWORD in session.pending:
            self._first_sign_in(account.account_id)
        return signed_in

    def _check(self, account: Account, password: str, confirmation: str) -> None:
        own = (account.username, account.given_name, account.family_name, account.display_name)
        name, _, domain = account.email.partition("@")
        organisations = self._rights.organisation_names(account.account_id)
        personal = (*own, name, domain.rpartition(".")[0], *organisations)
        problems: Mapping[str, str] = {}
        problem = find_problem(password, self.rules, personal)
        if problem is not None:
            problems = {"password": problem.value}
        elif normalise_password(password) != normalise_password(confirmation):
            problems = {"confirmation": "DIFFERENT"}
        if problems:
            raise PasswordRefusedError("the password breaks a rule", fields=problems)

    def _check_current(self, account: Account, current: str) -> None:
        """Counted before the comparison, and apart from sign-ins: only somebody who is signed in counts here."""
        now, key = self._clock.now(), f"current:{hash_secret(account.account_id)}"

        def count(repos: Store) -> timedelta | None:
            wait = wait_before(repos.attempts.of(key, now - _LIMITS.window), _LIMITS, now)
            if wait is None:
                repos.attempts.add(key, now)
            return wait

        wait = self._work.write(count)
        if wait is not None:
            raise TooManyAttemptsError("the password in use was wrong too often", retry_after=wait)
        try:
            is_right = self._passwords.verify(account.password_hash, normalise_password(current))
        except PasswordChecksOverloadedError:
            self._work.write(lambda repos: repos.attempts.forget_one(key, now))
            raise
        if not is_right:
            refusal = events.refused("password.refused", account.account_id, "INVALID_CREDENTIALS", now, {})
            self._work.record(lambda _repos: Outcome(None, (refusal,)))
            raise PasswordRefusedError("the password in use is another one", fields={"current": "WRONG"})
        self._work.write(lambda repos: repos.attempts.forget(key))


def _remaining(session: Session, needs: Needs) -> tuple[Step, ...]:
    """A choice that has meanwhile made itself is not asked for."""
    left = without(session.pending, Step.CHOOSE_PASSWORD)
    return left if lacks_organisation(needs) else without(left, Step.CHOOSE_ORGANISATION)
