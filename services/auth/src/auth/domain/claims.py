"""What tokens say: access tokens (RFC 9068, RFC 9396), ID tokens (OIDC Core §2), logout tokens (Back-Channel §2.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from auth.domain.accounts import Account
from auth.domain.sessions import ACR_PASSWORD, AMR_PASSWORD, Session

PARIS = ZoneInfo("Europe/Paris")
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TOKEN_LIFE = timedelta(minutes=2)


@dataclass(frozen=True)
class TokenSubject:
    """Whom the tokens are about, and what the rights said of the person."""

    account: Account
    session: Session
    organisation: Mapping[str, str] | None
    authorization_details: Sequence[Mapping[str, Any]]
    rights_revision: int


@dataclass(frozen=True)
class TokenFrame:
    """Who issues, for whom, what and until when."""

    issuer: str
    client_id: str
    audience: str
    scope: str
    issued_at: datetime
    expires_at: datetime
    token_id: str
    nonce: str | None = None


def today_in_france(now: datetime) -> date:
    """The date that conventions and habilitations speak of."""
    return now.astimezone(PARIS).date()


def end_of_day(day: date) -> datetime:
    """The first moment after the day, in France: a right valid until the 30th works on the 30th."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=PARIS)


def token_end(now: datetime, life: timedelta, right_ends: date | None, session_ends_at: datetime) -> datetime:
    """The earliest of: the usual life, the end of every right in the token, the end of the session."""
    ends = [now + life, session_ends_at]
    if right_ends is not None:
        ends.append(end_of_day(right_ends))
    return min(ends)


def access_token_claims(frame: TokenFrame, subject: TokenSubject) -> dict[str, Any]:
    """RFC 9068 §2.2 with `authorization_details` (RFC 9396 §9.1), `sid`, `org` and `rights_revision`."""
    claims: dict[str, Any] = {
        "iss": frame.issuer,
        "sub": subject.account.account_id,
        "aud": frame.audience,
        "client_id": frame.client_id,
        "iat": _seconds(frame.issued_at),
        "exp": _seconds(frame.expires_at),
        "jti": frame.token_id,
        "sid": subject.session.session_id,
        "auth_time": _seconds(subject.session.authenticated_at),
        "acr": ACR_PASSWORD,
        "amr": list(AMR_PASSWORD),
        "scope": frame.scope,
        "rights_revision": subject.rights_revision,
    }
    if subject.organisation is not None:
        claims["org"] = dict(subject.organisation)
    if subject.authorization_details:
        claims["authorization_details"] = [dict(detail) for detail in subject.authorization_details]
    return claims


def id_token_claims(frame: TokenFrame, subject: TokenSubject) -> dict[str, Any]:
    """OIDC Core §2; `last_login_at` is the sign-in before this one, in epoch seconds."""
    session = subject.session
    claims: dict[str, Any] = {
        "iss": frame.issuer,
        "aud": frame.client_id,
        "iat": _seconds(frame.issued_at),
        "exp": _seconds(frame.expires_at),
        "auth_time": _seconds(session.authenticated_at),
        "acr": ACR_PASSWORD,
        "amr": list(AMR_PASSWORD),
        "sid": session.session_id,
        **person_claims(subject.account, frame.scope),
    }
    if frame.nonce:
        claims["nonce"] = frame.nonce
    if subject.organisation is not None:
        claims["org"] = dict(subject.organisation)
    if session.previous_login_at is not None:
        claims["last_login_at"] = _seconds(session.previous_login_at)
    return claims


def person_claims(account: Account, scope: str) -> dict[str, Any]:
    """OIDC Core §5.4: what the scopes `profile` and `email` open."""
    words = scope.split()
    claims: dict[str, Any] = {"sub": account.account_id}
    if "profile" in words:
        claims |= {
            "name": account.display_name,
            "given_name": account.given_name,
            "family_name": account.family_name,
            "preferred_username": account.username,
        }
    if "email" in words:
        claims |= {"email": account.email, "email_verified": False}
    return claims


def logout_token_claims(issuer: str, client_id: str, session_id: str, token_id: str, now: datetime) -> dict[str, Any]:
    """OIDC Back-Channel Logout 1.0 §2.4: never a nonce; one session, so `sid`."""
    return {
        "iss": issuer,
        "aud": client_id,
        "iat": _seconds(now),
        "exp": _seconds(now + LOGOUT_TOKEN_LIFE),
        "jti": token_id,
        "sid": session_id,
        "events": {LOGOUT_EVENT: {}},
    }


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
