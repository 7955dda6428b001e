"""POST /token (RFC 6749 §3.2), without Flask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.adapters.web.oidc.authlib_server import PlainServer
from auth.adapters.web.oidc.client_endpoint import ClientEndpoint
from auth.adapters.web.oidc.errors import Answer
from auth.adapters.web.oidc.grants.authorization_code import CodeGrant
from auth.adapters.web.oidc.grants.client_credentials import ClientTokenGrant
from auth.adapters.web.oidc.grants.device_code import DeviceGrant
from auth.adapters.web.oidc.grants.pkce import OurCodeChallenge
from auth.adapters.web.oidc.grants.refresh_token import RefreshGrant
from auth.adapters.web.oidc.grants.token_exchange import ExchangeGrant
from auth.adapters.web.oidc.plain_requests import PlainRequest
from auth.domain.errors import RequestRefusedError
from auth.use_cases.catalogue import UseCases


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
