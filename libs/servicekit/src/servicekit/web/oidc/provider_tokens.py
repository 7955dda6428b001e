"""What a relying party checks in an ID token (OpenID Connect Core §3.1.3.7) and in a logout token
(Back-Channel Logout 1.0 §2.6). Signatures, issuer, audience and times are those of `servicekit.tokens`."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc.jwk import KeySet

from servicekit.identifiers import base64url
from servicekit.tokens import (
    DEFAULT_SKEW,
    TokenRefusedError,
    check_issuer_and_audience,
    check_times,
    text_claim,
    verified_claims,
)
from servicekit.web.sessions import LogoutToken

_ID_TOKEN_TYPES = {"JWT", ""}
_LOGOUT_TYPES = {"logout+jwt"}
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_LOGOUT_LIFE = timedelta(minutes=10)


ASKED_OF_THE_ID_TOKEN = json.dumps({"id_token": {"name": None, "last_login_at": None}}, separators=(",", ":"))
"""The parameter `claims` (OpenID Connect Core §5.5): what the header of every page shows comes with the ID token, else
each sign-in would have to ask the userinfo endpoint too (§5.4)."""


@dataclass(frozen=True)
class IdToken:
    """The identity the issuer vouches for."""

    subject: str
    sid: str
    name: str
    last_login_at: float | None  # seconds since 1970


@dataclass(frozen=True)
class Party:
    """Who issues, for whom, with which keys."""

    issuer: str
    client_id: str
    keys: Callable[[], KeySet]
    skew: timedelta = DEFAULT_SKEW


def verify_id_token(
    unverified_token: str, party: Party, now: datetime, *, nonce: str | None, access_token: str
) -> IdToken:
    """The identity. `nonce` is None only for the ID token of a refresh.

    Raises:
        TokenRefusedError: a rule is broken.
        IssuerUnreachableError: the keys cannot be had.
    """
    claims = verified_claims(unverified_token, party.keys, types=_ID_TOKEN_TYPES)
    check_issuer_and_audience(claims, party.issuer, party.client_id)
    _check_authorized_party(claims, party.client_id)
    check_times(claims, now, party.skew)
    if nonce is not None and not hmac.compare_digest(text_claim(claims, "nonce").encode(), nonce.encode()):
        raise TokenRefusedError("another nonce")
    if "at_hash" in claims and claims["at_hash"] != half_hash(access_token):
        raise TokenRefusedError("at_hash is of another access token")
    last = claims.get("last_login_at")
    name = claims.get("name")
    return IdToken(
        subject=text_claim(claims, "sub"),
        sid=text_claim(claims, "sid"),
        name=name if isinstance(name, str) else "",
        last_login_at=float(last)
        if isinstance(last, int | float) and not isinstance(last, bool) and last > 0
        else None,
    )


def verify_logout_token(unverified_token: str, party: Party, now: datetime) -> LogoutToken:
    """Which sessions end. The caller refuses a `token_id` it has seen.

    Raises:
        TokenRefusedError: a rule is broken.
        IssuerUnreachableError: the keys cannot be had.
    """
    claims = verified_claims(unverified_token, party.keys, types=_LOGOUT_TYPES)
    check_issuer_and_audience(claims, party.issuer, party.client_id)
    check_times(claims, now, party.skew)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT_EVENT), dict):
        raise TokenRefusedError("not a logout event")
    if "nonce" in claims:
        raise TokenRefusedError("a logout token has no nonce")
    sid, subject = _optional_text(claims, "sid"), _optional_text(claims, "sub")
    if sid is None and subject is None:
        raise TokenRefusedError("neither sid nor sub")
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    if expires_at - now > _LONGEST_LOGOUT_LIFE:
        raise TokenRefusedError("lives too long")
    return LogoutToken(text_claim(claims, "jti"), sid, subject, expires_at)


def half_hash(text: str) -> str:
    """Left half of the SHA-256, as `at_hash` has it (OpenID Connect Core §3.1.3.6)."""
    return base64url(hashlib.sha256(text.encode()).digest()[:16])


def _check_authorized_party(claims: Mapping[str, Any], client_id: str) -> None:
    aud, azp = claims.get("aud"), claims.get("azp")
    if azp is not None and azp != client_id:
        raise TokenRefusedError("another authorized party")
    if isinstance(aud, list) and len(aud) > 1 and azp is None:
        raise TokenRefusedError("several audiences and no authorized party")


def _optional_text(claims: Mapping[str, Any], name: str) -> str | None:
    return text_claim(claims, name) if name in claims else None
