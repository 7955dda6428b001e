"""Values for the conformance suite of the repositories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from auth.people.domain.sessions import Session
from auth.protocol.domain.grants import (
    AuthorizationCode,
    RefreshToken,
)
from tests.servicekit.fakes import FixedClock

NOW = FixedClock().now()
SECOND = timedelta(seconds=1)
Run = Callable[[Callable[..., Any]], Any]


def a_session(**changes: Any) -> Session:
    values: dict[str, Any] = {"session_id": "s1", "cookie_hash": "c1", "account_id": "a1"}
    values |= {"opened_at": NOW, "seen_at": NOW, "authenticated_at": NOW, **changes}
    return Session(**values)


def a_code() -> AuthorizationCode:
    return AuthorizationCode(
        code_hash="h",
        client_id="cdap",
        account_id="a1",
        session_id="s1",
        organisation_id=None,
        redirect_uri="http://localhost/retour",
        scope="openid",
        audience="http://localhost",
        code_challenge="x" * 43,
        nonce=None,
        issued_at=NOW,
        expires_at=NOW + 60 * SECOND,
        family_id="f",
    )


def a_refresh_token(token_hash: str = "r1") -> RefreshToken:
    return RefreshToken(
        token_hash=token_hash,
        family_id="f",
        client_id="cdap",
        account_id="a1",
        session_id="s1",
        organisation_id="o1",
        scope="openid",
        audience="http://localhost",
        access_token_id=f"at-{token_hash}",
        issued_at=NOW,
    )
