"""Whose auditor may read an event of auth: what the rights say of the organisation or of the person."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rights.facts import Organisation
from rights.snapshot import Snapshot
from servicekit.audit_events import NATIONAL, OwnerOf
from servicekit.event_form import is_owner


class EventOwners:
    """Looks owners up in the newest rights this process has, however old: whose a person is hardly ever changes."""

    def __init__(self, newest: Callable[[], Snapshot | None]) -> None:
        """`newest` gives the snapshot, None before the first one."""
        self._newest = newest

    def __call__(self, asked: OwnerOf) -> str:
        """The Caf of the organisation; else the only Caf that knows the person; else `NATIONAL`."""
        snapshot = self._newest()
        if snapshot is None:
            return NATIONAL
        if asked.organisation_id:
            organisation = snapshot.find(Organisation, asked.organisation_id)
            if organisation is not None and is_owner(organisation.caf):
                return organisation.caf
        cafs = set(_cafs_of(snapshot, asked.account_id)) if asked.account_id else set()
        return cafs.pop() if len(cafs) == 1 else NATIONAL


def _cafs_of(snapshot: Snapshot, account_id: str) -> Iterator[str]:
    """Of every organisation that knows the account, whatever its state there: a locked person keeps an owner."""
    users, administrators = snapshot.users_of_account(account_id), snapshot.administrators_of_account(account_id)
    places = [one.organisation_id for one in users] + [one.organisation_id for one in administrators]
    for organisation_id in places:
        organisation = snapshot.find(Organisation, organisation_id)
        if organisation is not None and is_owner(organisation.caf):
            yield organisation.caf
