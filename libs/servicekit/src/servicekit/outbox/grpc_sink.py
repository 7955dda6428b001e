"""Delivers events to the audit service over gRPC (journal.proto)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

import grpc

from partenaire.audit.v1 import journal_pb2, journal_pb2_grpc
from servicekit.errors import DependencyUnavailableError
from servicekit.outbox.sink import Receipt


class AuditUnreachableError(DependencyUnavailableError):
    """audit did not answer, or answered that it did not store the events."""

    reason = "AUDIT_UNREACHABLE"


class GrpcAuditSink:
    """`AuditSink` on a channel, which the caller opens and closes."""

    def __init__(self, channel: grpc.Channel, *, timeout: timedelta = timedelta(seconds=2)) -> None:
        """`timeout` is the deadline of one call, retries of the channel included."""
        self._journal = journal_pb2_grpc.JournalStub(channel)
        self._timeout_seconds = timeout.total_seconds()

    def append(self, events: Sequence[bytes]) -> Sequence[Receipt]:
        """See `AuditSink.append`.

        Raises:
            AuditUnreachableError: any gRPC error; the text holds its code and audit's own words, which name nobody.
        """
        request = journal_pb2.AppendRequest(events=[journal_pb2.Event.FromString(event) for event in events])
        try:
            response = self._journal.Append(request, timeout=self._timeout_seconds)
        except grpc.RpcError as error:
            call = cast(grpc.Call, error)  # what a stub raises is both
            answer = f"{call.code().name} {call.details()}"
            raise AuditUnreachableError(f"audit did not store {len(events)} events: {answer}") from error
        return [Receipt(one.event_id, one.shard, one.index, one.leaf_hash) for one in response.receipts]
