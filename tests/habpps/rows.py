"""Rows in memory, by identifier; those of people name them as the register knows them now."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, Protocol, Self, TypeVar

from habpps.domain.address_change import AddressChange
from habpps.domain.invitations import Invitation, Way
from habpps.domain.people import AccountHolder, Administrator, User
from habpps.domain.reach import EVERYWHERE, OutOfReachError, Reach
from habpps.domain.refusals import UnknownThingError


class HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=HasId)


class Rows(Generic[T]):
    """Rows by identifier, as far as a reach goes."""

    kind = "row"

    def __init__(self) -> None:
        self.rows: dict[str, T] = {}
        self.reach = EVERYWHERE

    def within(self, reach: Reach) -> Self:
        """The same rows, fewer of them."""
        narrower = copy(self)
        narrower.reach = reach
        return narrower

    def is_seen(self, row: Any) -> bool:
        return not hasattr(row, "caf") or self.reach.holds(row.organisation_id, row.caf)

    def get(self, identifier: str) -> T | None:
        row = self.rows.get(identifier)
        if row is not None and not self.is_seen(row):
            raise UnknownThingError(self.kind, true_reason="OTHER_ORGANISATION")
        return row

    def save(self, *rows: T) -> None:
        for row in rows:
            if not self.is_seen(row):
                raise OutOfReachError(row)
            known: Any = self.rows.get(row.id)
            counted: Any = row
            if isinstance(getattr(known, "changes", None), int):
                counted = replace(counted, changes=known.changes + 1)
            self.rows[row.id] = counted

    def everywhere(self, wanted: Callable[[T], bool], order: Callable[[T], Any] = lambda row: row.id) -> tuple[T, ...]:
        return tuple(sorted(filter(wanted, self.rows.values()), key=order))

    def where(self, wanted: Callable[[T], bool], order: Callable[[T], Any] = lambda row: row.id) -> tuple[T, ...]:
        return tuple(row for row in self.everywhere(wanted, order) if self.is_seen(row))

    def pair(self, organisation_id: str, order: Callable[[T], Any] = lambda row: row.id) -> tuple[T, ...]:
        self.reach.one_caf()
        return self.where(lambda row: row.organisation_id == organisation_id, order)  # type: ignore[attr-defined]


class InMemoryPeople(Rows[AccountHolder]):
    def of_accounts(self, account_ids: Sequence[str]) -> Mapping[str, AccountHolder]:
        return {key: self.rows[key] for key in account_ids if key in self.rows}

    def with_email(self, email: str) -> tuple[AccountHolder, ...]:
        return self.where(lambda row: row.person.email == email)


M = TypeVar("M", bound=User | Administrator)


class RowsOfPeople(Rows[M]):
    """Rows that name the person of their account as `InMemoryPeople` knows them now."""

    def __init__(self, people: InMemoryPeople) -> None:
        super().__init__()
        self._people = people

    def _told(self, row: M) -> M:
        told: Any = replace(row, person=self._people.rows[row.account_id].person)
        return told  # type: ignore[no-any-return]

    def get(self, identifier: str) -> M | None:
        row = super().get(identifier)
        return None if row is None else self._told(row)

    def everywhere(self, wanted: Callable[[M], bool], order: Callable[[M], Any] = lambda row: row.id) -> tuple[M, ...]:
        rows = [self._told(row) for row in self.rows.values()]
        return tuple(sorted(filter(wanted, rows), key=order))


class InMemoryInvitations(Rows[Invitation]):
    kind = "invitation"

    def waiting(self, organisation_id: str, now: datetime) -> tuple[Invitation, ...]:
        return tuple(row for row in self.pair(organisation_id) if row.waits(now))

    def mark(self, invitation_id: str, way: Way) -> None:
        row = self.rows[invitation_id]
        if not self.is_seen(row):
            raise OutOfReachError(row)
        self.rows[row.id] = replace(row, way=way)


class InMemoryAddressChanges(Rows[AddressChange]):
    """Of people, who are one for all: never narrowed."""

    def of_account(self, account_id: str) -> tuple[AddressChange, ...]:
        return tuple(reversed(self.where(lambda row: row.account_id == account_id)))
