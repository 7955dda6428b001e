"""What habpps asks of accounts: create, reset, lock, unlock, end sessions, forget factors, show. Idempotent by command
id."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from auth.ground.domain.errors import AccountIdTakenError, AccountUnknownError
from auth.ground.use_cases.shelves import (
    HasAccounts,
    HasCommands,
    HasCredentials,
    HasEndedSessions,
    HasLogoutNotices,
    HasMails,
    HasSessions,
)
from auth.people.domain.accounts import Account, AccountState, make_username, without_password
from auth.people.domain.credentials import CredentialKind
from auth.people.domain.mails import LATE_AFTER, MailKind, QueuedMail
from auth.people.domain.notices import Access, Notice, NoticeKind
from auth.people.domain.sessions import EndReason
from auth.people.use_cases import events
from auth.people.use_cases.ending import end_all_sessions
from auth.people.use_cases.orders import Order, carried_out_once
from auth.people.use_cases.stores.accounts import Commands, ManagedAccounts
from auth.people.use_cases.stores.credentials import WithSecondStep
from auth.people.use_cases.stores.queues import MailsOfAccounts, QueueOfMails, QueueOfNotices
from auth.people.use_cases.stores.sessions import EndingSessions, FeedOfSessions
from partnerkit.email import InvalidEmailError, checked_email
from partnerkit.text import clean_line, typed_name, why_name_refused
from servicekit.audit_events import AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock
from servicekit.errors import ConflictError, InvalidInputError
from servicekit.event_form import is_owner
from servicekit.identifiers import new_id

MOST_ACCOUNTS_AT_ONCE = 500
_LONGEST_NAME = 100
_LONGEST_ORGANISATION = 200


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """Whose account is asked for."""

    account_id: str
    given_name: str
    family_name: str
    email: str
    organisation_name: str = ""
    owner: str | None = None
    """Whose the person is: the Caf of the organisation (`servicekit.event_form`); None: what the rights say."""
    opened: tuple[Access, ...] = ()
    """What is open from the beginning."""


@dataclass(frozen=True)
class AccountView:
    """An account as habpps sees it."""

    account: Account
    mails_sent: bool
    second_step: bool = False
    mail_problem: str = ""  # why its newest mail was set aside; MAIL_LATE: it waits for more than an hour


class Store(
    HasAccounts[ManagedAccounts],
    HasMails[MailsOfAccounts],
    HasCommands[Commands],
    HasCredentials[WithSecondStep],
    HasSessions[EndingSessions],
    HasEndedSessions[FeedOfSessions],
    HasLogoutNotices[QueueOfNotices],
    Protocol,
):
    """What `ManageAccounts` sees of a transaction."""


Change = Callable[[Store, Account, datetime], tuple[str, tuple[AuditEvent, ...]]]


class ManageAccounts:
    """One method per command."""

    def __init__(self, work: RecordedWork[Store], clock: Clock, draw: Callable[[int], int] = secrets.randbelow) -> None:
        """`draw` gives the number in identifiers; tests give their own."""
        self._work = work
        self._clock = clock
        self._draw = draw

    def create(self, order: Order, person: NewPerson) -> AccountView:
        """Creates an account and queues its two mails; a repetition gives the account back.

        Raises:
            InvalidInputError: a name or the mail address is missing, or cannot be one.
            AccountIdTakenError: the account id belongs to another person.
        """
        person = checked_person(person)
        known = self._work.read(lambda repos: repos.accounts.find(person.account_id))
        if known is None:
            self._work.record(lambda repos: self._create(repos, order, person))
        return self._created(person)

    def reset_password(self, order: Order) -> None:
        """Forgets the password, ends every session and queues a provisional one.

        Raises:
            AccountUnknownError: no such account.
        """

        def change(repos: Store, account: Account, now: datetime) -> tuple[str, tuple[AuditEvent, ...]]:
            repos.accounts.save(without_password(account, now))
            repos.mails.add(
                QueuedMail(
                    mail_id=new_id(),
                    account_id=account.account_id,
                    kind=MailKind.RENEWED_PASSWORD,
                    queued_at=now,
                    next_attempt_at=now,
                    requested_by=order.requested_by,
                )
            )
            ended = end_all_sessions(
                repos, account.account_id, EndReason.PASSWORD_RESET, now, actor_id=order.requested_by
            )
            reset = events.done("password.reset", account, now, actor_id=order.requested_by)
            return "done", (reset, *ended.events)

        self._once(order, change)

    def forget_factors(self, order: Order) -> None:
        """Takes every second step and the recovery codes off the account, for somebody who lost them; ends every
        session. The password stays.

        Raises:
            AccountUnknownError: no such account.
        """

        def change(repos: Store, account: Account, now: datetime) -> tuple[str, tuple[AuditEvent, ...]]:
            held = [one for one in repos.credentials.of(account.account_id) if one.kind is not CredentialKind.PASSWORD]
            for one in held:
                repos.credentials.revoke(one.credential_id, now)
            if held:
                tell(repos, account, MailKind.FACTOR_REMOVED, order, now)
            ended = end_all_sessions(
                repos, account.account_id, EndReason.FACTOR_CHANGED, now, actor_id=order.requested_by
            )
            forgotten = events.done("factors.forgotten", account, now, actor_id=order.requested_by)
            return "done", (forgotten, *ended.events)

        self._once(order, change)

    def lock(self, order: Order) -> None:
        """Forbids signing in and ends every session.

        Raises:
            AccountUnknownError: no such account.
        """

        def change(repos: Store, account: Account, now: datetime) -> tuple[str, tuple[AuditEvent, ...]]:
            if account.locked_at is None:
                tell(repos, account, MailKind.LOCKED, order, now)
            repos.accounts.save(_locked(account, order, now))
            ended = end_all_sessions(repos, account.account_id, EndReason.LOCKED, now, actor_id=order.requested_by)
            locked = events.done(
                "account.locked",
                account,
                now,
                actor_id=order.requested_by,
                why=order.reason,
            )
            return "done", (locked, *ended.events)

        self._once(order, change)

    def unlock(self, order: Order) -> None:
        """Allows signing in again.

        Raises:
            AccountUnknownError: no such account.
        """

        def change(repos: Store, account: Account, now: datetime) -> tuple[str, tuple[AuditEvent, ...]]:
            repos.accounts.save(replace(account, locked_at=None, locked_reason=None, locked_by=None))
            if account.locked_at is not None:
                tell(repos, account, MailKind.UNLOCKED, order, now)
            unlocked = events.done("account.unlocked", account, now, actor_id=order.requested_by)
            return "done", (unlocked,)

        self._once(order, change)

    def notify(self, order: Order, notice: Notice, organisation_name: str) -> None:
        """Queues one mail that tells the person what an act changed for them; nobody is told twice.

        The act itself is in the journal, and so will the mail be when it leaves.

        Raises:
            AccountUnknownError: no such account.
        """

        def queue(repos: Store) -> None:
            if repos.commands.answer_of(order.command_id) is not None:
                return
            if repos.accounts.find(order.account_id) is None:
                raise AccountUnknownError("no such account")
            now, named = self._clock.now(), clean_line(organisation_name)[:_LONGEST_ORGANISATION]
            row = QueuedMail(
                mail_id=new_id(),
                account_id=order.account_id,
                kind=MailKind.NOTICE,
                queued_at=now,
                next_attempt_at=now,
                requested_by=order.requested_by,
                organisation_name=named,
            )
            repos.mails.add(replace(row, notice=notice))
            repos.commands.remember(order.command_id, "done", now)

        self._work.write(queue)

    def end_sessions(self, order: Order) -> int:
        """Ends every session of a person; gives how many there were.

        Raises:
            AccountUnknownError: no such account.
        """

        def change(repos: Store, account: Account, now: datetime) -> tuple[str, tuple[AuditEvent, ...]]:
            ended = end_all_sessions(
                repos, account.account_id, EndReason.ADMINISTRATOR, now, actor_id=order.requested_by
            )
            asked = events.done(
                "sessions.ended", account.account_id, now, actor_id=order.requested_by, why=order.reason
            )
            return str(len(ended.session_ids)), (asked, *ended.events)

        return int(self._once(order, change))

    def several(self, account_ids: Sequence[str]) -> Sequence[AccountView]:
        """The accounts found among those asked for.

        Raises:
            InvalidInputError: more than 500 were asked for.
        """
        if len(account_ids) > MOST_ACCOUNTS_AT_ONCE:
            raise InvalidInputError(f"at most {MOST_ACCOUNTS_AT_ONCE} accounts at once", reason="TOO_MANY_ACCOUNTS")

        def read(repos: Store) -> list[AccountView]:
            waiting = repos.mails.waiting(account_ids)
            problems = repos.mails.problems(account_ids, self._clock.now() - LATE_AFTER)
            two_steps = repos.credentials.with_second_factor(account_ids)
            return [
                AccountView(
                    account,
                    account.account_id not in waiting,
                    account.account_id in two_steps,
                    problems.get(account.account_id, ""),
                )
                for account in repos.accounts.several(account_ids)
            ]

        return self._work.read(read)

    def has_begun(self, account_id: str) -> bool:
        """Whether its owner has chosen a password; of an account that is not known here it is taken for true."""
        known = self._work.read(lambda repos: repos.accounts.find(account_id))
        return known is None or known.state is not AccountState.PROVISIONAL

    def _create(self, repos: Store, order: Order, person: NewPerson) -> Outcome[None]:
        now = self._clock.now()
        account = Account(
            account_id=person.account_id,
            username=self._free_username(repos, person),
            given_name=person.given_name,
            family_name=person.family_name,
            email=person.email,
            created_at=now,
        )
        repos.accounts.add(account)
        queue_account_mails(repos, account, order, now, person)
        repos.commands.remember(order.command_id, "done", now)
        created = events.done("account.created", account, now, actor_id=order.requested_by, owner=person.owner)
        return Outcome(None, (created,))

    def _created(self, person: NewPerson) -> AccountView:
        found = self.several([person.account_id])
        if not found or not found[0].account.is_same_person(person.given_name, person.family_name, person.email):
            raise AccountIdTakenError("this account id belongs to another person")
        return found[0]

    def _free_username(self, repos: Store, person: NewPerson) -> str:
        for _ in range(200):
            username = make_username(person.given_name, person.family_name, self._draw(10_000))
            if not repos.accounts.username_exists(username):
                return username
        raise ConflictError("no free identifier was found for this name", reason="NO_FREE_USERNAME")

    def _once(self, order: Order, change: Change) -> str:
        return carried_out_once(self._work, self._clock, order, change)


def queue_account_mails(
    repos: HasMails[QueueOfMails], account: Account, order: Order, now: datetime, said: NewPerson
) -> None:
    """The two separate mails with which somebody begins: the identifier, and the provisional password."""
    first = QueuedMail(
        mail_id=new_id(),
        account_id=account.account_id,
        kind=MailKind.IDENTIFIER,
        queued_at=now,
        next_attempt_at=now,
        requested_by=order.requested_by,
        organisation_name=said.organisation_name,
        notice=Notice(NoticeKind.ACCESS_OPENED, said.opened) if said.opened else None,
    )
    repos.mails.add(first)
    repos.mails.add(replace(first, mail_id=new_id(), kind=MailKind.PROVISIONAL_PASSWORD, notice=None))


def tell(repos: HasMails[QueueOfMails], account: Account, kind: MailKind, order: Order, now: datetime) -> None:
    repos.mails.add(
        QueuedMail(
            mail_id=new_id(),
            account_id=account.account_id,
            kind=kind,
            queued_at=now,
            next_attempt_at=now,
            requested_by=order.requested_by,
        )
    )


def _locked(account: Account, order: Order, now: datetime) -> Account:
    """The first lock stays the one that is shown."""
    if account.locked_at is not None:
        return account
    return replace(account, locked_at=now, locked_reason=order.reason, locked_by=order.requested_by)


def checked_person(person: NewPerson) -> NewPerson:
    """The person as kept: names cleaned, the address exactly as an envelope takes it."""
    given, family = typed_name(person.given_name), typed_name(person.family_name)
    found = {
        "account_id": "" if person.account_id else "MISSING",
        "given_name": why_name_refused(given, _LONGEST_NAME),
        "family_name": why_name_refused(family, _LONGEST_NAME),
    }
    fields = {name: problem for name, problem in found.items() if problem}
    email = ""
    try:
        email = checked_email(person.email)
    except InvalidEmailError as error:
        fields["email"] = error.reason
    if person.owner is not None and not is_owner(person.owner):
        fields["owner"] = "MALFORMED"
    if fields:
        raise InvalidInputError("the person is not described correctly", reason="PERSON_INVALID", fields=fields)
    organisation = clean_line(person.organisation_name)[:_LONGEST_ORGANISATION]
    return replace(person, given_name=given, family_name=family, email=email, organisation_name=organisation)
