"""Whose calls are taken: a person's own token, bound to the certificate shown, confirmed by the register each time."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from habpps.adapters.acts_as_json import ActsAsJson
from habpps.adapters.rpc.program_authors import SignInRules
from habpps.domain.authorship import Author
from habpps.domain.people import Administrator, Person, Role
from habpps.domain.reach import Reach
from habpps.domain.states import ConventionEvent, UserEvent
from habpps.use_cases.acts import ACTS
from habpps.use_cases.appoint_administrator import WithdrawAdministrator
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.change_user import LockUser
from habpps.use_cases.create_user import AttachPerson
from partenaire.habpps.v1 import administration_pb2 as pb
from servicekit.errors import (
    AccessDeniedError,
    InvalidInputError,
    NotAuthenticatedError,
    ServiceError,
    TooManyRequestsError,
)
from servicekit.identifiers import new_id
from servicekit.rpc.channel import bearer
from tests.habpps.adapters.conftest import Habpps
from tests.habpps.adapters.programs import Program, an_act, serving
from tests.habpps.possible_acts import possible_acts
from tests.promises import promise
from tests.servicekit.rpc.serving import Authority

JSON = ActsAsJson(ACTS)
METHODS = tuple(pb.DESCRIPTOR.services_by_name["Administration"].methods_by_name)
READS = tuple(name for name in METHODS if name.startswith(("List", "Get", "Describe")))
GROUP = an_act("habpps.group.created", {"name": "Autre", "profile": "T2"})


@pytest.fixture
def program(on_sqlite: Habpps, authority: Authority) -> Iterator[Program]:
    with serving(on_sqlite, authority) as opened:
        yield opened


def empty(method: str) -> Any:
    """A call that says nothing but what to do."""
    made = getattr(pb, f"{method}Request")
    known = {"act": GROUP, "idempotency_key": "key-0001", "decision": pb.DECISION_REFUSE, "reason": "essai"}
    return made(**{name: value for name, value in known.items() if name in made.DESCRIPTOR.fields_by_name})


def refusal(program: Program, method: str, request: Any, by: Author | str) -> str:
    """The reason; empty when it was not refused."""
    try:
        program.call(method, request, by)
    except ServiceError as refused:
        return refused.reason
    return ""


BAD_TOKENS: dict[str, tuple[str, dict[str, Any]]] = {
    "bound to no key": ("TOKEN_NOT_BOUND", {"cnf": None}),
    "bound to another certificate": ("TOKEN_REFUSED", {"cnf": {"x5t#S256": "A" * 43}}),
    "bound by DPoP": ("TOKEN_REFUSED", {"cnf": {"jkt": "A" * 43}}),
    "bound twice": ("TOKEN_REFUSED", {"cnf": {"x5t#S256": "A" * 43, "jkt": "A" * 43}}),
    "for another service": ("TOKEN_REFUSED", {"aud": "http://localhost:8402"}),
    "for userinfo": ("TOKEN_REFUSED", {"aud": "http://localhost:8400"}),
    "of another issuer": ("TOKEN_REFUSED", {"iss": "http://localhost:9999"}),
    "without the scope": ("TOKEN_REFUSED", {"scope": "openid profile cdap"}),
    "without any scope": ("TOKEN_REFUSED", {"scope": None}),
    "over": ("TOKEN_REFUSED", {"exp": 1}),
    "of tomorrow": ("TOKEN_REFUSED", {"iat": 99_999_999_999}),
    "of a client alone": ("TOKEN_REFUSED", {"sid": None, "org": None}),
    "without organisation": ("TOKEN_REFUSED", {"org": None}),
    "without rights": ("ROLE_NOT_CONFIRMED", {"authorization_details": None}),
    "with rights of CDAP": (
        "ROLE_NOT_CONFIRMED",
        {"authorization_details": [{"type": "service_contract", "extranet": "cdap", "caf": "921"}]},
    ),
    "of somebody unknown": ("ROLE_NOT_CONFIRMED", {"sub": "account-of-nobody"}),
    "of a sign-in of yesterday": ("SIGN_IN_TOO_OLD", {"auth_time": 1_000_000}),
}


@promise("program:who-may-call")
@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_no_method_takes_a_token_that_is(program: Program, kind: str) -> None:
    reason, claims = BAD_TOKENS[kind]
    token = program.token(program.habpps.all.ready().partner, **claims)
    found = {method: refusal(program, method, empty(method), token) for method in METHODS}
    assert found == dict.fromkeys(METHODS, reason)


@promise("program:who-may-call")
def test_no_method_answers_without_a_token_or_with_something_else(program: Program) -> None:
    for method in METHODS:
        for token in ("x", "a.b.c", "e" * 2_000):
            assert refusal(program, method, empty(method), token) == "TOKEN_REFUSED"
        with program.stub() as stub, pytest.raises(Exception, match="no access token"):
            getattr(stub, method)(empty(method), timeout=10)


@promise("program:who-may-call")
@pytest.mark.parametrize("service", ["auth", "cdap", "audit", "habpps"])
def test_a_service_of_the_house_does_not_act_for_a_person(program: Program, service: str) -> None:
    partner = program.habpps.all.ready().partner
    token = program.token(partner, cnf={"x5t#S256": program.thumbprint(service)})
    with program.stub(service) as stub, pytest.raises(Exception, match="may not call"):
        stub.Perform(empty("Perform"), metadata=tuple(bearer(token)), timeout=10)


@promise("program:who-may-call")
def test_the_register_decides_for_whom_somebody_acts_and_the_token_only_narrows(program: Program) -> None:
    register = program.habpps.all
    two = register.landlord()
    partner, other = two["921"].partner, two["751"].partner
    caf = {"type": "administration", "extranet": "habpps", "organisation": partner.organisation_id, "caf": "921"}
    forged = {
        "a role that they do not hold": {**caf, "role": "caf_administrator"},
        "a Caf for which they do not act": {**caf, "role": "partner_administrator", "caf": "751"},
        "another organisation": {**caf, "role": "partner_administrator", "organisation": register.caf.organisation_id},
    }
    for kind, detail in forged.items():
        token = program.token(partner, authorization_details=[detail])
        assert refusal(program, "DescribeActs", empty("DescribeActs"), token) != "", kind
    organisation = {"id": register.caf.organisation_id, "siret": "x", "name": "x"}
    token = program.token(partner, org=organisation)
    assert refusal(program, "DescribeActs", empty("DescribeActs"), token) == "ROLE_NOT_CONFIRMED"
    named = pb.DescribeActsRequest(caf="751")
    assert refusal(program, "DescribeActs", named, partner) == "ROLE_NOT_CONFIRMED"
    assert program.call("DescribeActs", named, other).acting.caf == "751"


def test_who_acts_for_several_cafs_says_for_which(program: Program) -> None:
    register = program.habpps.all
    two = register.landlord()
    partner = two["921"].partner
    person = register.look(lambda store: store.administrators.get(partner.administrator_id)).person
    agent = register.agent("751", Role.CAF_ADMINISTRATOR)
    account = _appointed_too(program, agent, two["751"].id, partner, person)
    details = [
        {
            "type": "administration",
            "extranet": "habpps",
            "organisation": partner.organisation_id,
            "role": partner.role.value,
            "caf": caf,
        }
        for caf in ("921", "751")
    ]
    token = program.token(account, authorization_details=details)
    with pytest.raises(InvalidInputError) as refused:
        program.call("ListGroups", pb.ListGroupsRequest(), token)
    assert refused.value.fields == {"caf": "FIELD_MISSING"}
    for caf, group in (("921", "Crèches"), ("751", "Loyers de Paris")):
        shown = program.call("ListGroups", pb.ListGroupsRequest(caf=caf), token)
        assert [one.name for one in shown.groups] == [group]


def _appointed_too(program: Program, agent: Author, organisation_id: str, known: Author, person: Person) -> Author:
    """The administrator for one Caf becomes one for the other, with the same account."""
    one = Administrator(
        id=new_id(),
        account_id=known.account_id,
        organisation_id=organisation_id,
        caf=agent.caf,
        person=person,
        role=known.role,
    )
    program.habpps.work.write(lambda store: store.within(Reach(agent.caf)).administrators.save(one))
    return known


@promise("program:who-may-call")
@pytest.mark.parametrize("how", ["withdrawn", "locked", "signed out"])
def test_whoever_lost_the_role_between_two_calls_is_refused_with_the_same_token(program: Program, how: str) -> None:
    register = program.habpps.all
    commune = register.ready()
    register.partner(commune.id, Person("Lou", "Roy", "lou.roy@nanterre.example"))
    token = program.token(commune.partner)
    program.perform(token, GROUP)
    if how == "withdrawn":
        register.acts.perform(register.caf, WithdrawAdministrator(commune.partner.administrator_id, "départ"))
    elif how == "locked":
        user = register.acts.perform(commune.partner, AttachPerson(commune.partner.administrator_id, "agent")).value
        register.acts.perform(register.caf, LockUser(user, UserEvent.LOCK, "contrôle"))
    else:
        program.sessions.ended.add("sid-1")
    expected = "SESSION_ENDED" if how == "signed out" else "ROLE_NOT_CONFIRMED"
    for method in METHODS:
        assert refusal(program, method, empty(method), token) == expected, method


@promise("program:who-may-call")
def test_nobody_acts_while_it_is_not_known_which_sessions_have_ended(program: Program) -> None:
    partner = program.habpps.all.ready().partner
    program.sessions.confirmed_ago = timedelta(seconds=6)
    for method in METHODS:
        assert refusal(program, method, empty(method), partner) == "SESSIONS_STALE", method


def test_a_sign_in_must_be_recent_and_strong_enough_and_the_refusal_says_how(
    on_sqlite: Habpps, authority: Authority
) -> None:
    strong = "https://refeds.org/profile/mfa"
    with serving(on_sqlite, authority, rules=SignInRules(longest=timedelta(hours=1), acr_values=(strong,))) as program:
        partner = on_sqlite.all.ready().partner
        assert program.call("ListGroups", pb.ListGroupsRequest(), program.token(partner, acr=strong)).total == 1
        with pytest.raises(NotAuthenticatedError) as refused:
            program.call("ListGroups", pb.ListGroupsRequest(), partner)
        assert refused.value.reason == "SIGN_IN_TOO_OLD"
        assert refused.value.details == {"max_age": "3600", "acr_values": strong}


@promise("program:suspended-reads-only")
def test_while_the_convention_is_suspended_a_partner_reads_everything_and_does_nothing(program: Program) -> None:
    register = program.habpps.all
    commune = register.ready()
    possible = possible_acts(register, commune)
    register.acts.perform(register.caf, ChangeConvention(commune.id, ConventionEvent.SUSPEND, "contrôle"))
    for method in READS:
        assert refusal(program, method, empty(method), commune.partner) in {"", "UNKNOWN"}
    tried = 0
    for name, one in possible.items():
        if one.author == commune.partner and ACTS.named(name).by:
            act = an_act(*JSON.written(one.act))
            for request in (
                pb.PerformRequest(idempotency_key=f"key-{tried:04}", act=act),
                pb.PreviewRequest(act=act),
            ):
                method = type(request).__name__.removesuffix("Request")
                found = refusal(program, method, request, commune.partner)
                assert found == "CONVENTION_SUSPENDED", name
            tried += 1
    assert tried > 15
    assert refusal(program, "Decide", empty("Decide"), commune.partner) == "CONVENTION_SUSPENDED"


@promise("program:few-at-once")
def test_more_calls_than_there_may_be_are_refused_at_once_and_the_others_go_on(
    on_sqlite: Habpps, authority: Authority
) -> None:
    partner = on_sqlite.all.ready().partner
    with serving(on_sqlite, authority, calls=1) as program, program.stub() as stub:
        program.sessions.may_answer.clear()
        metadata = tuple(bearer(program.token(partner)))
        first = stub.ListGroups.future(pb.ListGroupsRequest(), metadata=metadata, timeout=30)
        assert program.sessions.is_asked.wait(30)
        with pytest.raises(TooManyRequestsError) as refused:
            program.call("ListGroups", pb.ListGroupsRequest(), partner)
        assert refused.value.reason == "TOO_MANY_CALLS"
        program.sessions.may_answer.set()
        assert first.result().total == 1
        assert program.call("ListGroups", pb.ListGroupsRequest(), partner).total == 1


def test_a_refused_call_is_recorded_with_the_person_and_the_program(program: Program) -> None:
    commune = program.habpps.all.ready()
    suspend = an_act("habpps.convention.suspended", {"organisation_id": commune.id, "reason": "essai"})
    with pytest.raises(AccessDeniedError):
        program.perform(commune.partner, suspend)
    event = program.habpps.sink.wait_for("habpps.administration.refused")
    assert event.actor_id == commune.partner.account_id
    assert '"program":"logiciel-rh"' in event.payload.decode().replace(" ", "")
