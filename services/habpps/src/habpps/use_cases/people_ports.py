"""What habpps needs of the store of people: groups, users, their places, administrators. `ports` holds the rest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from habpps.domain.address_change import AddressChange
from habpps.domain.habilitation import Group, Habilitation, Membership
from habpps.domain.invitations import Invitation, Way
from habpps.domain.people import AccountHolder, Administrator, User


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a list page asks: words, filters, page (from 1)."""

    text: str = ""
    state: str = ""
    group_id: str = ""
    page: int = 1
    size: int = 20
    sort: str = ""
    """Column, with "-" in front when the order is turned; one that the list does not know is its first order."""


class Groups(Protocol):
    """Groups."""

    def get(self, group_id: str) -> Group | None:
        """Return one."""
        ...

    def of(self, organisation_id: str) -> tuple[Group, ...]:
        """Return those of an organisation, by name."""
        ...

    def save(self, *groups: Group) -> None:
        """Add or replace."""
        ...


class People(Protocol):
    """Whose each account is. Names and addresses stand here and nowhere else."""

    def get(self, account_id: str) -> AccountHolder | None:
        """Return one."""
        ...

    def of_accounts(self, account_ids: Sequence[str]) -> Mapping[str, AccountHolder]:
        """Return those of some accounts, by account; accounts of nobody are left out."""
        ...

    def with_email(self, email: str) -> tuple[AccountHolder, ...]:
        """Return those with this address, in every organisation, by account; several may share a mailbox."""
        ...

    def save(self, *holders: AccountHolder) -> None:
        """Add or replace."""
        ...


class Invitations(Protocol):
    """Who was asked to join an organisation for its work with a Caf, and what came of it."""

    def get(self, invitation_id: str) -> Invitation | None:
        """Return one."""
        ...

    def waiting(self, organisation_id: str, now: datetime) -> tuple[Invitation, ...]:
        """Return those of an organisation that still wait for somebody, oldest first."""
        ...

    def save(self, *invitations: Invitation) -> None:
        """Add or replace; its way stays as it is."""
        ...

    def mark(self, invitation_id: str, way: Way) -> None:
        """Note its way: no change is counted, so that no form of an administrator tells of it.

        Raises:
            OutOfReachError: it is not within reach.
        """
        ...


class AddressChanges(Protocol):
    """Addresses that wait to be proved; as the person is one for all, they are kept without a reach."""

    def get(self, change_id: str) -> AddressChange | None:
        """Return one."""
        ...

    def of_account(self, account_id: str) -> tuple[AddressChange, ...]:
        """Return those asked for a person by whatever organisation, newest first."""
        ...

    def save(self, *changes: AddressChange) -> None:
        """Add or replace."""
        ...


class Users(Protocol):
    """Users. What is saved of one is what the organisation knows; the person is that of `People`."""

    def get(self, user_id: str) -> User | None:
        """Return one."""
        ...

    def of(self, organisation_id: str) -> tuple[User, ...]:
        """Return all of an organisation, by family name."""
        ...

    def with_email(self, organisation_id: str, email: str) -> tuple[User, ...]:
        """Return those of an organisation with this address."""
        ...

    def page(self, organisation_id: str, listing: Listing) -> tuple[tuple[User, ...], int]:
        """Return a page, and how many there are in all pages.

        `group_id`: members of a group, "-" for users without one. `sort`: name (the default), job_title or state.
        """
        ...

    def leaving(self, since: date, until: date) -> tuple[User, ...]:
        """Return the active ones whose last day is one of these."""
        ...

    def count(self, organisation_id: str) -> int:
        """Return how many are not closed."""
        ...

    def count_without_group(self, organisation_id: str) -> int:
        """Return how many active ones hold no place in an open group: nothing is open to them."""
        ...

    def save(self, *users: User) -> None:
        """Add or replace."""
        ...


@dataclass(frozen=True)
class Likeness:
    """People of an organisation who hold the same places in the same way: the same rights on one day.

    `user`: the first of them by identifier; `people`: how many they are; `names`: of the first of them.
    """

    user: User
    held: tuple[Habilitation, ...]
    people: int
    names: tuple[str, ...]


class Habilitations(Protocol):
    """Habilitations."""

    def get(self, habilitation_id: str) -> Habilitation | None:
        """Return one."""
        ...

    def of(self, organisation_id: str) -> tuple[Membership, ...]:
        """Return those of an organisation with their groups and users, in the order of creation."""
        ...

    def of_user(self, user_id: str) -> tuple[Membership, ...]:
        """Return those of a user, in the order of creation."""
        ...

    def of_users(self, user_ids: Sequence[str]) -> tuple[Membership, ...]:
        """Return those of some users, in the order of creation."""
        ...

    def held(self, organisation_id: str, group_id: str = "") -> tuple[Habilitation, ...]:
        """Return the places that are held in an organisation, or in one group of it, in the order of creation."""
        ...

    def opened_in(self, group_id: str) -> Mapping[str, int]:
        """Return how many places that are held in a group open each contract, by contract."""
        ...

    def sizes(self, organisation_id: str) -> Mapping[str, int]:
        """Return how many people hold a place, by group."""
        ...

    def seated(self, organisation_id: str, contract_id: str, except_user: str) -> int:
        """Return to how many people other than this one a contract is open, or would be but for a suspension."""
        ...

    def seated_with_group(self, organisation_id: str, contract_id: str, group_id: str, except_user: str) -> int:
        """Return to how many people it is, once everybody in a group but this person has the contract too."""
        ...

    def alike(self, organisation_id: str, today: date, apart: Collection[str] = ()) -> tuple[Likeness, ...]:
        """Return everybody who holds a place, by likeness. `apart`: users and accounts whom nobody is like."""
        ...

    def save(self, *habilitations: Habilitation) -> None:
        """Add or replace."""
        ...


class Administrators(Protocol):
    """Administrators of partners and Cafs; the person is that of `People`."""

    def get(self, administrator_id: str) -> Administrator | None:
        """Return one."""
        ...

    def of(self, organisation_id: str) -> tuple[Administrator, ...]:
        """Return those of an organisation, in the order of creation."""
        ...

    def of_the_caf(self) -> tuple[Administrator, ...]:
        """Return those of the one Caf within reach itself, whichever organisation is: they decide for its partners."""
        ...

    def save(self, *administrators: Administrator) -> None:
        """Add or replace."""
        ...
