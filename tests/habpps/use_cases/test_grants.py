"""What a habilitation opens: the service contracts that are ticked, each to those who hold it and to nobody else."""

from dataclasses import replace

import pytest

from habpps.domain.people import person_typed
from habpps.domain.refusals import (
    FormRefusedError,
    MaximumUsersReachedError,
    ProfileNotInContractError,
    SelfAssignmentError,
    UnknownThingError,
)
from habpps.domain.service_contract import ContractTerms
from habpps.domain.states import HabilitationEvent
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_opening import ChangeOpening, OpenContractToGroup
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.manage_groups import ChangeGroup, CloseGroup
from habpps.use_cases.open_service_contract import OpenServiceContract
from rights.facts import Grant
from tests.habpps.builders import TERMS, Commune, MemoryRegister
from tests.habpps.direct_acts import CreateUser
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


@promise("rights:least-assignment")
def test_the_extranets_of_one_place_are_chosen_again(memory: MemoryRegister, commune: Commune) -> None:
    second = childcare(memory, commune)
    perform, partner = memory.all.acts.perform, commune.partner

    def choose(*contracts: str) -> list[str]:
        perform(partner, ChangeOpening(commune.habilitation_id, contracts))
        return open_to_the_director(memory, commune)

    assert choose(commune.contract_id, second) == ["cdap", "mon-enfant"]
    assert memory.last.policy == "strict"
    assert choose(second) == ["mon-enfant"]
    assert memory.last.policy == "buffered"
    assert {grant.state for grant in published(memory).all_of(Grant)} == {"active", "withdrawn"}
    assert choose(commune.contract_id) == ["cdap"]
    with pytest.raises(FormRefusedError) as refused:
        choose(commune.contract_id)
    assert refused.value.fields == {"contracts": "NOTHING_CHANGES"}
    perform(partner, ChangeHabilitation(commune.habilitation_id, HabilitationEvent.WITHDRAW, "fin"))
    with pytest.raises(UnknownThingError):
        choose(second)


@promise("rights:new-contract-by-one-press")
def test_a_new_contract_is_opened_to_a_whole_group_at_once(memory: MemoryRegister, commune: Commune) -> None:
    perform, partner = memory.all.acts.perform, commune.partner
    others = [somebody(memory, commune, number) for number in range(3)]
    for user_id in others:
        perform(partner, AssignToGroup(user_id, commune.group_id))
    second = childcare(memory, commune)
    done = perform(partner, OpenContractToGroup(commune.group_id, second))
    assert done.value == 4
    for user_id in (commune.user_id, *others):
        assert {one.contract_id for one in published(memory).grants_of_user(user_id)} == {commune.contract_id, second}
    with pytest.raises(FormRefusedError):
        perform(partner, OpenContractToGroup(commune.group_id, second))
    with pytest.raises(FormRefusedError):
        perform(partner, OpenContractToGroup(commune.group_id, "no contract"))


@promise("partner:maximum-of-users")
def test_a_contract_without_seats_for_the_whole_group_is_opened_to_nobody(
    memory: MemoryRegister, commune: Commune
) -> None:
    memory.all.acts.perform(commune.partner, AssignToGroup(somebody(memory, commune), commune.group_id))
    second = childcare(memory, commune, maximum_users=1)
    before = memory.store.publications.lock().revision
    with pytest.raises(MaximumUsersReachedError):
        memory.all.acts.perform(commune.partner, OpenContractToGroup(commune.group_id, second))
    assert memory.store.publications.lock().revision == before


@promise("partner:profile-for-oneself")
def test_what_is_opened_to_a_group_is_not_opened_to_its_author(memory: MemoryRegister, commune: Commune) -> None:
    perform, partner = memory.all.acts.perform, commune.partner
    own = perform(partner, AttachPerson(partner.administrator_id, "direction")).value
    place = perform(partner, AssignToGroup(own, commune.group_id, confirmed_for_oneself=True)).value
    second = childcare(memory, commune)
    assert perform(partner, OpenContractToGroup(commune.group_id, second)).value == 1
    assert [one.contract_id for one in published(memory).grants_of_user(own)] == [commune.contract_id]
    with pytest.raises(SelfAssignmentError):
        perform(partner, ChangeOpening(place, (commune.contract_id, second)))
    with pytest.raises(SelfAssignmentError):
        perform(partner, ChangeGroup(commune.group_id, "Crèches", "T1"))
    perform(partner, ChangeOpening(place, (commune.contract_id, second), confirmed_for_oneself=True))
    assert memory.last.payload["self_assignment"] == "yes"


@promise("partner:groups-can-change")
def test_another_profile_of_a_group_changes_what_its_members_may(memory: MemoryRegister, commune: Commune) -> None:
    second = childcare(memory, commune)
    perform, partner = memory.all.acts.perform, commune.partner
    perform(partner, ChangeOpening(commune.habilitation_id, (commune.contract_id, second)))
    perform(partner, ChangeGroup(commune.group_id, "Service social", "T1"))
    assert memory.last.type == "habpps.group.changed"
    assert open_to_the_director(memory, commune) == ["cdap"]
    (cdap, other) = published(memory).grants_of_user(commune.user_id)
    assert {(one.contract_id, one.profile, one.state) for one in (cdap, other)} == {
        (commune.contract_id, "T1", "active"),
        (second, "T1", "withdrawn"),
    }
    before = memory.store.publications.lock().revision
    perform(partner, ChangeGroup(commune.group_id, "Pôle social", "T1"))
    assert memory.store.publications.lock().revision == before, "a name opens and closes nothing"
    with pytest.raises(FormRefusedError):
        perform(partner, ChangeGroup(commune.group_id, "Pôle social", "T1"))
    with pytest.raises(FormRefusedError):
        perform(partner, ChangeGroup(commune.group_id, "Pôle social", "T7"))
    with pytest.raises(ProfileNotInContractError):
        perform(partner, ChangeGroup(commune.group_id, "Pôle social", "T4"))
