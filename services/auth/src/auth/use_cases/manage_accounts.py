"""What habpps asks of accounts: create, reset, lock, unlock, end sessions, show. Idempotent by command id."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from auth.domain.accounts import Account, make_username
from auth.domain.errors import AccountIdTakenError, AccountUnknownError
from auth.domain.mails import MailKind, QueuedMail
from auth.domain.sessions import EndReason
from auth.use_cases import events
from auth.use_cases.ending import end_all_sessions
from auth.use_cases.ports import AuthRepos, AuthWork
from servicekit.audit_events import AuditEvent, Outcome
from servicekit.clock import Clock
from servicekit.errors import ConflictError, InvalidInputError
from servicekit.identifiers import new_id

MOST_ACCOUNTS_AT_ONCE = 500


@dataclass(frozen=True)
class NewPerson:
    """Whose account is asked for."""

    account_id: str
    given_name: str
    family_name: str
    email: str
    organisation_name: str = ""


@dataclass(frozen=True)
class Order:
    """A command of an administrator, carried by a service."""

    command_id: str
    account_id: str
    requested_by: str
    reason: str = ""


@dataclass(frozen=True)
class AccountView:
    """An account as habpps sees it."""

    account: Account
    mails_sent: bool


Change = Callable[[AuthRepos, Account, datetime], tuple[str, tuple[AuditEvent, ...]]]


class ManageAccounts:
    """One method per command."""

    def __init__(self, work: AuthWork, clock: Clock, draw: Callable[[int], int] = secrets.randbelow) -> None:
        """`draw` gives the number in identifiers; tests give their own."""
        self._work = work
        self._clock = clock
        self._draw = draw

    def create(self, order: Order, person: NewPerson) -> AccountView:
        """Creates an account and queues its two mails; a repetition gives the account back.

        Raises:
            InvalidInputError: a name or the mail address is missing or malformed.
            AccountIdTakenError: the account id belongs to another person.
        """
        _check(person)
        known = self._work.read(lambda repos: repos.accounts.find(person.account_id))
        if known is None:
            self._work.record(lambda repos: self._create(repos, order, person))
        return self._created(person)

    def reset_password(self, order: Order) -> None:
        """Forgets the password, ends every session and queues a provisional one.

        Raises:
            AccountUnknownError: no such account.
        """

        def change(repos: AuthRepos, account: Account, now: datetime) -> tuple[str, tuple[AuditEvent, ...]]:
            repos.accounts.save(replace(account, password_hash=None, provisional=None))
            repos.mails.add(
                QueuedMail(new_id(), account.account_id, MailKind.RENEWED_PASSWORD, now, now, order.requested_by)
            )
            ended = end_all_sessions(
                repos, account.account_id, EndReason.PASSWORD_RESET, now, actor_id=order.requested_by
            )
            reset = events.done("password.reset", account, now, actor_id=order.requested_by)
            return "done", (reset, *ended.events)

        self._once(order, change)

    def lock(self, order: Order) -> None:
        """Forbids signing in and ends every session.

        Raises:
            AccountUnknownError: no such account.
        """

        def change(repos: AuthRepos, account: Account, now: datetime) -> tuple[str, tuple[AuditEvent, ...]]:
            repos.accounts.save(replace(account, locked_at=account.locked_at or now, locked_reason=order.reason))
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

        def change(repos: AuthRepos, account: Account, now: datetime) -> tuple[str, tuple[AuditEvent, ...]]:
            repos.accounts.save(replace(account, locked_at=None, locked_reason=None))
            unlocked = events.done("account.unlocked", account, now, actor_id=order.requested_by)
            return "done", (unlocked,)

        self._once(order, change)

    def end_sessions(self, order: Order) -> int:
        """Ends every session of a person; gives how many there were.

        Raises:
            AccountUnknownError: no such account.
        """

        def change(repos: AuthRepos, account: Account, now: datetime) -> tuple[str, tuple[AuditEvent, ...]]:
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

        def read(repos: AuthRepos) -> list[AccountView]:
            waiting = repos.mails.waiting(account_ids)
            return [
                AccountView(account, account.account_id not in waiting)
                for account in repos.accounts.several(account_ids)
            ]

        return self._work.read(read)

    def _create(self, repos: AuthRepos, order: Order, person: NewPerson) -> Outcome[None]:
        now = self._clock.now()
        account = Account(
            account_id=person.account_id,
            username=self._free_username(repos, person),
            given_name=person.given_name.strip(),
            family_name=person.family_name.strip(),
            email=person.email.strip(),
            created_at=now,
        )
        repos.accounts.add(account)
        for kind in (MailKind.IDENTIFIER, MailKind.PROVISIONAL_PASSWORD):
            repos.mails.add(
                QueuedMail(new_id(), account.account_id, kind, now, now, order.requested_by, person.organisation_name)
            )
        repos.commands.remember(order.command_id, "done", now)
        created = events.done("account.created", account, now, actor_id=order.requested_by)
        return Outcome(None, (created,))

    def _created(self, person: NewPerson) -> AccountView:
        found = self.several([person.account_id])
        if not found or not found[0].account.is_same_person(
            person.given_name.strip(), person.family_name.strip(), person.email.strip()
        ):
            raise AccountIdTakenError("this account id belongs to another person")
        return found[0]

    def _free_username(self, repos: AuthRepos, person: NewPerson) -> str:
        for _ in range(200):
            username = make_username(person.given_name, person.family_name, self._draw(10_000))
            if not repos.accounts.username_exists(username):
                return username
        raise ConflictError("no free identifier was found for this name", reason="NO_FREE_USERNAME")

    def _once(self, order: Order, change: Change) -> str:
        """Carries the command out unless it was already; gives its answer."""
        known = self._work.read(lambda repos: repos.commands.answer_of(order.command_id))
        if known is not None:
            return known

        def carry_out(repos: AuthRepos) -> Outcome[str]:
            now = self._clock.now()
            account = repos.accounts.find(order.account_id)
            if account is None:
                raise AccountUnknownError("no such account")
            answer, recorded = change(repos, account, now)
            repos.commands.remember(order.command_id, answer, now)
            return Outcome(answer, recorded)

        return self._work.record(carry_out)


def _check(person: NewPerson) -> None:
    name, at, host = person.email.strip().rpartition("@")
    wrong = {
        "account_id": not person.account_id,
        "given_name": not person.given_name.strip() or len(person.given_name) > 100,
        "family_name": not person.family_name.strip() or len(person.family_name) > 100,
        "email": not (name and at and host) or len(person.email) > 254 or any(c in person.email for c in "\r\n,<> "),
    }
    fields = {field: "MISSING_OR_WRONG" for field, is_wrong in wrong.items() if is_wrong}
    if fields:
        raise InvalidInputError("the person is not described correctly", reason="PERSON_INVALID", fields=fields)
