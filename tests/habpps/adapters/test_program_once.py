"""An act that a program means once is done once: asked again, at once, after a loss or a restart, on both stores."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import grpc
import pytest

from habpps.domain.authorship import Author
from habpps.domain.people import Person, Role
from habpps.domain.reach import Reach
from habpps.domain.states import ConventionEvent
from habpps.use_cases.act_entry import Done
from habpps.use_cases.acts import ACTS
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.manage_groups import CreateGroup
from habpps.use_cases.ports import Repositories
from habpps.use_cases.receipts import KEPT_FOR, Once
from habpps.use_cases.register import Register
from partenaire.habpps.v1 import administration_pb2 as pb
from servicekit.errors import ConflictError, DependencyUnavailableError, InvalidInputError
from servicekit.rpc.channel import bearer
from tests.habpps.adapters.conftest import Habpps, opened_at
from tests.habpps.adapters.programs import Program, add_receipt, an_act, serving
from tests.habpps.builders import Commune, Register921
from tests.promises import promise
from tests.servicekit.rpc.serving import Authority

GROUP = an_act("habpps.group.created", {"name": "Autre", "profile": "T2"})
LOU = Person("Lou", "Roy", "lou.roy@nanterre.example")


@pytest.fixture
def program(habpps: Habpps, authority: Authority) -> Iterator[Program]:
    with serving(habpps, authority) as opened:
        yield opened


def groups_called(habpps: Habpps, commune: Commune, name: str) -> int:
    found = habpps.all.look(lambda store: store.groups.of(commune.id))
    return sum(one.name == name for one in found)


@promise("program:each-act-once")
def test_calls_at_the_same_moment_with_one_key_do_one_act(program: Program) -> None:
    commune = program.habpps.all.ready()
    program.perform(commune.partner, an_act("habpps.group.created", {"name": "Avant", "profile": "T2"}), "key-0000")
    together = threading.Barrier(4)

    def ask(_number: int) -> pb.PerformResponse:
        together.wait(20)
        return program.perform(commune.partner, GROUP)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))
    assert {one.done.value for one in answers} == {answers[0].done.value}
    assert sorted(one.again for one in answers) == [False, True, True, True]
    assert groups_called(program.habpps, commune, "Autre") == 1


@promise("program:each-act-once")
def test_whoever_went_away_before_the_answer_learns_it_later(program: Program) -> None:
    commune = program.habpps.all.ready()
    request = pb.PerformRequest(idempotency_key="key-0001", act=GROUP)
    metadata = tuple(bearer(program.token(commune.partner)))
    program.sessions.may_answer.clear()
    with program.stub() as stub:
        call = stub.Perform.future(request, metadata=metadata, timeout=0.2)
        with pytest.raises((grpc.RpcError, grpc.FutureCancelledError)):
            call.result()
    program.sessions.may_answer.set()
    answer = program.perform(commune.partner, GROUP)
    assert program.perform(commune.partner, GROUP).done == answer.done
    assert groups_called(program.habpps, commune, "Autre") == 1


@promise("program:each-act-once")
def test_a_key_is_known_to_another_process_on_the_same_database(database_url: str, authority: Authority) -> None:
    with opened_at(database_url) as first, serving(first, authority) as program:
        commune = first.all.ready()
        done = program.perform(commune.partner, GROUP)
    with opened_at_again(database_url) as second, serving(second, authority) as program:
        again = program.perform(commune.partner, GROUP)
        assert (again.again, again.done) == (True, done.done)
        assert groups_called(second, commune, "Autre") == 1


def opened_at_again(url: str) -> Any:
    """A restarted service: what the first start made is there."""
    return opened_at(url)


@promise("program:each-act-once")
def test_an_act_that_fails_after_it_was_carried_out_leaves_no_key(habpps: Habpps) -> None:
    """The process dies before the commit: nothing was done, so asking again does it."""
    commune = habpps.all.ready()
    author = replace(commune.partner, client_id="logiciel-rh")
    once = Once("key-0001", "group")

    class DiesAtTheEnd(Register):
        def _publish(self, *_arguments: Any) -> Any:
            raise SystemExit(9)

    dying = DiesAtTheEnd(habpps.work, habpps.all.signals, habpps.clock, habpps.all.acts.catalogue, ACTS)
    with pytest.raises(SystemExit):
        dying.perform(author, CreateGroup("Autre", "T2"), once)
    assert groups_called(habpps, commune, "Autre") == 0
    done = habpps.all.register.perform(author, CreateGroup("Autre", "T2"), once)
    assert (done.again, groups_called(habpps, commune, "Autre")) == (False, 1)
    again: Done[str] = habpps.all.register.perform(author, CreateGroup("Autre", "T2"), once)
    assert (again.again, again.value) == (True, done.value)


@promise("program:each-act-once")
def test_an_act_that_was_committed_and_not_answered_is_told_when_it_is_asked_for_again(
    sqlite_url: str, authority: Authority
) -> None:
    """Audit does not acknowledge in time: the act is done, and the caller hears UNAVAILABLE."""
    with opened_at(sqlite_url) as habpps, serving(habpps, authority) as program:
        commune = habpps.all.ready()
        name = {"group_id": commune.group_id, "name": "Pôle", "profile": "T1"}
        with habpps.sink.frozen(), pytest.raises(DependencyUnavailableError):
            program.perform(commune.partner, an_act("habpps.group.changed", name))
        again = program.perform(commune.partner, an_act("habpps.group.changed", name))
        assert (again.again, groups_called(habpps, commune, "Pôle")) == (True, 1)


@promise("program:each-act-once")
def test_a_key_belongs_to_one_program_one_side_and_one_person(program: Program) -> None:
    register = program.habpps.all
    two = register.landlord()
    partner = two["921"].partner
    colleague = register.partner(two["921"].id, LOU)
    program.perform(partner, GROUP)
    with pytest.raises(ConflictError) as taken:
        program.perform(colleague, GROUP)
    assert taken.value.reason == "IDEMPOTENCY_KEY_TAKEN"
    assert not program.perform(two["751"].partner, GROUP).again, "another Caf has keys of its own"
    other = an_act("habpps.group.created", {"name": "Encore", "profile": "T2"})
    assert not program.perform(program.token(partner, client_id="another"), other).again, "as has another program"


@promise("program:each-act-once")
def test_a_refusal_uses_no_key_up_and_what_was_done_is_told_even_when_it_could_not_be_done_now(
    program: Program,
) -> None:
    register = program.habpps.all
    commune = register.ready()
    with pytest.raises(InvalidInputError):
        program.perform(commune.partner, an_act("habpps.group.created", {"name": "", "profile": "T2"}))
    done = program.perform(commune.partner, GROUP)
    register.acts.perform(register.caf, ChangeConvention(commune.id, ConventionEvent.SUSPEND, "contrôle"))
    again = program.perform(commune.partner, GROUP)
    assert (again.again, again.done) == (True, done.done)


def test_keys_are_forgotten_after_their_time_and_only_those_of_the_same_program_and_side(habpps: Habpps) -> None:
    two = habpps.all.landlord()
    for caf in two:
        habpps.work.write(partial(add_receipt, two[caf]))

    def known(caf: str, key: str) -> Any:
        its = two[caf]
        return habpps.work.read(
            lambda store: store.within(Reach(caf)).receipts.find("program", its.id, caf, key) is not None
        )

    def add_another(store: Repositories) -> None:
        near = store.within(Reach("921")).receipts
        first = near.find("program", two["921"].id, "921", "key-0001")
        assert first is not None
        later = first.done_at + timedelta(days=91)
        near.add(replace(first, key="key-0002", done_at=later), later - KEPT_FOR)

    habpps.work.write(add_another)
    assert (known("921", "key-0001"), known("921", "key-0002"), known("751", "key-0001")) == (False, True, True)


@promise("program:each-act-once")
def test_an_act_that_waits_is_asked_for_once_and_decided_by_another_person(program: Program) -> None:
    register = program.habpps.all
    colleague = _second_of_the_caf(register)
    person = {"given_name": "Zoé", "family_name": "Blanc", "email": "zoe.blanc@caf92.example"}
    named = {"caf": "921", "role": "caf_auditor", "account_id": "account-zoe", "person": person}
    act = an_act("habpps.caf_agent.named", named)
    first, again = (program.perform(register.caf, act) for _ in range(2))
    assert first.WhichOneof("outcome") == "waits"
    assert (first.again, again.again, again.waits) == (False, True, first.waits)
    listed = program.call("ListRequests", pb.ListRequestsRequest(state="waiting"), colleague)
    assert [one.id for one in listed.requests] == [first.waits.request_id]
    shown = program.call("GetRequest", pb.GetRequestRequest(request_id=first.waits.request_id), colleague)
    assert shown.effects.gaining == 1
    decision = pb.DecideRequest(
        idempotency_key="key-0009", request_id=first.waits.request_id, decision=pb.DECISION_APPROVE, reason="vérifié"
    )
    with pytest.raises(ConflictError) as own:
        program.call("Decide", decision, register.caf)
    assert own.value.reason == "OWN_REQUEST"
    decided = [program.call("Decide", decision, colleague) for _ in range(2)]
    assert [one.again for one in decided] == [False, True]
    assert decided[0].done == decided[1].done
    assert len(register.look(lambda store: store.everywhere.administrators("account-zoe"))) == 1
    with pytest.raises(ConflictError) as late:
        program.call("Decide", pb.DecideRequest(**_fields(decision) | {"idempotency_key": "key-0010"}), colleague)
    assert late.value.reason == "REQUEST_DECIDED"


def _second_of_the_caf(register: Register921) -> Author:
    """Another administrator of Caf 921."""
    done = register.create_agent("921", Role.CAF_ADMINISTRATOR, "account-second", LOU)
    return replace(register.caf, administrator_id=done.value, account_id="account-second")


def _fields(message: Any) -> dict[str, Any]:
    return {field.name: value for field, value in message.ListFields()}
