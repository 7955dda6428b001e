"""What each endpoint refuses of a request: one row per fault, and the error of the RFC that names it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from auth.clients.domain.clients import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
)
from auth.protocol.use_cases.exchange_token import ACCESS_TOKEN_TYPE
from tests.auth.builders import ISSUER, SECRET, VERIFIER, AuthBrowser, Provider, sent_back
from tests.auth.conformance.capable_clients import CALLS, REDIRECT, a_capable_client, error_of, send

FORM = "application/x-www-form-urlencoded"
INVALID_REQUEST, INVALID_CLIENT = (400, "invalid_request"), (401, "invalid_client")
GRANTS = {
    AUTHORIZATION_CODE: {"code": "x", "redirect_uri": REDIRECT, "code_verifier": VERIFIER},
    REFRESH_TOKEN: {"refresh_token": "x"},
    CLIENT_CREDENTIALS: {},
    TOKEN_EXCHANGE: {"subject_token": "x", "subject_token_type": ACCESS_TOKEN_TYPE, "audience": "cdap"},
    DEVICE_CODE: {"device_code": "x"},
}


@pytest.fixture
def omega(provider: Provider) -> AuthBrowser:
    """A signed-in browser at a provider that knows `omega`."""
    provider.add(a_capable_client())
    browser = provider.browser()
    browser.sign_in()
    return browser


Call = Callable[[AuthBrowser, str, dict[str, str]], Any]
FAULTS: dict[str, tuple[Call, tuple[int, str]]] = {
    "GET": (lambda b, path, _form: send(b, path, None, method="GET"), (405, "invalid_request")),
    "PUT": (lambda b, path, form: send(b, path, form, method="PUT"), (405, "invalid_request")),
    "JSON": (lambda b, path, form: send(b, path, None, json=form), INVALID_REQUEST),
    "no content type": (lambda b, path, _form: send(b, path, b"token=x", content_type=""), INVALID_REQUEST),
    "no client": (lambda b, path, form: send(b, path, form, headers={}), INVALID_CLIENT),
    "an unknown client": (lambda b, path, form: send(b, path, form, client="nobody"), INVALID_CLIENT),
    "a client alone": (lambda b, path, form: send(b, path, form | {"client_id": "omega"}, headers={}), INVALID_CLIENT),
    "a wrong secret": (
        lambda b, path, form: send(b, path, form | {"client_id": "omega", "client_secret": SECRET[1:]}, headers={}),
        INVALID_CLIENT,
    ),
    "no secret": (
        lambda b, path, form: send(b, path, form | {"client_id": "omega", "client_secret": ""}, headers={}),
        INVALID_CLIENT,
    ),
    "Bearer": (lambda b, path, form: send(b, path, form, headers={"Authorization": "Bearer x"}), INVALID_CLIENT),
    "two ways to authenticate": (
        lambda b, path, form: send(b, path, form | {"client_secret": SECRET}),
        INVALID_REQUEST,
    ),
    "another client_id": (lambda b, path, form: send(b, path, form | {"client_id": "cdap"}), INVALID_REQUEST),
    "a parameter twice": (lambda b, path, form: send(b, path, form | {"extra": ["1", "2"]}), INVALID_REQUEST),
    "a large body": (lambda b, path, form: send(b, path, form | {"extra": "x" * 70_000}), INVALID_REQUEST),
    "101 parameters": (
        lambda b, path, form: send(b, path, form | {f"p{number}": "" for number in range(101)}),
        INVALID_REQUEST,
    ),
    "a length that is none": (
        lambda b, path, _form: send(b, path, None, content_type=FORM, environ_overrides={"CONTENT_LENGTH": "much"}),
        INVALID_REQUEST,
    ),
}


@pytest.mark.parametrize("path", sorted(CALLS))
def test_every_endpoint_for_clients_refuses_the_same_faults(omega: AuthBrowser, path: str) -> None:
    good = send(omega, path, dict(CALLS[path]))
    assert good.status_code in (200, 201), good.text
    for name, (call, expected) in FAULTS.items():
        answer = call(omega, path, dict(CALLS[path]))
        assert (name, error_of(answer)) == (name, expected)
        assert answer.status_code != 405 or answer.headers["Allow"] == "POST"


@pytest.mark.parametrize("path", sorted(CALLS))
def test_a_disabled_client_is_nobody_at_any_endpoint(provider: Provider, omega: AuthBrowser, path: str) -> None:
    provider.add(replace(a_capable_client(), enabled=False))
    assert error_of(send(omega, path, dict(CALLS[path]))) == INVALID_CLIENT


def test_a_disabled_client_opens_nothing_with_what_it_has(provider: Provider, omega: AuthBrowser) -> None:
    tokens = omega.exchange(omega.code("omega", 8411), "omega", 8411).json
    provider.add(replace(a_capable_client(), enabled=False))
    assert userinfo(omega, tokens["access_token"]).status_code == 401
    assert omega.authorize("omega", 8411).status_code == 400


@pytest.mark.parametrize("grant", sorted(GRANTS))
def test_a_client_of_another_grant_gets_nothing(provider: Provider, omega: AuthBrowser, grant: str) -> None:
    others = [name for name in GRANTS if name not in (grant, REFRESH_TOKEN)]
    provider.add(a_capable_client(grant_types=others))
    answer = send(omega, "/token", {"grant_type": grant, **GRANTS[grant]})
    assert error_of(answer) == (400, "unauthorized_client")
    if grant == AUTHORIZATION_CODE:
        assert sent_back(omega.authorize("omega", 8411))["error"] == "unauthorized_client"
        assert error_of(send(omega, "/par", dict(CALLS["/par"]))) == (400, "unauthorized_client")
    if grant == DEVICE_CODE:
        assert error_of(send(omega, "/device_authorization", dict(CALLS["/device_authorization"]))) == (
            400,
            "unauthorized_client",
        )


@pytest.mark.parametrize(
    ("grant", "changes", "error"),
    [
        (AUTHORIZATION_CODE, {}, "invalid_grant"),
        (AUTHORIZATION_CODE, {"code": ""}, "invalid_request"),
        (REFRESH_TOKEN, {}, "invalid_grant"),
        (REFRESH_TOKEN, {"refresh_token": ""}, "invalid_request"),
        (CLIENT_CREDENTIALS, {"resource": "https://elsewhere.example"}, "invalid_target"),
        (DEVICE_CODE, {}, "invalid_grant"),
        (DEVICE_CODE, {"device_code": ""}, "invalid_request"),
        (TOKEN_EXCHANGE, {}, "invalid_request"),
        (TOKEN_EXCHANGE, {"subject_token": ""}, "invalid_request"),
        (TOKEN_EXCHANGE, {"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"}, "invalid_request"),
        (TOKEN_EXCHANGE, {"requested_token_type": "urn:x"}, "invalid_request"),
        (TOKEN_EXCHANGE, {"actor_token": "x"}, "invalid_request"),
        ("password", {"username": "cdurand-4821", "password": "x"}, "unsupported_grant_type"),
        ("implicit", {}, "unsupported_grant_type"),
        ("", {"extra": "x"}, "invalid_request"),
    ],
)
def test_a_grant_with_a_fault_is_refused(omega: AuthBrowser, grant: str, changes: dict[str, str], error: str) -> None:
    form = {"grant_type": grant, **GRANTS.get(grant, {}), **changes}
    assert error_of(send(omega, "/token", {name: value for name, value in form.items() if value})) == (400, error)


@pytest.mark.parametrize(
    "address",
    [
        *(f"{REDIRECT}{more}" for more in ("/", "?", "?x=1", "#", "#x", "%20", "/..", "x")),
        *(REDIRECT[:-1], REDIRECT.upper(), REDIRECT.replace("8411", "8412"), REDIRECT.replace("8411", "08411")),
        *(REDIRECT.replace("http:", "https:"), REDIRECT.replace("localhost", "127.0.0.1")),
        *(REDIRECT.replace("localhost", "user@localhost"), REDIRECT.replace("localhost", "localhost.evil.example")),
        *(f" {REDIRECT}", f"{REDIRECT}\n", REDIRECT.replace("/retour", "//retour"), "javascript:alert(1)", ""),
    ],
)
def test_a_redirect_uri_one_character_off_is_never_followed(omega: AuthBrowser, address: str) -> None:
    answer = omega.authorize("omega", 8411, redirect_uri=address)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    pushed = send(omega, "/par", {**CALLS["/par"], "redirect_uri": address})
    assert error_of(pushed) == INVALID_REQUEST
    code = omega.code("omega", 8411)
    exchanged = send(
        omega,
        "/token",
        {"grant_type": AUTHORIZATION_CODE, **GRANTS[AUTHORIZATION_CODE]} | {"code": code, "redirect_uri": address},
    )
    assert error_of(exchanged) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "s256"}, "invalid_request"),
        ({"code_challenge": "A" * 42}, "invalid_request"),
        ({"code_challenge": "A" * 44}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "x" * 1025}, "invalid_request"),
        ({"state": "x" * 5121}, "invalid_request"),
        ({"nonce": "x" * 513}, "invalid_request"),
        ({"extra": "x" * 8193}, "invalid_request"),
        ({"claims": "[]"}, "invalid_request"),
        ({"claims": "{" * 1000}, "invalid_request"),
        ({"authorization_details": "{}"}, "invalid_authorization_details"),
        ({"dpop_jkt": "short"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"id_token_hint": "x"}, "invalid_request"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
        ({"prompt": "none", "max_age": "0"}, "login_required"),
    ],
)
def test_every_error_that_goes_back_names_the_provider(
    provider: Provider, omega: AuthBrowser, changes: dict[str, Any], error: str
) -> None:
    """RFC 9207 §2: against mix-up, `iss` is in every response, also in errors."""
    provider.clock.advance(timedelta(seconds=1))
    back = sent_back(omega.authorize("omega", 8411, **changes))
    assert (back["error"], back["iss"], "code" in back) == (error, ISSUER, False)
    if "prompt" not in changes or error == "invalid_request":
        form = {**CALLS["/par"], "state": "the state", "nonce": "the nonce", **changes}
        pushed = send(omega, "/par", {name: value for name, value in form.items() if value is not None})
        assert error_of(pushed) == (400, error)


def test_a_response_with_a_code_names_the_provider(omega: AuthBrowser) -> None:
    assert sent_back(omega.authorize("omega", 8411))["iss"] == ISSUER


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "nonce", "scope", "code_challenge", "prompt"])
def test_a_parameter_given_twice_gives_no_code(omega: AuthBrowser, name: str) -> None:
    given = omega.authorize("omega", 8411, prompt="none").request.args
    for value in (given[name], "other"):
        query = [*given.items(), (name, value)]
        answer = omega.client.get("/authorize", query_string=urlencode(query), base_url=ISSUER)
        if name in ("client_id", "redirect_uri"):
            assert answer.status_code == 400
        else:
            assert sent_back(answer)["error"] == "invalid_request"


@pytest.mark.parametrize("path", ["/authorize", "/logout"])
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_pages_for_browsers_take_get_and_post_only(omega: AuthBrowser, path: str, method: str) -> None:
    assert omega.client.open(path, method=method, base_url=ISSUER).status_code == 405


@pytest.mark.parametrize("client_id", ["", "nobody", "omega\x00", "o" * 5000])
def test_without_a_known_client_nothing_is_redirected(omega: AuthBrowser, client_id: str) -> None:
    answer = omega.authorize("omega", 8411, client_id=client_id)
    assert answer.status_code == 400
    assert 'class="oidc-error"' in answer.text


def userinfo(browser: AuthBrowser, token: str, **more: Any) -> Any:
    call = {"method": "GET", "headers": {"Authorization": f"Bearer {token}"}, **more}
    return browser.client.open("/userinfo", base_url=ISSUER, **call)


@pytest.mark.parametrize(
    ("call", "status"),
    [
        ({"method": "PUT"}, 405),
        ({"headers": {}}, 401),
        ({"headers": {"Authorization": "Basic eDp5"}}, 401),
        ({"headers": {"Authorization": "Bearer"}}, 401),
        ({"headers": {}, "query_string": {"access_token": "<token>"}}, 401),
        ({"headers": {}, "method": "POST", "json": {"access_token": "<token>"}}, 401),
        ({"method": "POST", "data": {"access_token": "<token>"}}, 400),
        ({"headers": {}, "method": "POST", "data": {"access_token": ["<token>", "<token>"]}}, 400),
        ({"headers": {}, "method": "POST", "data": {"access_token": "x" * 70_000}}, 400),
        ({"headers": {"Authorization": "DPoP <token>"}}, 200),
    ],
)
def test_userinfo_takes_a_token_in_one_way(omega: AuthBrowser, call: dict[str, Any], status: int) -> None:
    token = omega.exchange(omega.code("omega", 8411), "omega", 8411).json["access_token"]
    filled = _filled(call, token)
    answer = userinfo(omega, token, **filled)
    assert answer.status_code == status
    assert ("WWW-Authenticate" in answer.headers) == (status in (400, 401))  # RFC 6750 §3


def _filled(value: Any, token: str) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, token) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, token) for one in value]
    return value.replace("<token>", token) if isinstance(value, str) else value


@pytest.mark.parametrize("count", [2, 50])
def test_what_a_replayed_code_gave_ends_for_everybody(stored_provider: Provider, count: int) -> None:
    """RFC 9700 §2.1.1, also when the exchanges arrive together: whichever was first, nothing of it survives."""
    browser = stored_provider.browser()
    browser.sign_in()
    code, start = browser.code(), threading.Barrier(count)
    browsers = [stored_provider.browser() for _ in range(count)]

    def exchange(one: AuthBrowser) -> Any:
        start.wait(30)
        return one.exchange(code).json

    with ThreadPoolExecutor(count) as pool:
        given = [answer for answer in pool.map(exchange, browsers) if "access_token" in answer]
    assert len(given) == 1
    assert userinfo(browser, given[0]["access_token"]).status_code == 401
    for name in ("access_token", "refresh_token"):
        assert send(browser, "/introspect", {"token": given[0][name]}, client="cdap").json == {"active": False}
    form = {"grant_type": REFRESH_TOKEN, "refresh_token": given[0]["refresh_token"]}
    assert error_of(send(browser, "/token", form, client="cdap")) == (400, "invalid_grant")
