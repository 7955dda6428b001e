"""Reads a signed authorization request (RFC 9101): its parameters and no others count."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from auth.clients.domain.clients import Client
from auth.ground.domain.errors import RequestRefusedError
from auth.protocol.domain.client_assertions import (
    ClaimsRefusedError,
    algorithms_of,
    check_request_object,
    check_type,
    key_source,
)
from auth.protocol.domain.client_tokens import ClientTokenRefusedError
from auth.protocol.use_cases.ports import ClientTokens
from servicekit.clock import Clock

_OF_THE_JWT = frozenset({"iss", "aud", "exp", "iat", "nbf", "jti"})
_JSON_PARAMETERS = frozenset({"claims", "authorization_details"})


class ReadRequestObject:
    """The signature is verified with the client's registered keys."""

    def __init__(self, tokens: ClientTokens, clock: Clock, issuer: str) -> None:
        """`issuer`: what a request object must be for."""
        self._tokens = tokens
        self._clock = clock
        self._issuer = issuer

    def __call__(self, client: Client, unverified_request: str) -> Mapping[str, Sequence[str]]:
        """The parameters, each with its values, as if they had come in the query.

        Raises:
            RequestRefusedError: `invalid_request_object`, or `request_not_supported` of a client without keys.
            DependencyUnavailableError: the client's keys cannot be fetched.
        """
        if not client.jwks and not client.jwks_uri:
            raise RequestRefusedError("request_not_supported", "this client has no keys registered for request objects")
        try:
            algorithms = algorithms_of(client, client.request_object_signing_alg)
            signed = self._tokens.verified(key_source(client), unverified_request, algorithms)
            check_type(signed.header, "oauth-authz-req+jwt")
            check_request_object(signed.claims, client, self._issuer, self._clock.now())
        except ClientTokenRefusedError as error:
            raise _refused(error.reason) from error
        except ClaimsRefusedError as error:
            raise _refused(str(error)) from error
        if "request" in signed.claims or "request_uri" in signed.claims:
            raise RequestRefusedError("invalid_request_object", "a request object holds no other request")
        return {name: _texts(name, value) for name, value in signed.claims.items() if name not in _OF_THE_JWT}


def _texts(name: str, value: Any) -> Sequence[str]:
    if name in _JSON_PARAMETERS and isinstance(value, dict | list):
        return (json.dumps(value),)
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, str | int | float):
        return (str(value),)
    raise RequestRefusedError("invalid_request_object", "a parameter of the request object is of a wrong kind")


def _refused(why: str) -> RequestRefusedError:
    return RequestRefusedError("invalid_request_object", f"the request object is refused: {why}")
