"""RFC 9470, step-up authentication: what a resource server says, and what the provider does then."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from auth.people.domain.factors import Factor, FactorKind
from tests.auth.builders import ISSUER, PASSWORD, SECRET, AuthBrowser, Provider, a_client, sent_back
from tests.auth.conformance_fapi.builders import claims_of
from tests.auth.rfcs.builders import tokens, userinfo
from tests.promises import promise

ACR_TWO_FACTORS = "https://refeds.org/profile/mfa"
ACR_PASSWORD = "https://refeds.org/profile/sfa"


@promise("rfc9470:challenge", "rfc9470:max-age")
def test_rfc9470_an_old_sign_in_is_challenged_and_a_new_one_opens(provider: Provider, browser: AuthBrowser) -> None:
    """The whole round: refused with `max_age`, signed in again because of it, let in. One round is enough."""
    provider.add(a_client("cdap", default_max_age=60))
    browser.sign_in()
    token = tokens(browser)["access_token"]
    provider.clock.advance(timedelta(seconds=61))
    refused = userinfo(browser, token)
    assert refused.status_code == 401
    challenge = refused.headers["WWW-Authenticate"]
    assert challenge == 'Bearer error="insufficient_user_authentication", max_age="60"'
    login = browser.follow(browser.authorize(max_age="60"))
    assert 'id="login-submit"' in login.text
    back = browser.follow(browser.submit(login, "/login", username="cdurand-4821", password=PASSWORD))
    newer = browser.exchange(sent_back(back)["code"]).json["access_token"]
    assert userinfo(browser, newer).status_code == 200


@promise("rfc9470:max-age")
@pytest.mark.parametrize("seconds", ["0", "1"])
def test_rfc9470_max_age_asks_for_a_new_sign_in(provider: Provider, browser: AuthBrowser, seconds: str) -> None:
    browser.sign_in()
    provider.clock.advance(timedelta(seconds=2))
    assert sent_back(browser.authorize(max_age=seconds, prompt="none"))["error"] == "login_required"
    assert "code" in sent_back(browser.authorize(max_age="60", prompt="none"))


@promise("rfc9470:acr-and-auth-time")
def test_rfc9470_a_new_token_says_how_and_when_the_person_signed_in(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    signed_in_at = int(provider.clock.now().timestamp())
    provider.clock.advance(timedelta(seconds=30))
    given = tokens(browser, acr_values=ACR_PASSWORD)
    for token in (given["access_token"], given["id_token"]):
        claims = claims_of(provider, token)
        assert (claims["acr"], claims["auth_time"]) == (ACR_PASSWORD, signed_in_at)


@promise("rfc9470:acr-and-auth-time")
def test_rfc9470_a_refresh_makes_no_sign_in_newer(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    first = tokens(browser)
    provider.clock.advance(timedelta(seconds=30))
    again = browser.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).json
    before, after = (claims_of(provider, one["access_token"])["auth_time"] for one in (first, again))
    assert before == after


@promise("rfc9470:acr-values")
def test_rfc9470_acr_values_are_a_wish_and_the_token_says_what_was_done(
    provider: Provider, browser: AuthBrowser
) -> None:
    browser.sign_in()
    claims = claims_of(provider, tokens(browser, acr_values="urn:example:gold")["access_token"])
    assert claims["acr"] == ACR_PASSWORD
    metadata = browser.get("/.well-known/openid-configuration").json
    assert metadata["acr_values_supported"] == [ACR_TWO_FACTORS, ACR_PASSWORD]


@promise("rfc9470:unmet")
def test_rfc9470_what_is_essential_and_cannot_be_done_is_said(browser: AuthBrowser) -> None:
    browser.sign_in()
    asked = {"id_token": {"acr": {"essential": True, "values": ["urn:example:gold"]}}}
    back = sent_back(browser.authorize(claims=json.dumps(asked)))
    assert back["error"] == "unmet_authentication_requirements"
    possible = {"id_token": {"acr": {"essential": True, "values": ["urn:example:gold", ACR_PASSWORD]}}}
    assert "code" in sent_back(browser.authorize(claims=json.dumps(possible)))


def both_factors(provider: Provider) -> tuple[Factor, ...]:
    now = provider.clock.now()
    return Factor(FactorKind.PASSWORD, now), Factor(FactorKind.ONE_TIME, now)


@promise("rfc9470:acr-values")
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, ACR_TWO_FACTORS),
        ({"acr_values": ACR_PASSWORD}, ACR_PASSWORD),
        ({"acr_values": f"urn:example:gold {ACR_PASSWORD} {ACR_TWO_FACTORS}"}, ACR_PASSWORD),
        ({"acr_values": f"{ACR_TWO_FACTORS} {ACR_PASSWORD}"}, ACR_TWO_FACTORS),
        ({"acr_values": "urn:example:gold"}, ACR_TWO_FACTORS),
        ({"claims": json.dumps({"id_token": {"acr": {"value": ACR_PASSWORD}}})}, ACR_PASSWORD),
        ({"claims": json.dumps({"id_token": {"acr": {"essential": True, "values": [ACR_PASSWORD]}}})}, ACR_PASSWORD),
        (
            {"claims": json.dumps({"id_token": {"acr": {"values": [ACR_TWO_FACTORS]}}}), "acr_values": ACR_PASSWORD},
            ACR_TWO_FACTORS,
        ),
    ],
)
def test_rfc9470_whoever_asks_for_a_level_gets_its_name_when_more_was_shown(
    provider: Provider, browser: AuthBrowser, asked: dict[str, str], told: str
) -> None:
    """OIDC Core §5.5.1.1: the value returned is one of those asked for; a client compares it with what it asked."""
    browser.sign_in()
    shown_in_every_session(provider, *both_factors(provider))
    given = browser.exchange(browser.code(**asked)).json
    again = browser.token(grant_type="refresh_token", refresh_token=given["refresh_token"]).json
    for token in (given["access_token"], given["id_token"], again["access_token"], again["id_token"]):
        assert claims_of(provider, token)["acr"] == told


def test_rfc9470_a_registered_level_is_a_wish_too(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_client("cdap", default_acr_values=[ACR_PASSWORD]))
    browser.sign_in()
    shown_in_every_session(provider, *both_factors(provider))
    assert claims_of(provider, tokens(browser)["id_token"])["acr"] == ACR_PASSWORD


def shown_in_every_session(provider: Provider, *factors: Factor) -> None:
    rows = provider.work.repos.sessions.rows
    for session in list(rows.values()):
        rows[session.session_id] = replace(session, factors=factors)


@promise("sign-in:level-from-what-was-done")
def test_rfc9470_tokens_and_introspection_tell_what_was_shown_in_this_session(
    provider: Provider, browser: AuthBrowser
) -> None:
    browser.sign_in()
    for factors, level, methods in (
        ((), "0", []),
        ((Factor(FactorKind.PASSWORD, provider.clock.now()),), ACR_PASSWORD, ["pwd"]),
        (both_factors(provider), ACR_TWO_FACTORS, ["pwd", "otp"]),
    ):
        shown_in_every_session(provider, *factors)
        given = tokens(browser)
        for token in (given["access_token"], given["id_token"]):
            claims = claims_of(provider, token)
            assert (claims["acr"], claims["amr"]) == (level, methods)
        told = browser.client.post(
            "/introspect", data={"token": given["access_token"]}, auth=("cdap", SECRET), base_url=ISSUER
        ).json
        assert told is not None
        assert (told["acr"], told["amr"], told["auth_time"]) == (level, methods, int(provider.clock.now().timestamp()))


@promise("rfc9470:unmet", "sign-in:level-from-what-was-done")
def test_rfc9470_a_level_that_this_sign_in_did_not_reach_asks_for_another_one_once(
    provider: Provider, browser: AuthBrowser
) -> None:
    browser.sign_in()
    shown_in_every_session(provider)
    claims = json.dumps({"id_token": {"acr": {"essential": True, "value": ACR_PASSWORD}}})
    provider.clock.advance(timedelta(seconds=5))
    assert sent_back(browser.authorize(claims=claims, prompt="none"))["error"] == "login_required"
    login = browser.follow(browser.authorize(claims=claims))
    assert 'id="login-submit"' in login.text
    answer = browser.submit(login, "/login", username="cdurand-4821", password=PASSWORD)
    assert "code" in sent_back(browser.follow(answer))
    shown_in_every_session(provider)
    assert sent_back(browser.follow(answer))["error"] == "unmet_authentication_requirements", "no circle"
