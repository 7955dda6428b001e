"""Sessions at the provider: what the cookie of the portal stands for, and the `sid` of every token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from auth.ground.domain.errors import SignInUnfinishedError
from auth.people.domain.factors import Factor, level_shown, levels_within, methods_of
from auth.people.domain.steps import Step, check_askable, is_turn_of


class EndReason(Enum):
    """Why a session ended."""

    LOGOUT = "LOGOUT"
    EXPIRED = "EXPIRED"
    LOCKED = "LOCKED"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"  # noqa: S105 - a reason, not a secret
    FACTOR_CHANGED = "FACTOR_CHANGED"
    PASSWORD_RESET = "PASSWORD_RESET"  # noqa: S105 - a reason, not a secret
    NOT_ME = "NOT_ME"
    ADMINISTRATOR = "ADMINISTRATOR"
    ORGANISATION_CHANGED = "ORGANISATION_CHANGED"
    REPLACED = "REPLACED"
    RIGHTS_LOST = "RIGHTS_LOST"


RECENTLY = timedelta(minutes=10)
"""So long ago at most a person signed in who changes what their account opens with, or closes a session elsewhere."""

TOKEN_REVOKED = "TOKEN_REVOKED"  # noqa: S105 - a reason in the feed, not a secret
CLIENT_CLOSED = "CLIENT_CLOSED"


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts without activity, and at most."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=10)


@dataclass(frozen=True, kw_only=True)
class SessionState:
    """What of a session decides what is given in it.

    `factors`: what was shown, each kind once; `pending`: what remains to be done, in order (`domain.steps`).
    """

    session_id: str
    account_id: str
    opened_at: datetime
    seen_at: datetime
    authenticated_at: datetime
    previous_login_at: datetime | None = None
    organisation_id: str | None = None
    factors: tuple[Factor, ...] = ()
    pending: tuple[Step, ...] = ()
    ended_at: datetime | None = None

    def __post_init__(self) -> None:
        """Raises:
        ValueError: a step without a page is pending.
        """
        if self.pending:
            check_askable(self.pending)

    @property
    def acr(self) -> str:
        """The level of the sign-in, from what was shown."""
        return level_shown(self.factors)

    @property
    def levels(self) -> tuple[str, ...]:
        """Every level that was reached, the strongest first."""
        return levels_within(factor.kind for factor in self.factors)

    @property
    def amr(self) -> tuple[str, ...]:
        """What was shown."""
        return methods_of(self.factors)

    @property
    def is_finished(self) -> bool:
        """Whether every step of the sign-in is done. Until then nothing is given in this session."""
        return not self.pending

    def expires_at(self, limits: SessionLimits) -> datetime:
        """When it ends if nothing happens."""
        return min(self.seen_at + limits.idle, self.opened_at + limits.absolute)

    def is_alive(self, limits: SessionLimits, now: datetime) -> bool:
        """Whether it may still be used. What waits in it may be beyond this version: then nobody is signed in."""
        return self.ended_at is None and now < self.expires_at(limits) and Step.UNKNOWN not in self.pending


@dataclass(frozen=True, kw_only=True)
class Session(SessionState):
    """One sign-in. `cookie_hash` is the SHA-256 of the cookie: the cookie itself is not kept."""

    cookie_hash: str
    address: str = ""  # network address of the sign-in
    user_agent: str = ""
    new_device: bool = False  # the person had signed in before, and not with this browser


def require_turn(session: Session, step: Step) -> None:
    """Raises:
    SignInUnfinishedError: another step of the sign-in comes first.
    """
    if not is_turn_of(step, session.pending):
        raise SignInUnfinishedError("another step of the sign-in comes first")


def require_finished(session: Session) -> None:
    """Raises:
    SignInUnfinishedError: a step of the sign-in remains.
    """
    if not session.is_finished:
        raise SignInUnfinishedError("a step of the sign-in remains")


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


@dataclass(frozen=True, kw_only=True)
class EndedAccess:
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
