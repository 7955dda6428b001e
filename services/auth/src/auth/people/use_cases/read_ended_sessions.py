"""The feed of ended sessions, for resource servers that must refuse tokens still alive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from auth.ground.use_cases.shelves import HasEndedSessions
from auth.people.domain.sessions import EndedAccess
from auth.people.use_cases.stores.sessions import ReadFeed
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock
from servicekit.errors import ConflictError

KEPT = timedelta(hours=1)
_AT_ONCE = 500


class EpochChangedError(ConflictError):
    """The follower knows another history of the feed: take a new snapshot."""

    reason = "EPOCH_CHANGED"


class Store(HasEndedSessions[ReadFeed], Protocol):
    """What `ReadEndedSessions` sees of a transaction."""


@dataclass(frozen=True)
class EndedPage:
    """Ends in order of revision, and where the feed stands after them."""

    revision: int
    epoch: str
    sessions: Sequence[EndedAccess] = ()


class ReadEndedSessions:
    """Three questions, as in the proto."""

    def __init__(self, work: RecordedWork[Store], clock: Clock) -> None:
        """Reads only."""
        self._work = work
        self._clock = clock

    def snapshot(self) -> EndedPage:
        """Ends recent enough that a token of theirs may still be alive (an hour: twelve times the life of a token)."""
        since = self._clock.now() - KEPT

        def read(repos: Store) -> EndedPage:
            revision, epoch = repos.ended_sessions.position()
            return EndedPage(revision, epoch, repos.ended_sessions.since(since))

        return self._work.read(read)

    def position(self) -> EndedPage:
        """The newest revision."""
        return self._work.read(lambda repos: EndedPage(*repos.ended_sessions.position()))

    def after(self, revision: int, epoch: str) -> EndedPage:
        """What followed a revision.

        Raises:
            EpochChangedError: the epoch is another one, the revision is not reached yet, or what followed is forgotten.
        """

        def read(repos: Store) -> EndedPage:
            newest, current_epoch = repos.ended_sessions.position()
            if epoch != current_epoch or revision > newest:
                raise EpochChangedError("the follower knows another history of the feed")
            sessions = repos.ended_sessions.after(revision, _AT_ONCE) if revision < newest else ()
            if revision < newest and (not sessions or sessions[0].revision != revision + 1):
                raise EpochChangedError("the follower is so late that what it missed is forgotten")
            return EndedPage(sessions[-1].revision if sessions else revision, current_epoch, sessions)

        return self._work.read(read)
