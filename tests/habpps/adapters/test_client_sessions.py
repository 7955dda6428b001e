"""How long habpps waits for what auth says of the sessions in extranets."""

from datetime import timedelta
from typing import Any

import pytest

from habpps.adapters.clients.client_sessions import GrpcClientSessions
from partenaire.auth.v1 import client_sessions_pb2 as pb


class ChannelOfTheTest:
    """Notes the deadline of each call and answers."""

    def __init__(self) -> None:
        self.deadlines: list[float] = []

    def unary_unary(self, *_method: Any, **_codec: Any) -> Any:
        def call(_request: Any, timeout: float) -> pb.FollowEndingResponse:
            self.deadlines.append(timeout)
            return pb.FollowEndingResponse(looked=True)

        return call


@pytest.mark.parametrize(("waits", "deadline"), [(timedelta(0), 0.25), (timedelta(seconds=3), 4.0)])
def test_whoever_does_not_wait_asks_auth_for_a_moment_only(waits: timedelta, deadline: float) -> None:
    channel: Any = ChannelOfTheTest()
    assert GrpcClientSessions(channel).follow(7, 1, waits).looked
    assert channel.deadlines == [deadline]
