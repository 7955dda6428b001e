"""Imports organisations from a file, all or nothing; running it again adds only what is missing."""

from dataclasses import dataclass

from habpps.domain.organisation import Organisation
from habpps.domain.people import Administrator, Person, Role
from habpps.domain.refusals import FormRefusedError, ImportRefusedError
from habpps.domain.siret import luhn, normalise_siret, why_siret_refused
from habpps.domain.states import ContractState
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.appoint_administrator import APPOINTED, appoint
from habpps.use_cases.create_organisation import CREATED as ORGANISATION_CREATED
from habpps.use_cases.create_organisation import create_organisation
from habpps.use_cases.import_document import ImportDocument, ImportedOrganisation
from habpps.use_cases.import_people import at, keys, write_people
from habpps.use_cases.name_caf_agents import ROLES, check_own_caf
from habpps.use_cases.open_service_contract import OpenServiceContract, open_service_contract
from partnerkit.cafs import Caf
from servicekit.audit_events import NATIONAL
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
        with at(f"{caf.path}.code"):
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
    with at(one.path):
        known = entry.store.organisations.with_siret(normalise_siret(one.request.siret))
        is_partner = known is not None and entry.store.conventions.of(known.id) is not None
        key = known.id if known is not None and is_partner else create_organisation(entry, one.request)
    organisation = entry.organisation(key)
    contracts = entry.store.contracts.of(key)
    in_force = {contract.extranet for contract in contracts if contract.state is not ContractState.ENDED}
    for contract in one.contracts:
        if contract.terms.extranet not in in_force:
            with at(contract.path):
                open_service_contract(entry, OpenServiceContract(key, contract.terms))
    there = keys(entry.store.administrators.of(key))
    for administrator in one.administrators:
        if there.isdisjoint(keys([administrator])):
            with at(administrator.path):
                appoint(entry, organisation, administrator.person, administrator.account_id)
    write_people(entry, organisation, one)


NATIONAL_OFFICE = Caf(NATIONAL, "Caisse nationale des allocations familiales", "180035065")
"""The organisation of the national auditor, who reads in the journal what belongs to no Caf."""


def create_caf_agent(entry: ActEntry, act: CreateCafAgent) -> str:
    """Write the agent; doing it again changes nothing.

    Raises:
        UnknownThingError: another Caf than that of the author.
        ImportRefusedError: no such Caf, or the national office and another role than auditor.
        FormRefusedError: a name or the address cannot be one, or the role is none of a Caf.
    """
    check_own_caf(entry, act.caf)
    if act.role not in ROLES:
        raise FormRefusedError({"role": "FIELD_MALFORMED"})
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
