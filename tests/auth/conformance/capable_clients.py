"""Clients that may use every grant, and their calls: the negative tests change one thing of each."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey

from auth.clients.domain.clients import GRANT_TYPES, Client
from tests.auth.builders import CHALLENGE, ISSUER, SECRET, AuthBrowser, Provider, a_client
from tests.auth.conformance.suite import ASSERTION_TYPE

KEY = ECKey.generate_key("P-256", {"kid": "omega-key"})
REDIRECT = "http://localhost:8411/retour"

REQUEST: Mapping[str, str] = {
    "response_type": "code",
    "redirect_uri": REDIRECT,
    "scope": "openid",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
CALLS: Mapping[str, Mapping[str, str]] = {
    "/token": {"grant_type": "client_credentials"},
    "/par": REQUEST,
    "/introspect": {"token": "x"},
    "/revoke": {"token": "x"},
    "/device_authorization": {"scope": "openid"},
}
"""A call that each endpoint for clients answers well."""


def a_capable_client(**changes: Any) -> Client:
    """`omega` may use every grant, with a secret."""
    values = {
        "requires_service_contract": False,
        "grant_types": list(GRANT_TYPES),
        "exchange_to": ["cdap"],
        "scope": "openid profile omega cdap",
        **changes,
    }
    return a_client("omega", 8411, **values)


def a_signing_client() -> Client:
    """`signer` is the same with a key in the place of the secret."""
    jwks = {"keys": [KEY.as_dict(private=False)]}
    client = replace(a_capable_client(), client_id="signer", auth_method="private_key_jwt")
    return replace(client, secret_hash="", jwks=jwks, request_object_signing_alg="ES256")


def send(browser: AuthBrowser, path: str, form: Any, *, client: str = "omega", **more: Any) -> Any:
    """A POST of `client` with its secret; `more` goes to werkzeug and may replace everything."""
    pair = f"{client}:{SECRET.replace(' ', '+')}"
    headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    call = {"method": "POST", "data": form, "headers": headers, **more}
    return browser.client.open(path, base_url=ISSUER, **call)


def assertion(provider: Provider, **changes: Any) -> str:
    """A good client assertion of `signer`; None takes a member out."""
    now = int(provider.clock.now().timestamp())
    claims = {"iss": "signer", "sub": "signer", "aud": ISSUER, "jti": "the jti", "iat": now, "exp": now + 60, **changes}
    return _signed({}, claims)


def send_signed(browser: AuthBrowser, path: str, unverified_assertion: str, form: Mapping[str, str]) -> Any:
    """A POST of a client that authenticates with an assertion."""
    signed = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": unverified_assertion}
    return browser.client.post(path, data={**form, **signed}, base_url=ISSUER)


def request_object(provider: Provider, **changes: Any) -> str:
    """A good request object of `signer`; None takes a member out."""
    now = int(provider.clock.now().timestamp())
    claims = {**REQUEST, "iss": "signer", "client_id": "signer", "aud": ISSUER, "nbf": now, "exp": now + 60, **changes}
    return _signed({"typ": "oauth-authz-req+jwt"}, claims)


def _signed(header: Mapping[str, str], claims: Mapping[str, Any]) -> str:
    """By the key of `signer`; the JSON may hold what no UTF-8 can."""
    content = json.dumps({name: value for name, value in claims.items() if value is not None})
    return jws.serialize_compact({"alg": "ES256", "kid": "omega-key", **header}, content.encode(), KEY)


def error_of(answer: Any) -> tuple[int, str]:
    """Status and error of an answer that nobody may store."""
    assert answer.headers["Cache-Control"] == "no-store", answer.headers
    return answer.status_code, answer.json["error"]
