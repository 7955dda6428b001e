"""The issuer as a relying party sees it: discovery metadata, keys, token endpoint. Everything has a time-out."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from servicekit.clock import Clock
from servicekit.errors import NotAuthenticatedError
from servicekit.outgoing import client_of
from servicekit.tokens import DEFAULT_SKEW, IssuerUnreachableError, JwksSource

if TYPE_CHECKING:
    import httpx

_TIMEOUT_S = 5.0
_CONNECT_TIMEOUT_S = 2.0
_KEEP = timedelta(hours=1)
_TRY_AGAIN = timedelta(seconds=30)  # what is known is kept at least this long after a failure
_SERVER_ERROR = 500
_UNAVAILABLE = 503  # by its meaning: nothing was done
_OK = 200


@dataclass(frozen=True, kw_only=True)
class OidcLoginSettings:
    """How this service signs people in. At the issuer, register for it: redirect URI `<public_url>/retour`,
    post-logout redirect URI `<public_url>/deconnecte`, back-channel logout URI `<public_url>/backchannel-logout`
    (with session required), `client_secret_basic`, ES256 ID tokens.
    """

    issuer: str  # exactly as in `iss`, for example http://localhost:8400
    client_id: str
    client_secret: str
    resource: str  # RFC 8707: what the access token is for; becomes its `aud`
    scope: str  # for example "openid profile cdap"
    public_url: str  # of this service
    internal_issuer: str = ""  # where this process reaches the issuer, when that is another address
    portal_url: str = ""  # "Mon compte partenaire"; the issuer when empty
    not_me_url: str = ""  # "Ce n'était pas moi"; `<issuer>/ce-n-etait-pas-moi` when empty
    ends_at_issuer: bool = True  # DÉCONNEXION ends on the issuer's page, which says how many extranets were closed;
    # False: on `<public_url>/deconnecte` of this service
    clock_skew: timedelta = DEFAULT_SKEW  # by how much the issuer's clock may be ahead
    refresh_before: timedelta = timedelta(seconds=30)  # new access token this long before the old one expires


class IssuerRefusedError(NotAuthenticatedError):
    """The token endpoint refused: `error_code` is its OAuth error (RFC 6749 §5.2)."""

    reason = "GRANT_REFUSED"

    def __init__(self, error_code: str) -> None:
        """`error_code` as the issuer wrote it, kept only when it looks like one."""
        self.error_code = error_code if error_code.isascii() and error_code.replace("_", "").isalnum() else "unknown"
        super().__init__(f"the token endpoint answered {self.error_code}")


@dataclass(frozen=True, kw_only=True)
class ProviderMetadata:
    """The part of OpenID Connect Discovery 1.0 §3 that is used here."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str
    sends_iss: bool  # RFC 9207: `iss` comes with every authorization response


class Provider:
    """Talks to the issuer. Safe for threads."""

    def __init__(self, settings: OidcLoginSettings, clock: Clock, http: httpx.Client | None = None) -> None:
        """`http` may be given by tests; nothing is fetched before the first use."""
        if http is not None:
            self._http = http
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: ProviderMetadata | None = None
        self._fetched = float("-inf")
        self._keys: JwksSource | None = None

    @cached_property
    def _http(self) -> httpx.Client:
        import httpx  # read at the first request: it is a fifth of a second of every start

        return client_of(self, httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S))

    def metadata(self) -> ProviderMetadata:
        """Discovery metadata, kept for an hour; what is known is used while the issuer does not answer.

        Raises:
            IssuerUnreachableError: nothing is known and the issuer does not answer, or it is another issuer.
        """
        with self._lock:
            if self._metadata is None or self._clock.boottime() - self._fetched > _KEEP.total_seconds():
                try:
                    self._metadata = self._discover()
                    self._fetched = self._clock.boottime()
                except IssuerUnreachableError:
                    if self._metadata is None:
                        raise
                    self._fetched = self._clock.boottime() - (_KEEP - _TRY_AGAIN).total_seconds()
            return self._metadata

    def keys(self) -> JwksSource:
        """The issuer's signing keys.

        Raises:
            IssuerUnreachableError: discovery does not answer.
        """
        if self._keys is None:
            self._keys = JwksSource(self._inside(self.metadata().jwks_uri), http=self._http, clock=self._clock)
        return self._keys

    def exchange_code(self, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        """Tokens for an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.5, RFC 8707 §2.2).

        Raises:
            IssuerRefusedError: the issuer refused.
            IssuerUnreachableError: no answer, or none that can be understood.
        """
        return self._token(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "code_verifier": verifier,
                "resource": self._settings.resource,
            }
        )

    def refresh(self, refresh_token: str) -> Mapping[str, Any]:
        """New tokens (RFC 6749 §6). The refresh token is good for the next time too, unless there is a new one.

        Raises:
            IssuerRefusedError: the issuer refused: the session or its rights ended.
            IssuerUnreachableError: no connection, or no answer that can be understood came.
        """
        return self._token(
            {"grant_type": "refresh_token", "refresh_token": refresh_token, "resource": self._settings.resource}
        )

    def _token(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        import httpx

        # RFC 6749 §2.3.1: both parts are form-encoded before Basic.
        auth = (quote(self._settings.client_id, safe=""), quote(self._settings.client_secret, safe=""))
        url = self._inside(self.metadata().token_endpoint)
        try:
            answer = self._http.post(url, data=dict(form), auth=auth, headers={"Accept": "application/json"})
            content = answer.json() if answer.content else {}
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise IssuerUnreachableError(f"the token endpoint does not answer ({type(error).__name__})") from error
        except (httpx.HTTPError, ValueError) as error:
            raise IssuerUnreachableError(f"no answer of the token endpoint ({type(error).__name__})") from error
        if answer.status_code == _UNAVAILABLE:
            raise IssuerUnreachableError("the token endpoint is not available")
        if answer.status_code >= _SERVER_ERROR or not isinstance(content, dict):
            raise IssuerUnreachableError(f"the token endpoint answered {answer.status_code}")
        if answer.status_code != _OK:
            raise IssuerRefusedError(str(content.get("error", "unknown")))
        return content

    def _discover(self) -> ProviderMetadata:
        import httpx

        url = self._inside(self._settings.issuer) + "/.well-known/openid-configuration"
        try:
            answer = self._http.get(url, headers={"Accept": "application/json"})
            answer.raise_for_status()
            content = answer.json()
            if content["issuer"] != self._settings.issuer:
                raise IssuerUnreachableError("discovery is of another issuer")  # OIDC Discovery §4.3
            return ProviderMetadata(
                authorization_endpoint=str(content["authorization_endpoint"]),
                token_endpoint=str(content["token_endpoint"]),
                jwks_uri=str(content["jwks_uri"]),
                end_session_endpoint=str(content.get("end_session_endpoint", "")),
                sends_iss=content.get("authorization_response_iss_parameter_supported") is True,
            )
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise IssuerUnreachableError(f"discovery does not answer ({type(error).__name__})") from error

    def _inside(self, url: str) -> str:
        """The address this process uses for one of the issuer's public addresses."""
        settings = self._settings
        if settings.internal_issuer and url.startswith(settings.issuer):
            return settings.internal_issuer.rstrip("/") + url[len(settings.issuer) :]
        return url
