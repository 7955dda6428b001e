"""Data files: known accounts, for demonstrations and tests only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from auth.ground.domain.errors import BadDataFileError
from auth.ground.use_cases.shelves import HasAcceptances, HasAccounts
from auth.people.domain.accounts import Account, normalise_username
from auth.people.domain.engagement import Acceptance, Document
from auth.people.use_cases import events
from auth.people.use_cases.ports import Passwords
from auth.people.use_cases.stores.accounts import ImportedAccounts
from auth.people.use_cases.stores.history import GivenAcceptances
from partnerkit.email import InvalidEmailError, checked_email
from partnerkit.text import typed_name, why_name_refused
from servicekit.audit_events import Outcome, RecordedWork
from servicekit.clock import Clock

_LONGEST_NAME = 100


class Store(HasAccounts[ImportedAccounts], HasAcceptances[GivenAcceptances], Protocol):
    """What `ImportAccounts` sees of a transaction."""


class ImportAccounts:
    """Accounts with known passwords. Refused outside of demonstrations and tests by the command."""

    def __init__(self, work: RecordedWork[Store], passwords: Passwords, clock: Clock, engagement: Document) -> None:
        """All or nothing: one transaction. `engagement`: the version that an account with `engagement_accepted` has
        accepted, so that its first sign-in does not ask."""
        self._engagement = engagement
        self._work = work
        self._passwords = passwords
        self._clock = clock

    def __call__(self, entries: Sequence[Mapping[str, Any]]) -> int:
        """How many accounts were new; those that exist are left as they are.

        Raises:
            BadDataFileError: an entry lacks a key, or holds a name or an address that cannot be one.
        """
        fresh = [entry for entry in entries if not self._exists(entry)]
        accounts = [self._account(entry) for entry in fresh]

        def add(repos: Store) -> Outcome[None]:
            for account in accounts:
                repos.accounts.add(account)
            now = self._clock.now()
            for entry in fresh:
                if entry.get("engagement_accepted") is True:
                    repos.acceptances.add(self._accepted(str(entry["account_id"]), now))
            made = tuple(events.done("account.created", account, now) for account in accounts)
            return Outcome(None, made)

        if accounts:
            self._work.record(add)
        return len(accounts)

    def _accepted(self, account_id: str, at: datetime) -> Acceptance:
        return Acceptance(account_id, self._engagement.name, self._engagement.version, at)

    def _exists(self, entry: Mapping[str, Any]) -> bool:
        account_id = str(entry.get("account_id", ""))
        return self._work.read(lambda repos: repos.accounts.find(account_id)) is not None

    def _account(self, entry: Mapping[str, Any]) -> Account:
        for key in ("account_id", "username", "given_name", "family_name", "email", "password"):
            if not entry.get(key):
                raise BadDataFileError(f"account {entry.get('username', '?')}: {key} is missing")
        now = self._clock.now()
        return Account(
            account_id=str(entry["account_id"]),
            username=normalise_username(str(entry["username"])),
            given_name=_name(entry, "given_name"),
            family_name=_name(entry, "family_name"),
            email=_email(entry),
            created_at=now,
            password_hash=self._passwords.hash(str(entry["password"])),
            password_changed_at=now,
        )


def _name(entry: Mapping[str, Any], key: str) -> str:
    name = typed_name(str(entry[key]))
    problem = why_name_refused(name, _LONGEST_NAME)
    if problem is not None:
        raise BadDataFileError(f"account {entry['username']}: {key} cannot be a name ({problem})")
    return name


def _email(entry: Mapping[str, Any]) -> str:
    try:
        return checked_email(str(entry["email"]))
    except InvalidEmailError as error:
        raise BadDataFileError(f"account {entry['username']}: email is no address ({error.reason})") from error
