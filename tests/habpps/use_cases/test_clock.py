"""What is due on a day: ends of notices and of contracts, and requests that nobody decided."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from habpps.domain.authorship import CLOCK
from habpps.domain.people import Role
from habpps.domain.refusals import RoleNotAllowedError
from habpps.domain.states import ConventionEvent
from habpps.use_cases.act_kinds import ActKind
from habpps.use_cases.acts import ACTS
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.do_what_is_due import DoWhatIsDue
from habpps.use_cases.name_caf_agents import WithdrawCafAgent
from habpps.use_cases.open_service_contract import OpenServiceContract
from habpps.use_cases.request_ports import RequestState
from habpps.use_cases.requests import WaitsForSecondPerson
from servicekit.background import each_in_turn
from tests.habpps.act_samples import sample
from tests.habpps.builders import TERMS, TODAY, Commune, MemoryRegister
from tests.habpps.use_cases.test_requests import second_of_the_caf
from tests.promises import promise


def due(memory: MemoryRegister) -> DoWhatIsDue:
    return DoWhatIsDue(memory.all.register, memory.all.clock, each_in_turn, lambda: None)


def of_the_clock(memory: MemoryRegister) -> list[tuple[str, Any]]:
    return [(one.type, one.actor_id) for one in memory.work.events if one.payload.get("role") == "clock"]


@promise("clock:ends-on-their-day")
def test_a_convention_ends_after_the_last_day_of_its_notice_once_and_as_an_act(
    memory: MemoryRegister, commune: Commune
) -> None:
    denounce = ChangeConvention(commune.id, ConventionEvent.DENOUNCE, "lettre", TODAY + timedelta(days=2))
    memory.all.acts.perform(memory.all.caf, denounce)
    memory.all.clock.advance(timedelta(days=2))
    due(memory)()
    assert of_the_clock(memory) == [], "the last day is a day of the notice"
    memory.all.clock.advance(timedelta(days=5))
    due(memory)()
    due(memory)()
    assert of_the_clock(memory) == [("habpps.convention.ended", None)]
    convention = memory.store.conventions.of(commune.id)
    assert convention is not None
    assert convention.state == "ended"
    place = memory.store.habilitations.get(commune.habilitation_id)
    assert place is not None
    assert not place.is_held


@promise("clock:ends-on-their-day")
def test_a_contract_ends_after_its_last_day(memory: MemoryRegister, commune: Commune) -> None:
    terms = replace(TERMS, extranet="omega", purposes=("suivi_partenarial",), ends_on=TODAY + timedelta(days=1))
    contract = memory.all.acts.perform(memory.all.caf, OpenServiceContract(commune.id, terms)).value
    memory.all.clock.advance(timedelta(days=2))
    due(memory)()
    due(memory)()
    found = memory.store.contracts.get(contract)
    assert found is not None
    assert (found.state, of_the_clock(memory)) == ("ended", [("habpps.service_contract.ended", None)])


@promise("clock:ends-on-their-day")
def test_a_request_that_nobody_decided_lapses_after_72_hours(memory: MemoryRegister) -> None:
    second = second_of_the_caf(memory)
    with pytest.raises(WaitsForSecondPerson) as waits:
        memory.all.register.perform(memory.all.caf, WithdrawCafAgent(second.administrator_id, "départ"))
    memory.all.clock.advance(timedelta(hours=71))
    due(memory)()
    assert memory.store.requests.get(waits.value.request_id).state is RequestState.WAITING  # type: ignore[union-attr]
    memory.all.clock.advance(timedelta(hours=1))
    due(memory)()
    due(memory)()
    found = memory.store.requests.get(waits.value.request_id)
    assert found is not None
    assert (found.state, found.act, of_the_clock(memory)) == (
        RequestState.EXPIRED,
        None,
        [("habpps.request.expired", None)],
    )


@promise("clock:ends-on-their-day")
@pytest.mark.parametrize("kind", [one for one in ACTS.kinds if Role.CLOCK not in one.by], ids=lambda kind: kind.name)
def test_the_clock_does_nothing_that_the_registry_does_not_leave_to_it(memory: MemoryRegister, kind: ActKind) -> None:
    with pytest.raises(RoleNotAllowedError):
        memory.all.register.perform(CLOCK, sample(kind))


def test_what_cannot_be_done_stays_due_and_holds_nothing_else_up(memory: MemoryRegister, commune: Commune) -> None:
    terms = replace(TERMS, extranet="omega", purposes=("suivi_partenarial",), ends_on=TODAY + timedelta(days=1))
    contract = memory.all.acts.perform(memory.all.caf, OpenServiceContract(commune.id, terms)).value
    known = memory.store.contracts.get(contract)
    assert known is not None
    memory.store.contracts.save(replace(known, id="broken", organisation_id="of nobody"))
    memory.all.clock.advance(timedelta(days=2))
    reminded: list[bool] = []
    with pytest.raises(Exception, match=r".+"):
        DoWhatIsDue(memory.all.register, memory.all.clock, each_in_turn, lambda: reminded.append(True))()
    ended = memory.store.contracts.get(contract)
    assert ended is not None
    assert (ended.state, reminded) == ("ended", [True])
