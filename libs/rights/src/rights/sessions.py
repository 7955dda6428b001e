"""The local copy of what ended: a token that is still alive is refused once its session, its family or its client has.

An end without a session identifier ends every session of the account that was open then; one that names a token ends
it and whatever descends from the same grant; one that names a client ends every token that it had got by then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol
from uuid import uuid4

from rights.feed import DivergenceError, Feed, Position
from rights.replication import Pace, Replica
from rights.token_marks import TokenMarks
from servicekit.clock import Clock

# Longest life of an access token (300 s), with a wide margin for clocks that differ between machines.
KEPT_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedSession:
    """One end. `token_id`: a token or a family; `client_id`: a client's tokens; else `session_id`, and when that is
    empty all sessions of the account."""

    session_id: str
    account_id: str
    ended_at: datetime
    token_id: str = ""
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    """Ends between two revisions; none and equal revisions is a heartbeat."""

    revision: int
    previous_revision: int
    sessions: tuple[EndedSession, ...] = ()


@dataclass(frozen=True, slots=True)
class EndedSessions:
    """The sessions that ended recently, at one revision; immutable."""

    revision: int
    epoch: str
    sessions: Mapping[str, EndedSession] = field(default_factory=lambda: MappingProxyType({}))
    accounts: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    tokens: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    clients: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))

    def holds(self, token: TokenMarks) -> bool:
        """Whether the token, its family, its session or its client ended, or every session of its account."""
        if token.session_id in self.sessions or token.token_id in self.tokens or token.family_id in self.tokens:
            return True
        ends = (self.accounts.get(token.account_id), self.clients.get(token.client_id))
        return any(ended_at is not None and token.issued_at <= ended_at for ended_at in ends)

    def including(self, ended: Iterable[EndedSession], revision: int, forget_before: datetime) -> "EndedSessions":
        """With these ends, without those of before `forget_before`."""
        sessions = {known.session_id: known for known in self.sessions.values() if known.ended_at >= forget_before}
        accounts, tokens, clients = (
            {name: at for name, at in known.items() if at >= forget_before}
            for known in (self.accounts, self.tokens, self.clients)
        )
        for end in ended:
            if end.token_id:
                tokens[end.token_id] = end.ended_at
            elif end.client_id:
                clients[end.client_id] = max(end.ended_at, clients.get(end.client_id, end.ended_at))
            elif end.session_id:
                sessions[end.session_id] = end
            else:
                accounts[end.account_id] = max(end.ended_at, accounts.get(end.account_id, end.ended_at))
        return replace(
            self,
            revision=revision,
            sessions=MappingProxyType(sessions),
            accounts=MappingProxyType(accounts),
            tokens=MappingProxyType(tokens),
            clients=MappingProxyType(clients),
        )


class EndedSessionsFeed(Feed[EndedSessions, SessionsEnded], Protocol):
    """The port to auth, where sessions end."""


class SessionsReplica(Replica[EndedSessions, SessionsEnded]):
    """Keeps the list of ended sessions fresh. Start it, ask `is_ended` and `age`, stop it."""

    name = "ended-sessions-replica"

    def __init__(
        self,
        feed: EndedSessionsFeed,
        clock: Clock,
        *,
        service: str = "replica",
        kept_for: timedelta = KEPT_FOR,
        pace: Pace = Pace(),  # noqa: B008 - an immutable value
    ) -> None:
        """`kept_for` must exceed the longest life of an access token."""
        super().__init__(f"{service}-{uuid4()}", feed, clock, pace)
        self._kept_for = kept_for

    def is_ended(self, token: TokenMarks) -> bool:
        """True if the token ended in any way, if nothing is known yet, or if it is older than what is remembered.

        Ask `age()` too: the answer is only as good as the last confirmation.
        """
        ended, _ = self.current()
        if ended is None or not token.session_id or not token.token_id or not token.client_id:
            return True
        return token.issued_at < self._clock.now() - self._kept_for or ended.holds(token)

    def _position(self, state: EndedSessions) -> Position:
        return Position(state.revision, state.epoch)

    def _is_behind(self, offered: Position, known: Position) -> bool:
        # Another epoch has another history: it is taken whole, and nothing can be said about its age.
        return offered.epoch == known.epoch and offered.revision < known.revision

    def _applied(self, state: EndedSessions, change: SessionsEnded) -> EndedSessions:
        if change.revision <= state.revision and change.revision != change.previous_revision:
            return state  # sent twice: already part of the state
        if change.previous_revision != state.revision or change.revision < state.revision:
            raise DivergenceError(f"at {state.revision}, received {change.previous_revision} -> {change.revision}")
        if not change.sessions and change.revision == state.revision:
            return state
        return state.including(change.sessions, change.revision, self._clock.now() - self._kept_for)
