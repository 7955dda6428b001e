"""Verification of access tokens (RFC 9068): what a resource server believes, and nothing else.

Only the issuer's own keys count: `jku`, `jwk`, `x5u` and `x5c` of a header are never looked at. The algorithm is ES256
and the type `at+jwt`, so an ID token or a logout token is refused.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet

from servicekit.clock import Clock, SystemClock
from servicekit.errors import NotAuthenticatedError
from servicekit.identifiers import base64url
from servicekit.issuer_keys import IssuerUnreachableError, JwksRefresh, JwksSource
from servicekit.media_types import token_type_is
from servicekit.remembered import Remembered

__all__ = [
    "AccessTokenVerifier",
    "IssuerUnreachableError",
    "JwksRefresh",
    "JwksSource",
    "TokenNotBoundError",
    "TokenOrganisation",
    "TokenRefusedError",
    "VerifiedAccessToken",
    "check_issuer_and_audience",
    "check_times",
    "text_claim",
    "verified_claims",
]

ALGORITHM = "ES256"
_TYPES = {"at+jwt"}
_LONGEST_TOKEN = 16 * 1024
DEFAULT_SKEW = timedelta(seconds=5)
"""By how much the issuer's clock may be ahead when nothing else is set."""


class TokenNotBoundError(NotAuthenticatedError):
    """The token is good for whoever holds it, and this service takes only one that is bound to a key (RFC 8705 §3)."""

    reason = "TOKEN_NOT_BOUND"


class TokenRefusedError(NotAuthenticatedError):
    """The token is not one this service accepts. The message says which rule, never the token."""

    reason = "TOKEN_REFUSED"


@dataclass(frozen=True, kw_only=True)
class TokenOrganisation:
    """The organisation the session acts for. `caf`: the one of its contract; empty when the token is for several."""

    id: str
    siret: str
    name: str
    caf: str


@dataclass(frozen=True, kw_only=True)
class VerifiedAccessToken:
    """The claims of a token whose signature, issuer, audience, type and life were checked. Times are aware, UTC."""

    subject: str
    client_id: str
    session_id: str
    scopes: frozenset[str]
    organisation: TokenOrganisation
    authorization_details: tuple[Mapping[str, Any], ...]
    issued_at: datetime
    expires_at: datetime
    auth_time_at: datetime
    acr: str
    amr: tuple[str, ...]
    rights_revision: int
    token_id: str
    binding: tuple[str, str] | None = None  # method and thumbprint of the key that only the client holds (`cnf`)


class AccessTokenVerifier:
    """Checks access tokens of one issuer for one audience. Safe for threads."""

    def __init__(  # noqa: PLR0913 - a constructor
        self,
        issuer: str,
        audience: str,
        jwks: Callable[[], KeySet],
        *,
        clock: Clock | None = None,
        cache_size: int = 4096,
        scope: str | None = None,
        skew: timedelta = DEFAULT_SKEW,
        bound: bool = False,
    ) -> None:
        """`jwks` is a `JwksSource`, or anything that gives the keys. `cache_size` counts tokens; 0 keeps none. `scope`:
        a word that every token must hold. `skew`: how far ahead the issuer's clock may be. `bound`: a token that
        is bound to no key is refused."""
        self._bound = bound
        self._skew = skew
        self._scope = scope
        self._issuer = issuer
        self._audience = audience
        self._jwks = jwks
        self._clock = clock or SystemClock()
        self._remembered: Remembered[bytes, tuple[VerifiedAccessToken, KeySet]] = Remembered(cache_size)

    def verify(self, unverified_token: str, certificate: bytes | None = None) -> VerifiedAccessToken:
        """The token's content. `certificate`: the DER that the caller's TLS connection showed.

        Raises:
            TokenRefusedError: any rule of RFC 9068 §4 is broken, a claim this system needs is missing, or the token is
                bound to a key that the caller has not shown: another certificate (RFC 8705 §3), or a DPoP key, of which
                nobody here reads proofs.
            TokenNotBoundError: it is bound to no key, and must be.
            IssuerUnreachableError: the issuer's keys cannot be had.
        """
        token = self._verified(unverified_token)
        if self._bound and token.binding is None:
            raise TokenNotBoundError("the token is bound to no key")
        if token.binding is not None and token.binding != ("x5t#S256", _thumbprint(certificate)):
            raise TokenRefusedError("bound to a key that was not shown")
        return token

    def _verified(self, unverified_token: str) -> VerifiedAccessToken:
        now, keys = self._clock.now(), self._jwks()
        digest = hashlib.sha256(unverified_token.encode("utf-8", "surrogatepass")).digest()
        known, verified_with = self._remembered.get(digest) or (None, None)
        # Once the issuer's keys are read again every token is verified again: a key that was withdrawn in an emergency
        # opens nothing more.
        if known is not None and verified_with is keys and known.expires_at > now:
            return known
        self._remembered.drop(digest)
        claims = verified_claims(unverified_token, self._jwks, types=_TYPES)
        token = self._checked(claims, now)
        self._remembered.put(digest, (token, keys))
        return token

    def _checked(self, claims: Mapping[str, Any], now: datetime) -> VerifiedAccessToken:
        check_issuer_and_audience(claims, self._issuer, self._audience)
        check_times(claims, now, self._skew)
        token = _read(claims)
        if self._scope is not None and self._scope not in token.scopes:
            raise TokenRefusedError("without the scope of this service")
        return token


def _thumbprint(certificate: bytes | None) -> str:
    """RFC 8705 §3.1; empty without a certificate, which no token is bound to."""
    if certificate is None:
        return ""
    return base64url(hashlib.sha256(certificate).digest())


def verified_claims(unverified_token: str, jwks: Callable[[], KeySet], *, types: set[str]) -> Mapping[str, Any]:
    """The claims of a token of one of `types` ("" is a token without type) signed with ES256 by one of the keys.

    Raises:
        TokenRefusedError: wrong form, type, algorithm, key or signature.
        IssuerUnreachableError: the issuer's keys cannot be had.
    """
    if len(unverified_token) > _LONGEST_TOKEN or not unverified_token.isascii():
        raise TokenRefusedError("too long or not ASCII")
    try:
        header = jws.extract_compact(unverified_token.encode()).headers()
        typ = header.get("typ", "")
        if typ not in types and not token_type_is(typ, *types - {""}):
            raise TokenRefusedError("wrong type")
        if header.get("alg") != ALGORITHM or "crit" in header:
            raise TokenRefusedError("wrong algorithm")
        key = _find_key(header.get("kid"), jwks)
        claims = jwt.decode(unverified_token, key, algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise TokenRefusedError(f"not a valid token ({type(error).__name__})") from error
    return claims


def _find_key(kid: object, jwks: Callable[[], KeySet]) -> ECKey:
    if not isinstance(kid, str) or not kid:
        raise TokenRefusedError("no key id")
    try:
        key = jwks().get_by_kid(kid)
    except InvalidKeyIdError:
        if not isinstance(jwks, JwksSource):
            raise
        key = jwks.after_unknown_key().get_by_kid(kid)
    if not isinstance(key, ECKey):
        raise TokenRefusedError("the key is of another algorithm")
    return key


def check_issuer_and_audience(claims: Mapping[str, Any], issuer: str, audience: str) -> None:
    """RFC 9068 §4, OpenID Connect Core §3.1.3.7 (2) and (3).

    Raises:
        TokenRefusedError: another issuer, or not for us.
    """
    if claims.get("iss") != issuer:
        raise TokenRefusedError("another issuer")
    aud = claims.get("aud")
    if audience not in ([aud] if isinstance(aud, str) else aud if isinstance(aud, list) else []):
        raise TokenRefusedError("another audience")


def check_times(claims: Mapping[str, Any], now: datetime, skew: timedelta = DEFAULT_SKEW) -> None:
    """`exp` and `iat` are there; not expired; neither issued nor valid only in the future, `skew` apart.

    Raises:
        TokenRefusedError: one of them is broken.
    """
    if _moment(claims, "exp") <= now:
        raise TokenRefusedError("expired")
    if _moment(claims, "iat") > now + skew:
        raise TokenRefusedError("issued in the future")
    if "nbf" in claims and _moment(claims, "nbf") > now + skew:
        raise TokenRefusedError("not valid yet")


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefusedError(f"{name} is missing or not a number")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise TokenRefusedError(f"{name} is out of range") from error


def text_claim(claims: Mapping[str, Any], name: str) -> str:
    """A claim that must be a text with something in it.

    Raises:
        TokenRefusedError: it is not.
    """
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise TokenRefusedError(f"{name} is missing")
    return value


def _read(claims: Mapping[str, Any]) -> VerifiedAccessToken:
    organisation, details, revision = (
        claims.get("org"),
        claims.get("authorization_details", []),
        claims.get("rights_revision"),
    )
    amr = claims.get("amr")
    if not isinstance(organisation, dict) or not isinstance(amr, list):
        raise TokenRefusedError("org or amr is missing")
    if not isinstance(details, list) or not all(isinstance(detail, dict) for detail in details):
        raise TokenRefusedError("authorization_details is not a list of objects")
    if isinstance(revision, bool) or not isinstance(revision, int):
        raise TokenRefusedError("rights_revision is missing")
    scope = claims.get("scope", "")
    return VerifiedAccessToken(
        subject=text_claim(claims, "sub"),
        client_id=text_claim(claims, "client_id"),
        session_id=text_claim(claims, "sid"),
        scopes=frozenset(scope.split()) if isinstance(scope, str) else frozenset(),
        organisation=TokenOrganisation(
            **{name: text_claim(organisation, name) for name in ("id", "siret", "name")},
            caf=text_claim(organisation, "caf") if "caf" in organisation else "",
        ),
        authorization_details=tuple(details),
        issued_at=_moment(claims, "iat"),
        expires_at=_moment(claims, "exp"),
        auth_time_at=_moment(claims, "auth_time"),
        acr=text_claim(claims, "acr"),
        amr=tuple(str(method) for method in amr),
        rights_revision=revision,
        token_id=text_claim(claims, "jti"),
        binding=_binding(claims),
    )


def _binding(claims: Mapping[str, Any]) -> tuple[str, str] | None:
    """RFC 7800 §3: exactly one member that we know, or the token is refused: it would be accepted from anybody."""
    held = claims.get("cnf")
    if held is None:
        return None
    if not isinstance(held, dict) or len(held) != 1:
        raise TokenRefusedError("cnf is not one confirmation")
    method, value = next(iter(held.items()))
    if not isinstance(value, str) or not value:
        raise TokenRefusedError("cnf is not a thumbprint")
    return method, value
