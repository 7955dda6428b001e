"""What a service contract says, changed by its Caf: its terms, and the dossiers of other Cafs that it covers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from habpps.domain.refusals import FormRefusedError, TransitionRefusedError, UnknownThingError
from habpps.domain.states import ContractEvent
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_terms import ChangeTerms
from habpps.use_cases.extend_territory import EndTerritory, ExtendTerritory
from rights import facts
from rights.right import territories_of
from tests.habpps.builders import TERMS, TODAY, Commune, MemoryRegister
from tests.habpps.use_cases.test_acts import open_to_the_director, published
from tests.habpps.use_cases.test_grants import somebody
from tests.promises import promise


@promise("caf-admin:contracts-can-change")
@pytest.mark.parametrize(
    ("changes", "still"),
    [
        ({"profiles": ("T1",), "purposes": ("accompagnement_social",)}, []),
        ({"starts_on": TODAY + timedelta(days=1)}, []),
        ({"ends_on": TODAY}, ["cdap"]),
        ({"maximum_users": 1}, ["cdap"]),
    ],
    ids=str,
)
def test_what_a_contract_says_less_closes_at_once(
    memory: MemoryRegister, commune: Commune, changes: dict[str, object], still: list[str]
) -> None:
    act = ChangeTerms(commune.contract_id, replace(TERMS, **changes), "avenant")  # type: ignore[arg-type]
    memory.all.acts.perform(memory.all.caf, act)
    assert (memory.last.type, memory.last.policy) == ("habpps.service_contract.changed", "buffered")
    assert open_to_the_director(memory, commune) == still


@promise("caf-admin:contracts-can-change")
@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, {"extranet": "NOTHING_CHANGES"}),
        ({"extranet": "mon-enfant"}, {"extranet": "NOTHING_CHANGES"}),
        ({"profiles": ("T7",)}, {"profiles": "PROFILE_RESERVED", "purposes": "PURPOSE_WITHOUT_PROFILE"}),
        ({"ends_on": TODAY - timedelta(days=1)}, {"ends_on": "ENDS_BEFORE_START"}),
    ],
    ids=str,
)
def test_a_contract_is_not_changed_into_what_no_contract_may_say(
    memory: MemoryRegister, commune: Commune, changes: dict[str, object], problems: dict[str, str]
) -> None:
    act = ChangeTerms(commune.contract_id, replace(TERMS, **changes), "avenant")  # type: ignore[arg-type]
    with pytest.raises(FormRefusedError) as refused:
        memory.all.acts.perform(memory.all.caf, act)
    assert refused.value.fields == problems


def test_a_maximum_is_not_set_below_those_who_hold_the_contract(memory: MemoryRegister, commune: Commune) -> None:
    memory.all.acts.perform(commune.partner, AssignToGroup(somebody(memory, commune), commune.group_id))
    with pytest.raises(FormRefusedError) as refused:
        memory.all.acts.perform(
            memory.all.caf, ChangeTerms(commune.contract_id, replace(TERMS, maximum_users=1), "avenant")
        )
    assert refused.value.fields == {"maximum_users": "FEWER_THAN_PEOPLE"}


def covered(memory: MemoryRegister) -> list[str]:
    """The Cafs whose dossiers the tokens of CDAP name today."""
    snapshot = published(memory)
    (contract,) = [one for one in snapshot.all_of(facts.ServiceContract) if one.extranet == "cdap"]
    return list(territories_of(snapshot, contract, memory.all.clock.now().date()))


@promise("caf:territory-extension-in-force")
def test_a_contract_is_extended_to_another_caf_for_a_time_and_the_end_acts_at_once(
    memory: MemoryRegister, commune: Commune
) -> None:
    perform, caf = memory.all.acts.perform, memory.all.caf
    perform(caf, ExtendTerritory(commune.contract_id, "751", TODAY, TODAY + timedelta(days=30), "demande"))
    assert (memory.last.type, memory.last.policy) == ("habpps.territory.extended", "strict")
    assert covered(memory) == ["921", "751"]
    (territory,) = memory.store.territories.of(commune.id)
    perform(caf, EndTerritory(territory.id, "fin de la mission"))
    assert (memory.last.type, memory.last.policy) == ("habpps.territory.ended", "buffered")
    assert covered(memory) == ["921"]
    assert open_to_the_director(memory, commune) == ["cdap"]
    with pytest.raises(TransitionRefusedError):
        perform(caf, EndTerritory(territory.id, "encore"))
    perform(caf, ExtendTerritory(commune.contract_id, "751", TODAY, None, "de nouveau"))
    assert covered(memory) == ["921", "751"]


@pytest.mark.parametrize(
    ("caf", "days", "problems"),
    [
        ("921", (TODAY, None), {"caf": "TERRITORY_IS_OWN"}),
        ("000", (TODAY, None), {"caf": "CAF_UNKNOWN"}),
        ("751", (None, None), {"starts_on": "EMPTY"}),
        ("751", (TODAY, TODAY - timedelta(days=1)), {"ends_on": "ENDS_BEFORE_START"}),
        ("631", (TODAY, None), {"caf": "TERRITORY_EXTENDED_ALREADY"}),
    ],
    ids=str,
)
def test_an_extension_that_says_nothing_right_is_refused(
    memory: MemoryRegister,
    commune: Commune,
    caf: str,
    days: tuple[date | None, date | None],
    problems: dict[str, str],
) -> None:
    perform = memory.all.acts.perform
    perform(memory.all.caf, ExtendTerritory(commune.contract_id, "631", TODAY, None, "demande"))
    with pytest.raises(FormRefusedError) as refused:
        perform(memory.all.caf, ExtendTerritory(commune.contract_id, caf, *days, "demande"))
    assert refused.value.fields == problems


def test_a_contract_that_has_ended_is_neither_changed_nor_extended(memory: MemoryRegister, commune: Commune) -> None:
    perform, caf = memory.all.acts.perform, memory.all.caf
    perform(caf, ChangeServiceContract(commune.contract_id, ContractEvent.END, "fin"))
    for act in (
        ChangeTerms(commune.contract_id, replace(TERMS, profiles=("T1",)), "avenant"),
        ExtendTerritory(commune.contract_id, "751", TODAY, None, "demande"),
    ):
        with pytest.raises(TransitionRefusedError):
            perform(caf, act)


def test_an_extension_and_a_contract_of_another_caf_are_unknown(memory: MemoryRegister, commune: Commune) -> None:
    perform, other = memory.all.acts.perform, memory.all.agent("751")
    perform(memory.all.caf, ExtendTerritory(commune.contract_id, "751", TODAY, None, "demande"))
    (territory,) = memory.store.territories.of(commune.id)
    for act in (
        EndTerritory(territory.id, "fin"),
        ExtendTerritory(commune.contract_id, "631", TODAY, None, "demande"),
        ChangeTerms(commune.contract_id, replace(TERMS, profiles=("T1",)), "avenant"),
    ):
        with pytest.raises(UnknownThingError):
            perform(other, act)
