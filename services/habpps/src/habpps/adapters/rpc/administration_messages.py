"""Values of Habpps as messages of `Administration`."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from habpps.domain.effects import Change, Effects
from habpps.domain.habilitation import Group, Membership
from habpps.domain.organisation import Convention, Organisation
from habpps.domain.people import Administrator, User
from habpps.domain.service_contract import ServiceContract
from habpps.domain.territory import Territory
from habpps.domain.versions import version_of
from habpps.use_cases.act_entry import Done
from habpps.use_cases.act_fields import ActField, FieldKind
from habpps.use_cases.consult_people import InvitationView, PersonView
from habpps.use_cases.consult_register import OrganisationView, UserPage
from habpps.use_cases.request_ports import ActRequest
from partenaire.habpps.v1 import administration_pb2 as pb

_KINDS = {kind: pb.FieldKind.Value(f"FIELD_KIND_{kind.name}") for kind in FieldKind}


def field_message(field: ActField) -> pb.FieldDescription:
    """A field of an act."""
    return pb.FieldDescription(
        path=field.path,
        kind=_KINDS[field.kind],
        required=field.required,
        nullable=field.nullable,
        repeated=field.repeated,
        longest=field.longest,
        choices=field.choices,
    )


def effects_message(effects: Effects) -> pb.Effects:
    """What an act opens and closes."""
    return pb.Effects(
        opens=_changes(effects.opens), closes=_changes(effects.closes), gaining=effects.gaining, losing=effects.losing
    )


def _changes(changes: Iterable[Change]) -> list[pb.Change]:
    return [
        pb.Change(extranet=one.extranet, profile=one.profile, people=one.people, names=one.names) for one in changes
    ]


def done_message(done: Done[Any]) -> pb.Done:
    """An act that is done."""
    value = "" if done.value is None else str(done.value)
    return pb.Done(value=value, revision=done.revision, mails=done.mails)


def request_message(request: ActRequest) -> pb.ActRequest:
    """An act that waits, or waited."""
    return pb.ActRequest(
        id=request.id,
        act=request.name,
        label=request.label,
        about=request.about,
        asked_by=request.asked_by,
        asked_by_name=request.asked_by_name,
        asked_at_us=_microseconds(request.asked_at),
        expires_at_us=_microseconds(request.expires_at),
        state=request.state.value,
        decided_by_name=request.decided_by_name,
        decided_at_us=_microseconds(request.decided_at),
        reason=request.reason,
    )


def organisation_row(organisation: Organisation) -> pb.OrganisationRow:
    """A line of the list of organisations."""
    return pb.OrganisationRow(
        id=organisation.id, siret=organisation.siret, name=organisation.name, kind=organisation.kind
    )


def convention_row(convention: Convention) -> pb.ConventionRow:
    """The convention of an organisation."""
    return pb.ConventionRow(
        reference=convention.reference,
        state=convention.state.value,
        starts_on=_day(convention.starts_on),
        ends_on=_day(convention.ends_on),
        version=version_of(convention),
    )


def contract_row(contract: ServiceContract, territories: Iterable[Territory]) -> pb.ContractRow:
    """A line of the list of contracts."""
    return pb.ContractRow(
        id=contract.id,
        extranet=contract.extranet,
        profiles=contract.profiles,
        purposes=contract.purposes,
        state=contract.state.value,
        starts_on=_day(contract.starts_on),
        ends_on=_day(contract.ends_on),
        maximum_users=contract.maximum_users or 0,
        version=version_of(contract),
        territories=[_territory_row(one) for one in territories if one.contract_id == contract.id],
    )


def _territory_row(territory: Territory) -> pb.TerritoryRow:
    return pb.TerritoryRow(
        id=territory.id,
        caf=territory.caf,
        starts_on=_day(territory.starts_on),
        ends_on=_day(territory.ends_on),
        state=territory.state,
        version=version_of(territory),
    )


def group_row(group: Group, view: OrganisationView) -> pb.GroupRow:
    """A line of the list of groups."""
    return pb.GroupRow(
        id=group.id,
        name=group.name,
        profile=group.profile,
        state=group.state,
        people=view.sizes.get(group.id, 0),
        version=version_of(group),
    )


def administrator_row(one: Administrator) -> pb.AdministratorRow:
    """A line of the list of administrators."""
    return pb.AdministratorRow(
        id=one.id,
        account_id=one.account_id,
        given_name=one.person.given_name,
        family_name=one.person.family_name,
        email=one.person.email,
        role=one.role.value,
        state=one.state,
        version=version_of(one),
    )


def user_row(user: User, page: UserPage) -> pb.UserRow:
    """A line of the list of users."""
    return pb.UserRow(
        id=user.id,
        account_id=user.account_id,
        given_name=user.person.given_name,
        family_name=user.person.family_name,
        email=user.person.email,
        job_title=user.job_title,
        state=user.state.value,
        departs_on=_day(user.departs_on),
        version=version_of(user),
        version_with_places=page.versions[user.id],
        places=[_place_row(one) for one in page.places[user.id]],
    )


def _place_row(place: Membership) -> pb.PlaceRow:
    return pb.PlaceRow(
        habilitation_id=place.habilitation.id,
        group_id=place.group.id,
        state=place.habilitation.state.value,
        contracts=place.habilitation.contracts,
        version=version_of(place.habilitation),
    )


def invitation_row(shown: InvitationView) -> pb.InvitationRow:
    """A line of the list of invitations."""
    invitation = shown.invitation
    return pb.InvitationRow(
        id=invitation.id,
        given_name=invitation.person.given_name,
        family_name=invitation.person.family_name,
        email=invitation.person.email,
        to_confirm=shown.to_confirm,
        answered_name=shown.answered_name,
        failed=shown.failed,
        expires_at_us=_microseconds(invitation.expires_at),
        version=shown.version,
    )


def person_message(shown: PersonView) -> pb.GetPersonResponse:
    """A person to correct."""
    person, change = shown.holder.person, shown.change
    waiting = None
    if change is not None:
        waiting = pb.AddressChangeRow(
            id=change.id,
            email=change.email,
            expires_at_us=_microseconds(change.expires_at),
            version=shown.change_version,
        )
    return pb.GetPersonResponse(
        given_name=person.given_name,
        family_name=person.family_name,
        email=person.email,
        version=shown.version,
        change=waiting,
    )


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _microseconds(moment: datetime | None) -> int:
    return 0 if moment is None else int(moment.timestamp() * 1_000_000)
