"""POST /token (RFC 6749 §3.2), without Flask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.adapters.web.oidc.authlib_server import (
    LARGEST_FORM_BYTES,
    PlainRequest,
    PlainServer,
    parse_form,
    read_basic,
    write_basic,
)
from auth.adapters.web.oidc.errors import Answer, json_answer, token_error
from auth.adapters.web.oidc.grants.authorization_code import CodeGrant
from auth.adapters.web.oidc.grants.pkce import RequiredCodeChallenge
from auth.adapters.web.oidc.grants.refresh_token import RotatingGrant
from auth.use_cases.catalogue import UseCases
from servicekit.errors import ServiceError
from servicekit.logging import get_logger

log = get_logger("auth.token")

_FORM = "application/x-www-form-urlencoded"


def make_server(use_cases: UseCases) -> PlainServer:
    """Authlib's server with our grants."""
    server = PlainServer(use_cases)
    server.register_grant(CodeGrant, [RequiredCodeChallenge(required=True)])
    server.register_grant(RotatingGrant)
    return server


class TokenEndpoint:
    """Answers with JSON whatever happens; nothing is stored by anyone in between."""

    def __init__(self, server: PlainServer, issuer: str) -> None:
        """`issuer`: address of the provider."""
        self._server = server
        self._uri = f"{issuer}/token"

    def __call__(self, environ: Mapping[str, Any]) -> Answer:
        """One token request."""
        if environ["REQUEST_METHOD"] != "POST":
            return json_answer(405, {"error": "invalid_request", "error_description": "POST"}, [("Allow", "POST")])
        credentials = read_basic(str(environ.get("HTTP_AUTHORIZATION", "")))
        try:
            lists = _form(environ)
            _refuse_ambiguity(lists, environ, credentials)
        except ValueError as error:
            return json_answer(400, {"error": "invalid_request", "error_description": str(error)})
        headers = {"Authorization": write_basic(credentials)} if credentials else {}
        try:
            answer: Answer = self._server.create_token_response(PlainRequest("POST", self._uri, headers, lists))
        except ServiceError as error:
            log.info("token refused", reason=error.reason)
            return token_error(error)
        except Exception:  # the outermost translator of this endpoint
            log.exception("token request failed")
            return json_answer(500, {"error": "server_error"})
        return answer


def _form(environ: Mapping[str, Any]) -> dict[str, list[str]]:
    if not str(environ.get("CONTENT_TYPE", "")).startswith(_FORM):
        raise ValueError(f"the body must be {_FORM}")
    length = environ.get("CONTENT_LENGTH") or "0"
    size = int(length) if str(length).isdigit() else LARGEST_FORM_BYTES + 1
    if size > LARGEST_FORM_BYTES:
        raise ValueError("the body is too large or of unknown length")
    return parse_form(environ["wsgi.input"].read(size))


def _refuse_ambiguity(
    lists: Mapping[str, list[str]], environ: Mapping[str, Any], credentials: tuple[str, str] | None
) -> None:
    """RFC 6749 §3.2: no parameter twice; §2.3: one way to authenticate, as one client."""
    if any(len(values) > 1 for name, values in lists.items() if name != "resource"):
        raise ValueError("a parameter is there more than once")
    if "client_secret" in lists and environ.get("HTTP_AUTHORIZATION"):
        raise ValueError("the client authenticates in two ways")
    if credentials is not None and lists.get("client_id", [credentials[0]]) != [credentials[0]]:
        raise ValueError("client_id is not the client that authenticates")
