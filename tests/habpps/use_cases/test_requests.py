"""Acts that need two people wait as a request: another administrator of the same side decides."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from habpps.domain.account_command import CommandKind
from habpps.domain.authorship import Author
from habpps.domain.people import Person, Role
from habpps.domain.refusals import (
    FormRefusedError,
    OwnRequestError,
    RequestDecidedError,
    RoleNotConfirmedError,
    TransitionRefusedError,
    UnknownThingError,
)
from habpps.domain.states import ContractEvent, UserEvent
from habpps.use_cases.act_entry import Act
from habpps.use_cases.act_kinds import Acts
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_user import ForgetSecondStep, LockUser
from habpps.use_cases.name_caf_agents import WithdrawCafAgent
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.register import Register
from habpps.use_cases.request_ports import RequestState
from habpps.use_cases.requests import WaitsForSecondPerson
from servicekit.errors import ServiceError
from tests.habpps.builders import CATALOGUE, DIRECTOR, Commune, MemoryRegister
from tests.habpps.direct_acts import ACTS_OF_TESTS, CreateUser
from tests.promises import promise

SECOND = Person("Lou", "Roy", "lou.roy@caf921.example")
THIRD = Person("Noa", "Blanc", "noa.blanc@nanterre.example")


@dataclass
class Reviewed:
    """A register where one person alone may open to nobody, with two administrators of the Caf."""

    memory: MemoryRegister
    commune: Commune
    first: Author
    second: Author

    def __post_init__(self) -> None:
        everything = self.memory.all
        acts = Acts(ACTS_OF_TESTS.kinds, most_people=0)
        self.register = Register(everything.work, everything.signals, everything.clock, CATALOGUE, acts)

    def ask(self, author: Author, act: Act[Any]) -> str:
        with pytest.raises(WaitsForSecondPerson) as waits:
            self.register.perform(author, act)
        return waits.value.request_id

    def state(self, request_id: str) -> RequestState:
        found = self.memory.store.requests.get(request_id)
        assert found is not None
        return found.state

    @property
    def suspend(self) -> ChangeServiceContract:
        return ChangeServiceContract(self.commune.contract_id, ContractEvent.SUSPEND, "contrôle")

    @property
    def reopen(self) -> ChangeServiceContract:
        return replace(self.suspend, event=ContractEvent.REACTIVATE)


def second_of_the_caf(memory: MemoryRegister) -> Author:
    done = memory.all.create_agent("921", Role.CAF_ADMINISTRATOR, "account-second", SECOND)
    return replace(
        memory.all.caf, administrator_id=done.value, account_id="account-second", display_name=SECOND.display_name
    )


@pytest.fixture
def reviewed(memory: MemoryRegister, commune: Commune) -> Reviewed:
    found = Reviewed(memory, commune, memory.all.caf, second_of_the_caf(memory))
    found.register.perform(found.first, found.suspend)
    return found


@promise("requests:two-people")
def test_what_opens_to_many_waits_and_is_done_when_another_approves(reviewed: Reviewed) -> None:
    before = reviewed.memory.store.publications.lock()
    request_id = reviewed.ask(reviewed.first, reviewed.reopen)
    assert reviewed.memory.store.publications.lock() == before, "nothing is done yet"
    assert reviewed.memory.last.type == "habpps.request.made"
    asked, effects = reviewed.register.request(reviewed.second, request_id)
    assert effects is not None
    assert (asked.asked_by_name, effects.gaining, effects.losing) == (reviewed.first.display_name, 1, 0)
    reviewed.register.decide(reviewed.second, request_id, approved=True, reason="vu ensemble")
    assert reviewed.memory.store.publications.lock().revision == before.revision + 1
    act, approval = reviewed.memory.work.events[-2:]
    assert (act.type, act.actor_id) == ("habpps.service_contract.reactivated", reviewed.first.account_id)
    assert act.payload["reviewer"] == SECOND.display_name
    assert (approval.type, approval.actor_id) == ("habpps.request.approved", "account-second")
    assert act.policy == "strict", "it opens something: audit must have it first"
    kept = reviewed.memory.store.requests.get(request_id)
    assert kept is not None
    assert (kept.state, kept.act) == (RequestState.APPROVED, None)


@promise("second-step:lost-is-another-s-affair")
def test_a_lost_second_step_is_taken_off_by_two_where_there_are_two(reviewed: Reviewed) -> None:
    commands = reviewed.memory.store.commands.rows  # type: ignore[attr-defined]
    request_id = reviewed.ask(reviewed.first, ForgetSecondStep(reviewed.commune.user_id))
    assert CommandKind.FORGET_FACTORS not in {one.kind for one in commands.values()}
    reviewed.register.decide(reviewed.second, request_id, approved=True, reason="vu au guichet")
    assert [one.kind for one in commands.values()].count(CommandKind.FORGET_FACTORS) == 1


@promise("requests:never-ones-own")
def test_nobody_approves_what_they_asked_for(reviewed: Reviewed) -> None:
    request_id = reviewed.ask(reviewed.first, reviewed.reopen)
    with pytest.raises(OwnRequestError):
        reviewed.register.decide(reviewed.first, request_id, approved=True, reason="vu ensemble")
    assert reviewed.state(request_id) is RequestState.WAITING
    reviewed.register.decide(reviewed.first, request_id, approved=False, reason="trop tôt")
    assert reviewed.state(request_id) is RequestState.REFUSED


@promise("requests:all-checks-again")
def test_an_act_that_is_no_longer_possible_is_not_done_by_an_approval(reviewed: Reviewed) -> None:
    request_id = reviewed.ask(reviewed.first, reviewed.reopen)
    reviewed.register.perform(reviewed.second, replace(reviewed.suspend, event=ContractEvent.END))
    assert reviewed.register.request(reviewed.second, request_id)[1] is None
    with pytest.raises(TransitionRefusedError):
        reviewed.register.decide(reviewed.second, request_id, approved=True, reason="vu ensemble")
    assert reviewed.state(request_id) is RequestState.WAITING
    assert reviewed.memory.last.type == "habpps.administration.refused"


@promise("requests:all-checks-again")
def test_whoever_asked_must_still_be_an_administrator(reviewed: Reviewed) -> None:
    request_id = reviewed.ask(reviewed.first, reviewed.reopen)
    one = reviewed.memory.store.administrators.get(reviewed.first.administrator_id)
    assert one is not None
    reviewed.memory.store.administrators.save(replace(one, state="withdrawn"))
    with pytest.raises(RoleNotConfirmedError):
        reviewed.register.decide(reviewed.second, request_id, approved=True, reason="vu ensemble")


def test_a_decision_has_a_reason_and_comes_once_and_in_time(reviewed: Reviewed) -> None:
    late, twice = (reviewed.ask(reviewed.first, reviewed.reopen) for _ in range(2))
    with pytest.raises(FormRefusedError):
        reviewed.register.decide(reviewed.second, twice, approved=True, reason="")
    reviewed.register.decide(reviewed.second, twice, approved=False, reason="trop tôt")
    with pytest.raises(RequestDecidedError):
        reviewed.register.decide(reviewed.second, twice, approved=True, reason="vu ensemble")
    reviewed.memory.all.clock.advance(timedelta(hours=72))
    with pytest.raises(RequestDecidedError):
        reviewed.register.decide(reviewed.second, late, approved=True, reason="vu ensemble")


@promise("caf:cafs-are-isolated")
def test_requests_of_another_side_are_unknown(reviewed: Reviewed) -> None:
    request_id = reviewed.ask(reviewed.first, reviewed.reopen)
    for stranger in (reviewed.memory.all.agent("751"), reviewed.commune.partner):
        for attempt in (
            lambda author: reviewed.register.decide(author, request_id, approved=True, reason="vu ensemble"),
            lambda author: reviewed.register.request(author, request_id),
        ):
            with pytest.raises(UnknownThingError):
                attempt(stranger)
            assert reviewed.memory.last.reason == "OTHER_ORGANISATION"
        assert reviewed.memory.all.acts.consult.requests(stranger, Listing()) == ((), 0)
    found, total = reviewed.memory.all.acts.consult.requests(reviewed.second, Listing(state="waiting"))
    assert ([one.id for one in found], total) == ([request_id], 1)


@promise("requests:alone-is-said")
def test_where_there_is_nobody_else_the_act_goes_through_and_says_so(memory: MemoryRegister, commune: Commune) -> None:
    reviewed = Reviewed(memory, commune, memory.all.caf, memory.all.caf)
    reviewed.register.perform(reviewed.first, reviewed.suspend)
    assert "reviewer" not in memory.last.payload
    reviewed.register.perform(reviewed.first, reviewed.reopen)
    assert (memory.last.type, memory.last.payload["reviewer"]) == ("habpps.service_contract.reactivated", "nobody")


def test_taking_a_right_away_never_waits(reviewed: Reviewed) -> None:
    done = reviewed.register.perform(reviewed.second, LockUser(reviewed.commune.user_id, UserEvent.LOCK, "vol"))
    assert done.revision


def test_a_partner_alone_opens_to_few_and_many_are_counted(memory: MemoryRegister, commune: Commune) -> None:
    memory.all.partner(commune.id, SECOND)
    one = CreateUser(THIRD, "agent", (commune.group_id,))
    reviewed = Reviewed(memory, commune, commune.partner, commune.partner)
    memory.all.acts.perform(commune.partner, one)  # 50 people at once need a second person, one does not
    with pytest.raises(WaitsForSecondPerson):
        reviewed.register.perform(commune.partner, replace(one, person=replace(DIRECTOR, email="e@n.example")))


@promise("requests:two-people")
def test_withdrawing_an_administrator_of_a_caf_always_needs_two(reviewed: Reviewed) -> None:
    third = reviewed.memory.all.create_agent("921", Role.CAF_ADMINISTRATOR, "account-third", THIRD).value
    acts = reviewed.memory.all.register
    with pytest.raises(WaitsForSecondPerson) as waits:
        acts.perform(reviewed.first, WithdrawCafAgent(third, "départ"))
    acts.decide(reviewed.second, waits.value.request_id, approved=True, reason="vu ensemble")
    one = reviewed.memory.store.administrators.get(third)
    assert one is not None
    assert not one.is_active
    with pytest.raises(UnknownThingError):
        acts.perform(reviewed.memory.all.agent("751"), WithdrawCafAgent(reviewed.second.administrator_id, "x"))


def test_those_who_can_approve_are_told_by_mail(reviewed: Reviewed) -> None:
    reviewed.ask(reviewed.first, reviewed.reopen)
    commands: Any = reviewed.memory.store.commands
    told = [
        one.account_id
        for one in commands.rows.values()
        if one.kind is CommandKind.NOTIFY and one.content.get("notice") == "request_waiting"
    ]
    assert told == ["account-second"]


class RequestsOfTwo(RuleBasedStateMachine):
    """Two administrators ask, approve and refuse in any order while time passes."""

    @initialize()
    def begin(self) -> None:
        memory = MemoryRegister()
        commune = memory.all.ready()
        self.all = Reviewed(memory, commune, memory.all.caf, second_of_the_caf(memory))
        self.all.register.perform(self.all.first, self.all.suspend)
        self.asked: dict[str, Author] = {}
        self.final: dict[str, RequestState] = {}
        self.opened = 0

    @rule(first=st.booleans())
    def ask(self, first: bool) -> None:
        author = self.all.first if first else self.all.second
        if self.opened == 0:
            self.asked[self.all.ask(author, self.all.reopen)] = author

    @rule(data=st.data(), first=st.booleans(), approved=st.booleans())
    def decide(self, data: st.DataObject, first: bool, approved: bool) -> None:
        if not self.asked:
            return
        request_id = data.draw(st.sampled_from(sorted(self.asked)))
        author = self.all.first if first else self.all.second
        try:
            self.all.register.decide(author, request_id, approved=approved, reason="décidé")
        except ServiceError:
            return
        assert request_id not in self.final, "decided twice"
        assert not approved or self.asked[request_id] != author, "approved by oneself"
        self.final[request_id] = RequestState.APPROVED if approved else RequestState.REFUSED
        self.opened += approved

    @rule(hours=st.sampled_from([1, 40, 80]))
    def time_passes(self, hours: int) -> None:
        self.all.memory.all.clock.advance(timedelta(hours=hours))

    @invariant()
    def what_is_final_stays_and_at_most_one_was_carried_out(self) -> None:
        for request_id, state in self.final.items():
            assert self.all.state(request_id) is state
        done = [e for e in self.all.memory.work.events if e.type == "habpps.service_contract.reactivated"]
        assert len(done) == self.opened <= 1


RequestsOfTwo.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestRequestsOfTwo = promise("requests:never-ones-own")(RequestsOfTwo.TestCase)
