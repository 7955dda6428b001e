"""Imports organisations from a file, all or nothing; running it again adds only what is missing."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from habpps.domain.organisation import Organisation
from habpps.domain.people import Administrator, Person, Role
from habpps.domain.refusals import ImportRefusedError
from habpps.domain.siret import luhn, normalise_siret, why_siret_refused
from habpps.domain.states import ContractState
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.appoint_administrator import APPOINTED, appoint
from habpps.use_cases.assign_to_group import AssignToGroup, assign
from habpps.use_cases.create_organisation import CREATED as ORGANISATION_CREATED
from habpps.use_cases.create_organisation import create_organisation
from habpps.use_cases.create_user import NewUser, write_user
from habpps.use_cases.import_document import ImportDocument, ImportedOrganisation
from habpps.use_cases.manage_groups import CreateGroup, create_group
from habpps.use_cases.name_caf_agents import check_own_caf
from habpps.use_cases.open_service_contract import OpenServiceContract, open_service_contract
from partnerkit.cafs import Caf
from servicekit.audit_events import NATIONAL
from servicekit.errors import ConflictError, InvalidInputError, NotFoundError
from servicekit.identifiers import new_id

IMPORTED, AGENT_NAMED = "habpps.organisations.imported", "habpps.caf_agent.named"


@dataclass(frozen=True)
class ImportOrganisations(Act[int]):
    """A whole file, for the demo and for the take-over of an existing register; gives how many organisations."""

    document: ImportDocument


@dataclass(frozen=True)
class CreateCafAgent(Act[str]):
    """An existing account gets a role at a Caf, or becomes the national auditor; gives the administrator."""

    caf: str
    role: Role
    account_id: str
    person: Person


def import_organisations(entry: ActEntry, act: ImportOrganisations) -> int:
    """Write what is missing.

    Raises:
        ImportRefusedError: each bad item by its path; nothing was written.
    """
    for caf in act.document.cafs:
        near = entry.for_caf(caf.code)
        with _at(f"{caf.path}.code"):
            organisation = caf_organisation(near, caf.code, caf.siret)
        for agent in caf.agents:
            add_agent(near, organisation, agent.person, agent.account_id, agent.role)
    for one in act.document.organisations:
        if one.caf not in entry.catalogue.cafs:
            raise ImportRefusedError({f"{one.path}.caf": f"{one.caf} is not the code of a Caf"})
        _write_organisation(entry.for_caf(one.caf), one)
    count = len(act.document.organisations)
    entry.note(Note(act=IMPORTED, subject="file:organisations", organisation_id="", label=f"{count}"))
    return count


def _write_organisation(entry: ActEntry, one: ImportedOrganisation) -> None:
    with _at(one.path):
        known = entry.store.organisations.with_siret(normalise_siret(one.request.siret))
        is_partner = known is not None and entry.store.conventions.of(known.id) is not None
        key = known.id if known is not None and is_partner else create_organisation(entry, one.request)
    organisation = entry.organisation(key)
    contracts = entry.store.contracts.of(key)
    in_force = {contract.extranet for contract in contracts if contract.state is not ContractState.ENDED}
    for contract in one.contracts:
        if contract.terms.extranet not in in_force:
            with _at(contract.path):
                open_service_contract(entry, OpenServiceContract(key, contract.terms))
    there = _keys(entry.store.administrators.of(key))
    for administrator in one.administrators:
        if there.isdisjoint(_keys([administrator])):
            with _at(administrator.path):
                appoint(entry, organisation, administrator.person, administrator.account_id)
    _write_people(entry, organisation, one)


def _write_people(entry: ActEntry, organisation: Organisation, one: ImportedOrganisation) -> None:
    groups = {group.name: group.id for group in entry.store.groups.of(organisation.id)}
    for group in one.groups:
        if group.name not in groups:
            with _at(group.path):
                groups[group.name] = create_group(entry, CreateGroup(group.name, group.profile), organisation.id)
    users = {key: user.id for user in entry.store.users.of(organisation.id) for key in _keys([user])}
    placed = {(held.user.id, held.group.id) for held in entry.store.habilitations.of(organisation.id)}
    for user in one.users:
        with _at(user.path):
            key = next((users[one] for one in _keys([user]) if one in users), None)
            if key is None:
                key = write_user(entry, organisation, NewUser(user.person, user.job_title), user.account_id)
        for place, name in enumerate(user.groups):
            with _at(f"{user.path}.groups[{place}]"):
                if name not in groups:
                    raise ImportRefusedError({f"{user.path}.groups[{place}]": "no group of this name"})
                if (key, groups[name]) not in placed:
                    assign(entry, AssignToGroup(key, groups[name]))


class _Named(Protocol):
    """Somebody of the file or of the register."""

    @property
    def person(self) -> Person: ...
    @property
    def account_id(self) -> str: ...


def _keys(people: Iterable[_Named]) -> set[str]:
    """By what somebody is recognised: the account, which stays when the address is corrected, and the address."""
    return {key for one in people for key in (one.account_id, one.person.email) if key}


NATIONAL_OFFICE = Caf(NATIONAL, "Caisse nationale des allocations familiales", "180035065")
"""The organisation of the national auditor, who reads in the journal what belongs to no Caf."""


def create_caf_agent(entry: ActEntry, act: CreateCafAgent) -> str:
    """Write the agent; doing it again changes nothing.

    Raises:
        UnknownThingError: another Caf than that of the author.
        ImportRefusedError: no such Caf, or the national office and another role than auditor.
        FormRefusedError: a name or the address cannot be one.
    """
    check_own_caf(entry, act.caf)
    near = entry.for_caf(act.caf)
    return add_agent(near, caf_organisation(near, act.caf, ""), act.person, act.account_id, act.role)


def caf_organisation(entry: ActEntry, code: str, siret: str) -> Organisation:
    """Return the organisation of a Caf, made when it is missing.

    Raises:
        ImportRefusedError: the code is in no list.
    """
    caf = NATIONAL_OFFICE if code == NATIONAL else entry.catalogue.cafs.get(code)
    if caf is None or not caf.siren:
        raise ImportRefusedError({"caf": f"{code} is not the code of a Caf of today"})
    number = normalise_siret(siret) if siret else head_office(caf.siren)
    refused = why_siret_refused(number)
    if refused:
        raise ImportRefusedError({"siret": refused})
    known = entry.store.organisations.with_siret(number)
    if known is not None and (known.kind, known.caf) != ("caf", code):
        raise ImportRefusedError({"siret": f"{number} is that of another organisation"})
    if known is not None:
        return known
    organisation = Organisation(id=new_id(), siret=number, name=caf.name, caf=code, kind="caf")
    entry.save(organisation)
    entry.note(
        Note(
            act=ORGANISATION_CREATED,
            subject=f"organisation:{organisation.id}",
            organisation_id=organisation.id,
            label=caf.name,
        )
    )
    return organisation


def head_office(siren: str) -> str:
    """Return the SIRET of establishment 0001 of a SIREN: the first one is most often the head office."""
    return next(number for number in (f"{siren}0001{key}" for key in range(10)) if luhn(number))


def add_agent(entry: ActEntry, organisation: Organisation, person: Person, account_id: str, role: Role) -> str:
    """Write an agent of a Caf, once, and return the identifier."""
    if organisation.caf == NATIONAL and role is not Role.CAF_AUDITOR:
        raise ImportRefusedError({"role": "the national office has auditors only"})
    for one in entry.store.everywhere.administrators(account_id):
        if one.organisation_id == organisation.id and one.role is role and one.is_active:
            entry.note(
                Note(
                    act="habpps.administrator.confirmed",
                    subject=f"account:{account_id}",
                    organisation_id=organisation.id,
                    label=role.value,
                )
            )
            return one.id
    agent = Administrator(
        id=new_id(),
        account_id=account_id,
        organisation_id=organisation.id,
        caf=organisation.caf,
        person=person,
        role=role,
    )
    entry.save(agent)
    details = {"appointed_as": role.value}
    subject = f"account:{account_id}"
    entry.note(
        Note(
            act=APPOINTED,
            subject=subject,
            organisation_id=organisation.id,
            label=person.display_name,
            details=details,
        )
    )
    return agent.id


@contextmanager
def _at(path: str) -> Iterator[None]:
    """Say where in the file something was refused."""
    try:
        yield
    except ImportRefusedError:
        raise
    except InvalidInputError as refused:
        raise ImportRefusedError({f"{path}.{field}": reason for field, reason in refused.fields.items()}) from refused
    except (ConflictError, NotFoundError) as refused:
        raise ImportRefusedError({path: refused.reason}) from refused
