"""grant_type=client_credentials: a client asks for itself (RFC 6749 §4.4)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from auth.clients.domain.clients import AUTHENTICATION_METHODS
from auth.ground.adapters.web.errors import InvalidTargetError


class ClientTokenGrant(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib is untyped
    """Authlib authenticates the client and checks that it may; the use case issues."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATION_METHODS

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Called once the client is checked."""
        client, use_cases = self.request.client.registered, self.server.use_cases
        asked = self.request.payload.datalist.get("resource", ())
        audience = client.resource or use_cases.issuer
        if any(resource != audience for resource in asked):
            raise InvalidTargetError(description="the resource is not this client's")
        scope = self.request.payload.scope or " ".join(client.scope)
        tokens = use_cases.issue_client_token(client, scope, audience, self.request.sender)
        return 200, tokens.to_answer(), self.TOKEN_RESPONSE_HEADER
