"""Groups, users, habilitations and administrators in tables."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, and_, cast, func, not_, or_, select

from habpps.adapters.database import tables
from habpps.adapters.database.statements import contains, put, searchable, words_of
from habpps.adapters.database.within import Within
from habpps.domain.habilitation import Group, Habilitation, Membership
from habpps.domain.people import AccountHolder, Administrator, Person, Role, User
from habpps.domain.states import HabilitationState, UserState
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
        return None if row is None else _to_group(row)

    def of(self, organisation_id: str) -> tuple[Group, ...]:
        """Return those of an organisation, by name."""
        wanted = select(tables.user_group).where(self._pair(tables.user_group, organisation_id))
        return tuple(_to_group(row) for row in self._connection.execute(wanted.order_by(_group.name, _group.id)))

    def save(self, group: Group) -> None:
        """Add or replace."""
        self._put(tables.user_group, asdict(group))


class SqlPeople:
    """Implements ports.People."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, account_id: str) -> AccountHolder | None:
        """Return one."""
        found = self._holders(_person.account_id == account_id)
        return found[0] if found else None

    def with_email(self, email: str) -> tuple[AccountHolder, ...]:
        """Return those with this address."""
        return self._holders(_person.email == email)

    def save(self, holder: AccountHolder) -> None:
        """Add or replace."""
        person = holder.person
        row = {
            "account_id": holder.account_id,
            **asdict(person),
            "email_verified_at": holder.email_verified_at,
            "language": holder.language,
            "search": searchable(person.family_name, person.given_name, person.email),
        }
        put(self._connection, tables.person, row)

    def _holders(self, wanted: ColumnElement[bool]) -> tuple[AccountHolder, ...]:
        statement = select(tables.person).where(wanted).order_by(_person.account_id)
        return tuple(_to_holder(row) for row in self._connection.execute(statement))


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
        return tuple(_to_user(row) for row in rows), self._count(wanted)

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
            .where(self._pair(tables.habilitation, organisation_id), _HELD, _group.state == "active")
        )
        active = and_(self._pair(tables.professional, organisation_id), _user.state == UserState.ACTIVE.value)
        return self._count(and_(active, not_(_user.id.in_(placed))))

    def save(self, user: User) -> None:
        """Add or replace."""
        row = {
            "id": user.id,
            "account_id": user.account_id,
            "organisation_id": user.organisation_id,
            "caf": user.caf,
            "job_title": user.job_title,
            "state": user.state.value,
            "departs_on": user.departs_on,
            "search": searchable(user.job_title),
        }
        self._put(tables.professional, row)

    def _count(self, wanted: ColumnElement[bool]) -> int:
        statement = select(func.count()).select_from(_MEMBERS).where(wanted)
        return self._connection.execute(statement).scalar_one()

    def those(self, wanted: ColumnElement[bool]) -> tuple[User, ...]:
        """Return those for whom a condition holds; for the repositories only."""
        statement = _USERS.where(wanted).order_by(_person.search, _user.id)
        return tuple(_to_user(row) for row in self._connection.execute(statement))


class SqlHabilitations(Within):
    """Implements ports.Habilitations."""

    def get(self, habilitation_id: str) -> Habilitation | None:
        """Return one."""
        row = self._one(tables.habilitation, habilitation_id, "habilitation")
        return None if row is None else _to_habilitation(row)

    def of(self, organisation_id: str) -> tuple[Membership, ...]:
        """Return those of an organisation with their groups and users."""
        users = _USERS.where(self._pair(tables.professional, organisation_id))
        groups = select(tables.user_group).where(self._pair(tables.user_group, organisation_id))
        people = {row.id: _to_user(row) for row in self._connection.execute(users)}
        teams = {row.id: _to_group(row) for row in self._connection.execute(groups)}
        wanted = select(tables.habilitation).where(self._pair(tables.habilitation, organisation_id))
        rows = self._connection.execute(wanted.order_by(_habilitation.id))
        return tuple(Membership(_to_habilitation(row), teams[row.group_id], people[row.user_id]) for row in rows)

    def of_user(self, user_id: str) -> tuple[Membership, ...]:
        """Return those of a user."""
        return self.of_users([user_id])

    def of_users(self, user_ids: Sequence[str]) -> tuple[Membership, ...]:
        """Return those of some users."""
        users = _USERS.where(_user.id.in_(list(user_ids)))
        people = {row.id: _to_user(row) for row in self._connection.execute(users)}
        held = and_(_habilitation.user_id.in_(list(user_ids)), self._seen(tables.habilitation))
        wanted = select(tables.habilitation).where(held)
        rows = self._connection.execute(wanted.order_by(_habilitation.id)).all()
        groups = select(tables.user_group).where(_group.id.in_({row.group_id for row in rows}))
        teams = {row.id: _to_group(row) for row in self._connection.execute(groups)}
        return tuple(Membership(_to_habilitation(row), teams[row.group_id], people[row.user_id]) for row in rows)

    def of_group(self, group_id: str) -> tuple[Habilitation, ...]:
        """Return the places that are held in a group, in the order of creation."""
        of_it = and_(_habilitation.group_id == group_id, _HELD, self._seen(tables.habilitation))
        wanted = select(tables.habilitation).where(of_it)
        return tuple(_to_habilitation(row) for row in self._connection.execute(wanted.order_by(_habilitation.id)))

    def opened_in(self, group_id: str) -> Mapping[str, int]:
        """Return how many places that are held in a group open each contract, by contract."""
        alike = select(_habilitation.contracts, func.count().label("places"))
        of_it = and_(_habilitation.group_id == group_id, _HELD, self._seen(tables.habilitation))
        wanted = alike.where(of_it).group_by(_habilitation.contracts)
        found: Counter[str] = Counter()
        for row in self._connection.execute(wanted):
            found.update(dict.fromkeys(row.contracts, row.places))
        return found

    def sizes(self, organisation_id: str) -> Mapping[str, int]:
        """Return how many people hold a place, by group."""
        wanted = and_(self._pair(tables.habilitation, organisation_id), _HELD)
        people = func.count(_habilitation.user_id.distinct())
        rows = self._connection.execute(
            select(_habilitation.group_id, people.label("people")).where(wanted).group_by(_habilitation.group_id)
        )
        return {row.group_id: row.people for row in rows}

    def seated(self, organisation_id: str, contract_id: str, except_user: str) -> int:
        """Return to how many people other than this one a contract is open, or would be but for a suspension."""
        wanted = and_(
            self._pair(tables.habilitation, organisation_id),
            _HELD,
            _habilitation.user_id != except_user,
            cast(_habilitation.contracts, Text).contains(f'"{contract_id}"', autoescape=True),
        )
        people = select(func.count(_habilitation.user_id.distinct())).where(wanted)
        return self._connection.execute(people).scalar_one()

    def alike(self, organisation_id: str) -> tuple[Likeness, ...]:
        """Return everybody who holds a place, by likeness."""
        columns = tuple(_habilitation[name] for name in _OPENING)
        joined = tables.habilitation.join(tables.professional, _user.id == _habilitation.user_id)
        rows = self._connection.execute(
            select(_habilitation.user_id, _user.state.label("user_state"), *columns)
            .select_from(joined)
            .where(self._pair(tables.habilitation, organisation_id), _HELD)
            .order_by(_habilitation.user_id, _habilitation.id)
        )
        people: dict[tuple[object, ...], list[str]] = defaultdict(list)
        for user_id, places in groupby(rows, key=itemgetter(0)):
            people[tuple(repr(place[1:]) for place in places)].append(user_id)
        first = {users[0]: len(users) for users in people.values()}
        held: dict[str, list[Habilitation]] = defaultdict(list)
        users: dict[str, User] = {}
        for one in self.of_users(list(first)):
            users[one.user.id] = one.user
            if one.habilitation.is_held:
                held[one.user.id].append(one.habilitation)
        return tuple(Likeness(users[key], tuple(held[key]), count) for key, count in first.items())

    def save(self, habilitation: Habilitation) -> None:
        """Add or replace."""
        self._put(tables.habilitation, {**asdict(habilitation), "state": habilitation.state.value})


class SqlAdministrators(Within):
    """Implements ports.Administrators."""

    def get(self, administrator_id: str) -> Administrator | None:
        """Return one."""
        row = self._one(tables.administrator, administrator_id, "administrator")
        return None if row is None else self.those(_administrator.id == row.id)[0]

    def of(self, organisation_id: str) -> tuple[Administrator, ...]:
        """Return those of an organisation, in the order of creation."""
        return self.those(self._pair(tables.administrator, organisation_id))

    def save(self, administrator: Administrator) -> None:
        """Add or replace."""
        row = {
            "id": administrator.id,
            "account_id": administrator.account_id,
            "organisation_id": administrator.organisation_id,
            "caf": administrator.caf,
            "role": administrator.role.value,
            "state": administrator.state,
        }
        self._put(tables.administrator, row)

    def those(self, wanted: ColumnElement[bool]) -> tuple[Administrator, ...]:
        """Return those for whom a condition holds; for the repositories only."""
        statement: Select[Any] = select(tables.administrator, *_WHO).select_from(_AGENTS).where(wanted)
        rows = self._connection.execute(statement.order_by(_administrator.id))
        return tuple(_to_administrator(row) for row in rows)


_HELD = _habilitation.state != HabilitationState.WITHDRAWN.value
_OPENING = ("group_id", "profile", "contracts", "state", "starts_on", "ends_on")
_ORDERS = {"name": _person.search, "job_title": _user.job_title, "state": _user.state}


def _filters(listing: Listing) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    words = words_of(listing.text)
    found.extend(or_(contains(_person.search, word), contains(_user.search, word)) for word in words)
    if listing.state:
        found.append(_user.state == listing.state)
    held = select(_habilitation.user_id).where(_HELD)
    if listing.group_id == "-":
        found.append(not_(_user.id.in_(held)))
    elif listing.group_id:
        found.append(_user.id.in_(held.where(_habilitation.group_id == listing.group_id)))
    return found


def _to_group(row: Row[Any]) -> Group:
    return Group(
        id=row.id,
        organisation_id=row.organisation_id,
        caf=row.caf,
        name=row.name,
        profile=row.profile,
        state=row.state,
        changes=row.changes,
    )


def _to_holder(row: Row[Any]) -> AccountHolder:
    return AccountHolder(
        account_id=row.account_id,
        person=Person(row.given_name, row.family_name, row.email),
        email_verified_at=row.email_verified_at,
        language=row.language,
    )


def _to_user(row: Row[Any]) -> User:
    person = Person(row.given_name, row.family_name, row.email)
    state = UserState(row.state)
    return User(
        id=row.id,
        account_id=row.account_id,
        organisation_id=row.organisation_id,
        caf=row.caf,
        person=person,
        job_title=row.job_title,
        state=state,
        departs_on=row.departs_on,
        changes=row.changes,
    )


def _to_habilitation(row: Row[Any]) -> Habilitation:
    state = HabilitationState(row.state)
    who, where = row.user_id, row.group_id
    return Habilitation(
        id=row.id,
        organisation_id=row.organisation_id,
        caf=row.caf,
        user_id=who,
        group_id=where,
        profile=row.profile,
        contracts=tuple(row.contracts),
        left=tuple(row.left),
        state=state,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        changes=row.changes,
    )


def _to_administrator(row: Row[Any]) -> Administrator:
    person = Person(row.given_name, row.family_name, row.email)
    return Administrator(
        id=row.id,
        account_id=row.account_id,
        organisation_id=row.organisation_id,
        caf=row.caf,
        person=person,
        role=Role(row.role),
        state=row.state,
        changes=row.changes,
    )
