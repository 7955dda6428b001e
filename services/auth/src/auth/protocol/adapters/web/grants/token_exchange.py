"""grant_type=token-exchange (RFC 8693), which Authlib only names."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, UnauthorizedClientError
from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from auth.clients.domain.clients import AUTHENTICATION_METHODS, TOKEN_EXCHANGE
from auth.protocol.use_cases.exchange_token import ACCESS_TOKEN_TYPE, JWT_TYPE, ExchangeRequest

_TYPES = (ACCESS_TOKEN_TYPE, JWT_TYPE)


class ExchangeGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]  # Authlib is untyped
    """The use case decides; no refresh token is ever given (§2.2.1)."""

    GRANT_TYPE = TOKEN_EXCHANGE
    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATION_METHODS

    def validate_token_request(self) -> None:
        """RFC 8693 §2.1: what must be there, and the types that we know."""
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("the client is not registered for token exchange")
        self.request.client = client
        form = self.request.form
        if not form.get("subject_token") or form.get("subject_token_type") not in _TYPES:
            raise InvalidRequestError("subject_token and its type, an access token, are needed")
        if form.get("requested_token_type", ACCESS_TOKEN_TYPE) not in _TYPES:
            raise InvalidRequestError("requested_token_type must be an access token")
        if bool(form.get("actor_token")) != (form.get("actor_token_type") in _TYPES):
            raise InvalidRequestError("actor_token and its type, an access token, go together")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Called once the client is checked."""
        form, lists = self.request.form, self.request.payload.datalist
        request = ExchangeRequest(
            subject_token=form["subject_token"],
            targets=(*lists.get("audience", ()), *lists.get("resource", ())),
            scope=form.get("scope", ""),
            details=form.get("authorization_details", ""),
            actor_token=form.get("actor_token") or None,
        )
        tokens = self.server.use_cases.exchange_token(self.request.client.registered, request, self.request.sender)
        return 200, tokens.to_answer(), self.TOKEN_RESPONSE_HEADER
