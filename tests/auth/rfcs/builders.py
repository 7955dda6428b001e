"""Clients and calls that several of these tests make."""

from __future__ import annotations

import base64
from typing import Any

from auth.clients.domain.client_registration import parse_client
from auth.clients.domain.clients import AUTHORIZATION_CODE, REFRESH_TOKEN, TOKEN_EXCHANGE, Client
from auth.protocol.use_cases.exchange_token import ACCESS_TOKEN_TYPE
from tests.auth.builders import CHALLENGE, ISSUER, SECRET, VERIFIER, AuthBrowser, a_client, sent_back

OMEGA, CDAP = "http://localhost:8411", "http://localhost:8402"


def a_public_client(**changes: Any) -> Client:
    """`tablet` has no secret."""
    entry = {
        "client_id": "tablet",
        "owner": "national",
        "code": "tablet",
        "name": "Tablette",
        "redirect_uris": ["http://localhost:8414/retour"],
        "scope": "openid tablet",
        "token_endpoint_auth_method": "none",
        "first_party": True,
        "requires_service_contract": False,
        **changes,
    }
    return parse_client(entry, "")


def an_exchanging_client(**changes: Any) -> Client:
    """`omega` may act for a person at cdap."""
    values = {
        "requires_service_contract": False,
        "exchange_to": ["cdap"],
        "grant_types": [AUTHORIZATION_CODE, REFRESH_TOKEN, TOKEN_EXCHANGE],
        "scope": "openid profile email omega cdap",
        **changes,
    }
    return a_client("omega", 8411, **values)


def tokens(browser: AuthBrowser, client_id: str = "cdap", port: int = 8402, **changes: str | None) -> Any:
    """The tokens that a client gets of a person who is signed in."""
    answer = browser.exchange(browser.code(client_id, port, **changes), client_id, port)
    assert answer.status_code == 200, answer.text
    return answer.json


def public_tokens(browser: AuthBrowser, **headers: str) -> Any:
    """The tokens of the public client."""
    form = {
        "grant_type": "authorization_code",
        "client_id": "tablet",
        "owner": "national",
        "code": sent_back(browser.authorize("tablet", 8414, scope="openid tablet"))["code"],
        "redirect_uri": "http://localhost:8414/retour",
        "code_verifier": VERIFIER,
    }
    return browser.client.post("/token", data=form, headers=headers, base_url=ISSUER)


def public_refresh(browser: AuthBrowser, token: str, **headers: str) -> Any:
    """The public client uses a refresh token."""
    form = {"grant_type": "refresh_token", "client_id": "tablet", "refresh_token": token}
    return browser.client.post("/token", data=form, headers=headers, base_url=ISSUER)


def exchange(browser: AuthBrowser, subject_token: str, client_id: str = "omega", /, **changes: str) -> Any:
    """The answer to a token exchange; an empty value leaves a parameter out."""
    form = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": subject_token,
        "subject_token_type": ACCESS_TOKEN_TYPE,
        "resource": CDAP,
        "scope": "cdap",
        **changes,
    }
    return browser.token(client_id, **{name: value for name, value in form.items() if value})


def call(browser: AuthBrowser, path: str, client_id: str = "cdap", /, **form: str) -> Any:
    """A call of a client with its secret, without parameters that are empty."""
    pair = f"{client_id}:{SECRET.replace(' ', '+')}"
    headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    sent = {name: value for name, value in form.items() if value}
    return browser.client.post(path, data=sent, headers=headers, base_url=ISSUER)


def code_exchange(browser: AuthBrowser, code: str, **headers: str) -> Any:
    """cdap exchanges a code; it sends its secret in the form, so that headers are free for proofs."""
    form = {
        "grant_type": AUTHORIZATION_CODE,
        "code": code,
        "redirect_uri": f"{CDAP}/retour",
        "code_verifier": VERIFIER,
        "client_id": "cdap",
        "client_secret": SECRET,
    }
    return browser.client.post("/token", data=form, headers=headers, base_url=ISSUER)


def introspect(browser: AuthBrowser, token: str, client_id: str = "cdap") -> Any:
    """What a client is told of a token."""
    answer = call(browser, "/introspect", client_id, token=token)
    assert answer.status_code == 200, answer.text
    return answer.json


def userinfo(browser: AuthBrowser, access_token: str, scheme: str = "Bearer", **headers: str) -> Any:
    """The answer of userinfo."""
    sent = {"Authorization": f"{scheme} {access_token}", **headers}
    return browser.client.get("/userinfo", headers=sent, base_url=ISSUER)


def plain_request(**changes: str | None) -> dict[str, str]:
    """An authorization request of cdap, for a form or a request object."""
    request: dict[str, str | None] = {
        "response_type": "code",
        "redirect_uri": f"{CDAP}/retour",
        "scope": "openid cdap",
        "state": "the state",
        "nonce": "the nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in request.items() if value is not None}
