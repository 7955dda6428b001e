"""The RFC errors: at the token endpoint (RFC 6749 §5.2) and back at the client (§4.1.2.1, RFC 9207)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit, urlunsplit

import orjson
from authlib.oauth2.rfc6749.errors import OAuth2Error

from servicekit.errors import (
    AccessDeniedError,
    DependencyUnavailableError,
    NotAuthenticatedError,
    ServiceError,
    TooManyRequestsError,
)

Answer = tuple[int, bytes, list[tuple[str, str]]]
JSON_HEADERS = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), ("Pragma", "no-cache")]


class AuthorizationRefusedError(Exception):
    """A check refuses the authorization request. `code`: an error code of OAuth or OpenID Connect."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """RFC 8707 §2: the resource asked for is not the client's."""

    error = "invalid_target"


def refuse_foreign_resource(asked: Sequence[str], audience: str) -> None:
    """RFC 8707 §2.2: at the token endpoint too, a resource is the one that was granted, or refused.

    Raises:
        InvalidTargetError: another one.
    """
    if any(resource != audience for resource in asked):
        raise InvalidTargetError(description="the resource is not the one that was granted")


def token_error(error: ServiceError) -> Answer:
    """What the token endpoint answers for one of our errors; its text is never shown."""
    if isinstance(error, DependencyUnavailableError):
        return json_answer(503, {"error": "temporarily_unavailable", "error_description": error.reason})
    if isinstance(error, TooManyRequestsError):
        return json_answer(429, {"error": "temporarily_unavailable", "error_description": error.reason})
    if isinstance(error, AccessDeniedError | NotAuthenticatedError):
        return json_answer(400, {"error": "invalid_grant", "error_description": error.reason})
    return json_answer(400, {"error": "invalid_request", "error_description": error.reason})


def json_answer(status: int, body: object, headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """JSON that is not stored."""
    return status, orjson.dumps(body), [*JSON_HEADERS, *headers]


def with_query(address: str, parameters: Sequence[tuple[str, str]]) -> str:
    """The address with more parameters; those it has are kept as they are (RFC 6749 §3.1.2)."""
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, urlencode(parameters))))
    return urlunsplit(parts._replace(query=query))


def error_location(redirect_uri: str, error: tuple[str, str], state: str | None, issuer: str) -> str:
    """Where the browser goes with an error; `iss` tells the client whose answer it is (RFC 9207 §2)."""
    code, description = error
    parameters = [("error", code)]
    if description:
        parameters.append(("error_description", description))
    if state is not None:
        parameters.append(("state", state))
    return with_query(redirect_uri, [*parameters, ("iss", issuer)])
