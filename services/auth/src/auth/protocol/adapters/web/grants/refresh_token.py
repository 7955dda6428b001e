"""grant_type=refresh_token. Authlib authenticates the client and compares the scope; the use case decides."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import InvalidScopeError
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant

from auth.clients.domain.clients import AUTHENTICATION_METHODS, OFFLINE_ACCESS
from auth.protocol.adapters.web.authlib_models import OAuthRefreshToken
from auth.protocol.use_cases.refresh_tokens import Narrower, RefreshTokens


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]  # Authlib is untyped
    """RFC 6749 §6."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATION_METHODS

    def __init__(self, request: object, server: object, *, refresh_tokens: RefreshTokens) -> None:
        super().__init__(request, server)
        self._refresh_tokens = refresh_tokens

    def authenticate_refresh_token(self, refresh_token: str) -> OAuthRefreshToken | None:
        """See the use case: a token of a public client that comes back ends its family."""
        known = self._refresh_tokens.find(refresh_token, self.request.client.registered)
        return OAuthRefreshToken(known) if known is not None else None

    def _validate_token_scope(self, token: OAuthRefreshToken) -> None:
        """§6: never wider. `offline_access` is passed over here as everywhere."""
        asked = {*self.request.sent.scope.split()} - {OFFLINE_ACCESS}
        if not asked <= {*token.get_scope().split()}:
            raise InvalidScopeError

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Called once client, token and scope are checked."""
        found, client, sent = self.request.refresh_token.found, self.request.client.registered, self.request.sent
        sent.require_resource(found.kept.audience)
        narrower = Narrower(sent.scope, sent.authorization_details)
        tokens = self._refresh_tokens(found, client, self.request.sender, narrower)
        return 200, tokens.to_answer(), self.TOKEN_RESPONSE_HEADER
