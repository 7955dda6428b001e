"""Rows in memory, by identifier; those of people name them as the register knows them now."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar

from habpps.domain.people import AccountHolder, Administrator, User


class HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=HasId)


class Rows(Generic[T]):
    """Rows by identifier."""

    def __init__(self) -> None:
        self.rows: dict[str, T] = {}

    def get(self, identifier: str) -> T | None:
        return self.rows.get(identifier)

    def save(self, row: T) -> None:
        known: Any = self.rows.get(row.id)
        counted: Any = row
        if hasattr(known, "changes"):
            counted = replace(counted, changes=known.changes + 1)
        self.rows[row.id] = counted

    def where(self, wanted: Callable[[T], bool], order: Callable[[T], Any] = lambda row: row.id) -> tuple[T, ...]:
        return tuple(sorted(filter(wanted, self.rows.values()), key=order))


class InMemoryPeople(Rows[AccountHolder]):
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

    def where(self, wanted: Callable[[M], bool], order: Callable[[M], Any] = lambda row: row.id) -> tuple[M, ...]:
        rows = [self._told(row) for row in self.rows.values()]
        return tuple(sorted(filter(wanted, rows), key=order))
