"""The RFC errors, written in one place: JSON to a client that calls (RFC 6749 §5.2, RFC 9449 §5, RFC 6750 §3).

`authorization_response` sends the others back by way of the browser. What the client reads is a code and a short
description without anything that was sent; the reason for operators goes into the log.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import orjson

from auth.ground.domain.errors import (
    BindingRefusedError,
    CertificateRefusedError,
    ClientRefusedError,
    DeviceRefusedError,
    DpopRefusedError,
    ExchangeRefusedError,
    RequestRefusedError,
    ServerNonceNeededError,
)
from servicekit.errors import (
    AccessDeniedError,
    ConcurrentChangeError,
    DependencyUnavailableError,
    NotAuthenticatedError,
    ServiceError,
    TooManyRequestsError,
)

Answer = tuple[int, bytes, list[tuple[str, str]]]
_SOON = "5"  # seconds: what could not be asked is asked again by then
JSON_HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("Pragma", "no-cache")]


class AuthorizationRefusedError(Exception):
    """A check refuses the authorization request. `code`: an error code of OAuth or OpenID Connect."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def client_error(error: ServiceError) -> Answer:
    """What an endpoint for clients answers for one of our errors; the text of most is never shown."""
    if isinstance(error, RequestRefusedError):
        return json_error(400, error.code, error.description)
    if isinstance(error, ClientRefusedError):
        return json_error(401, "invalid_client", str(error))
    if isinstance(error, ServerNonceNeededError):
        return json_error(400, "use_dpop_nonce", str(error))
    if isinstance(error, DpopRefusedError):
        return json_error(400, "invalid_dpop_proof", str(error))
    if isinstance(error, ExchangeRefusedError):
        return json_error(400, error.code, str(error))
    if isinstance(error, DeviceRefusedError):
        return json_error(400, error.code, "")
    if isinstance(error, BindingRefusedError):
        code = "invalid_dpop_proof" if error.reason == "DPOP_PROOF_MISSING" else "invalid_request"
        return json_error(400, code, str(error))
    return _general_error(error)


def _general_error(error: ServiceError) -> Answer:
    if isinstance(error, DependencyUnavailableError | ConcurrentChangeError):
        return unavailable(error)
    if isinstance(error, TooManyRequestsError):
        wait = max(1, math.ceil(error.retry_after.total_seconds()))
        return json_error(429, "temporarily_unavailable", error.reason, [("Retry-After", str(wait))])
    if isinstance(error, CertificateRefusedError):
        return json_error(400, "invalid_request", error.reason)
    if isinstance(error, AccessDeniedError | NotAuthenticatedError):
        return json_error(400, "invalid_grant", error.reason)
    return json_error(400, "invalid_request", error.reason)


def unavailable(error: ServiceError) -> Answer:
    """Something that must be asked does not answer; the header says when to come back."""
    return json_error(503, "temporarily_unavailable", error.reason, [("Retry-After", _SOON)])


def json_error(status: int, code: str, description: str, headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """RFC 6749 §5.2."""
    body = {"error": code, "error_description": description} if description else {"error": code}
    return json_answer(status, body, headers)


def token_refused(code: str) -> Answer:
    """RFC 6750 §3: `code` is empty when no token was sent."""
    header = ("WWW-Authenticate", f'Bearer error="{code}"' if code else "Bearer")
    return json_answer(401, {"error": code} if code else {}, [header])


def json_answer(status: int, body: object, headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """JSON that is not stored."""
    return status, orjson.dumps(body), [*JSON_HEADERS, *headers]
