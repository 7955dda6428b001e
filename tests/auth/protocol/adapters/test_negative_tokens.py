"""Forged, stale and misdirected JWTs at every endpoint that reads one: access tokens, hints, assertions, requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from auth.clients.domain.clients import CLIENT_CREDENTIALS, REFRESH_TOKEN, TOKEN_EXCHANGE
from auth.protocol.use_cases.exchange_token import ACCESS_TOKEN_TYPE
from tests.auth.builders import CHALLENGE, ISSUER, VERIFIER, AuthBrowser, Provider, a_client, sent_back
from tests.auth.conformance.capable_clients import (
    CALLS,
    KEY,
    a_capable_client,
    a_signing_client,
    assertion,
    error_of,
    request_object,
    send,
    send_signed,
)
from tests.auth.conformance.forgeries import EXPIRED, OF_OUR_OWN, SIGNATURES, Forge, Workshop, own_key

ACCESS_TOKENS = {**SIGNATURES, **OF_OUR_OWN, **EXPIRED}
HINTS = {**SIGNATURES, **OF_OUR_OWN}  # an ID token that is over is still a good hint (RP-Initiated Logout 1.0 §2)
OTHER_CLAIMS: Mapping[str, Mapping[str, Any]] = {
    "another audience": {"aud": "https://evil.example"},
    "no audience": {"aud": None},
    "expired": {"exp": 1},
    "no end": {"exp": None},
    "an end that is no number": {"exp": "soon"},
    "an end beyond all calendars": {"exp": 10**20},
    "an end far away": {"exp": 2 * 10**9},
    "not valid yet": {"nbf": 2 * 10**9},
    "another issuer": {"iss": "omega"},
}
OF_AN_ASSERTION: Mapping[str, Mapping[str, Any]] = {
    **OTHER_CLAIMS,
    "several audiences": {"aud": [ISSUER, "https://other.example"]},
    "another subject": {"sub": "omega"},
    "no name": {"jti": None},
    "an endless name": {"jti": "x" * 300},
    "issued later": {"iat": 2 * 10**9},
}
OF_A_REQUEST: Mapping[str, Mapping[str, Any]] = {
    **{name: claims for name, claims in OTHER_CLAIMS.items() if "no " not in name.partition(" that")[0]},
    "another client": {"client_id": "omega"},
    "a subject": {"sub": "signer"},
    "another request inside": {"request": "x.y.z"},
    "a reference inside": {"request_uri": "urn:ietf:params:oauth:request_uri:x"},
    "a parameter of a strange kind": {"scope": {"openid": True}},
}


@pytest.fixture
def omega(provider: Provider) -> AuthBrowser:
    """A signed-in browser at a provider that knows `omega`, with a secret, and `signer`, with a key."""
    provider.add(a_capable_client(), a_signing_client())
    browser = provider.browser()
    browser.sign_in()
    return browser


@pytest.fixture
def tokens(omega: AuthBrowser) -> Any:
    """What omega got for the person."""
    return omega.exchange(omega.code("omega", 8411), "omega", 8411).json


def workshop(provider: Provider, token: str, key: Any = None) -> Workshop:
    return Workshop(token, key or own_key(provider), int(provider.clock.now().timestamp()))


def bearer(browser: AuthBrowser, token: str) -> Any:
    return browser.client.get("/userinfo", headers={"Authorization": f"Bearer {token}"}, base_url=ISSUER)


def exchange(browser: AuthBrowser, token: str, **more: str) -> Any:
    form = {"grant_type": TOKEN_EXCHANGE, "subject_token": token, "subject_token_type": ACCESS_TOKEN_TYPE}
    return send(browser, "/token", form | {"audience": "cdap"} | more)


@pytest.mark.parametrize("forge", ACCESS_TOKENS.values(), ids=ACCESS_TOKENS)
def test_a_forged_access_token_opens_nothing(provider: Provider, omega: AuthBrowser, tokens: Any, forge: Forge) -> None:
    genuine = tokens["access_token"]
    unverified = forge(workshop(provider, genuine))
    answer = bearer(omega, unverified)
    assert error_of(answer) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert send(omega, "/introspect", {"token": unverified}).json == {"active": False}
    assert error_of(exchange(omega, unverified)) == (400, "invalid_request")
    assert send(omega, "/revoke", {"token": unverified}).status_code == 200
    assert bearer(omega, genuine).status_code == 200


@pytest.mark.parametrize("forge", HINTS.values(), ids=HINTS)
def test_a_forged_hint_is_believed_nowhere(provider: Provider, omega: AuthBrowser, tokens: Any, forge: Forge) -> None:
    unverified = forge(workshop(provider, tokens["id_token"]))
    back = sent_back(omega.authorize("omega", 8411, id_token_hint=unverified, prompt="none"))
    assert (back["error"], back["iss"]) == ("invalid_request", ISSUER)
    asked = omega.get("/logout", id_token_hint=unverified)
    assert asked.status_code in (200, 400)
    assert omega.get("/").status_code == 200


@pytest.mark.parametrize("kind", ["id_token", "refresh_token", "token of a client", "logout token"])
def test_a_token_of_another_kind_is_no_access_token(
    provider: Provider, omega: AuthBrowser, tokens: Any, kind: str
) -> None:
    now = int(provider.clock.now().timestamp())
    others = {
        **tokens,
        "token of a client": send(omega, "/token", {"grant_type": CLIENT_CREDENTIALS}).json["access_token"],
        "logout token": provider.keys.sign("logout+jwt", {"iss": ISSUER, "exp": now + 60}),
    }
    other = others[kind]
    assert bearer(omega, other).status_code in (401, 403)
    assert error_of(exchange(omega, other)) == (400, "invalid_request")


def test_an_access_token_for_another_audience_opens_nothing(
    provider: Provider, omega: AuthBrowser, tokens: Any
) -> None:
    misdirected = workshop(provider, tokens["access_token"]).again(aud="http://localhost:8402")
    assert error_of(bearer(omega, misdirected)) == (401, "invalid_token")
    assert send(omega, "/introspect", {"token": tokens["access_token"]}, client="cdap").json == {"active": False}
    assert error_of(exchange(omega, omega.exchange(omega.code()).json["access_token"])) == (400, "invalid_request")


def test_the_end_of_a_token_is_to_the_second(provider: Provider, omega: AuthBrowser, tokens: Any) -> None:
    provider.clock.advance(timedelta(seconds=tokens["expires_in"] - 1))
    assert bearer(omega, tokens["access_token"]).status_code == 200
    provider.clock.advance(timedelta(seconds=1))
    assert bearer(omega, tokens["access_token"]).status_code == 401
    assert send(omega, "/introspect", {"token": tokens["access_token"]}).json == {"active": False}


@pytest.mark.parametrize("way", ["revoked", "refresh token revoked", "session ended", "account locked"])
def test_a_token_that_ended_early_opens_nothing(provider: Provider, omega: AuthBrowser, tokens: Any, way: str) -> None:
    _end(provider, omega, tokens, way)
    assert bearer(omega, tokens["access_token"]).status_code == 401
    assert send(omega, "/introspect", {"token": tokens["access_token"]}).json == {"active": False}
    assert error_of(exchange(omega, tokens["access_token"])) == (400, "invalid_request")


def _end(provider: Provider, browser: AuthBrowser, tokens: Any, way: str) -> None:
    if way == "revoked":
        send(browser, "/revoke", {"token": tokens["access_token"]})
    elif way == "refresh token revoked":
        send(browser, "/revoke", {"token": tokens["refresh_token"]})
    elif way == "session ended":
        browser.submit(browser.get("/"), "/deconnexion")
    else:
        account = provider.read(lambda repos: next(iter(repos.accounts.rows.values())))
        locked = replace(account, locked_at=provider.clock.now(), locked_reason="LEFT")
        provider.work.write(lambda repos: repos.accounts.save(locked))


def test_only_its_own_client_revokes_a_token(omega: AuthBrowser, tokens: Any) -> None:
    for name in ("access_token", "refresh_token"):
        assert send(omega, "/revoke", {"token": tokens[name]}, client="cdap").status_code == 200
    assert bearer(omega, tokens["access_token"]).status_code == 200
    form = {"grant_type": REFRESH_TOKEN, "refresh_token": tokens["refresh_token"]}
    assert send(omega, "/token", form).status_code == 200


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"audience": "mon-enfant"}, "invalid_target"),
        ({"audience": "https://evil.example"}, "invalid_target"),
        ({"resource": "http://localhost:8410"}, "invalid_target"),
        ({"scope": "openid admin"}, "invalid_scope"),
        ({"scope": "mon-enfant"}, "invalid_scope"),
        ({"actor_token": "x", "actor_token_type": ACCESS_TOKEN_TYPE}, "invalid_request"),
    ],
)
def test_an_exchange_only_narrows(omega: AuthBrowser, tokens: Any, more: dict[str, str], error: str) -> None:
    assert error_of(exchange(omega, tokens["access_token"], **more)) == (400, error)


Make = Callable[[Provider], str]


def forged(make: Make, forge: Forge) -> Make:
    """What a client signed, put together wrongly."""
    return lambda provider: forge(workshop(provider, make(provider), KEY))


def saying(make: Callable[..., str], claims: Mapping[str, Any]) -> Make:
    """What a client signed, with other claims."""
    return lambda provider: make(provider, **claims)


ASSERTIONS: Mapping[str, Make] = {
    **{name: forged(assertion, forge) for name, forge in SIGNATURES.items()},
    **{name: saying(assertion, claims) for name, claims in OF_AN_ASSERTION.items()},
    "typ of an access token": forged(assertion, lambda shop: shop.again(header={"typ": "at+jwt"})),
    "an access token of ours": lambda provider: provider.keys.sign("at+jwt", {"iss": "signer", "sub": "signer"}),
}


@pytest.mark.parametrize("make", ASSERTIONS.values(), ids=ASSERTIONS)
def test_a_bad_assertion_authenticates_nobody(provider: Provider, omega: AuthBrowser, make: Make) -> None:
    for path, form in CALLS.items():
        answer = send_signed(omega, path, make(provider), {**form, "client_id": "signer"})
        assert (path, error_of(answer)) == (path, (401, "invalid_client"))
    assert send_signed(omega, "/token", assertion(provider), CALLS["/token"]).status_code == 200


@pytest.mark.parametrize("path", sorted(CALLS))
def test_an_assertion_serves_once_whatever_the_endpoint(provider: Provider, omega: AuthBrowser, path: str) -> None:
    unverified = assertion(provider)
    assert send_signed(omega, path, unverified, CALLS[path]).status_code in (200, 201)
    for again in CALLS:
        assert error_of(send_signed(omega, again, unverified, CALLS[again])) == (401, "invalid_client")


@pytest.mark.parametrize("kind", ["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"])
def test_an_assertion_of_an_unnamed_type_is_refused(provider: Provider, omega: AuthBrowser, kind: str) -> None:
    form = {**CALLS["/token"], "client_assertion": assertion(provider), "client_assertion_type": kind}
    assert error_of(omega.client.post("/token", data=form, base_url=ISSUER)) == (401, "invalid_client")


REQUESTS: Mapping[str, Make] = {
    **{name: forged(request_object, forge) for name, forge in SIGNATURES.items()},
    **{name: saying(request_object, claims) for name, claims in OF_A_REQUEST.items()},
    "an assertion": assertion,
}


@pytest.mark.parametrize("make", REQUESTS.values(), ids=REQUESTS)
def test_a_bad_request_object_asks_for_nothing(provider: Provider, omega: AuthBrowser, make: Make) -> None:
    unverified = make(provider)
    back = sent_back(omega.authorize("signer", 8411, request=unverified, redirect_uri="http://localhost:8411/retour"))
    assert (back["error"], back["iss"]) == ("invalid_request_object", ISSUER)
    answer = send_signed(omega, "/par", assertion(provider), {"request": unverified})
    assert error_of(answer) == (400, "invalid_request_object")
    good = omega.get("/authorize", client_id="signer", request=request_object(provider))
    assert "code" in sent_back(good)


def test_a_token_bound_to_a_key_is_no_bearer_token(provider: Provider, omega: AuthBrowser, tokens: Any) -> None:
    bound = workshop(provider, tokens["access_token"]).again(cnf={"jkt": "A" * 43})
    assert error_of(bearer(omega, bound)) == (401, "invalid_token")
    assert error_of(exchange(omega, bound)) == (400, "invalid_request")


def test_a_device_code_serves_its_own_client_once(provider: Provider, omega: AuthBrowser) -> None:
    provider.add(a_client("cdap", grant_types=["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"]))
    codes = send(omega, "/device_authorization", {"scope": "openid"}).json
    poll = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": codes["device_code"]}
    assert error_of(send(omega, "/token", poll, client="cdap")) == (400, "invalid_grant")
    assert error_of(send(omega, "/token", poll)) == (400, "authorization_pending")
    assert error_of(send(omega, "/token", poll)) == (400, "slow_down")
    page = omega.submit(omega.get("/device", user_code=codes["user_code"]), "/device", user_code=codes["user_code"])
    omega.submit(page, "/device/decision", allow="1")
    assert send(omega, "/token", poll).status_code == 200
    assert error_of(send(omega, "/token", poll)) == (400, "invalid_grant")


def test_a_device_code_that_is_over_gives_nothing(provider: Provider, omega: AuthBrowser) -> None:
    codes = send(omega, "/device_authorization", {"scope": "openid"}).json
    provider.clock.advance(timedelta(seconds=codes["expires_in"]))
    poll = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": codes["device_code"]}
    assert error_of(send(omega, "/token", poll)) == (400, "expired_token")


@pytest.mark.parametrize(
    ("challenge", "verifier", "error"),
    [
        (None, VERIFIER, "invalid_grant"),  # a challenge that somebody took out of the request (RFC 9700 §2.1.1)
        (CHALLENGE, "", "invalid_grant"),  # one without a value counts as left out (RFC 6749 §3.2)
        (CHALLENGE, CHALLENGE, "invalid_grant"),
        (CHALLENGE, VERIFIER[:42], "invalid_grant"),
        (CHALLENGE, VERIFIER + "x", "invalid_grant"),
        (CHALLENGE, VERIFIER.swapcase(), "invalid_grant"),
    ],
)
def test_a_verifier_is_for_its_challenge_alone(
    provider: Provider, omega: AuthBrowser, challenge: str | None, verifier: str, error: str
) -> None:
    provider.add(a_capable_client(profile="interoperable"))
    method = "S256" if challenge else None
    code = omega.code("omega", 8411, code_challenge=challenge, code_challenge_method=method)
    refused = omega.exchange(code, "omega", 8411, code_verifier=verifier)
    assert error_of(refused) == (400, error)
    good = omega.exchange(code, "omega", 8411, code_verifier=VERIFIER if challenge else "")
    assert good.status_code == 200
