"""What a JWT of a client must say: an assertion of who it is (RFC 7523 §3), a request object (RFC 9101 §4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from auth.clients.domain.client_profiles import FAPI2
from auth.clients.domain.clients import CLIENT_ALGORITHMS, FAPI_ALGORITHMS, Client
from auth.protocol.domain.client_tokens import KeySource
from servicekit.media_types import token_type_is

AHEAD = timedelta(seconds=10)
"""A clock of a client may be ahead that much (FAPI 2.0 §5.3.2.1: 10 s are accepted, more than 60 s are not)."""
LONGEST_ASSERTION = timedelta(hours=1)
LONGEST_REQUEST_OBJECT = timedelta(hours=1)  # FAPI 2.0 Message Signing §5.3.1: 60 minutes
_LONGEST_JTI = 256


class ClaimsRefusedError(ValueError):
    """The text says which rule is broken; it never holds what the client sent."""


def key_source(client: Client) -> KeySource:
    """Where the client's public keys are. Nobody vouches for the address of a client that registered by itself."""
    return KeySource(client.client_id, client.jwks, client.jwks_uri, is_trusted=client.registered_at is None)


def algorithms_of(client: Client, registered: str | None) -> Collection[str]:
    """The one algorithm that the client registered, else those of its profile."""
    if registered is not None:
        return (registered,)
    return FAPI_ALGORITHMS if client.profile == FAPI2 else CLIENT_ALGORITHMS


def check_type(header: Mapping[str, Any], *allowed: str) -> None:
    """RFC 8725 §3.11: a JWT of one kind never serves as another. Without `typ` it may be any (RFC 7519 §5.1).
    However it is written: in any case, with or without `application/` (RFC 7515 §4.1.9).

    Raises:
        ClaimsRefusedError: it is of another kind.
    """
    if "typ" in header and not token_type_is(header["typ"], "JWT", *allowed):
        raise ClaimsRefusedError("typ is that of another kind of token")


def check_assertion(
    claims: Mapping[str, Any], client: Client, audiences: Collection[str], now: datetime
) -> tuple[str, datetime]:
    """RFC 7523 §3: issuer and subject are the client, it is for us, alive, and named. Gives `jti` and end.

    `aud` is one of `audiences` as one string, or a list of that one alone: a list of several would let another server
    replay it here. For FAPI 2.0 give the issuer only, and a list is refused.

    Raises:
        ClaimsRefusedError: one of them does not hold.
    """
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise ClaimsRefusedError("iss and sub must be the client_id")
    audience = claims.get("aud")
    if client.profile != FAPI2 and isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    if not isinstance(audience, str) or audience not in audiences:
        raise ClaimsRefusedError("aud must be the issuer, as one string")
    ends_at = _check_times(claims, now, LONGEST_ASSERTION)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
        raise ClaimsRefusedError("jti is missing or too long")
    return jti, ends_at


def check_request_object(claims: Mapping[str, Any], client: Client, issuer: str, now: datetime) -> None:
    """RFC 9101 §4 and §10.8, FAPI 2.0 Message Signing §5.3.1: from the client, for us, alive.

    Raises:
        ClaimsRefusedError: one of them does not hold.
    """
    if claims.get("iss", client.client_id) != client.client_id or claims.get("client_id") != client.client_id:
        raise ClaimsRefusedError("iss and client_id must be the client_id")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    strict = client.profile == FAPI2 or client.require_signed_request_object
    if (strict or audience is not None) and issuer not in named:
        raise ClaimsRefusedError("aud must hold the issuer")
    if "sub" in claims:
        raise ClaimsRefusedError("sub must be absent: a request object is no assertion (RFC 9101 section 10.8)")
    if strict:
        if "nbf" not in claims:
            raise ClaimsRefusedError("nbf is missing")
        if _moment(claims, "nbf") < now - LONGEST_REQUEST_OBJECT:
            raise ClaimsRefusedError("nbf is too old")
        if _moment(claims, "exp") - _moment(claims, "nbf") > LONGEST_REQUEST_OBJECT:
            raise ClaimsRefusedError("exp is more than an hour after nbf")
    if strict or "exp" in claims:
        _check_times(claims, now, LONGEST_REQUEST_OBJECT + AHEAD)
    elif "nbf" in claims and _moment(claims, "nbf") > now + AHEAD:
        raise ClaimsRefusedError("not valid yet")


def _check_times(claims: Mapping[str, Any], now: datetime, longest: timedelta) -> datetime:
    ends_at = _moment(claims, "exp")
    if ends_at <= now:
        raise ClaimsRefusedError("expired")
    if ends_at > now + longest:
        raise ClaimsRefusedError("exp is too far in the future")
    for name in ("iat", "nbf"):
        if name in claims and _moment(claims, name) > now + AHEAD:
            raise ClaimsRefusedError(f"{name} is in the future")
    return ends_at


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ClaimsRefusedError(f"{name} is missing or not a number")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        raise ClaimsRefusedError(f"{name} is out of range") from None
