"""What Authlib's grants ask of the server around them, without a web framework: requests are plain values.

Flask costs three quarters of a token request (werkzeug's request.url and request.values); Authlib's own logic 18 µs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from authlib.oauth2.rfc6749 import UnsupportedGrantTypeError

from auth.ground.adapters.web.errors import Answer, json_answer
from auth.protocol.adapters.web.authlib_models import OAuthClient
from auth.protocol.adapters.web.client_authentication import ClientAuthentication
from auth.protocol.adapters.web.plain_requests import PlainRequest

Grants = Mapping[str, Callable[[PlainRequest, "PlainServer"], Any]]
"""By `grant_type`: makes the grant of one request."""


class PlainServer:
    """Finds the grant of a request and lets it answer."""

    def __init__(self, authenticate: ClientAuthentication, grants: Grants) -> None:
        """The grants stand in `grants/`, one per file; `bootstrap` gives each its use case."""
        self._authenticate = authenticate
        self._grants = grants

    def create_token_response(self, request: PlainRequest) -> Answer:
        """The answer of the grant.

        Raises:
            OAuth2Error: what Authlib refuses.
            ServiceError: what the use case refuses.
        """
        make = self._grants.get(request.sent.grant_type)
        if make is None:
            raise UnsupportedGrantTypeError(request.sent.grant_type)
        grant = make(request, self)
        grant.validate_token_request()
        return written(*grant.create_token_response())

    def authenticate_client(self, request: PlainRequest, _methods: object, _endpoint: str = "token") -> OAuthClient:
        """As it is registered: what a grant lists does not matter."""
        return OAuthClient(self._authenticate(request))

    def validate_requested_scope(self, _scope: str | None) -> None:
        """The use case takes of a scope what is the client's."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""


def written(status: int, body: Any, headers: list[tuple[str, str]]) -> Answer:
    """What Authlib answers, as every answer of ours to a client."""
    return json_answer(status, body, [pair for pair in headers if pair[0] == "WWW-Authenticate"])
