"""RFC 7662, introspection."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.auth.builders import DIRECTOR, ISSUER, AuthBrowser, Provider, a_client
from tests.auth.conformance_fapi.builders import claims_of, forged, refusal
from tests.auth.rfcs.builders import CDAP, a_public_client, call, introspect, tokens
from tests.promises import promise


@promise("rfc7662:active")
def test_rfc7662_a_living_token_is_described(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    given = tokens(browser)
    found = introspect(browser, given["access_token"])
    claims = claims_of(provider, given["access_token"])
    assert found["active"] is True
    assert (found["sub"], found["client_id"], found["aud"], found["iss"]) == (DIRECTOR, "cdap", CDAP, ISSUER)
    assert (found["username"], found["token_type"]) == ("cdurand-4821", "Bearer")
    assert {name: found[name] for name in ("exp", "iat", "jti", "scope")} == {
        name: claims[name] for name in ("exp", "iat", "jti", "scope")
    }
    assert introspect(browser, given["refresh_token"])["active"] is True


@promise("rfc7662:inactive")
def test_rfc7662_of_everything_else_nothing_is_said(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    given = tokens(browser)
    newer = browser.token(grant_type="refresh_token", refresh_token=given["refresh_token"]).json
    used = browser.code()
    assert browser.exchange(used).status_code == 200
    for token in (used, given["id_token"], forged(given["access_token"]), "unknown", "x.y.z", "é"):
        assert introspect(browser, token) == {"active": False}
    provider.clock.advance(timedelta(seconds=300))
    assert introspect(browser, newer["access_token"]) == {"active": False}
    browser.submit(browser.get("/"), "/deconnexion")
    assert introspect(browser, given["refresh_token"]) == {"active": False}


@promise("rfc7662:own-tokens")
def test_rfc7662_a_client_learns_nothing_of_anothers_tokens(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    given = tokens(browser)
    assert introspect(browser, given["access_token"], "mon-enfant") == {"active": False}
    assert introspect(browser, given["refresh_token"], "mon-enfant") == {"active": False}
    assert introspect(browser, given["access_token"])["active"] is True


@promise("rfc7662:own-tokens")
def test_rfc7662_a_resource_server_learns_of_tokens_made_for_it(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_client("omega", 8411, resource=CDAP, requires_service_contract=False))
    browser.sign_in()
    given = tokens(browser)
    assert introspect(browser, given["access_token"], "omega")["active"] is True
    assert introspect(browser, given["refresh_token"], "omega") == {"active": False}


@promise("rfc7662:authenticated")
def test_rfc7662_nobody_asks_without_authentication(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_public_client())
    for form in ({"client_id": "cdap"}, {"client_id": "tablet"}, {}, {"client_id": "cdap", "client_secret": "wrong"}):
        assert refusal(browser.post("/introspect", token="x", **form)) == (401, "invalid_client")
    methods = browser.get("/.well-known/openid-configuration").json["introspection_endpoint_auth_methods_supported"]
    assert "none" not in methods


@promise("rfc7662:authenticated")
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_rfc7662_tokens_are_posted(browser: AuthBrowser, method: str) -> None:
    answer = browser.client.open("/introspect", method=method, query_string={"token": "x"}, base_url=ISSUER)
    assert answer.status_code == 405


@promise("rfc7662:hint")
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "unknown"])
def test_rfc7662_a_wrong_hint_does_no_harm(browser: AuthBrowser, hint: str) -> None:
    browser.sign_in()
    given = tokens(browser)
    for token in (given["access_token"], given["refresh_token"]):
        answer = call(browser, "/introspect", token=token, token_type_hint=hint)
        assert answer.json["active"] is True
        assert answer.headers["Cache-Control"] == "no-store"
    assert refusal(call(browser, "/introspect")) == (400, "invalid_request")
