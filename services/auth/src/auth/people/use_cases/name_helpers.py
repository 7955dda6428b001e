"""Who can help a person: the administrators of their organisations, by name, and the Caf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from auth.ground.use_cases.shelves import HasAccounts
from auth.people.domain.accounts import AccountState
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.stores.accounts import SeveralAccounts
from servicekit.audit_events import RecordedWork


class Store(HasAccounts[SeveralAccounts], Protocol):
    """What `NameHelpers` sees of a transaction."""


@dataclass(frozen=True)
class Helpers:
    """`administrators`: names of those who can sign in, other than the person; `cafs`: codes of the Cafs."""

    administrators: Sequence[str] = ()
    cafs: Sequence[str] = ()


class NameHelpers:
    """For display only, from a snapshot of any age: nothing is decided by it."""

    def __init__(self, work: RecordedWork[Store], rights: PersonRights) -> None:
        """`rights` knows who administers, `work` their names."""
        self._work = work
        self._rights = rights

    def __call__(self, account_id: str) -> Helpers:
        """Those of every organisation the person was ever in, so that somebody who has left is helped too."""
        found = self.names(self._rights.helpers(account_id))
        return Helpers(sorted(set(found.values())), self._rights.cafs_of(account_id))

    def listed(self, account_id: str) -> Sequence[str]:
        """The administrators alone, for a mail."""
        return self(account_id).administrators

    def names(self, account_ids: Sequence[str]) -> Mapping[str, str]:
        """The names of those accounts that are not locked."""
        known = self._work.read(lambda repos: repos.accounts.several([one for one in account_ids if one]))
        return {one.account_id: one.display_name for one in known if one.state is not AccountState.LOCKED}
