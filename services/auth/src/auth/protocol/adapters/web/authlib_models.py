"""What Authlib's grant classes ask of a client, a code and a refresh token, answered from our own values."""

from __future__ import annotations

from auth.clients.domain.clients import Client
from auth.protocol.domain.grants import FoundCode
from auth.protocol.use_cases.refresh_tokens import PresentedToken


class OAuthClient:
    """Of authlib.oauth2.rfc6749.ClientMixin what the token endpoint asks for."""

    def __init__(self, client: Client) -> None:
        self.registered = client
        self.client_id = client.client_id

    def check_grant_type(self, grant_type: str) -> bool:
        return self.registered.may_use(grant_type)


class OAuthCode:
    """authlib.oauth2.rfc6749.AuthorizationCodeMixin."""

    def __init__(self, found: FoundCode) -> None:
        self.found = found
        self.kept = found.kept

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
