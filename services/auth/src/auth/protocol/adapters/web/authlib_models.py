"""What Authlib's grant classes ask of a client, a code and a refresh token, answered from our own values."""

from __future__ import annotations

from auth.clients.domain.clients import AUTHENTICATION_METHODS, Client
from auth.clients.domain.redirects import is_redirect_uri
from auth.protocol.domain.grants import FoundCode
from auth.protocol.use_cases.refresh_tokens import PresentedToken
from servicekit.identifiers import hash_secret


class OAuthClient:
    """authlib.oauth2.rfc6749.ClientMixin, without its storage."""

    def __init__(self, client: Client) -> None:
        self.registered = client
        self.client_id = client.client_id

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        return None  # a redirect URI is always required

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(self.registered.allowed_scope(scope or ""))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return is_redirect_uri(self.registered, redirect_uri)

    def check_client_secret(self, client_secret: str) -> bool:
        return self.registered.is_secret(hash_secret(client_secret))

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method in AUTHENTICATION_METHODS and self.registered.authenticates_with(method)

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return self.registered.may_use(grant_type)


class OAuthCode:
    """authlib.oauth2.rfc6749.AuthorizationCodeMixin; PKCE reads the challenge from it."""

    code_challenge_method = "S256"

    def __init__(self, found: FoundCode) -> None:
        self.found = found
        self.kept = found.kept
        self.code_challenge = found.kept.code_challenge

    def get_redirect_uri(self) -> str:
        return self.kept.redirect_uri

    def get_scope(self) -> str:
        return self.kept.scope


class OAuthRefreshToken:
    """authlib.oauth2.rfc6749.TokenMixin."""

    def __init__(self, found: PresentedToken) -> None:
        self.found = found
        self.kept = found.kept

    def check_client(self, client: OAuthClient) -> bool:
        return self.kept.client_id == client.client_id

    def get_scope(self) -> str:
        return self.kept.scope
