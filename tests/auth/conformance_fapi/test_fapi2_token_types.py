"""`typ` of what a client signs: as its RFC writes it, in any case, with or without `application/`, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.auth.conformance_fapi.builders import ASSERTION_TYPE, FapiClient, public, refusal, signed
from tests.promises import promise

Sent = Callable[[FapiClient, Any], Any]


def _assertion(client: FapiClient, typ: Any) -> Any:
    token = signed(client.assertion_claims(), client.key, kid=client.key.kid, typ=typ)
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": token}
    return client.post("/token", form, client.proof("/token"))


def _request_object(client: FapiClient, typ: Any) -> Any:
    return client.push_object(signed(client.request_claims(), client.key, kid=client.key.kid, typ=typ))


def _proof(client: FapiClient, typ: Any) -> Any:
    token = signed(client.proof_claims("/token"), client.dpop_key, typ=typ, jwk=public(client.dpop_key))
    return client.grant("client_credentials", proof=token)


KINDS: dict[str, tuple[Sent, str, str]] = {
    "assertion": (_assertion, "JWT", "invalid_client"),
    "assertion by its own name": (_assertion, "client-authentication+jwt", "invalid_client"),
    "request object": (_request_object, "oauth-authz-req+jwt", "invalid_request_object"),
    "request object as a JWT": (_request_object, "JWT", "invalid_request_object"),
    "proof": (_proof, "dpop+jwt", "invalid_dpop_proof"),
}
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as written": str,
    "upper case": str.upper,
    "lower case": str.lower,
    "whole": lambda name: f"application/{name}",
    "whole in capitals": lambda name: f"APPLICATION/{name.upper()}",
}


@promise("clients:typ")
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_type_may_be_written_in_every_way_of_its_rfc(omega: FapiClient, kind: str, spelling: str) -> None:
    send, name, _error = KINDS[kind]
    answer = send(omega, SPELLINGS[spelling](name))
    assert answer.status_code in (200, 201), answer.text


@promise("clients:typ")
@pytest.mark.parametrize("typ", ["at+jwt", "text/jwt", "application/x/dpop+jwt", "logout+jwt", "", "jwt;x=y"])
@pytest.mark.parametrize("kind", ["assertion", "request object", "proof"])
def test_a_token_of_another_type_is_refused(omega: FapiClient, kind: str, typ: Any) -> None:
    send, _name, error = KINDS[kind]
    answer = send(omega, typ)
    assert refusal(answer) == (401 if error == "invalid_client" else 400, error)


@promise("clients:typ")
@pytest.mark.parametrize("typ", [None, "JWT", "jwt"])
def test_a_proof_always_names_its_own_type(omega: FapiClient, typ: Any) -> None:
    assert refusal(_proof(omega, typ)) == (400, "invalid_dpop_proof")
