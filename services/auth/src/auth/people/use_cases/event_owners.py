"""Whose auditor may read an event of auth: what the rights say of the organisation or of the person."""

from __future__ import annotations

from collections.abc import Callable

from rights.places import cafs_in, places_of
from rights.snapshot import Snapshot
from servicekit.audit_events import NATIONAL, OwnerOf
from servicekit.event_form import is_owner


class EventOwners:
    """Looks owners up in the newest rights this process has, however old: whose a person is hardly ever changes."""

    def __init__(self, newest: Callable[[], Snapshot | None]) -> None:
        """`newest` gives the snapshot, None before the first one."""
        self._newest = newest

    def __call__(self, asked: OwnerOf) -> str:
        """The only Caf for which the person works in the organisation; else the only Caf that knows the person.

        `NATIONAL` where there are several: what concerns two Cafs is read by neither.
        """
        snapshot = self._newest()
        if snapshot is None:
            return NATIONAL
        account, cafs = asked.account_id or "", frozenset[str]()
        if asked.organisation_id:
            cafs = cafs_in(snapshot, account, asked.organisation_id)
        # Whatever the state is there: a locked person keeps an owner.
        cafs = cafs or frozenset(caf for _, caf in places_of(snapshot, account))
        return next(iter(cafs)) if len(cafs) == 1 and is_owner(next(iter(cafs))) else NATIONAL
