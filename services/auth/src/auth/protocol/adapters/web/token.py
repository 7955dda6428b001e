"""POST /token (RFC 6749 §3.2), without Flask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.front.use_cases.catalogue import UseCases
from auth.ground.adapters.web.errors import Answer
from auth.ground.domain.errors import RequestRefusedError
from auth.protocol.adapters.web.authlib_server import PlainServer
from auth.protocol.adapters.web.client_endpoint import ClientEndpoint
from auth.protocol.adapters.web.grants.authorization_code import CodeGrant
from auth.protocol.adapters.web.grants.client_credentials import ClientTokenGrant
from auth.protocol.adapters.web.grants.device_code import DeviceGrant
from auth.protocol.adapters.web.grants.pkce import OurCodeChallenge
from auth.protocol.adapters.web.grants.refresh_token import RefreshGrant
from auth.protocol.adapters.web.grants.token_exchange import ExchangeGrant
from auth.protocol.adapters.web.plain_requests import PlainRequest


def make_server(use_cases: UseCases) -> PlainServer:
    """Authlib's server with our grants."""
    server = PlainServer(use_cases)
    server.register_grant(CodeGrant, [OurCodeChallenge(required=True)])
    for grant in (RefreshGrant, ClientTokenGrant, ExchangeGrant, DeviceGrant):
        server.register_grant(grant)
    return server


class TokenEndpoint(ClientEndpoint):
    """The grants stand in `grants/`, one per file."""

    path = "/token"

    def answer(self, request: PlainRequest, environ: Mapping[str, Any]) -> Answer:  # noqa: ARG002
        """One token request."""
        if not request.form.get("grant_type"):  # missing is not the same as unknown (RFC 6749 §5.2)
            raise RequestRefusedError("invalid_request", "grant_type is missing")
        answer: Answer = self.server.create_token_response(request)
        return answer
