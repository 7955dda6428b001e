"""Sessions at the provider: what the cookie of the portal stands for, and the `sid` of every token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

ACR_PASSWORD = "https://refeds.org/profile/sfa"  # noqa: S105 - the name of a class of authentication
AMR_PASSWORD = ("pwd",)


class EndReason(Enum):
    """Why a session ended."""

    LOGOUT = "LOGOUT"
    EXPIRED = "EXPIRED"
    LOCKED = "LOCKED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - a reason, not a secret
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - a reason, not a secret
    NOT_ME = "NOT_ME"
    ADMINISTRATOR = "ADMINISTRATOR"
    ORGANISATION_CHANGED = "ORGANISATION_CHANGED"
    REPLACED = "REPLACED"
    RIGHTS_LOST = "RIGHTS_LOST"


TOKEN_REVOKED = "TOKEN_REVOKED"  # noqa: S105 - a reason in the feed, not a secret
CLIENT_CLOSED = "CLIENT_CLOSED"


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts without activity, and at most."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=10)


@dataclass(frozen=True)
class Session:
    """One sign-in. `cookie_hash` is the SHA-256 of the cookie: the cookie itself is not kept."""

    session_id: str
    cookie_hash: str
    account_id: str
    opened_at: datetime
    seen_at: datetime
    authenticated_at: datetime
    previous_login_at: datetime | None = None
    organisation_id: str | None = None
    must_choose_password: bool = False
    ended_at: datetime | None = None
    address: str = ""  # network address of the sign-in
    user_agent: str = ""

    def expires_at(self, limits: SessionLimits) -> datetime:
        """When it ends if nothing happens."""
        return min(self.seen_at + limits.idle, self.opened_at + limits.absolute)

    def is_alive(self, limits: SessionLimits, now: datetime) -> bool:
        """Whether it may still be used."""
        return self.ended_at is None and now < self.expires_at(limits)


@dataclass(frozen=True)
class ClientSession:
    """A client that got tokens in a session that is open."""

    session: Session
    client_id: str


@dataclass(frozen=True)
class RightsChange:
    """Revisions of the rights after which something was found lost: later than `after`, up to `revision`."""

    after: int = 0
    revision: int = 0


@dataclass(frozen=True)
class EndedSession:
    """An entry of the feed: a session, the tokens of a family (or one token), or every token of a client ended.

    `token_id` is a `jti`, or the family that a `jti` begins with. `client_id`: all its tokens issued until `ended_at`.
    """

    session_id: str
    account_id: str
    ended_at: datetime
    reason: str
    revision: int
    token_id: str = ""
    client_id: str = ""
