"""Sessions and the feed of their ends, cut by what is done with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from auth.people.domain.sessions import ClientSession, EndedAccess, Session


class SessionsById(Protocol):
    """Sessions."""

    def find(self, session_id: str) -> Session | None: ...


class SessionsByCookie(Protocol):
    """Sessions by what the browser shows."""

    def find_by_cookie(self, cookie_hash: str) -> Session | None: ...


class LivingSessions(SessionsByCookie, Protocol):
    """Sessions in use."""

    def touch(self, session_id: str, seen_at: datetime) -> bool:
        """Notes activity; False when the session has ended."""


class ClosedSessions(Protocol):
    """Sessions that are closed one by one, and the clients that received tokens in each."""

    def end(self, session_id: str, ended_at: datetime) -> bool:
        """Ends it; False when it had ended already."""

    def clients_of(self, session_id: str) -> Sequence[str]: ...


class EndingSessions(ClosedSessions, Protocol):
    """Sessions that are closed all together."""

    def open_of(self, account_id: str) -> Sequence[Session]: ...


class EndingSessionsById(EndingSessions, SessionsById, Protocol):
    """Sessions that are looked at once more before they are closed."""


class ReplacedSessions(EndingSessions, Protocol):
    """Sessions that another one follows."""

    def add(self, session: Session) -> None: ...


class SessionsSigningIn(ClosedSessions, SessionsByCookie, Protocol):
    """Sessions that a sign-in opens, renews or replaces."""

    def add(self, session: Session) -> None: ...
    def save(self, session: Session) -> None: ...


class UnfinishedSessions(Protocol):
    """Sessions in which a step of the sign-in remains."""

    def keep_pending(self, session: Session) -> bool:
        """Keeps what remains of the sign-in, and nothing else of it; False when the session has ended."""


class SessionsWithSteps(EndingSessionsById, UnfinishedSessions, Protocol):
    """Sessions in which a step is done or refused."""


class SessionsAtAStep(SessionsById, Protocol):
    """Sessions in which a step shows something more of the person."""

    def save(self, session: Session) -> None: ...


class ChangedSessions(SessionsAtAStep, EndingSessions, Protocol):
    """The session in which the person changes something, and the others, which end."""


class ChosenSessions(SessionsSigningIn, UnfinishedSessions, Protocol):
    """Sessions that speak for an organisation from now on, or for none."""


class LeftSessions(Protocol):
    """Sessions that a client leaves."""

    def forget_client(self, session_id: str, client_id: str) -> bool:
        """The client's session is over; False when it was: exactly one caller ends it."""


class ClientsInSessions(EndingSessions, LeftSessions, Protocol):
    """Sessions, client by client."""

    def with_clients(self, after: tuple[str, str], limit: int) -> Sequence[ClientSession]:
        """Open sessions with each client that got tokens in them, by session and client, after these two."""


class SweptSessions(EndingSessionsById, Protocol):
    """Sessions whose time is over."""

    def expired(self, idle_since: datetime, opened_before: datetime, limit: int) -> Sequence[str]:
        """Identifiers of open ones whose time is over. Rows are read one by one, by `find`."""


class FeedOfSessions(Protocol):
    """The feed of ends: every one gets the next gap-free revision."""

    def append(self, session: Session, ended_at: datetime, reason: str) -> EndedAccess:
        """A session ended."""


class FeedOfTokens(Protocol):
    """The feed of ends."""

    def append_token(self, token_id: str, ended_at: datetime) -> EndedAccess:
        """A token was revoked, by its `jti`, or every token of a family."""


class FeedOfBoth(FeedOfSessions, FeedOfTokens, Protocol):
    """The feed of ends."""


class ReadFeed(Protocol):
    """The feed of ends, as those read it who follow."""

    def position(self) -> tuple[int, str]:
        """Newest revision and epoch."""

    def after(self, revision: int, limit: int) -> Sequence[EndedAccess]: ...
    def since(self, moment: datetime) -> Sequence[EndedAccess]: ...
