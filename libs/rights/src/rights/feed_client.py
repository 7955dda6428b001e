"""The two feeds over gRPC. Every call has a deadline; what fails is told as the feed's own errors."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

import grpc

from partenaire.auth.v1 import ended_sessions_pb2, ended_sessions_pb2_grpc
from partenaire.habpps.v1 import rights_feed_pb2, rights_feed_pb2_grpc
from rights.facts import READER_VERSION
from rights.feed import DivergenceError, FeedHistoryLostError, FeedLostError, Position, Subscription
from rights.sessions import EndedSession, EndedSessions, SessionsEnded
from rights.snapshot import FactChange, Snapshot, SnapshotChange
from servicekit.errors import ConflictError
from servicekit.rpc.errors import from_remote

CALL_SECONDS = 0.8
SNAPSHOT_SECONDS = 30.0
_EPOCH_START = datetime(1970, 1, 1, tzinfo=UTC)
M = TypeVar("M")
C = TypeVar("C")
M_co = TypeVar("M_co", covariant=True)


class GrpcRightsFeed:
    """`rights.replica.RightsFeed` on `partenaire.habpps.v1.RightsFeed`."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = rights_feed_pb2_grpc.RightsFeedStub(channel)

    def snapshot(self) -> Snapshot:
        """Everything; see `Feed.snapshot`."""
        entries: list[tuple[str, bytes]] = []
        heads: set[tuple[int, int, bytes]] = set()
        whole = False
        try:
            for part in self._stub.GetSnapshot(rights_feed_pb2.GetSnapshotRequest(), timeout=SNAPSHOT_SECONDS):
                heads.add((part.revision, part.epoch, part.digest))
                entries.extend((fact.key, fact.value) for fact in part.facts)
                whole = part.last
        except grpc.RpcError as error:
            raise feed_error(error) from error
        if not whole or len(heads) != 1:
            raise DivergenceError("the snapshot is cut, or mixes revisions")
        revision, epoch, digest = heads.pop()
        snapshot = Snapshot.load(entries, revision=revision, epoch=epoch)
        if snapshot.digest != digest:
            raise DivergenceError(f"the snapshot of revision {revision} does not add up to its digest")
        return snapshot

    def newest(self) -> Position:
        """See `Feed.newest`."""
        try:
            answer = self._stub.GetRevision(rights_feed_pb2.GetRevisionRequest(), timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            raise feed_error(error) from error
        return Position(answer.revision, str(answer.epoch), answer.digest)

    def watch(self, position: Position) -> Subscription[SnapshotChange]:
        """See `Feed.watch`."""
        request = rights_feed_pb2.WatchRequest(from_revision=position.revision, epoch=int(position.epoch))
        return _Stream(self._stub.Watch(request), _WholeChanges(position.epoch))

    def acknowledge(self, replica: str, position: Position) -> None:
        """See `Feed.acknowledge`."""
        request = rights_feed_pb2.AcknowledgeRequest(
            replica=replica,
            revision=position.revision,
            epoch=int(position.epoch),
            reader_version=READER_VERSION,
        )
        try:
            self._stub.Acknowledge(request, timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            raise feed_error(error) from error


class GrpcEndedSessionsFeed:
    """`rights.sessions.EndedSessionsFeed` on `partenaire.auth.v1.EndedSessions`."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = ended_sessions_pb2_grpc.EndedSessionsStub(channel)

    def snapshot(self) -> EndedSessions:
        """Everything still relevant; see `Feed.snapshot`."""
        try:
            answer = self._stub.GetSnapshot(ended_sessions_pb2.GetSnapshotRequest(), timeout=SNAPSHOT_SECONDS)
        except grpc.RpcError as error:
            raise feed_error(error) from error
        ended = (_to_end(message) for message in answer.sessions)
        return EndedSessions(answer.revision, answer.epoch).including(ended, answer.revision, _EPOCH_START)

    def newest(self) -> Position:
        """See `Feed.newest`."""
        try:
            answer = self._stub.GetRevision(ended_sessions_pb2.GetRevisionRequest(), timeout=CALL_SECONDS)
        except grpc.RpcError as error:
            raise feed_error(error) from error
        return Position(answer.revision, answer.epoch)

    def watch(self, position: Position) -> Subscription[SessionsEnded]:
        """See `Feed.watch`."""
        request = ended_sessions_pb2.WatchRequest(from_revision=position.revision, epoch=position.epoch)
        return _Stream(self._stub.Watch(request), _to_ends)

    def acknowledge(self, replica: str, position: Position) -> None:
        """Nobody waits for it: auth keeps no list of replicas."""


class _Call(Protocol[M_co]):
    """What is used of a gRPC stream."""

    def __iter__(self) -> Iterator[M_co]: ...

    def cancel(self) -> object: ...


class _Stream(Generic[M, C]):
    """A server stream as a subscription. It lives long: silence ends it (`Pace.silence`), not a deadline."""

    def __init__(self, call: _Call[M], read: Callable[[M], C | None]) -> None:
        """`read` gives None for a message that brings nothing whole yet."""
        self._call = call
        self._read = read

    def __iter__(self) -> Iterator[C]:
        try:
            for message in self._call:
                read = self._read(message)
                if read is not None:
                    yield read
        except grpc.RpcError as error:
            raise feed_error(error) from error

    def cancel(self) -> None:
        """End the stream."""
        self._call.cancel()


def feed_error(error: grpc.RpcError) -> FeedLostError | FeedHistoryLostError:
    """FAILED_PRECONDITION (EPOCH_CHANGED, REVISION_UNKNOWN) means: take everything again. The rest: try again later."""
    told = from_remote(error)
    if isinstance(told, ConflictError):
        return FeedHistoryLostError(f"the feed cannot go on from here: {told.reason}")
    return FeedLostError(f"the feed does not answer: {told.reason}")


class _WholeChanges:
    """Puts the parts of a change together."""

    def __init__(self, epoch: str) -> None:
        self._epoch = epoch
        self._facts: list[FactChange] = []
        self._head: tuple[int, int, bytes] | None = None

    def __call__(self, message: rights_feed_pb2.WatchResponse) -> SnapshotChange | None:
        if str(message.epoch) != self._epoch:
            raise FeedHistoryLostError(f"the feed went from epoch {self._epoch} to {message.epoch}")
        head = message.revision, message.previous_revision, message.digest
        if self._head not in (None, head):
            raise DivergenceError(f"a part of revision {message.revision} came before the last of another")
        self._head = head
        self._facts.extend(FactChange(fact.key, fact.value) for fact in message.changes)
        if not message.last:
            return None
        facts, self._facts, self._head = tuple(self._facts), [], None
        return SnapshotChange(message.revision, message.previous_revision, facts, message.digest)


def _to_ends(message: ended_sessions_pb2.WatchResponse) -> SessionsEnded:
    return SessionsEnded(message.revision, message.previous_revision, tuple(_to_end(end) for end in message.sessions))


def _to_end(message: ended_sessions_pb2.EndedSession) -> EndedSession:
    ended_at = _EPOCH_START + timedelta(microseconds=message.ended_at_us)
    return EndedSession(
        session_id=message.session_id,
        account_id=message.account_id,
        ended_at=ended_at,
        token_id=message.token_id,
        client_id=message.client_id,
    )
