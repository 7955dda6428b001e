"""grant_type=authorization_code. Authlib authenticates the client and compares; the use case exchanges."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant

from auth.clients.domain.clients import AUTHENTICATION_METHODS
from auth.protocol.adapters.web.authlib_models import OAuthClient, OAuthCode
from auth.protocol.use_cases.exchange_code import ExchangeCode


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib is untyped
    """RFC 6749 §4.1.3. Codes are issued at /authorize, without Authlib."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATION_METHODS

    def __init__(self, request: object, server: object, *, exchange_code: ExchangeCode) -> None:
        super().__init__(request, server)
        self._exchange_code = exchange_code

    def query_authorization_code(self, code: str, client: OAuthClient) -> OAuthCode | None:
        """A code used before ends what it gave."""
        known = self._exchange_code.find(code, client.registered)
        return OAuthCode(known) if known is not None else None

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Called once client and redirect URI are checked."""
        found, client, sent = self.request.authorization_code.found, self.request.client.registered, self.request.sent
        sent.require_resource(found.kept.audience)
        tokens = self._exchange_code(
            found, client, self.request.sender, verifier=sent.code_verifier, narrower_details=sent.authorization_details
        )
        return 200, tokens.to_answer(), self.TOKEN_RESPONSE_HEADER
