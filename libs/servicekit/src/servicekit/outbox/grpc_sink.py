"""Delivers events to the audit service over gRPC (journal.proto)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

import grpc
from google.protobuf.message import DecodeError
from grpc_health.v1 import health_pb2, health_pb2_grpc

from partenaire.audit.v1 import journal_pb2, journal_pb2_grpc
from servicekit.errors import DependencyUnavailableError
from servicekit.event_words import FIELD, REASON, SERVICE, SUBJECT, TYPE, VALUE, Word, digest_of
from servicekit.outbox.sink import EventsRefusedError, Numbers, Receipt

_ASKING_SECONDS = 0.5
_KINDS = {
    TYPE: journal_pb2.WORD_KIND_TYPE,
    FIELD: journal_pb2.WORD_KIND_FIELD,
    VALUE: journal_pb2.WORD_KIND_VALUE,
    SUBJECT: journal_pb2.WORD_KIND_SUBJECT,
    REASON: journal_pb2.WORD_KIND_REASON,
    SERVICE: journal_pb2.WORD_KIND_SERVICE,
}
_REFUSED = (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION)
"""What `Append` answers because of an event (journal.proto); anything else says nothing about the events."""


class AuditUnreachableError(DependencyUnavailableError):
    """audit did not answer, or answered that it did not store the events."""

    reason = "AUDIT_UNREACHABLE"


class GrpcAuditSink:
    """`AuditSink` on a channel, which the caller opens and closes."""

    def __init__(self, channel: grpc.Channel, *, timeout: timedelta = timedelta(seconds=2)) -> None:
        """`timeout` is the deadline of one call, retries of the channel included."""
        self._journal = journal_pb2_grpc.JournalStub(channel)
        self._health = health_pb2_grpc.HealthStub(channel)
        self._timeout_seconds = timeout.total_seconds()

    def append(self, events: Sequence[bytes]) -> Sequence[Receipt]:
        """See `AuditSink.append`.

        Raises:
            EventsRefusedError: an event cannot be read, has not the agreed form or reuses the id of another.
            AuditUnreachableError: any other gRPC error; the text holds its code and audit's own words, which name
                nobody.
        """
        try:
            request = journal_pb2.AppendRequest(events=[journal_pb2.Event.FromString(event) for event in events])
        except DecodeError as error:
            raise EventsRefusedError("the event cannot be read") from error
        try:
            response = self._journal.Append(request, timeout=self._timeout_seconds)
        except grpc.RpcError as error:
            call = cast(grpc.Call, error)  # what a stub raises is both
            answer = f"{call.code().name} {call.details()}"
            if call.code() in _REFUSED:
                raise EventsRefusedError(answer) from error
            raise AuditUnreachableError(f"audit did not store {len(events)} events: {answer}") from error
        return [Receipt(one.event_id, one.shard, one.index, one.leaf_hash) for one in response.receipts]

    def missing(self, held: Sequence[Numbers]) -> Sequence[Numbers]:
        """See `AuditSink.missing`.

        Raises:
            AuditUnreachableError: any gRPC error.
        """
        parts = [journal_pb2.Numbers(epoch=one.epoch, first=one.first, end=one.end) for one in held]
        try:
            response = self._journal.GetMissing(
                journal_pb2.GetMissingRequest(held=parts), timeout=self._timeout_seconds
            )
        except grpc.RpcError as error:
            call = cast(grpc.Call, error)
            raise AuditUnreachableError(f"audit does not say what it lacks: {call.code().name}") from error
        return [Numbers(one.epoch, one.first, one.end) for one in response.missing]

    def describe(self, words: Sequence[Word]) -> None:
        """See `AuditSink.describe`: asks with the digest alone, then tells if audit has not these words.

        Raises:
            AuditUnreachableError: any gRPC error.
        """
        digest = digest_of(words)
        told = [
            journal_pb2.Word(
                kind=_KINDS[one.kind], code=one.code, french=one.french, english=one.english, form=one.form
            )
            for one in words
        ]
        try:
            asked = journal_pb2.DescribeEventsRequest(digest=digest)
            if not self._journal.DescribeEvents(asked, timeout=self._timeout_seconds).is_known:
                asked.words.extend(told)
                self._journal.DescribeEvents(asked, timeout=self._timeout_seconds)
        except grpc.RpcError as error:
            call = cast(grpc.Call, error)
            raise AuditUnreachableError(f"words not taken: {call.code().name} {call.details()}") from error

    def ask(self) -> None:
        """See `AuditSink.ask`: the health of audit (grpc.health.v1), on the channel that events take.

        Raises:
            AuditUnreachableError: it does not answer, or says that it takes no calls.
        """
        try:
            answer = self._health.Check(health_pb2.HealthCheckRequest(), timeout=_ASKING_SECONDS)
        except grpc.RpcError as error:
            call = cast(grpc.Call, error)
            if call.code() is grpc.StatusCode.UNIMPLEMENTED:
                return  # whoever says so answers
            raise AuditUnreachableError(f"audit cannot be reached: {call.code().name} {call.details()}") from error
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            raise AuditUnreachableError("audit says that it takes no calls")
