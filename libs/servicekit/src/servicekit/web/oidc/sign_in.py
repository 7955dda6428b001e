"""From an authorization code, or a refresh token, to the content of a session: every check of the tokens is here."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from servicekit.clock import Clock
from servicekit.tokens import AccessTokenVerifier, TokenRefusedError, VerifiedAccessToken
from servicekit.web.oidc.attempts import Attempt
from servicekit.web.oidc.provider import OidcLoginSettings, Provider
from servicekit.web.oidc.provider_tokens import IdToken, Party, verify_id_token, verify_logout_token
from servicekit.web.sessions import LogoutToken, SessionContent


class PartySignIn:
    """Tokens in, session content out."""

    def __init__(self, provider: Provider, settings: OidcLoginSettings, clock: Clock) -> None:
        """Nothing is fetched before the first use."""
        self._provider = provider
        self._settings = settings
        self._clock = clock
        self._verifier: AccessTokenVerifier | None = None

    def verify_access_token(self, unverified_token: str) -> VerifiedAccessToken:
        """The access token, for this service's resource and client.

        Raises:
            TokenRefusedError: a rule is broken, or it was issued to another client.
            IssuerUnreachableError: the keys cannot be had.
        """
        if self._verifier is None:
            self._verifier = AccessTokenVerifier(
                self._settings.issuer,
                self._settings.resource,
                self._provider.keys(),
                clock=self._clock,
                skew=self._settings.clock_skew,
            )
        token = self._verifier.verify(unverified_token)
        if token.client_id != self._settings.client_id:
            raise TokenRefusedError("issued to another client")
        return token

    def finish(self, attempt: Attempt, code: str, redirect_uri: str) -> SessionContent:
        """Exchanges the code and checks what comes back.

        Raises:
            IssuerRefusedError: the issuer refused the code.
            TokenRefusedError: a token breaks a rule.
            IssuerUnreachableError: the issuer does not answer.
        """
        answer = self._provider.exchange_code(code, attempt.verifier, redirect_uri)
        access, access_token = self._access_token(answer)
        id_text = _text(answer, "id_token")
        identity = self._identity(id_text, attempt.nonce, access_token)
        _check_same_person(identity, access)
        return SessionContent(
            sid=identity.sid,
            subject=identity.subject,
            display_name=identity.name,
            organisation=access.organisation.name,
            access_token=access_token,
            access_expires_at=access.expires_at.timestamp(),
            refresh_token=_optional_text(answer, "refresh_token"),
            id_token=id_text,
            last_login_at=identity.last_login_at,
        )

    def renew(self, content: SessionContent) -> SessionContent:
        """Uses the refresh token: the caller has claimed it.

        Raises:
            IssuerRefusedError: the issuer refused.
            TokenRefusedError: a token breaks a rule, or is of somebody else.
            IssuerUnreachableError: the issuer does not answer.
        """
        answer = self._provider.refresh(content.refresh_token or "")
        access, access_token = self._access_token(answer)
        if (access.subject, access.session_id) != (content.subject, content.sid):
            raise TokenRefusedError("the new token is of another session")
        id_text = _optional_text(answer, "id_token")
        if id_text:
            _check_same_person(self._identity(id_text, None, access_token), access)
        return replace(
            content,
            access_token=access_token,
            access_expires_at=access.expires_at.timestamp(),
            refresh_token=_optional_text(answer, "refresh_token") or content.refresh_token,  # RFC 6749 §6
            id_token=id_text or content.id_token,
            organisation=access.organisation.name,
        )

    def verify_logout(self, unverified_token: str) -> LogoutToken:
        """A logout token of the issuer for this client.

        Raises:
            TokenRefusedError: a rule is broken.
            IssuerUnreachableError: the keys cannot be had.
        """
        return verify_logout_token(unverified_token, self._party(), self._clock.now())

    def _identity(self, id_text: str, nonce: str | None, access_token: str) -> IdToken:
        return verify_id_token(id_text, self._party(), self._clock.now(), nonce=nonce, access_token=access_token)

    def _party(self) -> Party:
        return Party(self._settings.issuer, self._settings.client_id, self._provider.keys(), self._settings.clock_skew)

    def _access_token(self, answer: Mapping[str, Any]) -> tuple[VerifiedAccessToken, str]:
        if str(answer.get("token_type", "")).lower() != "bearer":
            raise TokenRefusedError("not a bearer token")
        text = _text(answer, "access_token")
        return self.verify_access_token(text), text


def _check_same_person(identity: IdToken, access: VerifiedAccessToken) -> None:
    if (identity.subject, identity.sid) != (access.subject, access.session_id):
        raise TokenRefusedError("ID token and access token are of different sessions")


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise TokenRefusedError(f"the answer has no {name}")
    return value


def _optional_text(answer: Mapping[str, Any], name: str) -> str | None:
    return _text(answer, name) if answer.get(name) else None
