"""Administration by a program: what it may do is told, tried, done once, and recorded with its way."""

import json
from collections.abc import Iterator

import pytest

from habpps.adapters.acts_as_json import ActsAsJson
from habpps.use_cases.acts import ACTS
from partenaire.habpps.v1 import administration_pb2 as pb
from servicekit.errors import AccessDeniedError, ConcurrentChangeError, ConflictError, InvalidInputError, NotFoundError
from tests.habpps.adapters.conftest import Habpps
from tests.habpps.adapters.programs import Program, an_act, serving
from tests.promises import promise
from tests.servicekit.rpc.serving import Authority

JSON = ActsAsJson(ACTS)
NEW = {
    "person": {"given_name": "Lou", "family_name": "Roy", "email": "lou.roy@nanterre.example"},
    "job_title": "agent",
}


@pytest.fixture
def program(habpps: Habpps, authority: Authority) -> Iterator[Program]:
    with serving(habpps, authority) as opened:
        yield opened


@pytest.fixture
def on_one_store(on_sqlite: Habpps, authority: Authority) -> Iterator[Program]:
    with serving(on_sqlite, authority) as opened:
        yield opened


@promise("program:acts-are-told")
def test_every_act_that_somebody_may_do_is_told_with_its_fields(on_one_store: Program) -> None:
    register = on_one_store.habpps.all
    for author in (register.caf, register.ready().partner):
        told = on_one_store.call("DescribeActs", pb.DescribeActsRequest(), author)
        assert [one.name for one in told.acts] == [one.name for one in ACTS.kinds if author.role in one.by]
        assert (told.acting.role, told.acting.caf) == (author.role.value, "921")
        for one in told.acts:
            assert one.title_fr
            assert one.title_en
            assert one.review
            assert all(field.kind for field in one.fields), one.name
    told_of = {one.name: {field.path: field for field in one.fields} for one in told.acts}
    email = told_of["habpps.invitation.sent"]["person.email"]
    assert (email.kind, email.required, email.longest) == (pb.FIELD_KIND_EMAIL, True, 254)
    groups = told_of["habpps.invitation.sent"]["groups"]
    assert (groups.kind, groups.required, groups.repeated) == (pb.FIELD_KIND_IDENTIFIER, False, True)
    assert "T2" in told_of["habpps.group.created"]["profile"].choices


@promise("program:same-acts-as-pages")
def test_a_program_invites_somebody_and_finds_the_invitation_again(program: Program) -> None:
    commune = program.habpps.all.ready()
    done = program.perform(commune.partner, an_act("habpps.invitation.sent", {**NEW, "groups": [commune.group_id]}))
    assert not done.again
    (waiting,) = program.call("ListInvitations", pb.ListInvitationsRequest(), commune.partner).invitations
    assert (waiting.id, waiting.family_name, waiting.to_confirm) == (done.done.value, "Roy", False)
    event = program.habpps.sink.wait_for("habpps.invitation.sent")
    payload = json.loads(event.payload)
    assert (payload["way"], payload["program"]) == ("rpc", "logiciel-rh")
    assert event.actor_id == commune.partner.account_id
    again = {"invitation_id": waiting.id, "seen": waiting.version}
    program.perform(commune.partner, an_act("habpps.invitation.withdrawn", again), "key-0002")
    assert program.call("ListInvitations", pb.ListInvitationsRequest(), commune.partner).total == 0


@promise("program:same-acts-as-pages")
def test_lists_show_what_acts_need_and_an_older_version_changes_nothing(program: Program) -> None:
    register = program.habpps.all
    commune = register.ready()
    (user,) = program.call("ListUsers", pb.ListUsersRequest(text="leger"), commune.partner).users
    (place,) = user.places
    assert (user.id, place.habilitation_id) == (commune.user_id, commune.habilitation_id)
    assert (place.group_id, list(place.contracts)) == (commune.group_id, [commune.contract_id])
    person = program.call("GetPerson", pb.GetPersonRequest(account_id=user.account_id), commune.partner)
    assert (person.given_name, person.email) == ("Camille", "camille.leger@nanterre.example")
    (contract,) = program.call(
        "ListContracts", pb.ListContractsRequest(organisation_id=commune.id), register.caf
    ).contracts
    (group,) = program.call("ListGroups", pb.ListGroupsRequest(), commune.partner).groups
    listed = program.call("ListAdministrators", pb.ListAdministratorsRequest(), commune.partner)
    assert [one.id for one in listed.administrators] == [commune.partner.administrator_id]
    names = {"organisation_id": commune.id, "account_id": user.account_id, "given_name": "Zoé", "family_name": "Léger"}
    locked = {"user_id": user.id, "reason": "essai", "seen": user.version}
    changed = {"group_id": group.id, "name": "A", "profile": "T2", "seen": group.version}
    suspended = {"contract_id": contract.id, "reason": "x", "seen": contract.version}
    changes = (
        (commune.partner, "habpps.person.corrected", {**names, "seen": person.version}),
        (commune.partner, "habpps.user.locked", locked),
        (commune.partner, "habpps.group.changed", changed),
        (register.caf, "habpps.service_contract.suspended", suspended),
    )
    for number, (author, name, content) in enumerate(changes):
        program.perform(author, an_act(name, content), f"key-{number:04}")
        with pytest.raises(ConcurrentChangeError) as older:
            program.perform(author, an_act(name, content), f"old-{number:04}")
        assert older.value.reason == "CHANGED_MEANWHILE"


@promise("program:each-act-once")
def test_the_same_key_gives_the_same_answer_and_another_act_is_refused(program: Program) -> None:
    commune = program.habpps.all.ready()
    act = an_act("habpps.invitation.sent", NEW)
    first = program.perform(commune.partner, act)
    again = program.perform(commune.partner, an_act("habpps.invitation.sent", json.dumps(NEW, indent=2)))
    assert (first.again, again.again, again.done) == (False, True, first.done)
    with pytest.raises(ConflictError) as taken:
        program.perform(commune.partner, an_act("habpps.invitation.sent", {**NEW, "job_title": "maire"}))
    assert taken.value.reason == "IDEMPOTENCY_KEY_TAKEN"
    assert program.call("ListInvitations", pb.ListInvitationsRequest(), commune.partner).total == 1


def test_a_preview_says_what_opens_and_leaves_nothing(on_one_store: Program) -> None:
    commune = on_one_store.habpps.all.ready()
    request = pb.PreviewRequest(act=an_act("habpps.group.closed", {"group_id": commune.group_id, "reason": "fin"}))
    answer = on_one_store.call("Preview", request, commune.partner)
    assert [(one.extranet, one.people) for one in answer.effects.closes] == [("CDAP", 1)]
    groups = on_one_store.call("ListGroups", pb.ListGroupsRequest(), commune.partner)
    assert [(one.state, one.people) for one in groups.groups] == [("active", 1)]


def test_somebody_elses_things_are_unknown_and_other_roles_refused(on_one_store: Program) -> None:
    two = on_one_store.habpps.all.landlord()
    lock = {"user_id": two["921"].user_id, "reason": "essai"}
    with pytest.raises(NotFoundError):
        on_one_store.perform(two["751"].partner, an_act("habpps.user.locked", lock))
    suspend = {"organisation_id": two["921"].id, "reason": "essai"}
    with pytest.raises(AccessDeniedError) as refused:
        on_one_store.perform(two["921"].partner, an_act("habpps.convention.suspended", suspend))
    assert refused.value.reason == "ROLE_NOT_ALLOWED"


@promise("program:fields-are-told-in-words")
def test_several_wrong_fields_are_told_at_once_with_what_is_expected(on_one_store: Program) -> None:
    commune = on_one_store.habpps.all.ready()
    wrong = {"person": {"given_name": 4, "family_name": "Roy", "more": 1}, "groups": "x", "extra": None}
    with pytest.raises(InvalidInputError) as refused:
        on_one_store.perform(commune.partner, an_act("habpps.invitation.sent", wrong))
    assert refused.value.fields == {
        "person.given_name": "FIELD_MALFORMED",
        "person.email": "FIELD_MISSING",
        "person.more": "FIELD_UNKNOWN",
        "job_title": "FIELD_MISSING",
        "groups": "FIELD_MALFORMED",
        "extra": "FIELD_UNKNOWN",
    }
    assert refused.value.details["act"] == "habpps.invitation.sent"


@promise("program:who-may-call")
@pytest.mark.parametrize("role", ["operator", "clock", "person", "partner_administrator"])
def test_no_agent_of_a_caf_gets_a_role_that_no_caf_gives(on_one_store: Program, role: str) -> None:
    person = {"given_name": "Zoé", "family_name": "Blanc", "email": "zoe.blanc@caf92.example"}
    named = {"caf": "921", "role": role, "account_id": "account-zoe", "person": person}
    with pytest.raises(InvalidInputError) as refused:
        on_one_store.perform(on_one_store.habpps.all.caf, an_act("habpps.caf_agent.named", named))
    assert refused.value.fields == {"role": "FIELD_MALFORMED"}
