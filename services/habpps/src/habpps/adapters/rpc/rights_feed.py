"""The rights feed over gRPC: everyone else keeps a replica of what is published here.

`Watch` wakes when this process commits; commits of other processes are found by looking again within a quarter of a
second. A message without changes is a heartbeat, at least every 400 ms.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import grpc

from habpps.domain.publication import PublishedFact
from habpps.use_cases.follow_propagation import FollowPropagation
from habpps.use_cases.ports import FeedChange, FeedReader, Signal
from partenaire.habpps.v1 import rights_feed_pb2 as pb
from partenaire.habpps.v1 import rights_feed_pb2_grpc
from servicekit.clock import Clock
from servicekit.errors import ConflictError, InvalidInputError
from servicekit.rpc import current_call

REVISIONS_AT_ONCE = 200
LOOK_AGAIN_SECONDS = 0.25
HEARTBEAT_SECONDS = 0.4
LONGEST_NAME = 120
HEADER_BYTES = 200  # revisions, digest, epoch


@dataclass(frozen=True)
class MessageLimits:
    """How much goes into one message; gRPC allows 1 MiB."""

    facts: int = 500
    size_bytes: int = 900_000


class EpochChangedError(ConflictError):
    """The feed was restored or moved: take a new snapshot."""

    reason = "EPOCH_CHANGED"


class RevisionUnknownError(ConflictError):
    """The feed cannot continue from this revision: take a new snapshot."""

    reason = "REVISION_UNKNOWN"


class RightsFeedServicer(rights_feed_pb2_grpc.RightsFeedServicer):
    """Implements partenaire.habpps.v1.RightsFeed."""

    def __init__(
        self,
        feed: FeedReader,
        propagation: FollowPropagation,
        signal: Signal,
        clock: Clock,
        limits: MessageLimits | None = None,
    ) -> None:
        """`signal` is announced after each commit of this process."""
        self._limits = limits or MessageLimits()
        self._feed = feed
        self._propagation = propagation
        self._signal = signal
        self._clock = clock

    def GetSnapshot(  # noqa: N802 -- name of the method in the proto
        self, _request: pb.GetSnapshotRequest, _context: grpc.ServicerContext
    ) -> Iterator[pb.GetSnapshotResponse]:
        """Send everything at one revision."""
        state, facts = self._feed.snapshot()
        parts = list(_chunks(facts, self._limits)) or [()]
        for number, part in enumerate(parts, start=1):
            yield pb.GetSnapshotResponse(
                revision=state.revision,
                epoch=state.epoch,
                digest=state.digest,
                facts=[_message(fact) for fact in part],
                last=number == len(parts),
            )

    def Watch(  # noqa: N802
        self, request: pb.WatchRequest, _context: grpc.ServicerContext
    ) -> Iterator[pb.WatchResponse]:
        """Send the changes after a revision, then each one as it is committed.

        Raises:
            EpochChangedError: the replica knows another epoch.
            RevisionUnknownError: the replica is ahead, or a fact is too large for one message.
        """
        ending = current_call().ending
        revision, beat_at = request.from_revision, 0.0
        while not ending.is_set():
            seen = self._signal.count()
            state = self._feed.state()
            if state.epoch != request.epoch:
                raise EpochChangedError(f"epoch is {state.epoch}")
            if state.revision < revision:
                raise RevisionUnknownError(f"revision {revision} is ahead of {state.revision}")
            if state.revision > revision:
                for change in self._feed.changes_after(revision, REVISIONS_AT_ONCE):
                    yield from _parts(change, revision, state.epoch, self._limits)
                    revision = change.revision
                beat_at = self._clock.boottime() + HEARTBEAT_SECONDS
                continue
            if self._clock.boottime() >= beat_at:
                beat_at = self._clock.boottime() + HEARTBEAT_SECONDS
                yield pb.WatchResponse(
                    revision=revision, previous_revision=revision, digest=state.digest, epoch=state.epoch, last=True
                )
            left = beat_at - self._clock.boottime()
            self._signal.wait(seen, max(0.0, min(LOOK_AGAIN_SECONDS, left)))

    def GetRevision(  # noqa: N802
        self, _request: pb.GetRevisionRequest, _context: grpc.ServicerContext
    ) -> pb.GetRevisionResponse:
        """Say the newest committed revision."""
        state = self._feed.state()
        now_us = int(self._clock.now().timestamp() * 1_000_000)
        return pb.GetRevisionResponse(
            revision=state.revision, epoch=state.epoch, digest=state.digest, server_time_us=now_us
        )

    def Acknowledge(  # noqa: N802
        self, request: pb.AcknowledgeRequest, _context: grpc.ServicerContext
    ) -> pb.AcknowledgeResponse:
        """Note how far a replica has come.

        Raises:
            InvalidInputError: the name is not one of the caller's replicas.
        """
        caller = current_call().caller
        if not request.replica.startswith(f"{caller}-") or len(request.replica) > LONGEST_NAME:
            raise InvalidInputError(
                f"a replica of {caller} is called {caller}-…", reason="REPLICA_NAME", fields={"replica": "REPLICA_NAME"}
            )
        self._propagation.acknowledge(request.replica, request.revision, request.epoch, request.reader_version)
        return pb.AcknowledgeResponse()


def _chunks(facts: tuple[PublishedFact, ...], limits: MessageLimits) -> Iterator[tuple[PublishedFact, ...]]:
    start, size = 0, 0
    for position, fact in enumerate(facts):
        weight = len(fact.key) + len(fact.value) + 16
        if position > start and (position - start == limits.facts or size + weight > limits.size_bytes):
            yield facts[start:position]
            start, size = position, 0
        size += weight
    if start < len(facts):
        yield facts[start:]


def _parts(change: FeedChange, previous: int, epoch: int, limits: MessageLimits) -> Iterator[pb.WatchResponse]:
    parts = list(_chunks(change.facts, limits))
    for number, part in enumerate(parts, start=1):
        message = pb.WatchResponse(
            revision=change.revision,
            previous_revision=previous,
            changes=[_message(fact) for fact in part],
            digest=change.digest,
            epoch=epoch,
            last=number == len(parts),
        )
        if message.ByteSize() > limits.size_bytes + HEADER_BYTES:
            raise RevisionUnknownError(f"a fact of revision {change.revision} is too large for one message")
        yield message


def _message(fact: PublishedFact) -> pb.Fact:
    return pb.Fact(key=fact.key, value=fact.value)
