"""grant_type=client_credentials: a client asks for itself (RFC 6749 §4.4)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from auth.clients.domain.clients import AUTHENTICATION_METHODS
from auth.protocol.use_cases.issue_client_token import IssueClientToken


class ClientTokenGrant(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib is untyped
    """Authlib authenticates the client and checks that it may; the use case issues."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATION_METHODS

    def __init__(self, request: object, server: object, *, issue_client_token: IssueClientToken) -> None:
        super().__init__(request, server)
        self._issue_client_token = issue_client_token

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Called once the client is checked."""
        client, sent = self.request.client.registered, self.request.sent
        sent.require_resource(self._issue_client_token.audience_of(client))
        tokens = self._issue_client_token(client, sent.scope, self.request.sender)
        return 200, tokens.to_answer(), self.TOKEN_RESPONSE_HEADER
