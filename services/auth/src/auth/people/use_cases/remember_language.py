"""Remembers in which language a person reads our pages: their mails are written in it."""

from __future__ import annotations

from typing import Protocol

from auth.ground.use_cases.shelves import HasAccounts
from auth.people.domain.accounts import Account
from auth.people.use_cases.stores.accounts import AccountsWithLanguage
from servicekit.audit_events import RecordedWork

MAILED = frozenset({"fr", "en"})


class Store(HasAccounts[AccountsWithLanguage], Protocol):
    """What `RememberLanguage` sees of a transaction."""


class RememberLanguage:
    """Writes only when it is another one."""

    def __init__(self, work: RecordedWork[Store]) -> None:
        """For display only: nothing is recorded."""
        self._work = work

    def __call__(self, account: Account, language: str) -> None:
        """`language`: two letters; one in which no mail is written is passed over."""
        if language in MAILED and language != account.language:
            self._work.write(lambda repos: repos.accounts.remember_language(account.account_id, language))
