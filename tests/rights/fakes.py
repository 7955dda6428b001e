"""An in-memory feed with the faults of a real one, and a clock moved by hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rights.feed import FeedHistoryLostError, FeedLostError, Position
from rights.replica import position_of
from rights.sessions import EndedSession, EndedSessions, SessionsEnded
from rights.snapshot import FactChange, Snapshot, SnapshotChange


class HandClock:
    """Both clocks stand still until told."""

    def __init__(self) -> None:
        self.boot = 1000.0
        self.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def boottime(self) -> float:
        return self.boot

    def advance(self, seconds: float) -> None:
        self.boot += seconds
        self.at += timedelta(seconds=seconds)


@dataclass
class Messages:
    """A subscription that brings what is there, then breaks."""

    messages: list[SnapshotChange]
    cancelled: bool = False

    def __iter__(self) -> Iterator[SnapshotChange]:
        yield from self.messages
        raise FeedLostError("the stream broke")

    def cancel(self) -> None:
        self.cancelled = True


Fault = Callable[[list[SnapshotChange]], list[SnapshotChange]]


@dataclass
class InMemoryFeed:
    """The server side: one snapshot, its history, and faults between it and the replica."""

    server: Snapshot = field(default_factory=Snapshot.empty)
    history: list[SnapshotChange] = field(default_factory=list)
    fault: Fault = list
    reachable: bool = True
    before_answer: Callable[[], None] = lambda: None
    acknowledged: list[tuple[str, int]] = field(default_factory=list)
    snapshots_given: int = 0

    def write(self, *facts: FactChange) -> SnapshotChange:
        """Commit one transaction."""
        revision = self.server.revision + 1
        after = self.server.apply(SnapshotChange(revision, revision - 1, facts))
        change = SnapshotChange(revision, revision - 1, facts, after.digest)
        self.server = after
        self.history.append(change)
        return change

    def restore(self, backup: Snapshot) -> None:
        """Go back to a backup, with the history that led to it."""
        self.server = backup
        self.history = [change for change in self.history if change.revision <= backup.revision]

    def heartbeat(self) -> SnapshotChange:
        return SnapshotChange(self.server.revision, self.server.revision, (), self.server.digest)

    def snapshot(self) -> Snapshot:
        self._answer()
        self.snapshots_given += 1
        return self.server

    def newest(self) -> Position:
        self._answer()
        answer = position_of(self.server)
        self.before_answer()
        return answer

    def watch(self, position: Position) -> Messages:
        self._answer()
        if position.epoch != str(self.server.epoch) or position.revision > self.server.revision:
            raise FeedHistoryLostError("EPOCH_CHANGED")
        news = [change for change in self.history if change.revision > position.revision]
        return Messages(self.fault([*news, self.heartbeat()]))

    def acknowledge(self, replica: str, position: Position) -> None:
        self._answer()
        self.acknowledged.append((replica, position.revision))

    def _answer(self) -> None:
        if not self.reachable:
            raise FeedLostError("habpps is down")


@dataclass
class EndsMessages:
    """As Messages, for ends of sessions."""

    messages: list[SessionsEnded]

    def __iter__(self) -> Iterator[SessionsEnded]:
        yield from self.messages
        raise FeedLostError("the stream broke")

    def cancel(self) -> None:
        self.messages = []


@dataclass
class InMemoryEndedSessionsFeed:
    """The server side of the ended sessions."""

    epoch: str = "a"
    ends: list[EndedSession] = field(default_factory=list)

    def snapshot(self) -> EndedSessions:
        return EndedSessions(0, self.epoch).including(self.ends, len(self.ends), datetime(1970, 1, 1, tzinfo=UTC))

    def newest(self) -> Position:
        return Position(len(self.ends), self.epoch)

    def watch(self, position: Position) -> EndsMessages:
        if position.epoch != self.epoch:
            raise FeedHistoryLostError("EPOCH_CHANGED")
        news = [
            SessionsEnded(number + 1, number, (end,))
            for number, end in enumerate(self.ends)
            if number >= position.revision
        ]
        return EndsMessages(news)

    def acknowledge(self, replica: str, position: Position) -> None:
        pass
