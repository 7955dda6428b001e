"""A parameter without a value is as good as left out (RFC 6749 §3.1, §3.2), at every endpoint, however it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.auth.builders import ISSUER, VERIFIER, AuthBrowser, Provider, sent_back
from tests.auth.conformance.capable_clients import (
    CALLS,
    REQUEST,
    a_capable_client,
    a_signing_client,
    request_object,
    send,
)
from tests.auth.protocol.adapters.test_logout import BACK, signed_in
from tests.auth.rfcs.builders import a_public_client
from tests.promises import promise

OF_A_REQUEST = (
    *("response_type", "redirect_uri", "scope", "state", "nonce", "response_mode", "prompt", "max_age", "display"),
    *("claims", "acr_values", "login_hint", "id_token_hint", "ui_locales", "resource", "authorization_details"),
    *("code_challenge", "code_challenge_method", "dpop_jkt", "request", "request_uri", "foo"),
)
OF_A_CALL = (
    *("client_id", "client_secret", "client_assertion", "client_assertion_type", "scope", "resource", "audience"),
    *("code", "redirect_uri", "code_verifier", "refresh_token", "device_code", "token_type_hint", "actor_token"),
    *("actor_token_type", "authorization_details", "requested_token_type", "foo"),
)


@pytest.fixture
def omega(provider: Provider) -> AuthBrowser:
    """A signed-in browser at a provider that knows `omega`, and `signer` with a key."""
    provider.add(a_capable_client(), a_signing_client())
    browser = provider.browser()
    browser.sign_in()
    return browser


def _empty(sent: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {**dict.fromkeys(names, ""), **sent}


@promise("clients:empty-parameters")
@pytest.mark.parametrize("path", sorted(CALLS))
def test_an_empty_parameter_changes_no_call_of_a_client(omega: AuthBrowser, path: str) -> None:
    names = (*OF_A_CALL, *OF_A_REQUEST) if path == "/par" else OF_A_CALL
    for name in names:
        answer = send(omega, path, _empty(CALLS[path], (name,)))
        assert answer.status_code in (200, 201), (name, answer.text)
    assert send(omega, path, _empty(CALLS[path], names)).status_code in (200, 201)


@promise("clients:empty-parameters")
@pytest.mark.parametrize("path", sorted(CALLS))
def test_what_is_needed_and_empty_is_missing(omega: AuthBrowser, path: str) -> None:
    for name in CALLS[path]:
        if (path, name) in {("/device_authorization", "scope"), ("/par", "code_challenge_method")}:
            continue  # may be left out, or is refused for what it is by default
        without = {"foo": "x", **{key: value for key, value in CALLS[path].items() if key != name}}
        left_out, empty = send(omega, path, without), send(omega, path, {"foo": "x", **CALLS[path], name: ""})
        assert (empty.status_code, empty.json) == (left_out.status_code, left_out.json), name
        assert empty.status_code == 400, name


@promise("clients:empty-parameters")
@pytest.mark.parametrize("path", sorted(CALLS))
def test_a_repeated_parameter_is_still_refused(omega: AuthBrowser, path: str) -> None:
    for name in CALLS[path]:
        assert send(omega, path, {**CALLS[path], name: [CALLS[path][name], "x"]}).status_code == 400, name


def _by_query(browser: AuthBrowser, _provider: Provider, sent: dict[str, Any]) -> Any:
    return browser.client.get("/authorize", query_string={"client_id": "omega", **sent}, base_url=ISSUER)


def _by_form(browser: AuthBrowser, _provider: Provider, sent: dict[str, Any]) -> Any:
    answer = browser.client.post("/authorize", data={"client_id": "omega", **sent}, base_url=ISSUER)
    return browser.follow(answer) if "suite=" in answer.headers.get("Location", "") else answer


def _pushed(browser: AuthBrowser, _provider: Provider, sent: dict[str, Any]) -> Any:
    request_uri = send(browser, "/par", sent).json["request_uri"]
    return browser.get("/authorize", client_id="omega", request_uri=request_uri, request="", state="")


def _signed(browser: AuthBrowser, provider: Provider, sent: dict[str, Any]) -> Any:
    claims = {name: value for name, value in sent.items() if name not in ("request", "request_uri")}
    return browser.get("/authorize", client_id="signer", request=request_object(provider, **claims), request_uri="")


WAYS: dict[str, Callable[[AuthBrowser, Provider, dict[str, Any]], Any]] = {
    "query": _by_query,
    "form": _by_form,
    "pushed": _pushed,
    "signed": _signed,
}


@promise("clients:empty-parameters")
@pytest.mark.parametrize("way", WAYS)
def test_an_empty_parameter_changes_no_authorization_request(provider: Provider, omega: AuthBrowser, way: str) -> None:
    for names in (*((name,) for name in OF_A_REQUEST), OF_A_REQUEST):
        answer = WAYS[way](omega, provider, _empty(REQUEST, names))
        back = sent_back(answer)
        assert set(back) == {"code", "iss"}, (names, back)


@promise("clients:empty-parameters")
@pytest.mark.parametrize("way", ["query", "form"])
def test_a_parameter_with_one_value_and_one_without_is_given_once(
    provider: Provider, omega: AuthBrowser, way: str
) -> None:
    assert "code" in sent_back(WAYS[way](omega, provider, {**REQUEST, "state": ["the state", ""]}))
    twice = sent_back(WAYS[way](omega, provider, {**REQUEST, "nonce": ["one", "two"]}))
    assert twice["error"] == "invalid_request"


@promise("clients:empty-parameters")
@pytest.mark.parametrize("grant", ["authorization_code", "refresh_token"])
@pytest.mark.parametrize("how", ["empty secret", "empty secret and resource", "name in the header"])
def test_a_public_client_may_send_an_empty_secret(provider: Provider, grant: str, how: str) -> None:
    provider.add(a_public_client())
    browser = provider.browser()
    browser.sign_in()
    code = sent_back(browser.authorize("tablet", 8414, scope="openid tablet"))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost:8414/retour"}
    form |= {"code_verifier": VERIFIER}
    more: dict[str, Any] = {"headers": {}}
    named = {"client_id": "tablet", "client_secret": ""} | ({"resource": ""} if "resource" in how else {})
    if how == "name in the header":
        named, more = {}, {"headers": {"Authorization": "Basic dGFibGV0Og=="}}
    answer = send(browser, "/token", form | named, **more)
    if grant == "refresh_token":
        form = {"grant_type": grant, "refresh_token": answer.json["refresh_token"]}
        answer = send(browser, "/token", form | named, **more)
    assert answer.status_code == 200, answer.text


def test_a_client_with_a_secret_does_not_authenticate_with_an_empty_one(omega: AuthBrowser) -> None:
    refused = send(omega, "/token", dict(CALLS["/token"]), headers={"Authorization": "Basic b21lZ2E6"})
    assert (refused.status_code, refused.json["error"]) == (401, "invalid_client")


@promise("clients:empty-parameters")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_empty_parameter_changes_no_sign_out(browser: AuthBrowser, method: str) -> None:
    sent = {"id_token_hint": signed_in(browser), "post_logout_redirect_uri": BACK}
    more = {"client_id": "", "state": ["", ""], "logout_hint": "", "ui_locales": ""}
    target: dict[str, Any] = {"query_string" if method == "GET" else "data": {**sent, **more}}
    answer = browser.client.open("/logout", method=method, base_url=ISSUER, **target)
    assert (answer.status_code, answer.headers["Location"]) == (303, BACK)


@promise("clients:empty-parameters")
def test_an_empty_token_in_the_form_is_none(browser: AuthBrowser) -> None:
    answer = browser.client.post("/userinfo", data={"access_token": ""}, base_url=ISSUER)
    assert (answer.status_code, answer.json) == (401, {})
