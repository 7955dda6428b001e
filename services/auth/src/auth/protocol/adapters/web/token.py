"""POST /token (RFC 6749 §3.2), without Flask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from auth.clients.domain.clients import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    DEVICE_CODE,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
)
from auth.ground.adapters.web.errors import Answer
from auth.ground.domain.errors import RequestRefusedError
from auth.protocol.adapters.web.authlib_server import Grants, PlainServer
from auth.protocol.adapters.web.client_endpoint import Calls, ClientEndpoint
from auth.protocol.adapters.web.grants.authorization_code import CodeGrant
from auth.protocol.adapters.web.grants.client_credentials import ClientTokenGrant
from auth.protocol.adapters.web.grants.device_code import DeviceGrant
from auth.protocol.adapters.web.grants.refresh_token import RefreshGrant
from auth.protocol.adapters.web.grants.token_exchange import ExchangeGrant
from auth.protocol.adapters.web.plain_requests import PlainRequest
from auth.protocol.use_cases.exchange_code import ExchangeCode
from auth.protocol.use_cases.exchange_token import ExchangeToken
from auth.protocol.use_cases.issue_client_token import IssueClientToken
from auth.protocol.use_cases.refresh_tokens import RefreshTokens
from auth.protocol.use_cases.serve_devices import ServeDevices


@dataclass(frozen=True, kw_only=True)
class TokenUseCases:
    """What answers at the token endpoint, one per grant."""

    exchange_code: ExchangeCode
    refresh_tokens: RefreshTokens
    issue_client_token: IssueClientToken
    exchange_token: ExchangeToken
    serve_devices: ServeDevices

    def grants(self) -> Grants:
        """The way to a token, by `grant_type`."""
        return {
            AUTHORIZATION_CODE: partial(CodeGrant, exchange_code=self.exchange_code),
            REFRESH_TOKEN: partial(RefreshGrant, refresh_tokens=self.refresh_tokens),
            CLIENT_CREDENTIALS: partial(ClientTokenGrant, issue_client_token=self.issue_client_token),
            TOKEN_EXCHANGE: partial(ExchangeGrant, exchange_token=self.exchange_token),
            DEVICE_CODE: partial(DeviceGrant, serve_devices=self.serve_devices),
        }


class TokenEndpoint(ClientEndpoint):
    """The grants stand in `grants/`, one per file."""

    path = "/token"

    def __init__(self, calls: Calls, use_cases: TokenUseCases) -> None:
        """One use case per grant."""
        super().__init__(calls)
        self._server = PlainServer(calls.authenticate, use_cases.grants())

    def answer(self, request: PlainRequest, environ: Mapping[str, Any]) -> Answer:  # noqa: ARG002
        """One token request."""
        if not request.sent.grant_type:  # missing is not the same as unknown (RFC 6749 §5.2)
            raise RequestRefusedError("invalid_request", "grant_type is missing")
        return self._server.create_token_response(request)
