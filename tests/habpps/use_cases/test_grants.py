"""What a habilitation opens: the service contracts that are ticked, each to those who hold it and to nobody else."""

from dataclasses import replace

import pytest

from habpps.domain.people import person_typed
from habpps.domain.refusals import FormRefusedError, MaximumUsersReachedError
from habpps.domain.service_contract import ContractTerms
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.create_user import CreateUser
from habpps.use_cases.manage_groups import CloseGroup
from habpps.use_cases.open_service_contract import OpenServiceContract
from rights.facts import Grant
from tests.habpps.builders import TERMS, Commune, MemoryRegister
from tests.habpps.use_cases.test_acts import open_to_the_director, published
from tests.promises import promise

CHILDCARE: ContractTerms = replace(
    TERMS, extranet="mon-enfant", profiles=("T2",), purposes=("information_modes_accueil",)
)


def childcare(memory: MemoryRegister, commune: Commune, **changes: object) -> str:
    """A second contract of the commune, for Mon-enfant.fr."""
    terms = replace(CHILDCARE, **changes)  # type: ignore[arg-type]
    return memory.all.acts.perform(memory.all.caf, OpenServiceContract(commune.id, terms)).value


def somebody(memory: MemoryRegister, commune: Commune, number: int = 1) -> str:
    """One more user of the commune, without a group."""
    person = person_typed("Ali", "Marchand", f"ali{number}@nanterre.example")
    return memory.all.acts.perform(commune.partner, CreateUser(person, "agent")).value


@promise("rights:least-assignment")
def test_a_place_opens_the_contracts_that_are_ticked_and_no_others(memory: MemoryRegister, commune: Commune) -> None:
    second = childcare(memory, commune)
    acts = memory.all.acts
    for number, ticked in enumerate((None, (second,), (commune.contract_id,))):
        user_id = somebody(memory, commune, number)
        acts.perform(commune.partner, AssignToGroup(user_id, commune.group_id, contracts=ticked))
        grants = published(memory).grants_of_user(user_id)
        assert {grant.contract_id for grant in grants} == set(ticked or (commune.contract_id, second))
        assert {(grant.profile, grant.state) for grant in grants} == {("T2", "active")}
    assert memory.last.payload["extranets"] == "cdap"


@promise("rights:least-assignment")
def test_a_new_contract_opens_nothing_to_those_who_hold_a_place_already(
    memory: MemoryRegister, commune: Commune
) -> None:
    before = open_to_the_director(memory, commune)
    childcare(memory, commune)
    assert open_to_the_director(memory, commune) == before == ["cdap"]


@pytest.mark.parametrize(("ticked", "reason"), [((), "EMPTY"), (("no contract",), "EXTRANET_NOT_OF_PROFILE")])
def test_a_place_opens_at_least_one_contract_of_its_profile(
    memory: MemoryRegister, commune: Commune, ticked: tuple[str, ...], reason: str
) -> None:
    user_id = somebody(memory, commune)
    before = memory.store.publications.lock().revision
    with pytest.raises(FormRefusedError) as refused:
        memory.all.acts.perform(commune.partner, AssignToGroup(user_id, commune.group_id, contracts=ticked))
    assert refused.value.fields == {"contracts": reason}
    assert memory.store.publications.lock().revision == before


@promise("partner:maximum-of-users")
def test_a_seat_is_taken_by_who_holds_the_contract(memory: MemoryRegister, commune: Commune) -> None:
    second = childcare(memory, commune, maximum_users=1)
    acts, partner = memory.all.acts, commune.partner
    people = [somebody(memory, commune, number) for number in range(3)]
    acts.perform(partner, AssignToGroup(people[0], commune.group_id, contracts=(second,)))
    with pytest.raises(MaximumUsersReachedError):
        acts.perform(partner, AssignToGroup(people[1], commune.group_id))
    acts.perform(partner, AssignToGroup(people[1], commune.group_id, contracts=(commune.contract_id,)))


def test_the_end_of_a_group_withdraws_every_grant_of_its_members(memory: MemoryRegister, commune: Commune) -> None:
    childcare(memory, commune)
    user_id = somebody(memory, commune)
    memory.all.acts.perform(commune.partner, AssignToGroup(user_id, commune.group_id))
    memory.all.acts.perform(commune.partner, CloseGroup(commune.group_id, "réorganisation"))
    states = [grant.state for grant in published(memory).all_of(Grant)]
    assert states == ["withdrawn"] * 3
