"""Who is told of an act by mail: each kind of act, and exactly the notices it asks for."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from habpps.domain.account_command import CommandKind, CommandState
from habpps.domain.notices import NEAR_DEPARTURE, TO_ADMINISTRATORS, NoticeKind
from habpps.domain.people import Person
from habpps.domain.states import ContractEvent, ConventionEvent, HabilitationEvent, UserEvent
from habpps.use_cases import change_convention, change_service_contract, open_service_contract
from habpps.use_cases.appoint_administrator import WithdrawAdministrator
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_user import LockUser, SetDeparture
from habpps.use_cases.manage_groups import CloseGroup, CreateGroup
from habpps.use_cases.open_service_contract import OpenServiceContract
from habpps.use_cases.push_account_commands import PushAccountCommands
from habpps.use_cases.remind_departures import RemindDepartures
from servicekit.background import each_apart
from tests.habpps.account_fakes import FakeAccounts
from tests.habpps.builders import ADMINISTRATOR, DIRECTOR, TERMS, TODAY, Commune, MemoryRegister
from tests.habpps.direct_acts import AppointAdministrator, CreateUser
from tests.promises import promise

SECOND = Person("Lou", "Roy", "lou.roy@nanterre.example")
MOTIVE = "contrôle en cours"


class Told:
    """What an act asked to be sent: (first name, kind of notice, what opened, what closed)."""

    def __init__(self, memory: MemoryRegister) -> None:
        self._memory = memory
        self._known = set(self._rows())

    def _rows(self) -> dict[str, Any]:
        rows: dict[str, Any] = memory_rows(self._memory)
        return rows

    def new(self) -> list[tuple[str, str]]:
        """First name and kind, by first name."""
        rows = self._rows()
        fresh = [row for key, row in rows.items() if key not in self._known and row.kind is CommandKind.NOTIFY]
        self._known = set(rows)
        asked = [row for row in fresh if row.state is CommandState.PENDING]
        return sorted((self._name(row.account_id), row.content["notice"]) for row in asked)

    def _name(self, account_id: str) -> str:
        store = self._memory.store
        people: list[Any] = [*store.everywhere.users(account_id), *store.everywhere.administrators(account_id)]
        return str(people[0].person.given_name)


def memory_rows(memory: MemoryRegister) -> dict[str, Any]:
    return memory.store.commands.rows  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def told(memory: MemoryRegister, commune: Commune) -> Told:
    return Told(memory)


def content_of_last(memory: MemoryRegister) -> dict[str, str]:
    return dict([row for row in memory_rows(memory).values() if row.kind is CommandKind.NOTIFY][-1].content)


@promise("people:told-of-their-rights")
@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([HabilitationEvent.SUSPEND], NoticeKind.ACCESS_SUSPENDED),
        ([HabilitationEvent.SUSPEND, HabilitationEvent.REACTIVATE], NoticeKind.ACCESS_REOPENED),
        ([HabilitationEvent.WITHDRAW], NoticeKind.ACCESS_ENDED),
    ],
)
def test_each_step_of_a_habilitation_is_told_to_its_person_alone(
    memory: MemoryRegister, commune: Commune, told: Told, events: list[HabilitationEvent], kind: NoticeKind
) -> None:
    for event in events:
        told.new()
        memory.all.acts.perform(commune.partner, ChangeHabilitation(commune.habilitation_id, event, MOTIVE))
    assert told.new() == [("Camille", kind.value)]


def test_a_place_given_is_told_with_what_it_opens(memory: MemoryRegister, commune: Commune, told: Told) -> None:
    group = memory.all.acts.perform(commune.partner, CreateGroup("Social", "T1")).value
    memory.all.acts.perform(commune.partner, AssignToGroup(commune.user_id, group))
    assert told.new() == [("Camille", "access_opened")]
    assert content_of_last(memory)["opened"] == '[["CDAP", "T1"]]'


def test_a_second_group_that_opens_nothing_new_is_told_to_nobody(
    memory: MemoryRegister, commune: Commune, told: Told
) -> None:
    group = memory.all.acts.perform(commune.partner, CreateGroup("Crèches du nord", "T2")).value
    memory.all.acts.perform(commune.partner, AssignToGroup(commune.user_id, group))
    assert told.new() == []


def test_a_new_person_reads_what_is_open_in_the_mail_with_the_identifier(
    memory: MemoryRegister, commune: Commune, told: Told
) -> None:
    social = memory.all.acts.perform(commune.partner, CreateGroup("Social", "T1")).value
    groups = (commune.group_id, social)
    memory.all.acts.perform(commune.partner, CreateUser(SECOND, "assistante sociale", groups))
    assert told.new() == []
    creation = [row for row in memory_rows(memory).values() if row.kind is CommandKind.CREATE][-1]
    assert creation.content["opened"] == '[["CDAP", "T1"], ["CDAP", "T2"]]'


def test_locking_a_person_sends_the_mail_of_the_account_alone(
    memory: MemoryRegister, commune: Commune, told: Told
) -> None:
    memory.all.acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.LOCK, MOTIVE))
    memory.all.acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.UNLOCK, MOTIVE))
    assert told.new() == []


def test_locking_a_person_who_belongs_elsewhere_is_told_since_the_account_stays(
    memory: MemoryRegister, commune: Commune, told: Told
) -> None:
    user = memory.store.users.get(commune.user_id)
    assert user is not None
    memory.store.users.save(replace(user, id="elsewhere", organisation_id="elsewhere"))
    memory.all.acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.LOCK, MOTIVE))
    assert told.new() == [("Camille", "access_suspended")]
    memory.all.acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.UNLOCK, MOTIVE))


def test_closing_a_group_is_told_once_to_each_person_who_loses_something(
    memory: MemoryRegister, commune: Commune, told: Told
) -> None:
    acts = memory.all.acts
    acts.perform(commune.partner, CreateUser(SECOND, "adjointe", (commune.group_id,)))
    both = acts.perform(commune.partner, CreateGroup("Crèches du sud", "T2")).value
    acts.perform(
        commune.partner, CreateUser(Person("Noa", "Sy", "noa.sy@nanterre.example"), "adjoint", (commune.group_id, both))
    )
    told.new()
    acts.perform(commune.partner, CloseGroup(commune.group_id, MOTIVE))
    assert told.new() == [("Camille", "access_ended"), ("Lou", "access_ended")], "Noa loses nothing"


@promise("people:no-storm-of-notices")
@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([ContractEvent.SUSPEND], "contract_suspended"),
        ([ContractEvent.SUSPEND, ContractEvent.REACTIVATE], "contract_reactivated"),
    ],
)
def test_a_contract_suspended_for_a_time_is_told_to_administrators_alone(
    memory: MemoryRegister, commune: Commune, told: Told, events: list[ContractEvent], kind: str
) -> None:
    for event in events:
        told.new()
        memory.all.acts.perform(memory.all.caf, ChangeServiceContract(commune.contract_id, event, MOTIVE))
    assert told.new() == [("Dominique", kind)]
    content = content_of_last(memory)
    assert (content["subject"], content["reason"]) == ("CDAP", MOTIVE)


def test_a_contract_that_ends_is_told_to_administrators_and_to_those_who_lose_it(
    memory: MemoryRegister, commune: Commune, told: Told
) -> None:
    memory.all.acts.perform(memory.all.caf, ChangeServiceContract(commune.contract_id, ContractEvent.END, MOTIVE))
    assert told.new() == [("Camille", "access_ended"), ("Dominique", "contract_ended")]


def test_what_ends_while_it_is_suspended_is_told_to_administrators_alone(
    memory: MemoryRegister, commune: Commune, told: Told
) -> None:
    memory.all.acts.perform(memory.all.caf, ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, MOTIVE))
    told.new()
    memory.all.acts.perform(memory.all.caf, ChangeServiceContract(commune.contract_id, ContractEvent.END, MOTIVE))
    assert told.new() == [("Dominique", "contract_ended")]


def test_a_new_contract_is_told_to_administrators(memory: MemoryRegister, commune: Commune, told: Told) -> None:
    terms = replace(TERMS, extranet="mon-enfant", profiles=("T2",), purposes=("information_modes_accueil",))
    memory.all.acts.perform(memory.all.caf, OpenServiceContract(commune.id, terms))
    assert told.new() == [("Dominique", "contract_opened")]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([ConventionEvent.SUSPEND], [("Dominique", "convention_suspended")]),
        ([ConventionEvent.SUSPEND, ConventionEvent.LIFT], [("Dominique", "convention_lifted")]),
        ([ConventionEvent.DENOUNCE], [("Dominique", "convention_denounced")]),
        ([ConventionEvent.TERMINATE], [("Camille", "access_ended"), ("Dominique", "convention_ended")]),
    ],
)
def test_each_step_of_a_convention_is_told_to_administrators_and_its_end_to_everybody(
    memory: MemoryRegister,
    commune: Commune,
    told: Told,
    steps: list[ConventionEvent],
    expected: list[tuple[str, str]],
) -> None:
    for step in steps:
        told.new()
        last_day = TODAY + timedelta(days=90) if step is ConventionEvent.DENOUNCE else None
        memory.all.acts.perform(memory.all.caf, ChangeConvention(commune.id, step, MOTIVE, last_day))
    assert told.new() == expected


def test_every_act_on_a_contract_or_a_convention_is_told_to_administrators() -> None:
    acts = {*change_convention.ACTS.values(), *change_service_contract.ACTS.values()}
    assert set(TO_ADMINISTRATORS) == acts | {change_convention.SIGNED, open_service_contract.OPENED}


def test_an_administrator_who_is_known_is_told_of_the_role_and_of_its_end(
    memory: MemoryRegister, commune: Commune, told: Told
) -> None:
    named = memory.all.acts.perform(memory.all.caf, AppointAdministrator(commune.id, DIRECTOR)).value
    assert told.new() == [("Camille", "administrator_appointed")]
    memory.all.acts.perform(memory.all.caf, WithdrawAdministrator(named, MOTIVE))
    assert told.new() == [("Camille", "administrator_withdrawn")]


def test_a_new_administrator_gets_the_two_mails_of_the_account_alone(
    memory: MemoryRegister, commune: Commune, told: Told
) -> None:
    memory.all.acts.perform(memory.all.caf, AppointAdministrator(commune.id, SECOND))
    assert told.new() == []


def test_a_departure_is_told_when_it_is_noted_taken_back_and_near(
    memory: MemoryRegister, commune: Commune, told: Told
) -> None:
    last_day = TODAY + timedelta(days=60)
    remind = RemindDepartures(memory.work, memory.all.signals, memory.all.clock)
    memory.all.acts.perform(commune.partner, SetDeparture(commune.user_id, last_day))
    assert told.new() == [("Camille", "departure_noted")]
    assert remind() == 0
    memory.all.acts.perform(commune.partner, SetDeparture(commune.user_id, None))
    assert told.new() == [("Camille", "departure_cancelled")]
    memory.all.acts.perform(commune.partner, SetDeparture(commune.user_id, last_day))
    told.new()
    memory.all.clock.advance(timedelta(days=60) - NEAR_DEPARTURE)
    assert [remind(), remind()] == [1, 0], "once, however often it is looked at"
    assert told.new() == [("Camille", "departure_near")]
    assert content_of_last(memory)["ends_on"] == last_day.isoformat()


def test_a_departure_noted_for_a_near_day_is_told_once(memory: MemoryRegister, commune: Commune, told: Told) -> None:
    memory.all.acts.perform(commune.partner, SetDeparture(commune.user_id, TODAY + timedelta(days=3)))
    assert RemindDepartures(memory.work, memory.all.signals, memory.all.clock)() == 0
    assert told.new() == [("Camille", "departure_noted")]


def test_nobody_is_told_of_an_act_that_was_refused(memory: MemoryRegister, commune: Commune, told: Told) -> None:
    with pytest.raises(Exception, match="already"):
        memory.all.acts.perform(commune.partner, AssignToGroup(commune.user_id, commune.group_id))
    assert told.new() == []


def test_a_lock_overtakes_the_notices_that_wait(memory: MemoryRegister, commune: Commune) -> None:
    accounts = FakeAccounts()
    push = PushAccountCommands(memory.work, accounts, memory.all.clock, each_apart)
    push()
    accounts.pushed.clear()
    memory.all.acts.perform(commune.partner, CloseGroup(commune.group_id, MOTIVE))
    memory.all.acts.perform(commune.partner, LockUser(commune.user_id, UserEvent.LOCK, MOTIVE))
    push()
    assert [one.kind for one in accounts.pushed] == [CommandKind.LOCK, CommandKind.NOTIFY]


def test_a_notice_waits_for_the_account_to_be_made(memory: MemoryRegister) -> None:
    register = memory.all
    organisation = register.organisation()
    register.acts.perform(register.caf, OpenServiceContract(organisation, TERMS))
    partner = register.partner(organisation, ADMINISTRATOR)
    group = register.acts.perform(partner, CreateGroup("Crèches", "T2")).value
    user = register.acts.perform(partner, CreateUser(DIRECTOR, "directrice")).value
    register.acts.perform(partner, AssignToGroup(user, group))
    accounts = FakeAccounts()
    push = PushAccountCommands(memory.work, accounts, register.clock, each_apart)
    push()
    assert {one.kind for one in accounts.pushed} == {CommandKind.CREATE}
    push()
    assert [one.kind for one in accounts.pushed[2:]] == [CommandKind.NOTIFY]
