"""The journal over gRPC with mutual TLS: append, proof, checkpoint, and who may call."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import grpc
import pytest

from audit.bootstrap import _rpc
from audit.domain.merkle import leaf_hash
from audit.domain.proofs import inclusion_holds
from partenaire.audit.v1 import journal_pb2, journal_pb2_grpc
from partnerkit.event_words import words_of
from servicekit.audit_events import AuditEvent
from servicekit.errors import AccessDeniedError, ConflictError, InvalidInputError, NotFoundError
from servicekit.identifiers import new_id
from servicekit.outbox.grpc_sink import AuditUnreachableError, GrpcAuditSink
from servicekit.outbox.sink import Numbers
from servicekit.rpc import ChannelOptions, open_channel, remote_errors
from servicekit.rpc.certificates import issue, write_authority
from tests.audit.builders import DOSSIER, NOON, NOON_US, Journal, journal
from tests.promises import promise


@dataclass
class Caller:
    """A service with its certificate, its chain and a stub."""

    channel: grpc.Channel
    stub: journal_pb2_grpc.JournalStub
    service: str
    epoch: str
    number: int = 0
    previous: bytes = bytes(32)

    def event(self, **changes: object) -> journal_pb2.Event:
        event = journal_pb2.Event(
            event_id=new_id(),
            type="cdap.dossier.consulted",
            occurred_at_us=NOON_US,
            producer=journal_pb2.Producer(
                service=self.service, epoch=self.epoch, number=self.number, previous_hash=self.previous
            ),
            actor_id="a",
            subject=DOSSIER,
            decision=journal_pb2.DECISION_GRANTED,
            payload=b'{"territory":"921"}',
            owner="921",
        )
        for name, value in changes.items():
            setattr(event, name, value)
        self.number += 1
        self.previous = hashlib.sha256(event.SerializeToString(deterministic=True)).digest()
        return event

    def append(self, *events: journal_pb2.Event) -> list[journal_pb2.Receipt]:
        with remote_errors():
            return list(self.stub.Append(journal_pb2.AppendRequest(events=events), timeout=5).receipts)


@dataclass
class Served:
    """A journal that answers, and its address."""

    journal: Journal
    port: int
    authority: Path

    def caller(self, service: str) -> Caller:
        options = ChannelOptions(
            address=f"localhost:{self.port}",
            server="audit",
            service=service,
            environment="test",
            tls_directory=issue(self.authority, service, "test", lifetime=timedelta(days=1)),
        )
        channel = open_channel(options)
        return Caller(channel, journal_pb2_grpc.JournalStub(channel), service, new_id())


@pytest.fixture
def served(tmp_path: Path, database_url: str) -> Iterator[Served]:
    authority = tmp_path / "ca"
    write_authority(authority)
    with journal(tmp_path, database_url) as opened:
        tls = issue(authority, "audit", "test")
        settings = opened.settings.model_copy(update={"tls_directory": tls, "rpc_port": 0, "rpc_threads": 4})
        server = _rpc(settings, opened.core)
        server.start()
        server.set_serving(True)
        yield Served(opened, server.port, authority)
        server.drain(0, 1)


@promise("auditor:proof-of-each-event")
def test_an_appended_event_gets_a_receipt_and_a_proof_that_verifies(served: Served) -> None:
    cdap = served.caller("cdap")
    events = [cdap.event() for _ in range(20)]
    receipts = cdap.append(*events)
    assert [receipt.index for receipt in receipts] == list(range(20))
    assert cdap.append(*events) == receipts
    served.journal.core.use_cases.publish()
    proof = cdap.stub.GetInclusionProof(journal_pb2.GetInclusionProofRequest(event_id=events[7].event_id), timeout=5)
    assert leaf_hash(proof.entry) == proof.leaf_hash == receipts[7].leaf_hash
    assert inclusion_holds(proof.leaf_hash, proof.index, proof.tree_size, list(proof.path), proof.root_hash)
    note = cdap.stub.GetCheckpoint(journal_pb2.GetCheckpointRequest(), timeout=5).signed_note
    assert note.split("\n")[1] == "20"
    smaller = journal_pb2.GetInclusionProofRequest(event_id=events[7].event_id, tree_size=9)
    assert cdap.stub.GetInclusionProof(smaller, timeout=5).tree_size == 9
    report = served.journal.verify()
    assert report.is_intact
    assert report.irregularities == ()


@promise("journal:producers-name-their-events")
def test_a_producer_tells_its_words_over_the_wire_once(served: Served) -> None:
    sink = GrpcAuditSink(served.caller("cdap").channel)
    words = words_of("cdap")
    sink.describe(words)
    sink.describe(words)
    vocabulary = served.journal.core.use_cases.vocabulary()
    assert {word for (service, *_), word in vocabulary.words.items() if service == "cdap"} == set(words)
    with pytest.raises(AuditUnreachableError, match=r"INVALID_ARGUMENT .*type 'cdap\.consultation"):
        GrpcAuditSink(served.caller("auth").channel).describe(words)


def test_refusals_keep_their_kind_and_reason_on_the_wire(served: Served) -> None:
    cdap = served.caller("cdap")
    first = cdap.event()
    cdap.append(first)
    with pytest.raises(ConflictError) as conflict:
        cdap.append(cdap.event(event_id=first.event_id))
    assert conflict.value.reason == "EVENT_ID_REUSED"
    with pytest.raises(InvalidInputError) as invalid:
        cdap.append(cdap.event(payload=b"[]"))
    assert invalid.value.fields == {"payload": "NOT_AN_OBJECT"}
    for payload in (b"{", b'{"a":NaN}', b"\xff", b"[" * 9000, b'{"a":"' + b"x" * 17000 + b'"}'):
        with pytest.raises(InvalidInputError):
            cdap.append(cdap.event(payload=payload))
    with pytest.raises(InvalidInputError):
        cdap.append()
    with pytest.raises(InvalidInputError):
        cdap.append(cdap.event(decision=0))
    for owner in ("", "92", "9211", "everybody"):
        with pytest.raises(InvalidInputError) as nobodys:
            cdap.append(cdap.event(owner=owner))
        assert nobodys.value.fields == {"owner": "MALFORMED"}
    request = journal_pb2.GetInclusionProofRequest
    with pytest.raises(NotFoundError), remote_errors():
        cdap.stub.GetInclusionProof(request(event_id=new_id()), timeout=5)
    with pytest.raises(NotFoundError), remote_errors():
        served.caller("auth").stub.GetInclusionProof(request(event_id=first.event_id), timeout=5)
    with pytest.raises(ConflictError), remote_errors():
        cdap.stub.GetInclusionProof(request(event_id=first.event_id), timeout=5)
    with pytest.raises(InvalidInputError), remote_errors():
        cdap.stub.GetInclusionProof(request(event_id=first.event_id, tree_size=99), timeout=5)
    with pytest.raises(ConflictError), remote_errors():
        cdap.stub.GetCheckpoint(journal_pb2.GetCheckpointRequest(), timeout=5)


@promise("extranet:callers-are-listed")
def test_a_service_may_not_append_for_another_nor_a_stranger_at_all(served: Served) -> None:
    auth, cdap = served.caller("auth"), served.caller("cdap")
    with pytest.raises(AccessDeniedError):
        auth.append(cdap.event())
    with pytest.raises(AccessDeniedError):
        served.caller("omega").append(cdap.event())
    assert served.journal.core.use_cases.state("921").size == 0


def test_an_event_of_the_outbox_is_accepted_as_it_is_sent(served: Served) -> None:
    told = AuditEvent(
        type="auth.session.opened",
        decision="done",
        policy="buffered",
        owner="921",
        actor_id="a",
        organisation_id=None,
        subject=None,
        occurred_at=NOON,
        payload={"ip": "192.0.2.7", "écran": "é"},
    )
    auth = served.caller("auth")
    assert auth.append(auth.event(type=told.type, payload=told.payload_bytes, subject=""))[0].index == 0


def test_a_service_is_told_what_the_journal_lacks_of_its_own_events(served: Served) -> None:
    cdap = served.caller("cdap")
    events = [cdap.event() for _ in range(6)]
    cdap.append(*events[:2], events[4])
    held = [journal_pb2.Numbers(epoch=cdap.epoch, first=0, end=6), journal_pb2.Numbers(epoch="other", first=3, end=4)]
    sink = GrpcAuditSink(cdap.channel)
    asked = [Numbers(one.epoch, one.first, one.end) for one in held]
    assert sink.missing(asked) == [
        Numbers(cdap.epoch, 2, 4),
        Numbers(cdap.epoch, 5, 6),
        Numbers("other", 3, 4),
    ]
    cdap.append(*events)
    assert sink.missing(asked[:1]) == []
    assert served.journal.verify().is_intact
    with pytest.raises(InvalidInputError), remote_errors():
        cdap.stub.GetMissing(journal_pb2.GetMissingRequest(), timeout=5)
    with pytest.raises(AccessDeniedError), remote_errors():
        served.caller("omega").stub.GetMissing(journal_pb2.GetMissingRequest(held=held), timeout=5)
