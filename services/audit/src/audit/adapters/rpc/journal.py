"""`partenaire.audit.v1.Journal`: protobuf in, use case, protobuf out."""

import hashlib

import grpc

from audit.domain.event import Act, ProducerPlace, SubmittedEvent
from audit.domain.producer_chain import ProducerNumbers
from audit.use_cases.catalogue import UseCases
from partenaire.audit.v1 import journal_pb2, journal_pb2_grpc
from servicekit.event_words import FIELD, REASON, SERVICE, SUBJECT, TYPE, VALUE, Word
from servicekit.rpc import current_call

SERVICE_NAME = "partenaire.audit.v1.Journal"
_LONGEST_WAIT_SECONDS = 10.0
_DECISIONS = {
    journal_pb2.DECISION_GRANTED: "granted",
    journal_pb2.DECISION_REFUSED: "refused",
    journal_pb2.DECISION_DONE: "done",
}

_KINDS = {
    journal_pb2.WORD_KIND_TYPE: TYPE,
    journal_pb2.WORD_KIND_FIELD: FIELD,
    journal_pb2.WORD_KIND_VALUE: VALUE,
    journal_pb2.WORD_KIND_SUBJECT: SUBJECT,
    journal_pb2.WORD_KIND_REASON: REASON,
    journal_pb2.WORD_KIND_SERVICE: SERVICE,
}


class JournalServicer(journal_pb2_grpc.JournalServicer):
    """See journal.proto; errors leave as `ServiceError` and the server translates them."""

    def __init__(self, use_cases: UseCases) -> None:
        self._use_cases = use_cases

    def Append(  # noqa: N802 - the name in the proto
        self, request: journal_pb2.AppendRequest, context: grpc.ServicerContext
    ) -> journal_pb2.AppendResponse:
        """Appends events of the calling service."""
        del context
        call = current_call()
        remaining = call.remaining()
        timeout = _LONGEST_WAIT_SECONDS if remaining is None else min(remaining, _LONGEST_WAIT_SECONDS)
        events = tuple(submitted_event(event) for event in request.events)
        receipts = self._use_cases.append(call.caller, events, timeout)
        response = journal_pb2.AppendResponse()
        for receipt in receipts:
            response.receipts.add(
                event_id=receipt.event_id, shard=receipt.shard, index=receipt.index, leaf_hash=receipt.leaf_hash
            )
        return response

    def GetMissing(  # noqa: N802 - the name in the proto
        self, request: journal_pb2.GetMissingRequest, context: grpc.ServicerContext
    ) -> journal_pb2.GetMissingResponse:
        """What is missing of the calling service's events."""
        del context
        held = tuple(ProducerNumbers(one.epoch, one.first, one.end) for one in request.held)
        response = journal_pb2.GetMissingResponse()
        for one in self._use_cases.missing(current_call().caller, held):
            response.missing.add(epoch=one.epoch, first=one.first, end=one.end)
        return response

    def DescribeEvents(  # noqa: N802 - the name in the proto
        self, request: journal_pb2.DescribeEventsRequest, context: grpc.ServicerContext
    ) -> journal_pb2.DescribeEventsResponse:
        """Keeps what the calling service calls its events."""
        del context
        words = [
            Word(
                kind=_KINDS.get(one.kind, str(one.kind)),
                code=one.code,
                french=one.french,
                english=one.english,
                form=one.form,
            )
            for one in request.words
        ]
        known = self._use_cases.describe(current_call().caller, request.digest, words)
        return journal_pb2.DescribeEventsResponse(is_known=known)

    def GetInclusionProof(  # noqa: N802 - the name in the proto
        self, request: journal_pb2.GetInclusionProofRequest, context: grpc.ServicerContext
    ) -> journal_pb2.GetInclusionProofResponse:
        """Proves that an event is in the journal."""
        del context
        proof = self._use_cases.prove(current_call().caller, request.event_id, request.tree_size)
        return journal_pb2.GetInclusionProofResponse(
            index=proof.index,
            tree_size=proof.tree_size,
            leaf_hash=proof.leaf_hash,
            path=proof.path,
            root_hash=proof.root,
            entry=proof.entry,
        )

    def GetCheckpoint(  # noqa: N802 - the name in the proto
        self, request: journal_pb2.GetCheckpointRequest, context: grpc.ServicerContext
    ) -> journal_pb2.GetCheckpointResponse:
        """The newest signed checkpoint."""
        del request, context
        return journal_pb2.GetCheckpointResponse(signed_note=self._use_cases.checkpoint().note)


def submitted_event(event: journal_pb2.Event) -> SubmittedEvent:
    """The event with its hash, taken over the same bytes as the producer's. Its form is not checked here."""
    act = Act(
        event_id=event.event_id,
        type=event.type,
        occurred_at_us=event.occurred_at_us,
        decision=_DECISIONS.get(event.decision, ""),
        owner=event.owner,
        actor_id=event.actor_id or None,
        organisation_id=event.organisation_id or None,
        subject=event.subject or None,
        reason=event.reason or None,
        rights_revision=event.rights_revision or None,
        payload=event.payload,
        reference=event.reference or None,
    )
    producer = event.producer
    place = ProducerPlace(producer.service, producer.epoch, producer.number, producer.previous_hash)
    return SubmittedEvent(act, place, hashlib.sha256(event.SerializeToString(deterministic=True)).digest())
