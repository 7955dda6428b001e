"""Every step from every state, as the field describes them: what the table below does not say is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

import pytest

from habpps.domain.organisation import Convention
from habpps.domain.refusals import TransitionRefusedError
from habpps.domain.service_contract import ServiceContract
from habpps.domain.states import (
    CONVENTION,
    HABILITATION,
    SERVICE_CONTRACT,
    USER,
    ContractEvent,
    ContractState,
    ConventionEvent,
    ConventionState,
    HabilitationEvent,
    HabilitationState,
    Machine,
    UserEvent,
    UserState,
)
from tests.habpps.builders import MemoryRegister
from tests.promises import promise

TODAY = date(2026, 11, 23)
TABLES: dict[str, tuple[Machine[Any, Any], type[StrEnum], type[StrEnum], str]] = {
    "convention": (
        CONVENTION,
        ConventionState,
        ConventionEvent,
        """
                                sign    suspend    lift    denounce   end_notice  terminate
        draft                   active  -          -       -          -           -
        active                  -       suspended  -       denounced  -           terminated_for_breach
        suspended               -       -          active  -          -           terminated_for_breach
        denounced               -       -          -       -          ended       terminated_for_breach
        ended                   -       -          -       -          -           -
        terminated_for_breach   -       -          -       -          -           -
        """,
    ),
    "contract": (
        SERVICE_CONTRACT,
        ContractState,
        ContractEvent,
        """
                    suspend    reactivate  end
        active      suspended  -           ended
        suspended   -          active      ended
        ended       -          -           -
        """,
    ),
    "habilitation": (
        HABILITATION,
        HabilitationState,
        HabilitationEvent,
        """
                    suspend    reactivate  withdraw
        active      suspended  -           withdrawn
        suspended   -          active      withdrawn
        withdrawn   -          -           -
        """,
    ),
    "user": (
        USER,
        UserState,
        UserEvent,
        """
                    lock    unlock  sleep     wake    close
        active      locked  -       inactive  -       closed
        locked      -       active  -         -       closed
        inactive    -       -       -         active  closed
        closed      -       -       -         -       -
        """,
    ),
}


def cells(table: str) -> dict[tuple[str, str], str]:
    """(state, event) -> state or "-"."""
    heading, *rows = [line.split() for line in table.strip().splitlines()]
    return {(row[0], event): following for row in rows for event, following in zip(heading, row[1:], strict=True)}


EVERY = [(name, *cell, following) for name, one in TABLES.items() for cell, following in cells(one[3]).items()]


@pytest.mark.parametrize("name", TABLES)
def test_the_table_has_every_state_and_every_event(name: str) -> None:
    _, states, events, table = TABLES[name]
    assert set(cells(table)) == {(state.value, event.value) for state in states for event in events}


@promise("rules:steps-of-each-state")
@pytest.mark.parametrize(("name", "state", "event", "following"), EVERY)
def test_each_step_leads_where_the_field_says_or_is_refused(name: str, state: str, event: str, following: str) -> None:
    machine, states, events, _ = TABLES[name]
    if following == "-":
        with pytest.raises(TransitionRefusedError) as refused:
            machine.after(states(state), events(event))
        assert refused.value.details == {"machine": machine.name, "state": state, "event": event}
        assert events(event) not in machine.events(states(state))
    else:
        assert machine.after(states(state), events(event)) is states(following)
        assert events(event) in machine.events(states(state))


DAYS = [-2, -1, 0, 1, 2]
PERIODS = [(start, end) for start in DAYS for end in [*DAYS, None] if end is None or end >= start]


def in_time(start: int, end: int | None) -> bool:
    """Whether today, the day 0, is in a period of days counted from today."""
    return start <= 0 and (end is None or end >= 0)


@cache
def a_convention() -> Convention:
    """As the register makes it."""
    all_ = MemoryRegister().all
    organisation_id = all_.organisation()
    found: Convention = all_.look(lambda store: store.conventions.of(organisation_id))
    return found


@cache
def a_contract() -> ServiceContract:
    """As the register makes it."""
    all_ = MemoryRegister().all
    contract_id = all_.ready().contract_id
    found: ServiceContract = all_.look(lambda store: store.contracts.get(contract_id))
    return found


def period(start: int, end: int | None) -> dict[str, Any]:
    return {
        "starts_on": TODAY + timedelta(days=start),
        "ends_on": None if end is None else TODAY + timedelta(days=end),
    }


@promise("rules:a-convention-opens-in-its-period")
@pytest.mark.parametrize("state", ConventionState)
@pytest.mark.parametrize(("start", "end"), PERIODS)
def test_a_convention_opens_while_it_is_alive_and_from_its_first_day_to_its_last(
    state: ConventionState, start: int, end: int | None
) -> None:
    convention = replace(a_convention(), state=state, **period(start, end))
    alive = state in {ConventionState.ACTIVE, ConventionState.DENOUNCED}
    assert convention.opens_on(TODAY) is (alive and in_time(start, end))


@promise("rules:a-contract-opens-in-its-period")
@pytest.mark.parametrize("state", ContractState)
@pytest.mark.parametrize(("start", "end"), PERIODS)
def test_a_contract_opens_while_it_is_active_and_from_its_first_day_to_its_last(
    state: ContractState, start: int, end: int | None
) -> None:
    contract = replace(a_contract(), state=state, **period(start, end))
    assert contract.opens_on(TODAY) is (state is ContractState.ACTIVE and in_time(start, end))
