"""partenaire.auth.v1.EndedSessions: the feed of ended sessions. Translation only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from auth.people.domain.sessions import EndedAccess
from auth.people.use_cases.read_ended_sessions import ReadEndedSessions
from partenaire.auth.v1 import ended_sessions_pb2 as pb
from partenaire.auth.v1 import ended_sessions_pb2_grpc
from servicekit.rpc import current_call

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOOK_EVERY_S = 0.1
_HEARTBEAT_LOOKS = 4


class EndedSessionsServicer(ended_sessions_pb2_grpc.EndedSessionsServicer):
    """Ends are written by any process of the service, so the feed looks in the database ten times a second."""

    def __init__(self, feed: ReadEndedSessions) -> None:
        """One watcher costs one stream thread."""
        self._feed = feed

    def GetSnapshot(self, _request: pb.GetSnapshotRequest, _context: object) -> pb.GetSnapshotResponse:  # noqa: N802
        """See the proto."""
        page = self._feed.snapshot()
        sessions = [_session(ended) for ended in page.sessions]
        return pb.GetSnapshotResponse(revision=page.revision, epoch=page.epoch, sessions=sessions)

    def GetRevision(self, _request: pb.GetRevisionRequest, _context: object) -> pb.GetRevisionResponse:  # noqa: N802
        """See the proto."""
        page = self._feed.position()
        return pb.GetRevisionResponse(revision=page.revision, epoch=page.epoch)

    def Watch(self, request: pb.WatchRequest, _context: object) -> Iterator[pb.WatchResponse]:  # noqa: N802
        """See the proto. A heartbeat comes at most 400 ms after the last message."""
        revision, silent, ending = request.from_revision, _HEARTBEAT_LOOKS, current_call().ending
        while not ending.is_set():
            page = self._feed.after(revision, request.epoch)
            silent += 1
            if page.sessions or silent >= _HEARTBEAT_LOOKS:
                sessions = [_session(ended) for ended in page.sessions]
                yield pb.WatchResponse(revision=page.revision, previous_revision=revision, sessions=sessions)
                revision, silent = page.revision, 0
            if not page.sessions:
                ending.wait(_LOOK_EVERY_S)


def _session(ended: EndedAccess) -> pb.EndedSession:
    return pb.EndedSession(
        session_id=ended.session_id,
        account_id=ended.account_id,
        ended_at_us=(ended.ended_at - _EPOCH) // timedelta(microseconds=1),
        reason=ended.reason,
        revision=ended.revision,
        token_id=ended.token_id,
        client_id=ended.client_id,
    )
