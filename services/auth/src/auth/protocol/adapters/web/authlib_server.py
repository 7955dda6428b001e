"""Authlib's authorization server without a web framework: requests are plain dictionaries, answers plain tuples.

Flask costs three quarters of a token request (werkzeug's request.url and request.values); Authlib's own logic 18 µs.
"""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer

from auth.clients.domain.client_profiles import FAPI2
from auth.clients.domain.clients import Client
from auth.front.use_cases.catalogue import UseCases
from auth.ground.adapters.web.errors import Answer, json_answer
from auth.protocol.adapters.web.authlib_models import OAuthClient
from auth.protocol.adapters.web.client_authentication import authenticated
from auth.protocol.adapters.web.plain_requests import PlainRequest
from auth.protocol.domain.bindings import Sender


class PlainServer(AuthorizationServer):  # type: ignore[misc]  # Authlib is untyped
    """Holds the grants; they find the use cases here."""

    def __init__(self, use_cases: UseCases) -> None:
        super().__init__()
        self.use_cases = use_cases

    def query_client(self, client_id: str) -> OAuthClient | None:
        client = self.use_cases.client(client_id)
        return OAuthClient(client) if client is not None else None

    def authenticate_client(self, request: PlainRequest, _methods: object, _endpoint: str = "token") -> OAuthClient:
        """Each client authenticates as it is registered, at every endpoint: what a grant lists does not matter."""
        client = request.caller = authenticated(self.use_cases, request)
        request.sender = self.sender(request, client)
        return OAuthClient(client)

    def sender(self, request: PlainRequest, client: Client) -> Sender:
        """What the client has shown to hold.

        Raises:
            DpopRefusedError, ServerNonceNeededError: see `CheckDpop`.
        """
        certificate = request.certificate.thumbprint if request.certificate is not None else ""
        if request.dpop is None:
            return Sender("", certificate)
        key = self.use_cases.check_dpop(
            request.dpop, request.method, request.uri, nonce_required=client.profile == FAPI2
        )
        return Sender(key, certificate)

    def create_oauth2_request(self, request: PlainRequest) -> PlainRequest:
        return request

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Answer:
        if status in (301, 302):
            return 303, b"", headers  # RFC 9700 §4.12: never 307, and a POST becomes a GET
        return json_answer(status, body, [pair for pair in headers if pair[0] == "WWW-Authenticate"])
