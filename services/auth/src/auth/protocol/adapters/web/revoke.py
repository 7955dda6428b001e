"""POST /revoke (RFC 7009)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.ground.adapters.web.errors import Answer
from auth.ground.domain.errors import RequestRefusedError
from auth.protocol.adapters.web.client_endpoint import Calls, ClientEndpoint
from auth.protocol.adapters.web.plain_requests import PlainRequest
from auth.protocol.use_cases.read_token import ReadToken


class RevokeEndpoint(ClientEndpoint):
    """An unknown token is answered like a revoked one (§2.2)."""

    path = "/revoke"

    def __init__(self, calls: Calls, read_token: ReadToken) -> None:
        """See the use case."""
        super().__init__(calls)
        self._read_token = read_token

    def answer(self, request: PlainRequest, environ: Mapping[str, Any]) -> Answer:  # noqa: ARG002
        """200 without a body."""
        client = self.client(request)
        token = request.sent.token
        if not token:
            raise RequestRefusedError("invalid_request", "token is missing")
        self._read_token.revoke(token, client)
        return 200, b"", [("Cache-Control", "no-store"), ("Pragma", "no-cache")]
