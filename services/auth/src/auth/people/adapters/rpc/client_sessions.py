"""partenaire.auth.v1.ClientSessions: whether an act of habpps is in force in every extranet. Translation only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from auth.people.use_cases.follow_ending import FollowEnding
from partenaire.auth.v1 import client_sessions_pb2 as pb
from partenaire.auth.v1 import client_sessions_pb2_grpc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_WAIT = timedelta(seconds=10)


class ClientSessionsServicer(client_sessions_pb2_grpc.ClientSessionsServicer):
    """A call that waits costs one thread, at most ten seconds."""

    def __init__(self, follow: FollowEnding) -> None:
        """See `FollowEnding`."""
        self._follow = follow

    def FollowEnding(self, request: pb.FollowEndingRequest, _context: object) -> pb.FollowEndingResponse:  # noqa: N802
        """See the proto."""
        longest = min(timedelta(milliseconds=request.timeout_ms), _LONGEST_WAIT)
        report = self._follow(request.revision, request.epoch, longest)
        told_at_us = (report.told_at - _EPOCH) // timedelta(microseconds=1) if report.told_at is not None else 0
        return pb.FollowEndingResponse(
            looked=report.looked, ended=report.ended, told=report.told, late=report.late, told_at_us=told_at_us
        )
