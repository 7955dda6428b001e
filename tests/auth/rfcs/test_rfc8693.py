"""RFC 8693, token exchange: a client acts for a person at another extranet, and never with more than it was given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auth.clients.domain.clients import TOKEN_EXCHANGE
from auth.people.domain.sessions import EndReason
from auth.people.use_cases.ending import end_session
from auth.protocol.use_cases.exchange_token import ACCESS_TOKEN_TYPE
from servicekit.audit_events import Outcome
from tests.auth.builders import DIRECTOR, AuthBrowser, Provider, a_client
from tests.auth.conformance_fapi.builders import OTHER_DPOP_KEY, FapiClient, a_fapi_client, claims_of, refusal
from tests.auth.rfcs.builders import CDAP, OMEGA, an_exchanging_client, exchange, introspect, tokens, userinfo
from tests.promises import promise

MON_ENFANT = "http://localhost:8410"


@pytest.fixture
def subject_token(provider: Provider, browser: AuthBrowser) -> str:
    """A token that omega got of the person."""
    provider.add(an_exchanging_client())
    browser.sign_in()
    return str(tokens(browser, "omega", 8411, scope="openid profile omega cdap")["access_token"])


def delegated(provider: Provider, answer: Any) -> dict[str, Any]:
    """The claims of an exchanged token."""
    assert answer.status_code == 200, answer.text
    return claims_of(provider, answer.json["access_token"])


@promise("rfc8693:delegation", "rfc8693:answer")
def test_rfc8693_a_client_gets_a_token_that_says_who_acts(
    provider: Provider, browser: AuthBrowser, subject_token: str
) -> None:
    answer = exchange(browser, subject_token)
    claims = delegated(provider, answer)
    assert (claims["sub"], claims["aud"], claims["client_id"]) == (DIRECTOR, CDAP, "omega")
    assert claims["act"] == {"sub": "omega", "client_id": "omega"}
    assert claims["scope"] == "cdap"
    assert claims["authorization_details"][0]["profiles"] == ["T2"]
    assert answer.json["issued_token_type"] == ACCESS_TOKEN_TYPE
    assert answer.json["token_type"] == "Bearer"
    assert "refresh_token" not in answer.json
    assert "id_token" not in answer.json
    assert answer.headers["Cache-Control"] == "no-store"


@promise("rfc8693:nested-actors")
def test_rfc8693_the_newest_actor_is_the_outermost(
    provider: Provider, browser: AuthBrowser, subject_token: str
) -> None:
    """omega acts at cdap, and cdap, which received the token, acts at mon-enfant."""
    provider.add(an_exchanging_client(exchange_to=["cdap", "mon-enfant"], scope="openid omega cdap mon-enfant"))
    given = tokens(browser, "omega", 8411, scope="openid omega cdap mon-enfant")["access_token"]
    at_cdap = exchange(browser, given, scope="cdap mon-enfant").json["access_token"]
    grants = ["authorization_code", TOKEN_EXCHANGE]
    provider.add(a_client("cdap", grant_types=grants, exchange_to=["mon-enfant"], scope="openid cdap mon-enfant"))
    answer = exchange(browser, at_cdap, "cdap", resource=MON_ENFANT, scope="mon-enfant")
    claims = delegated(provider, answer)
    assert (claims["sub"], claims["aud"], claims["client_id"]) == (DIRECTOR, MON_ENFANT, "cdap")
    assert claims["act"]["sub"] == "cdap"
    assert claims["act"]["act"] == {"sub": "omega", "client_id": "omega"}


@promise("rfc8693:nested-actors")
def test_rfc8693_a_chain_of_actors_ends_somewhere(provider: Provider, browser: AuthBrowser, subject_token: str) -> None:
    claims = claims_of(provider, subject_token)
    actor: dict[str, Any] = {"sub": "one"}
    for name in ("two", "three", "four"):
        actor = {"sub": name, "act": actor}
    long = provider.keys.sign("at+jwt", {**claims, "act": actor})
    assert refusal(exchange(browser, long)) == (400, "invalid_request")


@promise("rfc8693:actor-token")
def test_rfc8693_an_actor_token_is_the_clients_own(
    provider: Provider, browser: AuthBrowser, subject_token: str
) -> None:
    own = tokens(browser, "omega", 8411, scope="openid omega")["access_token"]
    both = {"actor_token": own, "actor_token_type": ACCESS_TOKEN_TYPE}
    assert delegated(provider, exchange(browser, subject_token, **both))["act"]["client_id"] == "omega"
    foreign = tokens(browser)["access_token"]
    for wrong in (
        {"actor_token": foreign, "actor_token_type": ACCESS_TOKEN_TYPE},
        {"actor_token": "x.y.z", "actor_token_type": ACCESS_TOKEN_TYPE},
        {"actor_token": own},
        {"actor_token_type": ACCESS_TOKEN_TYPE},
        {"actor_token": own, "actor_token_type": "urn:ietf:params:oauth:token-type:saml2"},
    ):
        assert refusal(exchange(browser, subject_token, **wrong)) == (400, "invalid_request")


@promise("rfc8693:may-act")
@pytest.mark.parametrize(("named", "status"), [("omega", 200), ("mon-enfant", 400)])
def test_rfc8693_a_token_that_names_its_actor_serves_no_other(
    provider: Provider, browser: AuthBrowser, subject_token: str, named: str, status: int
) -> None:
    claims = {**claims_of(provider, subject_token), "may_act": {"sub": named}}
    assert exchange(browser, provider.keys.sign("at+jwt", claims)).status_code == status


@promise("rfc8693:target-policy")
@pytest.mark.parametrize(
    "changes",
    [
        {"resource": MON_ENFANT},
        {"resource": "https://unknown.example"},
        {"resource": OMEGA},
        {"resource": ""},
        {"resource": "", "audience": "mon-enfant"},
        {"audience": "mon-enfant"},
    ],
)
def test_rfc8693_a_target_that_is_not_the_clients_is_refused(
    browser: AuthBrowser, subject_token: str, changes: dict[str, str]
) -> None:
    assert refusal(exchange(browser, subject_token, **changes)) == (400, "invalid_target")


@promise("rfc8693:target-policy")
def test_rfc8693_a_target_is_named_by_resource_or_audience(
    provider: Provider, browser: AuthBrowser, subject_token: str
) -> None:
    by_name = exchange(browser, subject_token, resource="", audience="cdap")
    assert delegated(provider, by_name)["aud"] == CDAP


@promise("rfc8693:narrowing-only")
@pytest.mark.parametrize("scope", ["cdap email", "cdap mon-enfant", "cdap admin", "mon-enfant", "openid cdap phone"])
def test_rfc8693_the_scope_only_narrows(browser: AuthBrowser, subject_token: str, scope: str) -> None:
    assert refusal(exchange(browser, subject_token, scope=scope)) == (400, "invalid_scope")


@promise("rfc8693:narrowing-only")
def test_rfc8693_what_was_taken_from_the_client_is_not_given_on(
    provider: Provider, browser: AuthBrowser, subject_token: str
) -> None:
    provider.add(an_exchanging_client(scope="openid omega"))
    assert refusal(exchange(browser, subject_token)) == (400, "invalid_scope")
    provider.add(an_exchanging_client(exchange_to=[], scope="openid omega"))
    assert refusal(exchange(browser, subject_token)) == (400, "invalid_target")


@promise("rfc8693:expiry")
def test_rfc8693_the_new_token_ends_with_the_old_one_at_the_latest(
    provider: Provider, browser: AuthBrowser, subject_token: str
) -> None:
    provider.clock.advance(timedelta(seconds=200))
    answer = exchange(browser, subject_token)
    assert answer.json["expires_in"] == 100
    assert delegated(provider, answer)["exp"] == claims_of(provider, subject_token)["exp"]
    provider.clock.advance(timedelta(seconds=100))
    assert refusal(exchange(browser, subject_token)) == (400, "invalid_request")


@promise("rfc8693:session-checked")
def test_rfc8693_a_token_of_an_ended_session_gives_nothing(
    provider: Provider, browser: AuthBrowser, subject_token: str
) -> None:
    session = provider.read(lambda repos: next(iter(repos.sessions.rows.values())))
    given = exchange(browser, subject_token).json["access_token"]
    now = provider.clock.now()
    provider.work.record(lambda repos: Outcome(None, end_session(repos, session, EndReason.LOCKED, now).events))
    assert refusal(exchange(browser, subject_token)) == (400, "invalid_request")
    assert introspect(browser, given) == {"active": False}


@promise("rfc8693:session-checked")
def test_rfc8693_what_a_revoked_family_gave_on_is_revoked_too(
    provider: Provider, browser: AuthBrowser, subject_token: str
) -> None:
    code = browser.code("omega", 8411, scope="openid omega cdap")
    first = browser.exchange(code, "omega", 8411).json["access_token"]
    given = exchange(browser, first).json["access_token"]
    assert introspect(browser, given)["active"] is True
    assert refusal(browser.exchange(code, "omega", 8411)) == (400, "invalid_grant")
    assert introspect(browser, given) == {"active": False}
    assert refusal(exchange(browser, first)) == (400, "invalid_request")


@promise("rfc8693:rights-checked")
@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("creche_director_grant", {"state": "withdrawn"}),
        ("cdap_contract", {"state": "suspended"}),
        ("convention", {"state": "suspended"}),
    ],
)
def test_rfc8693_rights_that_were_withdrawn_give_nothing(
    provider: Provider, browser: AuthBrowser, subject_token: str, name: str, changes: dict[str, str]
) -> None:
    provider.change_rights(name, **changes)
    assert refusal(exchange(browser, subject_token)) == (400, "invalid_grant")
    event = provider.work.events[-1]
    assert event.type in {"auth.token.refused", "auth.exchange.refused"}
    assert event.reason not in {"SUBJECT_TOKEN_INVALID", "EXCHANGE_REFUSED"}


@promise("rfc8693:rights-checked")
def test_rfc8693_stale_rights_give_nothing(provider: Provider, browser: AuthBrowser, subject_token: str) -> None:
    provider.replica.age = timedelta(seconds=6)
    assert refusal(exchange(browser, subject_token)) == (503, "temporarily_unavailable")


@promise("rfc8693:one-record-per-hop")
def test_rfc8693_every_exchange_is_recorded(provider: Provider, browser: AuthBrowser, subject_token: str) -> None:
    given = exchange(browser, subject_token).json["access_token"]
    event = provider.work.events[-1]
    assert event.type == "auth.token.exchanged"
    assert event.payload["client_id"] == "omega"
    assert event.payload["audience"] == CDAP
    assert event.payload["token_id"] == claims_of(provider, given)["jti"]
    assert given not in str(event)


@promise("rfc8693:subject-token")
@pytest.mark.parametrize(
    "changes",
    [
        {"subject_token": ""},
        {"subject_token": "x.y.z"},
        {"subject_token_type": ""},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:id_token"},
    ],
)
def test_rfc8693_nothing_but_a_living_access_token_is_exchanged(
    browser: AuthBrowser, subject_token: str, changes: dict[str, str]
) -> None:
    assert refusal(exchange(browser, subject_token, **changes)) == (400, "invalid_request")


@promise("rfc8693:subject-token")
def test_rfc8693_a_token_of_another_client_or_of_a_client_alone_is_not_exchanged(
    provider: Provider, browser: AuthBrowser, subject_token: str
) -> None:
    provider.add(an_exchanging_client(grant_types=["authorization_code", "client_credentials", TOKEN_EXCHANGE]))
    own = browser.token("omega", grant_type="client_credentials", scope="cdap").json["access_token"]
    identity = tokens(browser, "omega", 8411, scope="openid omega cdap")["id_token"]
    for wrong in (tokens(browser)["access_token"], own, identity):
        assert refusal(exchange(browser, wrong)) == (400, "invalid_request")


@promise("rfc8693:subject-token")
def test_rfc8693_a_client_must_be_registered_for_it(
    provider: Provider, browser: AuthBrowser, subject_token: str
) -> None:
    provider.add(an_exchanging_client(grant_types=["authorization_code"]))
    assert refusal(exchange(browser, subject_token)) == (400, "unauthorized_client")


@promise("rfc8693:delegation")
def test_rfc8693_a_token_of_an_actor_opens_no_userinfo(browser: AuthBrowser, subject_token: str) -> None:
    given = exchange(browser, subject_token, scope="openid cdap").json["access_token"]
    assert userinfo(browser, given).status_code == 401


@promise("rfc8693:bound-subject-token")
def test_rfc8693_a_bound_token_is_exchanged_with_its_key_only(omega: FapiClient) -> None:
    grants = ["authorization_code", TOKEN_EXCHANGE]
    omega.provider.add(a_fapi_client(grant_types=grants, exchange_to=["cdap"], scope="openid omega cdap"))
    subject = omega.tokens(scope="openid omega cdap")["access_token"]
    form = {
        "subject_token": subject,
        "subject_token_type": ACCESS_TOKEN_TYPE,
        "resource": CDAP,
        "scope": "cdap",
    }
    thief = omega.with_dpop_key(OTHER_DPOP_KEY)
    assert refusal(thief.grant(TOKEN_EXCHANGE, **form)) == (400, "invalid_request")
    unproved = omega.post("/token", {"grant_type": TOKEN_EXCHANGE, **omega.authentication(), **form})
    assert unproved.status_code == 400
    answer = omega.grant(TOKEN_EXCHANGE, **form)
    assert answer.json["token_type"] == "DPoP"
    claims = delegated(omega.provider, answer)
    assert claims["cnf"] == {"jkt": omega.dpop_key.thumbprint()}
    assert claims["act"]["sub"] == "omega"
