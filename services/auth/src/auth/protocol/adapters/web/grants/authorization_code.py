"""grant_type=authorization_code. Authlib authenticates the client and compares; our use cases issue and exchange."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant

from auth.clients.domain.clients import AUTHENTICATION_METHODS
from auth.ground.adapters.web.errors import refuse_foreign_resource
from auth.people.domain.sessions import Session
from auth.protocol.adapters.web.authlib_models import OAuthClient, OAuthCode
from auth.protocol.use_cases.issue_code import CodeRequest


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib is untyped
    """RFC 6749 §4.1."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATION_METHODS

    def generate_authorization_code(self) -> str:
        """The use case checks the rights and keeps the code; it can only be made here, once the person is known."""
        payload, session = self.request.payload, self.request.user
        client: OAuthClient = self.request.client
        assert isinstance(session, Session)
        issued: str = self.server.use_cases.issue_code(
            session,
            CodeRequest(
                client=client.registered,
                redirect_uri=payload.redirect_uri,
                scope=self.request.scope,
                audience=self.request.resource,
                code_challenge=payload.data.get("code_challenge", ""),
                nonce=payload.data.get("nonce"),
                dpop_key=self.request.details.dpop_key,
                claims_request=self.request.details.claims_request,
                details_request=payload.data.get("authorization_details", ""),
                pushed_hash=self.request.details.pushed_hash,
            ),
        )
        return issued

    def save_authorization_code(self, code: str, request: object) -> None:
        """Kept already."""

    def query_authorization_code(self, code: str, client: OAuthClient) -> OAuthCode | None:
        """A code used before ends what it gave."""
        known = self.server.use_cases.exchange_code.find(code, client.registered)
        return OAuthCode(known) if known is not None else None

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Called once client, redirect URI and verifier are checked."""
        found, client = self.request.authorization_code.found, self.request.client.registered
        refuse_foreign_resource(self.request.payload.datalist.get("resource", ()), found.kept.audience)
        details = self.request.form.get("authorization_details", "")
        tokens = self.server.use_cases.exchange_code(found, client, self.request.sender, details)
        return 200, tokens.to_answer(), self.TOKEN_RESPONSE_HEADER
