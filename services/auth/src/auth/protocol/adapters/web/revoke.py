"""POST /revoke (RFC 7009)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.ground.adapters.web.errors import Answer
from auth.ground.domain.errors import RequestRefusedError
from auth.protocol.adapters.web.client_endpoint import ClientEndpoint
from auth.protocol.adapters.web.plain_requests import PlainRequest


class RevokeEndpoint(ClientEndpoint):
    """An unknown token is answered like a revoked one (§2.2)."""

    path = "/revoke"

    def answer(self, request: PlainRequest, environ: Mapping[str, Any]) -> Answer:  # noqa: ARG002
        """200 without a body."""
        client = self.client(request)
        token = request.form.get("token")
        if not token:
            raise RequestRefusedError("invalid_request", "token is missing")
        self.use_cases.read_token.revoke(token, client)
        return 200, b"", [("Cache-Control", "no-store"), ("Pragma", "no-cache")]
