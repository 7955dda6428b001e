"""What was granted to a client: authorization codes, refresh tokens and their families."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from auth.clients.domain.clients import Client
from auth.protocol.domain.holders import Holder

_JOIN = "~"


def access_token_id(family_id: str, draw: str) -> str:
    """The `jti` of an access token: it begins with the family, so that a family is revoked in one place."""
    return f"{family_id}{_JOIN}{draw}"


def family_of(token_id: str) -> str:
    """The family that a `jti` begins with."""
    return token_id.partition(_JOIN)[0]


def dpop_binding(thumbprint: str) -> str:
    """How a grant says that it is bound to a DPoP key (RFC 9449 §6)."""
    return f"jkt:{thumbprint}"


def certificate_binding(thumbprint: str) -> str:
    """How a grant says that it is bound to a client certificate (RFC 8705 §3)."""
    return f"x5t#S256:{thumbprint}"


def confirmation(binding: str) -> dict[str, str] | None:
    """The claim `cnf` of a token with this binding (RFC 7800 §3), or None when anybody may use it."""
    method, _, thumbprint = binding.partition(":")
    return {method: thumbprint} if thumbprint else None


@dataclass(frozen=True, kw_only=True)
class AuthorizationCode:
    """A code as kept: its SHA-256, what it was asked for, and whether it was used (RFC 6749 §4.1.2).

    `code_challenge` is empty when the client did without PKCE. `dpop_key` is the thumbprint the code is bound to
    (RFC 9449 §10), or empty. `claims_request` and `details_request` are the JSON that the client asked with, or empty.
    """

    code_hash: str
    client_id: str
    account_id: str
    session_id: str
    organisation_id: str | None
    redirect_uri: str
    scope: str
    audience: str
    code_challenge: str
    nonce: str | None
    issued_at: datetime
    expires_at: datetime
    family_id: str
    used_at: datetime | None = None
    dpop_key: str = ""
    claims_request: str = ""
    details_request: str = ""


@dataclass(frozen=True, kw_only=True)
class RefreshToken:
    """A refresh token as kept. All that descend from one code are a family and end together (RFC 9700 §4.14).

    `binding` says whose key must be shown to use it (`dpop_binding`, `certificate_binding`), or is empty.
    """

    token_hash: str
    family_id: str
    client_id: str
    account_id: str
    session_id: str
    organisation_id: str | None
    scope: str
    audience: str
    access_token_id: str
    issued_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    binding: str = ""
    claims_request: str = ""
    details_request: str = ""


@dataclass(frozen=True)
class FoundCode:
    """An authorization code and whose it is; None when the account or the session is gone."""

    kept: AuthorizationCode
    holder: Holder | None


@dataclass(frozen=True)
class FoundToken:
    """A refresh token and whose it is; None when the account or the session is gone."""

    kept: RefreshToken
    holder: Holder | None


OVERLAP = timedelta(seconds=30)
"""How long a rotated refresh token is answered again: the time-out of a request whose answer is lost, and its retry."""


def may_be_answered_again(token: RefreshToken, successor: RefreshToken | None, now: datetime) -> bool:
    """Whether a used token that comes back is a second request at the same moment, or a retry, and no theft.

    Once its successor was used the client has had the answer: nobody asks for it again in good faith. As the answer is
    the same successor, a thief gains no line of tokens of his own: the next use by either ends the family for both.
    """
    if token.used_at is None or token.revoked_at is not None or now - token.used_at > OVERLAP:
        return False
    return successor is not None and successor.used_at is None and successor.revoked_at is None


def rotates_refresh_tokens(client: Client, token: RefreshToken) -> bool:
    """Only where nothing but the token itself is shown (RFC 9700 §4.14.2). One that its client authenticates for, or
    proves a key for, is of no use to a thief: it is not rotated (FAPI 2.0 §5.3.2.1), so that two requests at once, or
    an answer that is lost, lose nothing."""
    return not client.is_confidential and not token.binding


@dataclass(frozen=True, kw_only=True)
class PushedRequest:
    """An authorization request that its client sent ahead (RFC 9126). `parameters`: JSON, each name with its values."""

    request_hash: str
    client_id: str
    parameters: str
    dpop_key: str
    expires_at: datetime
    used_at: datetime | None = None


class DeviceState(Enum):
    """What became of a device's request."""

    WAITING = "waiting"
    GRANTED = "granted"
    DENIED = "denied"
    USED = "used"


@dataclass(frozen=True, kw_only=True)
class DeviceRequest:
    """A request of a device that shows a code to its user (RFC 8628). `interval_s`: seconds between two polls."""

    device_code_hash: str
    user_code: str
    client_id: str
    scope: str
    audience: str
    issued_at: datetime
    expires_at: datetime
    family_id: str
    interval_s: int = 5
    state: DeviceState = DeviceState.WAITING
    polled_at: datetime | None = None
    account_id: str = ""
    session_id: str = ""
    organisation_id: str | None = None
