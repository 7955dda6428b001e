"""Requests, and what is due on a day, mean the same in memory, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from habpps.domain.people import Person, Role
from habpps.domain.states import ConventionEvent
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.do_what_is_due import DoWhatIsDue
from habpps.use_cases.name_caf_agents import WithdrawCafAgent
from habpps.use_cases.open_service_contract import OpenServiceContract
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.request_ports import RequestState
from habpps.use_cases.requests import WaitsForSecondPerson
from servicekit.background import each_in_turn
from tests.habpps.builders import TERMS, TODAY, Register921
from tests.promises import promise
from tests.servicekit.fakes import FixedClock


def ask(register: Register921, administrator_id: str, reason: str) -> str:
    with pytest.raises(WaitsForSecondPerson) as waits:
        register.register.perform(register.caf, WithdrawCafAgent(administrator_id, reason))
    return waits.value.request_id


@promise("requests:two-people")
def test_a_request_is_kept_as_it_was_asked_and_forgets_its_content_when_decided(register: Register921) -> None:
    lou = Person("Lou", "Roy", "lou.roy@caf921.example")
    second = register.create_agent("921", Role.CAF_ADMINISTRATOR, "account-second", lou).value
    first, later = (ask(register, second, reason) for reason in ("départ", "absence « longue »"))
    side = register.caf.organisation_id, "921"
    kept = register.look(lambda store: store.requests.get(later))
    assert kept.act == WithdrawCafAgent(second, "absence « longue »")
    assert (kept.state, kept.expires_at - kept.asked_at) == (RequestState.WAITING, timedelta(hours=72))
    found, total = register.look(lambda store: store.requests.of(*side, Listing(size=1)))
    assert ([one.id for one in found], total) == ([later], 2)
    assert register.look(lambda store: store.requests.of(side[0], "751", Listing())) == ((), 0)
    register.register.decide(register.caf, first, approved=False, reason="non")
    decided = register.look(lambda store: store.requests.get(first))
    assert (decided.act, decided.state, decided.reason) == (None, RequestState.REFUSED, "non")
    waiting, total = register.look(lambda store: store.requests.of(*side, Listing(state="waiting")))
    assert ([one.id for one in waiting], total) == ([later], 1)
    register.clock.advance(timedelta(hours=72))
    assert [one.id for one in register.look(lambda store: store.requests.expired(register.clock.now()))] == [later]


@promise("clock:ends-on-their-day")
def test_what_is_due_is_found_and_done_once(register: Register921) -> None:
    commune = register.ready()
    terms = replace(TERMS, extranet="omega", purposes=("suivi_partenarial",), ends_on=TODAY)
    contract = register.acts.perform(register.caf, OpenServiceContract(commune.id, terms)).value
    denounce = ChangeConvention(commune.id, ConventionEvent.DENOUNCE, "lettre", TODAY + timedelta(days=1))
    register.acts.perform(register.caf, denounce)
    assert register.look(lambda store: store.contracts.over(TODAY)) == ()
    assert register.look(lambda store: store.contracts.over(TODAY + timedelta(days=1))) == ((contract, "921"),)
    assert register.look(lambda store: store.conventions.notice_over(TODAY + timedelta(days=1))) == ()
    in_two_days = register.look(lambda store: store.conventions.notice_over(TODAY + timedelta(days=2)))
    assert in_two_days == ((commune.id, "921"),)
    later = FixedClock(register.clock.now() + timedelta(days=2))
    due = DoWhatIsDue(register.register, later, each_in_turn, lambda: None)
    due()
    revision = register.feed.state().revision
    due()
    assert register.feed.state().revision == revision
    _organisation, records, _total = register.acts.consult.journal(register.caf, commune.id, Listing())
    assert [one.act for one in records][:1] == ["habpps.convention.ended"]
    assert records[0].author_name == "L’horloge du service"
