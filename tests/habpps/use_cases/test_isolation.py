"""Nobody reaches beyond what they administer: the answer is "unknown", the journal says the truth."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from habpps.domain.authorship import Author
from habpps.domain.people import Person, Role
from habpps.domain.refusals import RoleNotAllowedError, RoleNotConfirmedError, UnknownThingError
from habpps.domain.states import ContractEvent, ConventionEvent, HabilitationEvent, UserEvent
from habpps.use_cases.appoint_administrator import WithdrawAdministrator
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.catalogue import UseCases
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_user import ForgetSecondStep, LockUser, ResetPassword, SetDeparture
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.identify_administrator import IdentifyAdministrator
from habpps.use_cases.manage_groups import CloseGroup, CreateGroup
from habpps.use_cases.open_service_contract import OpenServiceContract
from habpps.use_cases.people_ports import Listing
from servicekit.errors import ServiceError
from tests.habpps.builders import OTHER_SIRET, TERMS, TODAY, Commune, MemoryRegister, request
from tests.habpps.direct_acts import AppointAdministrator, CreateUser
from tests.promises import promise

NEW = Person("Lou", "Roy", "lou.roy@ville.example")
Act = Callable[[UseCases, Author, Commune], object]

BOTH_ROLES: dict[str, Act] = {
    "withdraw a habilitation": lambda acts, author, commune: acts.perform(
        author, ChangeHabilitation(commune.habilitation_id, HabilitationEvent.WITHDRAW, "x")
    ),
    "close a group": lambda acts, author, commune: acts.perform(author, CloseGroup(commune.group_id, "x")),
    "lock a user": lambda acts, author, commune: acts.perform(author, LockUser(commune.user_id, UserEvent.LOCK, "x")),
    "take a second step off": lambda acts, author, commune: acts.perform(author, ForgetSecondStep(commune.user_id)),
    "reset a password": lambda acts, author, commune: acts.perform(author, ResetPassword(commune.user_id)),
    "note a departure": lambda acts, author, commune: acts.perform(author, SetDeparture(commune.user_id, TODAY)),
    "read the organisation": lambda acts, author, commune: acts.consult.organisation(author, commune.id),
    "read a contract": lambda acts, author, commune: acts.consult.organisation_of_contract(author, commune.contract_id),
    "read a group": lambda acts, author, commune: acts.consult.group(author, commune.group_id),
    "read the users": lambda acts, author, commune: acts.consult.users(author, commune.id, Listing()),
    "read a user": lambda acts, author, commune: acts.consult.user(author, commune.user_id),
    "read the journal": lambda acts, author, commune: acts.consult.journal(author, commune.id, Listing()),
}
PARTNER_ONLY: dict[str, Act] = {
    "create a group": lambda acts, author, _: acts.perform(author, CreateGroup("Autre", "T1")),
    "create a user": lambda acts, author, _: acts.perform(author, CreateUser(NEW, "agent")),
    "attach a person": lambda acts, author, commune: acts.perform(
        author, AttachPerson(commune.partner.administrator_id, "agent")
    ),
    "assign": lambda acts, author, commune: acts.perform(author, AssignToGroup(commune.user_id, commune.group_id)),
}
CAF_ONLY: dict[str, Act] = {
    "create an organisation": lambda acts, author, _: acts.perform(author, request(siret=OTHER_SIRET, reference="B")),
    "suspend the convention": lambda acts, author, commune: acts.perform(
        author, ChangeConvention(commune.id, ConventionEvent.SUSPEND, "x")
    ),
    "open a contract": lambda acts, author, commune: acts.perform(
        author, OpenServiceContract(commune.id, replace(TERMS, extranet="omega", purposes=("suivi_partenarial",)))
    ),
    "suspend a contract": lambda acts, author, commune: acts.perform(
        author, ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, "x")
    ),
    "appoint": lambda acts, author, commune: acts.perform(author, AppointAdministrator(commune.id, NEW)),
    "withdraw an administrator": lambda acts, author, commune: acts.perform(
        author, WithdrawAdministrator(commune.partner.administrator_id, "x")
    ),
    "list the organisations": lambda acts, author, _: acts.consult.organisations(author, Listing()),
}
WITHOUT_IDENTIFIER = ("create an organisation", "list the organisations")
BY_IDENTIFIER = {
    **BOTH_ROLES,
    "attach a person": PARTNER_ONLY["attach a person"],
    "assign": PARTNER_ONLY["assign"],
}


def stranger(memory: MemoryRegister) -> Author:
    """The administrator of another organisation of the same Caf, with a group and a contract of its own."""
    everything = memory.all
    other = everything.organisation(siret=OTHER_SIRET, reference="B", name="Autre commune")
    everything.acts.perform(everything.caf, OpenServiceContract(other, TERMS))
    return everything.partner(other, Person("Noa", "Blanc", "noa.blanc@autre.example"))


def refused(memory: MemoryRegister, act: Act, author: Author, commune: Commune, error: type[ServiceError]) -> None:
    before = memory.store.publications.lock()
    with pytest.raises(error):
        act(memory.all.acts, author, commune)
    assert memory.last.type == "habpps.administration.refused"
    assert memory.last.actor_id == author.account_id
    assert memory.store.publications.lock() == before


@promise("caf:partners-are-isolated")
@pytest.mark.parametrize("name", BY_IDENTIFIER)
def test_a_partner_cannot_reach_another_organisation(memory: MemoryRegister, commune: Commune, name: str) -> None:
    author = stranger(memory)
    refused(memory, BY_IDENTIFIER[name], author, commune, UnknownThingError)


@promise("caf:cafs-are-isolated")
@pytest.mark.parametrize(
    "name", [*BOTH_ROLES, *sorted(set(CAF_ONLY) - {"create an organisation", "list the organisations"})]
)
def test_a_caf_cannot_reach_an_organisation_of_another_caf(memory: MemoryRegister, commune: Commune, name: str) -> None:
    author = memory.all.agent("751")
    refused(memory, {**BOTH_ROLES, **CAF_ONLY}[name], author, commune, UnknownThingError)
    assert memory.last.reason == "OTHER_ORGANISATION"


@promise("caf-admin:acts-stay-apart")
@pytest.mark.parametrize("name", CAF_ONLY)
def test_an_act_of_the_caf_is_not_open_to_a_partner(memory: MemoryRegister, commune: Commune, name: str) -> None:
    refused(memory, CAF_ONLY[name], commune.partner, commune, RoleNotAllowedError)
    assert memory.last.reason == "ROLE_NOT_ALLOWED"


@promise("caf-admin:acts-stay-apart")
@pytest.mark.parametrize("name", PARTNER_ONLY)
def test_an_act_of_the_partner_is_not_open_to_the_caf(memory: MemoryRegister, commune: Commune, name: str) -> None:
    refused(memory, PARTNER_ONLY[name], memory.all.caf, commune, RoleNotAllowedError)


@promise("partner:role-of-the-register")
@pytest.mark.parametrize("name", [*BOTH_ROLES, *PARTNER_ONLY])
def test_a_withdrawn_administrator_does_nothing_more(memory: MemoryRegister, commune: Commune, name: str) -> None:
    memory.all.acts.perform(
        memory.all.caf, AppointAdministrator(commune.id, NEW, replaces=commune.partner.administrator_id)
    )
    refused(memory, {**BOTH_ROLES, **PARTNER_ONLY}[name], commune.partner, commune, RoleNotConfirmedError)


@promise("caf-admin:acts-stay-apart")
def test_an_auditor_of_the_caf_administers_nothing(memory: MemoryRegister, commune: Commune) -> None:
    auditor = memory.all.agent("921", Role.CAF_AUDITOR)
    for act in [*BOTH_ROLES.values(), *PARTNER_ONLY.values(), *CAF_ONLY.values()]:
        with pytest.raises((RoleNotAllowedError, UnknownThingError)):
            act(memory.all.acts, auditor, commune)


def details(author: Author, **changes: str) -> list[dict[str, str]]:
    made = {"type": "administration", "extranet": "habpps", "role": author.role, "caf": author.caf}
    return [{**made, "organisation": author.organisation_id, **changes}]


def test_a_token_is_confirmed_by_the_register(memory: MemoryRegister, commune: Commune) -> None:
    identify = IdentifyAdministrator(memory.work, memory.all.clock)
    partner = commune.partner
    assert identify(partner.account_id, commune.id, details(partner)) == partner


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "caf_administrator"},
        {"extranet": "audit"},
        {"type": "service_contract"},
        {"organisation": "another"},
        {"caf": "751"},
        {"role": "caf_auditor"},
    ],
)
def test_a_token_that_the_register_does_not_confirm_is_refused(
    memory: MemoryRegister, commune: Commune, changes: dict[str, str]
) -> None:
    identify = IdentifyAdministrator(memory.work, memory.all.clock)
    with pytest.raises(RoleNotConfirmedError):
        identify(commune.partner.account_id, commune.id, details(commune.partner, **changes))
    assert (memory.last.decision, memory.last.reason) == ("refused", "ROLE_NOT_CONFIRMED")


@promise("partner:role-of-the-register")
def test_a_role_withdrawn_in_the_register_is_refused_although_the_token_lives(
    memory: MemoryRegister, commune: Commune
) -> None:
    second = memory.all.partner(commune.id, NEW)
    memory.all.acts.perform(memory.all.caf, WithdrawAdministrator(second.administrator_id, "départ"))
    with pytest.raises(RoleNotConfirmedError):
        IdentifyAdministrator(memory.work, memory.all.clock)(second.account_id, commune.id, details(second))
