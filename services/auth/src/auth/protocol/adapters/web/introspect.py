"""POST /introspect (RFC 7662), plain or as a signed JWT (RFC 9701)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.clients.domain.clients import Client
from auth.ground.adapters.web.errors import Answer, json_answer
from auth.ground.domain.errors import ClientRefusedError, RequestRefusedError
from auth.keys.use_cases.ports import Signer
from auth.protocol.adapters.web.client_endpoint import Calls, ClientEndpoint
from auth.protocol.adapters.web.plain_requests import PlainRequest
from auth.protocol.use_cases.read_token import ReadToken
from servicekit.clock import Clock
from servicekit.media_types import accepts_type

_JWT = "application/token-introspection+jwt"


class IntrospectEndpoint(ClientEndpoint):
    """Resource servers are clients; each learns of tokens of its own, or made for it."""

    path = "/introspect"

    def __init__(self, calls: Calls, read_token: ReadToken, signer: Signer, clock: Clock) -> None:
        """`signer` and `clock`: for the answer as a JWT."""
        super().__init__(calls)
        self._read_token = read_token
        self._signer = signer
        self._clock = clock

    def answer(self, request: PlainRequest, environ: Mapping[str, Any]) -> Answer:
        """`active` and, when it is, what the token says."""
        client = self.client(request)
        if not client.is_confidential:
            raise ClientRefusedError("introspection needs a client that authenticates (RFC 7662 section 2.1)")
        token = request.sent.token
        if not token:
            raise RequestRefusedError("invalid_request", "token is missing")
        found = self._read_token.introspect(token, client)
        if client.introspection_signed_response_alg is not None or accepts_type(environ.get("HTTP_ACCEPT"), _JWT):
            return self._signed(found, client)
        return json_answer(200, found)

    def _signed(self, found: Mapping[str, Any], client: Client) -> Answer:
        """RFC 9701 §5: the answer in one claim, so that it is never mistaken for an access token."""
        claims = {
            "iss": self._calls.issuer,
            "aud": client.client_id,
            "iat": int(self._clock.now().timestamp()),
            "token_introspection": found,
        }
        algorithm = client.introspection_signed_response_alg or client.id_token_signed_response_alg
        signed = self._signer.sign("token-introspection+jwt", claims, algorithm)
        return 200, signed.encode(), [("Content-Type", _JWT), ("Cache-Control", "no-store"), ("Pragma", "no-cache")]
