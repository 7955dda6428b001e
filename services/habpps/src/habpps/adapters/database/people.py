"""Groups, users, habilitations and administrators in tables."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    cast,
    func,
    not_,
    or_,
    select,
)

from habpps.adapters.database import tables
from habpps.adapters.database.likeness import HELD, first_of_each_kind
from habpps.adapters.database.people_rows import (
    of_administrator,
    of_holder,
    of_user,
    to_administrator,
    to_group,
    to_habilitation,
    to_holder,
    to_user,
)
from habpps.adapters.database.statements import contains, parts, put, words_of
from habpps.adapters.database.within import Within
from habpps.domain.habilitation import Group, Habilitation, Membership
from habpps.domain.people import AccountHolder, Administrator, Person, Role, User
from habpps.domain.states import UserState
from habpps.use_cases.people_ports import Likeness, Listing

_group = tables.user_group.c
_user = tables.professional.c
_habilitation = tables.habilitation.c
_administrator = tables.administrator.c
_person = tables.person.c
_WHO = (_person.given_name, _person.family_name, _person.email)
_MEMBERS = tables.professional.join(tables.person, _person.account_id == _user.account_id)
_AGENTS = tables.administrator.join(tables.person, _person.account_id == _administrator.account_id)
_USERS = select(tables.professional, *_WHO).select_from(_MEMBERS)


class SqlGroups(Within):
    """Implements ports.Groups."""

    def get(self, group_id: str) -> Group | None:
        """Return one."""
        row = self._one(tables.user_group, group_id, "group")
        return None if row is None else to_group(row)

    def of(self, organisation_id: str) -> tuple[Group, ...]:
        """Return those of an organisation, by name."""
        wanted = select(tables.user_group).where(self._pair(tables.user_group, organisation_id))
        return tuple(to_group(row) for row in self._connection.execute(wanted.order_by(_group.name, _group.id)))

    def save(self, *groups: Group) -> None:
        """Add or replace."""
        self._put(tables.user_group, *map(asdict, groups))


class SqlPeople:
    """Implements ports.People."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, account_id: str) -> AccountHolder | None:
        """Return one."""
        found = self._holders(_person.account_id == account_id)
        return found[0] if found else None

    def of_accounts(self, account_ids: Sequence[str]) -> Mapping[str, AccountHolder]:
        """Return those of some accounts, by account."""
        found = [one for part in parts(account_ids) for one in self._holders(_person.account_id.in_(part))]
        return {one.account_id: one for one in found}

    def with_email(self, email: str) -> tuple[AccountHolder, ...]:
        """Return those with this address."""
        return self._holders(_person.email == email)

    def save(self, *holders: AccountHolder) -> None:
        """Add or replace."""
        put(self._connection, tables.person, *map(of_holder, holders))

    def _holders(self, wanted: ColumnElement[bool]) -> tuple[AccountHolder, ...]:
        statement = select(tables.person).where(wanted).order_by(_person.account_id)
        return tuple(to_holder(row) for row in self._connection.execute(statement))


class SqlUsers(Within):
    """Implements ports.Users."""

    def get(self, user_id: str) -> User | None:
        """Return one."""
        row = self._one(tables.professional, user_id, "user")
        return None if row is None else self.those(_user.id == row.id)[0]

    def of(self, organisation_id: str) -> tuple[User, ...]:
        """Return all of an organisation, by family name."""
        return self.those(self._pair(tables.professional, organisation_id))

    def with_email(self, organisation_id: str, email: str) -> tuple[User, ...]:
        """Return those of an organisation with this address."""
        return self.those(and_(self._pair(tables.professional, organisation_id), _person.email == email))

    def page(self, organisation_id: str, listing: Listing) -> tuple[tuple[User, ...], int]:
        """Return a page."""
        wanted = and_(self._pair(tables.professional, organisation_id), *_filters(listing))
        order = _ORDERS.get(listing.sort.removeprefix("-"), _person.search)
        by = (order.desc(), _user.id.desc()) if listing.sort.startswith("-") else (order, _user.id)
        page = _USERS.where(wanted).order_by(*by)
        rows = self._connection.execute(page.limit(listing.size).offset((listing.page - 1) * listing.size))
        return tuple(to_user(row) for row in rows), self._count(wanted)

    def leaving(self, since: date, until: date) -> tuple[User, ...]:
        """Return the active ones of every organisation whose last day is one of these."""
        leaves = and_(_user.departs_on.between(since, until), _user.state == UserState.ACTIVE.value)
        return self.those(and_(leaves, self._seen(tables.professional)))

    def count(self, organisation_id: str) -> int:
        """Return how many are not closed."""
        return self._count(
            and_(self._pair(tables.professional, organisation_id), _user.state != UserState.CLOSED.value)
        )

    def count_without_group(self, organisation_id: str) -> int:
        """Return how many active ones hold no place in an open group."""
        joined = tables.habilitation.join(tables.user_group, _group.id == _habilitation.group_id)
        placed = (
            select(_habilitation.user_id)
            .select_from(joined)
            .where(self._pair(tables.habilitation, organisation_id), HELD, _group.state == "active")
        )
        active = and_(self._pair(tables.professional, organisation_id), _user.state == UserState.ACTIVE.value)
        return self._count(and_(active, not_(_user.id.in_(placed))))

    def save(self, *users: User) -> None:
        """Add or replace."""
        self._put(tables.professional, *map(of_user, users))

    def _count(self, wanted: ColumnElement[bool]) -> int:
        statement = select(func.count()).select_from(_MEMBERS).where(wanted)
        return self._connection.execute(statement).scalar_one()

    def those(self, wanted: ColumnElement[bool]) -> tuple[User, ...]:
        """Return those for whom a condition holds; for the repositories only."""
        statement = _USERS.where(wanted).order_by(_person.search, _user.id)
        return tuple(to_user(row) for row in self._connection.execute(statement))


class SqlHabilitations(Within):
    """Implements ports.Habilitations."""

    def get(self, habilitation_id: str) -> Habilitation | None:
        """Return one."""
        row = self._one(tables.habilitation, habilitation_id, "habilitation")
        return None if row is None else to_habilitation(row)

    def of(self, organisation_id: str) -> tuple[Membership, ...]:
        """Return those of an organisation with their groups and users."""
        users = _USERS.where(self._pair(tables.professional, organisation_id))
        groups = select(tables.user_group).where(self._pair(tables.user_group, organisation_id))
        people = {row.id: to_user(row) for row in self._connection.execute(users)}
        teams = {row.id: to_group(row) for row in self._connection.execute(groups)}
        wanted = select(tables.habilitation).where(self._pair(tables.habilitation, organisation_id))
        rows = self._connection.execute(wanted.order_by(_habilitation.id))
        return tuple(Membership(to_habilitation(row), teams[row.group_id], people[row.user_id]) for row in rows)

    def of_user(self, user_id: str) -> tuple[Membership, ...]:
        """Return those of a user."""
        return self.of_users([user_id])

    def of_users(self, user_ids: Sequence[str]) -> tuple[Membership, ...]:
        """Return those of some users."""
        people: dict[str, User] = {}
        rows: list[Row[Any]] = []
        for part in parts(user_ids):
            users = _USERS.where(_user.id.in_(part))
            people.update((row.id, to_user(row)) for row in self._connection.execute(users))
            held = and_(_habilitation.user_id.in_(part), self._seen(tables.habilitation))
            rows.extend(self._connection.execute(select(tables.habilitation).where(held)))
        rows.sort(key=lambda row: str(row.id))
        groups = select(tables.user_group).where(_group.id.in_({row.group_id for row in rows}))
        teams = {row.id: to_group(row) for row in self._connection.execute(groups)}
        return tuple(Membership(to_habilitation(row), teams[row.group_id], people[row.user_id]) for row in rows)

    def held(self, organisation_id: str, group_id: str = "") -> tuple[Habilitation, ...]:
        """Return the places that are held in an organisation, or in one group of it, in the order of creation."""
        wanted = select(tables.habilitation).where(self._pair(tables.habilitation, organisation_id), HELD)
        if group_id:
            wanted = wanted.where(_habilitation.group_id == group_id)
        return tuple(to_habilitation(row) for row in self._connection.execute(wanted.order_by(_habilitation.id)))

    def opened_in(self, group_id: str) -> Mapping[str, int]:
        """Return how many places that are held in a group open each contract, by contract."""
        alike = select(_habilitation.contracts, func.count().label("places"))
        of_it = and_(_habilitation.group_id == group_id, HELD, self._seen(tables.habilitation))
        wanted = alike.where(of_it).group_by(_habilitation.contracts)
        found: Counter[str] = Counter()
        for row in self._connection.execute(wanted):
            found.update(dict.fromkeys(row.contracts, row.places))
        return found

    def sizes(self, organisation_id: str) -> Mapping[str, int]:
        """Return how many people hold a place, by group."""
        wanted = and_(self._pair(tables.habilitation, organisation_id), HELD)
        people = func.count(_habilitation.user_id.distinct())
        rows = self._connection.execute(
            select(_habilitation.group_id, people.label("people")).where(wanted).group_by(_habilitation.group_id)
        )
        return {row.group_id: row.people for row in rows}

    def seated(self, organisation_id: str, contract_id: str, except_user: str) -> int:
        """Return to how many people other than this one a contract is open, or would be but for a suspension."""
        return self._people_who(organisation_id, _opens(contract_id), _habilitation.user_id != except_user)

    def seated_with_group(self, organisation_id: str, contract_id: str, group_id: str, except_user: str) -> int:
        """Return the same, once everybody in a group but this person has the contract too."""
        joining = and_(_habilitation.group_id == group_id, _habilitation.user_id != except_user)
        return self._people_who(organisation_id, or_(_opens(contract_id), joining))

    def _people_who(self, organisation_id: str, *wanted: ColumnElement[bool]) -> int:
        people = select(func.count(_habilitation.user_id.distinct()))
        of_it = people.where(self._pair(tables.habilitation, organisation_id), HELD, *wanted)
        return self._connection.execute(of_it).scalar_one()

    def alike(self, organisation_id: str, today: date, apart: Collection[str] = ()) -> tuple[Likeness, ...]:
        """Return everybody who holds a place, by likeness."""
        rows = self._connection.execute(
            first_of_each_kind(self._pair(tables.habilitation, organisation_id), today, apart)
        ).all()
        names = self._names([row.user_id for row in rows])
        of_kind: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            of_kind[row.first].append(names[row.user_id])
        held: dict[str, list[Habilitation]] = defaultdict(list)
        users: dict[str, User] = {}
        for one in self.of_users(list(of_kind)):
            users[one.user.id] = one.user
            if one.habilitation.is_held:
                held[one.user.id].append(one.habilitation)
        people = {row.first: row.people for row in rows}
        return tuple(Likeness(users[key], tuple(held[key]), people[key], tuple(of_kind[key])) for key in of_kind)

    def _names(self, user_ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in parts(user_ids):
            wanted = select(_user.id, *_WHO).select_from(_MEMBERS).where(_user.id.in_(part))
            found.update((row[0], Person(*row[1:]).display_name) for row in self._connection.execute(wanted))
        return found

    def save(self, *habilitations: Habilitation) -> None:
        """Add or replace."""
        self._put(tables.habilitation, *({**vars(one), "state": one.state.value} for one in habilitations))


class SqlAdministrators(Within):
    """Implements ports.Administrators."""

    def get(self, administrator_id: str) -> Administrator | None:
        """Return one."""
        row = self._one(tables.administrator, administrator_id, "administrator")
        return None if row is None else self.those(_administrator.id == row.id)[0]

    def of(self, organisation_id: str) -> tuple[Administrator, ...]:
        """Return those of an organisation, in the order of creation."""
        return self.those(self._pair(tables.administrator, organisation_id))

    def of_the_caf(self) -> tuple[Administrator, ...]:
        """Return those of the one Caf within reach itself."""
        of_a_caf = _administrator.role == Role.CAF_ADMINISTRATOR.value
        return self.those((_administrator.caf == self._reach.one_caf()) & of_a_caf)

    def save(self, *administrators: Administrator) -> None:
        """Add or replace."""
        self._put(tables.administrator, *map(of_administrator, administrators))

    def those(self, wanted: ColumnElement[bool]) -> tuple[Administrator, ...]:
        """Return those for whom a condition holds; for the repositories only."""
        statement: Select[Any] = select(tables.administrator, *_WHO).select_from(_AGENTS).where(wanted)
        rows = self._connection.execute(statement.order_by(_administrator.id))
        return tuple(to_administrator(row) for row in rows)


_ORDERS = {"name": _person.search, "job_title": _user.job_title, "state": _user.state}


def _opens(contract_id: str) -> ColumnElement[bool]:
    return cast(_habilitation.contracts, Text).contains(f'"{contract_id}"', autoescape=True)


def _filters(listing: Listing) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    words = words_of(listing.text)
    found.extend(or_(contains(_person.search, word), contains(_user.search, word)) for word in words)
    if listing.state:
        found.append(_user.state == listing.state)
    held = select(_habilitation.user_id).where(HELD)
    if listing.group_id == "-":
        found.append(not_(_user.id.in_(held)))
    elif listing.group_id:
        found.append(_user.id.in_(held.where(_habilitation.group_id == listing.group_id)))
    return found
