"""The sessions in extranets, as auth tells of them over gRPC."""

from datetime import UTC, datetime, timedelta
from typing import Any

import grpc

from habpps.use_cases.client_sessions import ClientSessionsEnding
from partenaire.auth.v1 import client_sessions_pb2 as pb
from partenaire.auth.v1.client_sessions_pb2_grpc import ClientSessionsStub
from servicekit.rpc import remote_errors

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MARGIN = timedelta(seconds=1)
AT_ONCE = timedelta(milliseconds=250)
"""For the answer of the moment: whoever does not wait is not held up by an auth that hangs either."""


class GrpcClientSessions:
    """Implements ports.ClientSessions."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub: Any = ClientSessionsStub(channel)

    def follow(self, revision: int, epoch: int, timeout: timedelta) -> ClientSessionsEnding:
        """See the port."""
        request = pb.FollowEndingRequest(
            revision=revision, epoch=epoch, timeout_ms=int(timeout / timedelta(milliseconds=1))
        )
        limit = timeout + MARGIN if timeout else AT_ONCE
        with remote_errors():
            answer = self._stub.FollowEnding(request, timeout=limit.total_seconds())
        told_at = EPOCH + timedelta(microseconds=answer.told_at_us) if answer.told_at_us else None
        return ClientSessionsEnding(answer.looked, answer.ended, answer.told, tuple(answer.late), told_at)
