"""RFC 8628, devices without a keyboard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auth.clients.domain.clients import DEVICE_CODE, REFRESH_TOKEN
from auth.protocol.domain.user_codes import ALPHABET
from tests.auth.builders import DIRECTOR, ISSUER, AuthBrowser, Provider
from tests.auth.conformance_fapi.builders import DPOP_KEY, FapiClient, claims_of, refusal
from tests.auth.rfcs.builders import a_public_client, userinfo
from tests.promises import promise


@pytest.fixture
def device(provider: Provider, browser: AuthBrowser) -> AuthBrowser:
    """A public client that may use the grant; somebody has signed in in the same browser."""
    provider.add(a_public_client(grant_types=[DEVICE_CODE, REFRESH_TOKEN]))
    browser.sign_in()
    return browser


def ask(browser: AuthBrowser, **changes: str) -> Any:
    return browser.post("/device_authorization", **{"client_id": "tablet", "scope": "openid tablet", **changes})


def poll(browser: AuthBrowser, codes: Any, **changes: str) -> Any:
    form = {"grant_type": DEVICE_CODE, "device_code": codes["device_code"], "client_id": "tablet", **changes}
    return browser.post("/token", **form)


def decide(browser: AuthBrowser, codes: Any, decision: str = "allow") -> Any:
    """The person copies the code and says yes or no."""
    typed = codes["user_code"].lower().replace("-", " ")
    page = browser.submit(browser.get("/device"), "/device", user_code=typed)
    assert 'id="device-allow"' in page.text
    return browser.submit(page, "/device/decision", **{decision: "1"})


@promise("rfc8628:request")
def test_rfc8628_a_device_gets_two_codes(device: AuthBrowser) -> None:
    answer = ask(device)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    codes = answer.json
    assert codes["verification_uri"] == f"{ISSUER}/device"
    assert codes["verification_uri_complete"] == f"{ISSUER}/device?user_code={codes['user_code']}"
    assert (codes["expires_in"], codes["interval"]) == (600, 5)
    assert set(codes["user_code"]) <= {*ALPHABET, "-"}
    assert len(codes["device_code"]) >= 43
    metadata = device.get("/.well-known/openid-configuration").json
    assert metadata["device_authorization_endpoint"] == f"{ISSUER}/device_authorization"


@promise("rfc8628:grant")
def test_rfc8628_a_person_says_yes_and_the_device_gets_tokens_once(provider: Provider, device: AuthBrowser) -> None:
    codes = ask(device).json
    assert refusal(poll(device, codes)) == (400, "authorization_pending")
    assert 'data-outcome="granted"' in decide(device, codes).text
    answer = poll(device, codes)
    assert answer.status_code == 200
    assert claims_of(provider, answer.json["access_token"])["sub"] == DIRECTOR
    assert userinfo(device, answer.json["access_token"]).status_code == 200
    assert refusal(poll(device, codes)) == (400, "invalid_grant")


@promise("rfc8628:denied")
def test_rfc8628_a_person_says_no(device: AuthBrowser) -> None:
    codes = ask(device).json
    assert 'data-outcome="denied"' in decide(device, codes, "deny").text
    assert refusal(poll(device, codes)) == (400, "access_denied")


@promise("rfc8628:slow-down")
def test_rfc8628_a_device_that_asks_too_often_is_slowed_down(provider: Provider, device: AuthBrowser) -> None:
    codes = ask(device).json
    assert refusal(poll(device, codes)) == (400, "authorization_pending")
    provider.clock.advance(timedelta(seconds=4))
    assert refusal(poll(device, codes)) == (400, "slow_down")
    provider.clock.advance(timedelta(seconds=9))
    assert refusal(poll(device, codes)) == (400, "slow_down")
    provider.clock.advance(timedelta(seconds=15))
    assert refusal(poll(device, codes)) == (400, "authorization_pending")


@promise("rfc8628:expired")
def test_rfc8628_the_codes_live_ten_minutes(provider: Provider, device: AuthBrowser) -> None:
    codes = ask(device).json
    provider.clock.advance(timedelta(minutes=10))
    assert refusal(poll(device, codes)) == (400, "expired_token")
    page = device.submit(device.get("/device"), "/device", user_code=codes["user_code"])
    assert page.status_code == 400
    assert 'id="device-allow"' not in page.text


@promise("rfc8628:expired")
def test_rfc8628_what_a_session_granted_ends_with_it(provider: Provider, device: AuthBrowser) -> None:
    codes = ask(device).json
    decide(device, codes)
    device.submit(device.get("/"), "/deconnexion")
    assert refusal(poll(device, codes)) == (400, "invalid_grant")


@promise("rfc8628:remote-phishing")
def test_rfc8628_the_code_in_the_address_only_fills_the_field(device: AuthBrowser) -> None:
    codes = ask(device).json
    page = device.get("/device", user_code=codes["user_code"])
    assert codes["user_code"] in page.text
    assert 'id="device-allow"' not in page.text
    assert refusal(poll(device, codes)) == (400, "authorization_pending")
    shown = device.submit(page, "/device", user_code=codes["user_code"])
    assert "Tablette" in shown.text


@promise("rfc8628:brute-force")
def test_rfc8628_who_tries_many_codes_is_stopped(provider: Provider, device: AuthBrowser) -> None:
    codes = ask(device).json
    for _ in range(10):
        assert device.submit(device.get("/device"), "/device", user_code="BBBB-BBBB").status_code == 400
    page = device.submit(device.get("/device"), "/device", user_code=codes["user_code"])
    assert page.status_code == 429
    assert 'id="device-allow"' not in page.text


@promise("rfc8628:client")
def test_rfc8628_a_device_code_is_its_clients_only(provider: Provider, device: AuthBrowser) -> None:
    codes = ask(device).json
    decide(device, codes)
    provider.add(a_public_client(client_id="other", code="other", scope="openid other", grant_types=[DEVICE_CODE]))
    assert refusal(poll(device, codes, client_id="other")) == (400, "invalid_grant")
    assert refusal(poll(device, codes, device_code="unknown")) == (400, "invalid_grant")
    assert poll(device, codes).status_code == 200


@promise("rfc8628:client")
def test_rfc8628_a_client_must_be_registered_for_it(provider: Provider, device: AuthBrowser) -> None:
    codes = ask(device).json
    provider.add(a_public_client())
    assert refusal(ask(device)) == (400, "unauthorized_client")
    assert refusal(poll(device, codes)) == (400, "unauthorized_client")
    assert refusal(ask(device, client_id="nobody")) == (401, "invalid_client")


@promise("rfc8628:binding")
def test_rfc8628_the_tokens_of_a_device_can_be_bound_to_its_key(provider: Provider, device: AuthBrowser) -> None:
    codes, key = ask(device).json, FapiClient(provider, device)
    decide(device, codes)
    form = {"grant_type": DEVICE_CODE, "device_code": codes["device_code"], "client_id": "tablet"}
    answer = key.post("/token", form, key.proof("/token"))
    assert answer.json["token_type"] == "DPoP"
    assert claims_of(provider, answer.json["access_token"])["cnf"] == {"jkt": DPOP_KEY.thumbprint()}
