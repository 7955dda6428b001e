"""Groups, users, habilitations and administrators in tables."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, not_, select

from habpps.adapters.database import tables
from habpps.adapters.database.statements import contains, put, searchable
from habpps.domain.habilitation import Group, Habilitation, Membership
from habpps.domain.people import Administrator, Person, Role, User
from habpps.domain.states import HabilitationState, UserState
from habpps.use_cases.ports import Listing

_group = tables.user_group.c
_user = tables.professional.c
_habilitation = tables.habilitation.c
_administrator = tables.administrator.c


class SqlGroups:
    """Implements ports.Groups."""

    def __init__(self, connection: Connection) -> None:
        """Keep the connection of the transaction."""
        self._connection = connection

    def get(self, group_id: str) -> Group | None:
        """Return one."""
        row = self._connection.execute(select(tables.user_group).where(_group.id == group_id)).one_or_none()
        return None if row is None else _to_group(row)

    def of(self, organisation_id: str) -> tuple[Group, ...]:
        """Return those of an organisation, by name."""
        wanted = select(tables.user_group).where(_group.organisation_id == organisation_id)
        return tuple(_to_group(row) for row in self._connection.execute(wanted.order_by(_group.name, _group.id)))

    def save(self, group: Group) -> None:
        """Add or replace."""
        put(self._connection, tables.user_group, asdict(group))


class SqlUsers:
    """Implements ports.Users."""

    def __init__(self, connection: Connection) -> None:
        """Keep the connection of the transaction."""
        self._connection = connection

    def get(self, user_id: str) -> User | None:
        """Return one."""
        row = self._connection.execute(select(tables.professional).where(_user.id == user_id)).one_or_none()
        return None if row is None else _to_user(row)

    def of(self, organisation_id: str) -> tuple[User, ...]:
        """Return all of an organisation, by family name."""
        return self._users(_user.organisation_id == organisation_id)

    def with_account(self, account_id: str) -> tuple[User, ...]:
        """Return the memberships of an account."""
        return self._users(_user.account_id == account_id)

    def page(self, organisation_id: str, listing: Listing) -> tuple[tuple[User, ...], int]:
        """Return a page by family name."""
        wanted = and_(_user.organisation_id == organisation_id, *_filters(listing))
        total = self._connection.execute(select(func.count()).select_from(tables.professional).where(wanted))
        start = (listing.page - 1) * listing.size
        return self._users(wanted, listing.size, start), total.scalar_one()

    def save(self, user: User) -> None:
        """Add or replace."""
        person = user.person
        row = {
            "id": user.id,
            "account_id": user.account_id,
            "organisation_id": user.organisation_id,
            **asdict(person),
            "job_title": user.job_title,
            "state": user.state.value,
            "departs_on": user.departs_on,
            "search": searchable(person.family_name, person.given_name, person.email, user.job_title),
        }
        put(self._connection, tables.professional, row)

    def _users(self, wanted: ColumnElement[bool], size: int | None = None, start: int = 0) -> tuple[User, ...]:
        statement = select(tables.professional).where(wanted).order_by(_user.search, _user.id)
        if size is not None:
            statement = statement.limit(size).offset(start)
        return tuple(_to_user(row) for row in self._connection.execute(statement))


class SqlHabilitations:
    """Implements ports.Habilitations."""

    def __init__(self, connection: Connection) -> None:
        """Keep the connection of the transaction."""
        self._connection = connection

    def get(self, habilitation_id: str) -> Habilitation | None:
        """Return one."""
        statement = select(tables.habilitation).where(_habilitation.id == habilitation_id)
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else _to_habilitation(row)

    def of(self, organisation_id: str) -> tuple[Membership, ...]:
        """Return those of an organisation with their groups and users."""
        users = select(tables.professional).where(_user.organisation_id == organisation_id)
        groups = select(tables.user_group).where(_group.organisation_id == organisation_id)
        people = {row.id: _to_user(row) for row in self._connection.execute(users)}
        teams = {row.id: _to_group(row) for row in self._connection.execute(groups)}
        wanted = select(tables.habilitation).where(_habilitation.organisation_id == organisation_id)
        rows = self._connection.execute(wanted.order_by(_habilitation.id))
        return tuple(Membership(_to_habilitation(row), teams[row.group_id], people[row.user_id]) for row in rows)

    def save(self, habilitation: Habilitation) -> None:
        """Add or replace."""
        put(self._connection, tables.habilitation, {**asdict(habilitation), "state": habilitation.state.value})


class SqlAdministrators:
    """Implements ports.Administrators."""

    def __init__(self, connection: Connection) -> None:
        """Keep the connection of the transaction."""
        self._connection = connection

    def get(self, administrator_id: str) -> Administrator | None:
        """Return one."""
        found = self._administrators(_administrator.id == administrator_id)
        return found[0] if found else None

    def of(self, organisation_id: str) -> tuple[Administrator, ...]:
        """Return those of an organisation, in the order of creation."""
        return self._administrators(_administrator.organisation_id == organisation_id)

    def with_account(self, account_id: str) -> tuple[Administrator, ...]:
        """Return the roles of an account."""
        return self._administrators(_administrator.account_id == account_id)

    def save(self, administrator: Administrator) -> None:
        """Add or replace."""
        row = {
            "id": administrator.id,
            "account_id": administrator.account_id,
            "organisation_id": administrator.organisation_id,
            **asdict(administrator.person),
            "role": administrator.role.value,
            "state": administrator.state,
        }
        put(self._connection, tables.administrator, row)

    def _administrators(self, wanted: ColumnElement[bool]) -> tuple[Administrator, ...]:
        statement = select(tables.administrator).where(wanted).order_by(_administrator.id)
        return tuple(_to_administrator(row) for row in self._connection.execute(statement))


def _filters(listing: Listing) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if listing.text.strip():
        found.append(contains(_user.search, listing.text))
    if listing.state:
        found.append(_user.state == listing.state)
    held = select(_habilitation.user_id).where(_habilitation.state != HabilitationState.WITHDRAWN.value)
    if listing.group_id == "-":
        found.append(not_(_user.id.in_(held)))
    elif listing.group_id:
        found.append(_user.id.in_(held.where(_habilitation.group_id == listing.group_id)))
    return found


def _to_group(row: Row[Any]) -> Group:
    return Group(row.id, row.organisation_id, row.name, row.profile, row.state)


def _to_user(row: Row[Any]) -> User:
    person = Person(row.given_name, row.family_name, row.email)
    state = UserState(row.state)
    return User(row.id, row.account_id, row.organisation_id, person, row.job_title, state, row.departs_on)


def _to_habilitation(row: Row[Any]) -> Habilitation:
    state = HabilitationState(row.state)
    return Habilitation(row.id, row.organisation_id, row.user_id, row.group_id, state, row.starts_on, row.ends_on)


def _to_administrator(row: Row[Any]) -> Administrator:
    person = Person(row.given_name, row.family_name, row.email)
    return Administrator(row.id, row.account_id, row.organisation_id, person, Role(row.role), row.state)
