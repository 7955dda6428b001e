"""Telling clients that a session has ended (OIDC Back-Channel Logout 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TOKEN_LIFE = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class LogoutNotice:
    """A logout token that a client must still receive."""

    notice_id: str
    session_id: str
    account_id: str
    client_id: str
    queued_at: datetime
    next_attempt_at: datetime
    attempts: int = 0
    delivered_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""  # why it was set aside
    has_begun: bool = False  # the client began the logout itself: it has closed its session, or does so right away
    rights_after: int = 0  # of which change of the rights it is the consequence; see `RightsChange`
    rights_revision: int = 0


class LogoutAnswer(Enum):
    """What a client says to a logout token (§2.8)."""

    TAKEN = "taken"
    REFUSED = "refused"
    NONE = "none"  # no answer, or one that says nothing about the token: worth another attempt


def logout_token_claims(
    issuer: str, client_id: str, whose: Mapping[str, str], token_id: str, now: datetime
) -> dict[str, Any]:
    """§2.4: never a nonce. `whose`: `sid` for one session, or `sub` for all of a person's, of a client that keeps no
    `sid`."""
    return {
        "iss": issuer,
        "aud": client_id,
        "iat": int(now.timestamp()),
        "exp": int((now + LOGOUT_TOKEN_LIFE).timestamp()),
        "jti": token_id,
        **whose,
        "events": {LOGOUT_EVENT: {}},
    }
