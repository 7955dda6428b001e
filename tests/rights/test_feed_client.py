"""Both replicas on real gRPC: threads, streams, deadlines, a prompt end."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from partenaire.auth.v1 import ended_sessions_pb2, ended_sessions_pb2_grpc
from partenaire.habpps.v1 import rights_feed_pb2, rights_feed_pb2_grpc
from rights.feed import DivergenceError, FeedHistoryLostError, FeedLostError, Position
from rights.feed_client import GrpcEndedSessionsFeed, GrpcRightsFeed
from rights.replica import RightsReplica, position_of
from rights.replication import NEVER, Pace
from rights.sessions import SessionsReplica
from rights.snapshot import FactChange, Snapshot, SnapshotChange
from servicekit.clock import SystemClock
from tests.rights.builders import the_commune, told_by

DEADLINE = 10.0
FAST = Pace(confirm_every=0.02, backoff_first=0.01, backoff_most=0.05)
COMMUNE = the_commune()


class Server:
    """A feed of rights as habpps would serve it, with a condition that tests wait on."""

    def __init__(self) -> None:
        self.news = threading.Condition()
        self.snapshot = COMMUNE.snapshot()
        self.changes: list[SnapshotChange] = []
        self.acknowledged: list[int] = []
        self.digest_sent: bytes | None = None
        self.last_part_is_sent = True
        self.over = False

    def write(self, *facts: FactChange) -> None:
        with self.news:
            revision = self.snapshot.revision + 1
            self.snapshot = self.snapshot.apply(SnapshotChange(revision, revision - 1, facts))
            self.changes.append(SnapshotChange(revision, revision - 1, facts, self.snapshot.digest))
            self.news.notify_all()

    def wait_until(self, holds: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(holds, DEADLINE)

    def close(self) -> None:
        with self.news:
            self.over = True
            self.news.notify_all()


class RightsServicer(rights_feed_pb2_grpc.RightsFeedServicer):
    def __init__(self, server: Server) -> None:
        self.server = server

    def GetSnapshot(self, request: Any, context: Any) -> Iterator[rights_feed_pb2.GetSnapshotResponse]:  # noqa: N802
        snapshot = self.server.snapshot
        entries = sorted(snapshot.entries())
        for start in range(0, len(entries), 7):
            yield rights_feed_pb2.GetSnapshotResponse(
                revision=snapshot.revision,
                epoch=snapshot.epoch,
                digest=self.server.digest_sent or snapshot.digest,
                facts=[rights_feed_pb2.Fact(key=key, value=value) for key, value in entries[start : start + 7]],
                last=self.server.last_part_is_sent and start + 7 >= len(entries),
            )

    def Watch(self, request: Any, context: Any) -> Iterator[rights_feed_pb2.WatchResponse]:  # noqa: N802
        if request.epoch != self.server.snapshot.epoch:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "EPOCH_CHANGED")
        sent = request.from_revision
        context.add_callback(self._wake)
        while context.is_active() and not self.server.over:
            for change in self._due(sent, context):
                sent = change.revision
                yield rights_feed_pb2.WatchResponse(
                    revision=change.revision,
                    previous_revision=change.previous_revision,
                    changes=[rights_feed_pb2.Fact(key=fact.key, value=fact.value) for fact in change.facts],
                    digest=change.digest or b"",
                    epoch=self.server.snapshot.epoch,
                    last=True,
                )

    def _due(self, sent: int, context: Any) -> list[SnapshotChange]:
        with self.server.news:
            self.server.news.wait_for(lambda: self._is_over(context) or self.server.snapshot.revision > sent, 1)
            return [change for change in self.server.changes if change.revision > sent]

    def GetRevision(self, request: Any, context: Any) -> rights_feed_pb2.GetRevisionResponse:  # noqa: N802
        snapshot = self.server.snapshot
        return rights_feed_pb2.GetRevisionResponse(
            revision=snapshot.revision, epoch=snapshot.epoch, digest=snapshot.digest
        )

    def Acknowledge(self, request: Any, context: Any) -> rights_feed_pb2.AcknowledgeResponse:  # noqa: N802
        with self.server.news:
            self.server.acknowledged.append(request.revision)
            self.server.news.notify_all()
        return rights_feed_pb2.AcknowledgeResponse()

    def _is_over(self, context: Any) -> bool:
        return self.server.over or not context.is_active()

    def _wake(self) -> None:
        with self.server.news:
            self.server.news.notify_all()


class EndsServicer(ended_sessions_pb2_grpc.EndedSessionsServicer):
    ENDED_AT = datetime(2026, 11, 23, 9, 0, 0, 250, tzinfo=UTC)

    def _end(self, number: int) -> ended_sessions_pb2.EndedSession:
        at_us = (self.ENDED_AT - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        return ended_sessions_pb2.EndedSession(
            session_id=f"sid-{number}", account_id="account-1", ended_at_us=at_us, reason="LOGOUT", revision=number
        )

    def GetSnapshot(self, request: Any, context: Any) -> ended_sessions_pb2.GetSnapshotResponse:  # noqa: N802
        return ended_sessions_pb2.GetSnapshotResponse(revision=1, epoch="a", sessions=[self._end(1)])

    def Watch(self, request: Any, context: Any) -> Iterator[ended_sessions_pb2.WatchResponse]:  # noqa: N802
        yield ended_sessions_pb2.WatchResponse(revision=2, previous_revision=1, sessions=[self._end(2)])

    def GetRevision(self, request: Any, context: Any) -> ended_sessions_pb2.GetRevisionResponse:  # noqa: N802
        return ended_sessions_pb2.GetRevisionResponse(revision=2, epoch="a")


@contextmanager
def _serving(add: Callable[[grpc.Server], None]) -> Iterator[grpc.Channel]:
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    add(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    try:
        yield channel
    finally:
        channel.close()
        server.stop(None).wait(DEADLINE)


@pytest.fixture
def server() -> Iterator[Server]:
    known = Server()
    yield known
    known.close()


@pytest.fixture
def channel(server: Server) -> Iterator[grpc.Channel]:
    with _serving(
        lambda known: rights_feed_pb2_grpc.add_RightsFeedServicer_to_server(RightsServicer(server), known)
    ) as it:
        yield it
        server.close()


def test_a_started_replica_follows_a_change_within_a_moment(server: Server, channel: grpc.Channel) -> None:
    replica = RightsReplica(GrpcRightsFeed(channel), SystemClock(), service="cdap", pace=FAST)
    replica.start()
    try:
        server.wait_until(lambda: 42 in server.acknowledged)
        server.write(FactChange.setting(replace(COMMUNE.creche_director, state="locked")))
        server.wait_until(lambda: 43 in server.acknowledged and replica.age() != NEVER)
        snapshot, _ = replica.current()
        assert snapshot is not None
        assert told_by(snapshot) == told_by(server.snapshot)
        assert replica.problem() is None
    finally:
        before = SystemClock().boottime()
        replica.stop()
    assert SystemClock().boottime() - before < FAST.stop
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("rights-replica")]


def test_a_replica_of_a_server_that_is_not_there_waits_and_ends_promptly() -> None:
    channel = grpc.insecure_channel("127.0.0.1:1")
    replica = RightsReplica(GrpcRightsFeed(channel), SystemClock(), pace=FAST)
    replica.start()
    replica.stop()
    channel.close()
    assert replica.age() == NEVER
    assert replica.problem() is not None


def test_a_server_that_does_not_answer_is_a_lost_feed() -> None:
    with grpc.insecure_channel("127.0.0.1:1") as channel:
        feed = GrpcRightsFeed(channel)
        position = position_of(Snapshot.empty())
        for ask in (feed.snapshot, feed.newest, lambda: feed.acknowledge("cdap-1", position)):
            with pytest.raises(FeedLostError):
                ask()


def test_a_watch_from_another_epoch_has_lost_its_history(channel: grpc.Channel) -> None:
    with pytest.raises(FeedHistoryLostError):
        list(GrpcRightsFeed(channel).watch(Position(42, "7")))


def test_a_snapshot_that_does_not_add_up_is_not_believed(server: Server, channel: grpc.Channel) -> None:
    server.digest_sent = bytes(32)
    with pytest.raises(DivergenceError, match="add up"):
        GrpcRightsFeed(channel).snapshot()


def test_a_snapshot_without_its_last_part_is_not_believed(server: Server, channel: grpc.Channel) -> None:
    server.last_part_is_sent = False
    with pytest.raises(DivergenceError, match="cut"):
        GrpcRightsFeed(channel).snapshot()


def test_ended_sessions_arrive_with_their_instant() -> None:
    with _serving(
        lambda known: ended_sessions_pb2_grpc.add_EndedSessionsServicer_to_server(EndsServicer(), known)
    ) as channel:
        feed = GrpcEndedSessionsFeed(channel)
        replica = SessionsReplica(feed, SystemClock(), kept_for=timedelta(days=3650), pace=FAST)
        replica.follow_once()
        replica.confirm_once()
        known, age = replica.current()
        assert known is not None
        assert age < timedelta(seconds=DEADLINE)
        assert {end.ended_at for end in known.sessions.values()} == {EndsServicer.ENDED_AT}
        assert set(known.sessions) == {"sid-1", "sid-2"}
