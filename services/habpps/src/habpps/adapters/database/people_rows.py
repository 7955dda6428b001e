"""Rows of groups, users, their places and administrators, and what they say in the domain."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from habpps.adapters.database.statements import searchable
from habpps.domain.habilitation import Group, Habilitation
from habpps.domain.people import AccountHolder, Administrator, Person, Role, User
from habpps.domain.states import HabilitationState, UserState


def of_holder(holder: AccountHolder) -> dict[str, Any]:
    """A row of a person."""
    person = holder.person
    return {
        "account_id": holder.account_id,
        **asdict(person),
        "email_verified_at": holder.email_verified_at,
        "language": holder.language,
        "search": searchable(person.family_name, person.given_name, person.email),
    }


def of_user(user: User) -> dict[str, Any]:
    """A row of a user."""
    return {
        "id": user.id,
        "account_id": user.account_id,
        "organisation_id": user.organisation_id,
        "caf": user.caf,
        "job_title": user.job_title,
        "state": user.state.value,
        "departs_on": user.departs_on,
        "joined_at": user.joined_at,
        "search": searchable(user.job_title),
    }


def of_administrator(administrator: Administrator) -> dict[str, Any]:
    """A row of an administrator."""
    return {
        "id": administrator.id,
        "account_id": administrator.account_id,
        "organisation_id": administrator.organisation_id,
        "caf": administrator.caf,
        "role": administrator.role.value,
        "state": administrator.state,
    }


def to_group(row: Row[Any]) -> Group:
    """What a row says of a group."""
    return Group(
        id=row.id,
        organisation_id=row.organisation_id,
        caf=row.caf,
        name=row.name,
        profile=row.profile,
        state=row.state,
        changes=row.changes,
    )


def to_holder(row: Row[Any]) -> AccountHolder:
    """What a row says of a person."""
    return AccountHolder(
        account_id=row.account_id,
        person=Person(row.given_name, row.family_name, row.email),
        email_verified_at=row.email_verified_at,
        language=row.language,
    )


def to_user(row: Row[Any]) -> User:
    """What a row says of a user, joined with the person."""
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
        joined_at=row.joined_at,
        changes=row.changes,
    )


def to_habilitation(row: Row[Any]) -> Habilitation:
    """What a row says of a habilitation."""
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


def to_administrator(row: Row[Any]) -> Administrator:
    """What a row says of an administrator, joined with the person."""
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
