"""Accounts, failed attempts and consents, cut by what is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from auth.people.domain.accounts import Account
from auth.people.domain.consents import Consent


class AccountsById(Protocol):
    """Accounts."""

    def find(self, account_id: str) -> Account | None: ...


class SeveralAccounts(Protocol):
    """Accounts, to name people."""

    def several(self, account_ids: Sequence[str]) -> Sequence[Account]: ...


class ChangedAccounts(AccountsById, Protocol):
    """Accounts that somebody changes."""

    def save(self, account: Account) -> None: ...


class ImportedAccounts(AccountsById, Protocol):
    """Accounts of a file."""

    def add(self, account: Account) -> None: ...


class ManagedAccounts(ChangedAccounts, SeveralAccounts, Protocol):
    """Accounts that habpps has made and looks at."""

    def add(self, account: Account) -> None: ...
    def username_exists(self, username: str) -> bool: ...


class AccountsWithLanguage(Protocol):
    """Accounts, for the language of their mails."""

    def remember_language(self, account_id: str, language: str) -> None: ...


class AccountsByUsername(Protocol):
    """Accounts by what is typed."""

    def find_by_username(self, username: str) -> Account | None: ...


class AccountsByEmail(Protocol):
    """Accounts by where their mails go."""

    def with_email(self, email: str) -> Sequence[Account]: ...


class AccountsSigningIn(ChangedAccounts, SeveralAccounts, AccountsByUsername, Protocol):
    """Accounts that somebody signs in with."""

    def use_provisional(self, account_id: str, password_hash: str, used_at: datetime) -> bool:
        """Marks the provisional password as used; False when it was already (or is another one by now)."""


class CountedAttempts(Protocol):
    """Failures, by key (`guard_sign_in`)."""

    def of(self, key: str, since: datetime) -> Sequence[datetime]: ...
    def add(self, key: str, at: datetime) -> None: ...


class TakenBackAttempts(Protocol):
    """Failures that were none."""

    def forget(self, key: str) -> None: ...
    def forget_one(self, key: str, at: datetime) -> None: ...


class ForgivenAttempts(TakenBackAttempts, Protocol):
    """Failures before a success, and whence accounts signed in."""

    def remember_origin(self, origin_key: str, seen_at: datetime) -> None: ...


class GuessedAttempts(CountedAttempts, TakenBackAttempts, Protocol):
    """Failures of somebody who is signed in."""


class GuardedAttempts(GuessedAttempts, Protocol):
    """Failures to sign in, and whence accounts signed in."""

    def knows_origin(self, origin_key: str) -> bool:
        """Whether this account has signed in from this network."""


class Commands(Protocol):
    """Commands of habpps that were carried out, so that a repeated one changes nothing."""

    def answer_of(self, command_id: str) -> str | None: ...
    def remember(self, command_id: str, answer: str, at: datetime) -> None: ...


class WithdrawnConsents(Protocol):
    """What a person agreed to, and takes back."""

    def of(self, account_id: str, client_id: str) -> Consent | None: ...
    def all_of(self, account_id: str) -> Sequence[Consent]:
        """Of every client, in alphabetical order."""

    def forget(self, account_id: str, client_id: str) -> bool: ...
