"""Invitations and changes of address in tables."""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select, update

from habpps.adapters.database import tables
from habpps.adapters.database.statements import put
from habpps.adapters.database.within import Within
from habpps.domain.address_change import AddressChange, AddressChangeState
from habpps.domain.invitations import Invitation, InvitationState, Way
from habpps.domain.people import Person
from habpps.domain.reach import OutOfReachError
from servicekit.database.trial import written

_invitation = tables.invitation.c
_change = tables.address_change.c


class SqlInvitations(Within):
    """Implements ports.Invitations."""

    def get(self, invitation_id: str) -> Invitation | None:
        """Return one."""
        row = self._one(tables.invitation, invitation_id, "invitation")
        return None if row is None else self.those(_invitation.id == row.id)[0]

    def waiting(self, organisation_id: str, now: datetime) -> tuple[Invitation, ...]:
        """Return those of an organisation that still wait for somebody, oldest first."""
        in_time = and_(_invitation.state == InvitationState.SENT.value, _invitation.expires_at > now)
        waits = or_(_invitation.state == InvitationState.TO_CONFIRM.value, in_time)
        return self.those(and_(self._pair(tables.invitation, organisation_id), waits))

    def save(self, *invitations: Invitation) -> None:
        """Add or replace."""
        self._put(tables.invitation, *map(_of_invitation, invitations))

    def mark(self, invitation_id: str, way: Way) -> None:
        """Note its way; no change is counted."""
        table = written(self._connection, tables.invitation, [{"id": invitation_id}])
        here = and_(table.c.id == invitation_id, self._seen(table))
        if not self._connection.execute(update(table).where(here).values(asdict(way))).rowcount:
            raise OutOfReachError(invitation_id)

    def those(self, wanted: ColumnElement[bool]) -> tuple[Invitation, ...]:
        """Return those for whom a condition holds, oldest first; for the repositories only."""
        statement = select(tables.invitation).where(wanted).order_by(_invitation.id)
        return tuple(_to_invitation(row) for row in self._connection.execute(statement).mappings())


class SqlAddressChanges:
    """Implements ports.AddressChanges: without a reach."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, change_id: str) -> AddressChange | None:
        """Return one."""
        statement = select(tables.address_change).where(_change.id == change_id)
        row = self._connection.execute(statement).mappings().one_or_none()
        return None if row is None else _to_change(row)

    def of_account(self, account_id: str) -> tuple[AddressChange, ...]:
        """Return those asked for a person by whatever organisation, newest first."""
        statement = select(tables.address_change).where(_change.account_id == account_id)
        rows = self._connection.execute(statement.order_by(_change.id.desc())).mappings()
        return tuple(_to_change(row) for row in rows)

    def save(self, *changes: AddressChange) -> None:
        """Add or replace."""
        put(self._connection, tables.address_change, *({**asdict(one), "state": one.state.value} for one in changes))


def _of_invitation(invitation: Invitation) -> dict[str, Any]:
    row = {key: value for key, value in asdict(invitation).items() if key not in ("person", "way")}
    return row | {**asdict(invitation.person), "state": invitation.state.value, "groups": list(invitation.groups)}


def _to_invitation(row: RowMapping) -> Invitation:
    values = dict(row)
    person = Person(values.pop("given_name"), values.pop("family_name"), values.pop("email"))
    way = Way(**{one.name: values.pop(one.name) for one in fields(Way)})
    values |= {"way": way, "state": InvitationState(row["state"]), "groups": tuple(row["groups"])}
    return Invitation(person=person, **values)


def _to_change(row: RowMapping) -> AddressChange:
    return AddressChange(**{**row, "state": AddressChangeState(row["state"])})
