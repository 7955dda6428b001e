"""The sink that speaks to audit, against a server in this process."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import grpc
import pytest

from partenaire.audit.v1 import journal_pb2, journal_pb2_grpc
from servicekit.database.contract import begin_callbacks
from servicekit.event_words import FIELD, TEXT, TYPE, Word, digest_of
from servicekit.outbox.chain import Chains
from servicekit.outbox.grpc_sink import AuditUnreachableError, GrpcAuditSink
from servicekit.outbox.sink import Numbers
from tests.servicekit.outbox.builders import event
from tests.servicekit.outbox.test_chain import connection


class FakeJournal(journal_pb2_grpc.JournalServicer):
    """Keeps what it gets, or answers with an error."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.error: grpc.StatusCode | None = None
        self.tellings: list[journal_pb2.DescribeEventsRequest] = []

    def Append(  # noqa: N802 - gRPC's name
        self, request: journal_pb2.AppendRequest, context: grpc.ServicerContext
    ) -> journal_pb2.AppendResponse:
        if self.error is not None:
            context.abort(self.error, "the journal is resting")
        self.received += [one.SerializeToString(deterministic=True) for one in request.events]
        receipts = [
            journal_pb2.Receipt(event_id=one.event_id, shard="2026-11", index=number, leaf_hash=bytes(32))
            for number, one in enumerate(request.events)
        ]
        return journal_pb2.AppendResponse(receipts=receipts)

    def GetMissing(  # noqa: N802 - gRPC's name
        self, request: journal_pb2.GetMissingRequest, context: grpc.ServicerContext
    ) -> journal_pb2.GetMissingResponse:
        if self.error is not None:
            context.abort(self.error, "the journal is resting")
        return journal_pb2.GetMissingResponse(missing=request.held[1:])

    def DescribeEvents(  # noqa: N802 - gRPC's name
        self, request: journal_pb2.DescribeEventsRequest, context: grpc.ServicerContext
    ) -> journal_pb2.DescribeEventsResponse:
        if self.error is not None:
            context.abort(self.error, "the journal is resting")
        known = bool(request.words) or any(one.words and one.digest == request.digest for one in self.tellings)
        self.tellings.append(request)
        return journal_pb2.DescribeEventsResponse(is_known=known)

    def GetInclusionProof(  # noqa: N802 - gRPC's name
        self, request: journal_pb2.GetInclusionProofRequest, context: grpc.ServicerContext
    ) -> journal_pb2.GetInclusionProofResponse:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "producers only append")

    def GetCheckpoint(  # noqa: N802 - gRPC's name
        self, request: journal_pb2.GetCheckpointRequest, context: grpc.ServicerContext
    ) -> journal_pb2.GetCheckpointResponse:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "producers only append")


@pytest.fixture
def journal() -> FakeJournal:
    return FakeJournal()


@pytest.fixture
def sink(journal: FakeJournal) -> Iterator[GrpcAuditSink]:
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    journal_pb2_grpc.add_JournalServicer_to_server(journal, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield GrpcAuditSink(channel, timeout=timedelta(seconds=10))
    server.stop(0).wait()


def serialised(count: int) -> list[bytes]:
    writer = connection()
    begin_callbacks(writer)
    return [one.event for one in Chains("cdap").append(writer, [event() for _ in range(count)])]


def test_events_arrive_byte_for_byte_and_receipts_come_back(sink: GrpcAuditSink, journal: FakeJournal) -> None:
    events = serialised(3)

    receipts = sink.append(events)

    assert journal.received == events
    assert [receipt.event_id for receipt in receipts] == [journal_pb2.Event.FromString(one).event_id for one in events]
    assert [(receipt.shard, receipt.index, receipt.leaf_hash) for receipt in receipts] == [
        ("2026-11", index, bytes(32)) for index in range(3)
    ]


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_an_error_of_audit_says_its_code_and_words(
    sink: GrpcAuditSink, journal: FakeJournal, code: grpc.StatusCode
) -> None:
    journal.error = code

    with pytest.raises(AuditUnreachableError, match=f"{code.name} the journal is resting"):
        sink.append(serialised(1))


def test_an_audit_that_is_not_there_is_an_error_of_the_sink() -> None:
    with grpc.insecure_channel("127.0.0.1:1") as channel, pytest.raises(AuditUnreachableError, match="UNAVAILABLE"):
        GrpcAuditSink(channel, timeout=timedelta(seconds=5)).append(serialised(1))


def test_what_audit_lacks_comes_back_in_the_same_terms(sink: GrpcAuditSink, journal: FakeJournal) -> None:
    held = [Numbers("one", 0, 4), Numbers("two", 3, 9)]
    assert sink.missing(held) == [Numbers("two", 3, 9)]
    journal.error = grpc.StatusCode.PERMISSION_DENIED
    with pytest.raises(AuditUnreachableError):
        sink.missing(held)


def test_words_are_sent_once_and_asked_for_by_their_digest(journal: FakeJournal, sink: GrpcAuditSink) -> None:
    words = [
        Word(kind=FIELD, code="name", french="Nom", english="Name", form=TEXT),
        Word(kind=TYPE, code="cdap.a.b", french="A", english="A"),
    ]
    sink.describe(words)
    sink.describe(words[::-1])
    assert [len(one.words) for one in journal.tellings] == [0, 2, 0]
    assert {one.digest for one in journal.tellings} == {digest_of(words)}
    journal.error = grpc.StatusCode.UNIMPLEMENTED
    with pytest.raises(AuditUnreachableError, match="UNIMPLEMENTED"):
        sink.describe(words)
