"""grant_type=token-exchange (RFC 8693), which Authlib only names."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, UnauthorizedClientError
from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from auth.clients.domain.clients import AUTHENTICATION_METHODS, TOKEN_EXCHANGE
from auth.protocol.use_cases.exchange_token import ACCESS_TOKEN_TYPE, JWT_TYPE, ExchangeRequest, ExchangeToken

_TYPES = (ACCESS_TOKEN_TYPE, JWT_TYPE)


class ExchangeGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]  # Authlib is untyped
    """The use case decides; no refresh token is ever given (§2.2.1)."""

    GRANT_TYPE = TOKEN_EXCHANGE
    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATION_METHODS

    def __init__(self, request: object, server: object, *, exchange_token: ExchangeToken) -> None:
        super().__init__(request, server)
        self._exchange_token = exchange_token

    def validate_token_request(self) -> None:
        """RFC 8693 §2.1: what must be there, and the types that we know."""
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("the client is not registered for token exchange")
        self.request.client = client
        sent = self.request.sent
        if not sent.subject_token or sent.subject_token_type not in _TYPES:
            raise InvalidRequestError("subject_token and its type, an access token, are needed")
        if (sent.requested_token_type or ACCESS_TOKEN_TYPE) not in _TYPES:
            raise InvalidRequestError("requested_token_type must be an access token")
        if bool(sent.actor_token) != (sent.actor_token_type in _TYPES):
            raise InvalidRequestError("actor_token and its type, an access token, go together")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Called once the client is checked."""
        sent = self.request.sent
        request = ExchangeRequest(
            subject_token=sent.subject_token,
            targets=(*sent.audience, *sent.resource),
            scope=sent.scope,
            details=sent.authorization_details,
            actor_token=sent.actor_token or None,
        )
        tokens = self._exchange_token(self.request.client.registered, request, self.request.sender)
        return 200, tokens.to_answer(), self.TOKEN_RESPONSE_HEADER
