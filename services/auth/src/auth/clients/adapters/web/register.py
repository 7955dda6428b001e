"""POST /register (RFC 7591) and GET, PUT, DELETE /register/<client_id> (RFC 7592), without Flask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from auth.clients.adapters.web.cross_origin import note_caller
from auth.clients.domain.clients import SECRET_METHODS
from auth.clients.domain.dynamic_registration import write_metadata
from auth.clients.use_cases.register_dynamically import DynamicClient, RegisterDynamically
from auth.ground.adapters.web.bodies import read_body
from auth.ground.adapters.web.errors import Answer, client_error, json_answer, json_error, token_refused
from auth.ground.domain.errors import RegistrationRefusedError, RequestRefusedError
from servicekit.errors import ServiceError
from servicekit.logging import get_logger
from servicekit.media_types import media_type_of

log = get_logger("auth.register")

_JSON = "application/json"


class RegisterEndpoint:
    """Without a token nobody learns anything here, not even whether a client exists."""

    path = "/register"
    entries = "/register/"

    def __init__(self, register: RegisterDynamically, issuer: str) -> None:
        """`issuer`: address of the provider, where an entry is managed."""
        self._register = register
        self._issuer = issuer

    def __call__(self, environ: Mapping[str, Any]) -> Answer:
        """Answers with JSON whatever happens."""
        path, method = str(environ["PATH_INFO"]), str(environ["REQUEST_METHOD"])
        unverified_token = _bearer(environ)
        if unverified_token is None:
            return token_refused("")
        try:
            return self._answer(environ, path, method, unverified_token)
        except RegistrationRefusedError as error:
            log.info("registration refused", reason=error.reason, why=str(error))
            return token_refused("invalid_token")
        except ServiceError as error:
            log.info("registration refused", reason=error.reason, why=str(error))
            return client_error(error)
        except Exception:  # the outermost translator of this endpoint
            log.exception("registration failed")
            return json_error(500, "server_error", "")

    def _answer(self, environ: Mapping[str, Any], path: str, method: str, unverified_token: str) -> Answer:
        if path == self.path:
            return self._told(environ, 201, self._register.register(unverified_token, _metadata(environ)))
        client_id = path.removeprefix(self.entries)
        if method == "DELETE":
            note_caller(environ, self._register.delete(client_id, unverified_token))
            return 204, b"", [("Cache-Control", "no-store"), ("Pragma", "no-cache")]
        if method == "PUT":
            return self._told(environ, 200, self._register.replace(client_id, unverified_token, _metadata(environ)))
        return self._told(environ, 200, self._register.read(client_id, unverified_token))

    def _told(self, environ: Mapping[str, Any], status: int, made: DynamicClient) -> Answer:
        """RFC 7591 §3.2.1, RFC 7592 §3. A secret has no end: `client_secret_expires_at` 0."""
        client = made.client
        note_caller(environ, client)
        body: dict[str, Any] = {
            **write_metadata(client),
            "client_id_issued_at": client.registered_at,
            "registration_client_uri": f"{self._issuer}{self.entries}{client.client_id}",
            "registration_access_token": made.registration_token,
        }
        if made.secret is not None:
            body["client_secret"] = made.secret
        if client.auth_method in SECRET_METHODS:
            body["client_secret_expires_at"] = 0
        return json_answer(status, body)


def _bearer(environ: Mapping[str, Any]) -> str | None:
    """RFC 6750 §2.1: in the header only."""
    scheme, _, token = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.isascii() and token else None


def _metadata(environ: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON object that was sent, of at most 64 KiB.

    Raises:
        RequestRefusedError: it is none.
    """
    if media_type_of(environ.get("CONTENT_TYPE")) != _JSON:
        raise RequestRefusedError("invalid_client_metadata", f"the body must be {_JSON}")
    try:
        content = orjson.loads(read_body(environ))
    except orjson.JSONDecodeError:
        content = None
    if not isinstance(content, dict):
        raise RequestRefusedError("invalid_client_metadata", "the body must be one JSON object")
    return content
