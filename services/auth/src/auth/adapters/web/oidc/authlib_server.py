"""Authlib's authorization server without a web framework: requests are plain dictionaries, answers plain tuples.

Flask costs three quarters of a token request (werkzeug's request.url and request.values); Authlib's own logic 18 µs.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from authlib.oauth2.rfc6749 import AuthorizationServer
from authlib.oauth2.rfc6749.requests import OAuth2Payload, OAuth2Request

from auth.adapters.web.oidc.authlib_models import OAuthClient
from auth.adapters.web.oidc.errors import Answer, json_answer
from auth.use_cases.catalogue import UseCases

LARGEST_FORM_BYTES = 64 * 1024


class FormPayload(OAuth2Payload):  # type: ignore[misc]  # Authlib is untyped
    """The parameters of a request; `datalist` keeps repeated ones visible."""

    def __init__(self, lists: Mapping[str, list[str]]) -> None:
        self._lists = lists
        self._first = {name: values[0] for name, values in lists.items()}

    @property
    def data(self) -> dict[str, str]:
        return self._first

    @property
    def datalist(self) -> Mapping[str, list[str]]:
        return self._lists


class PlainRequest(OAuth2Request):  # type: ignore[misc]  # Authlib is untyped
    """A request of Authlib made without werkzeug. The constructor of OAuth2Request is left out on purpose: it checks
    the scheme of the request, which the proxy in front of us has already ended."""

    def __init__(self, method: str, uri: str, headers: Mapping[str, str], lists: Mapping[str, list[str]]) -> None:
        self.method, self.uri, self.headers = method, uri, headers
        self.payload = FormPayload(lists)
        self.client = self.auth_method = self.user = self.credential = None
        self.authorization_code = self.refresh_token = None
        self.resource: str | None = None
        self._scope = self._body = None

    @property
    def args(self) -> dict[str, str]:
        return {}

    @property
    def form(self) -> dict[str, str]:
        data: dict[str, str] = self.payload.data
        return data


class PlainServer(AuthorizationServer):  # type: ignore[misc]  # Authlib is untyped
    """Holds the grants; they find the use cases here."""

    def __init__(self, use_cases: UseCases) -> None:
        super().__init__()
        self.use_cases = use_cases

    def query_client(self, client_id: str) -> OAuthClient | None:
        client = self.use_cases.client(client_id)
        return OAuthClient(client) if client is not None else None

    def create_oauth2_request(self, request: PlainRequest) -> PlainRequest:
        return request

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Answer:
        if status in (301, 302):
            return 303, b"", headers  # RFC 9700 §4.12: never 307, and a POST becomes a GET
        return json_answer(status, body, [pair for pair in headers if pair[0] == "WWW-Authenticate"])


def parse_form(body: bytes) -> dict[str, list[str]]:
    """The parameters of a form body, each with all its values."""
    lists: dict[str, list[str]] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        lists.setdefault(name, []).append(value)
    return lists


def read_basic(header: str) -> tuple[str, str] | None:
    """Identifier and secret, without the form encoding that RFC 6749 §2.3.1 asks of both, which Authlib leaves in.
    None when the header is of another scheme or malformed."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:  # not base64, not ASCII, not UTF-8
        return None
    return (unquote_plus(user), unquote_plus(password)) if colon else None


def write_basic(credentials: tuple[str, str]) -> str:
    """The header as Authlib reads it."""
    return "Basic " + base64.b64encode(":".join(credentials).encode()).decode()
