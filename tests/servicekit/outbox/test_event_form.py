"""One check of an event on both sides: what can be built is accepted, and what is accepted could have been built."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.adapters.rpc.journal import submitted_event
from audit.domain.event import check_event
from audit.domain.refusals import InvalidEventError
from partenaire.audit.v1 import journal_pb2
from servicekit.audit_events import AuditEvent, InvalidAuditEventError
from servicekit.event_form import payload_bytes, payload_problem
from servicekit.identifiers import new_id
from servicekit.outbox.chain import Chain
from tests.promises import promise
from tests.servicekit.outbox.builders import event

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DECISIONS = {
    journal_pb2.DECISION_GRANTED: "granted",
    journal_pb2.DECISION_REFUSED: "refused",
    journal_pb2.DECISION_DONE: "done",
}
texts = st.none() | st.text(max_size=300) | st.sampled_from(["a" * 256, "a" * 257, "nul\x00", "\u202egent", "é"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
payloads = st.dictionaries(st.text(max_size=20), json_values, max_size=4) | st.just({"a": "x" * 17_000})
types = st.sampled_from(["cdap.dossier.consulted", "cdap.dossier", "a.b.c", "a.b." + "c" * 97, "A.b.c"]) | st.text()
owners = st.sampled_from(["921", "national", "", "92", "9211", "international", "national "]) | st.text(max_size=4)
reasons = st.sampled_from(["WHY", "", "R" * 64, "R" * 65, "why"]) | st.none()
revisions = st.sampled_from([None, 0, 1, -1, 2**63 - 1, 2**63])
moments = st.datetimes(timezones=st.just(UTC))
told = st.fixed_dictionaries(
    {
        "type": types,
        "decision": st.sampled_from(["granted", "refused", "done", "perhaps"]),
        "owner": owners,
        "actor_id": texts,
        "organisation_id": texts,
        "subject": texts,
        "reason": reasons,
        "rights_revision": revisions,
        "payload": payloads,
        "occurred_at": moments,
        "reference": st.sampled_from(["7K4Q-2M9D", "", "7k4q-2m9d", "7K4Q2M9D"]),
    }
)
good: dict[str, Any] = {
    "type": "cdap.dossier.consulted",
    "decision": "done",
    "owner": "921",
    "actor_id": None,
    "organisation_id": None,
    "subject": None,
    "reason": None,
    "rights_revision": None,
    "payload": {},
    "occurred_at": datetime(2026, 11, 23, tzinfo=UTC),
    "reference": "7K4Q-2M9D",
}


def mostly_good(fields: dict[str, Any], kept: set[str]) -> dict[str, Any]:
    """The fields drawn for some names, good ones for the others: an event with one fault is the interesting one."""
    return {name: fields[name] if name in kept else good[name] for name in good}


@promise("audit:one-form-on-both-sides")
@given(told, st.sets(st.sampled_from(sorted(good)), max_size=2))
def test_what_a_producer_can_build_audit_accepts(fields: dict[str, Any], drawn: set[str]) -> None:
    try:
        built = AuditEvent(policy="strict", **mostly_good(fields, drawn))
    except InvalidAuditEventError:
        return
    message = journal_pb2.Event.FromString(Chain("cdap").append(built).event)
    check_event(submitted_event(message))
    assert (message.owner, message.reference) == (built.owner, built.reference)


@given(told, st.sets(st.sampled_from(sorted(good)), max_size=2), st.integers(0, 4), st.binary(max_size=40))
def test_what_audit_accepts_a_producer_could_have_built(
    fields: dict[str, Any], drawn: set[str], decision: int, raw: bytes
) -> None:
    fields = mostly_good(fields, drawn)
    try:
        payload = payload_bytes(fields["payload"]) if "payload" in drawn or decision else raw
    except TypeError:
        return
    micros = (fields["occurred_at"] - EPOCH) // timedelta(microseconds=1)
    message = journal_pb2.Event(event_id=new_id(), type=fields["type"], occurred_at_us=micros, payload=payload)
    message.producer.service, message.producer.epoch, message.producer.previous_hash = "cdap", "e", bytes(32)
    message.decision = decision  # type: ignore[assignment] # also those nobody knows
    for name in ("actor_id", "organisation_id", "subject", "reason", "owner", "reference"):
        setattr(message, name, fields[name] or "")
    message.rights_revision = min(max(fields["rights_revision"] or 0, 0), 2**64 - 1)
    received = submitted_event(message)
    try:
        check_event(received)
    except InvalidEventError:
        return
    fields |= {"decision": DECISIONS[message.decision], "payload": {}, "reference": message.reference or "7K4Q-2M9D"}
    fields["rights_revision"] = message.rights_revision or None  # 0 on the wire: none was told
    assert AuditEvent(policy="strict", **fields).owner == received.act.owner
    assert payload_problem(payload) is None


@pytest.mark.parametrize("owner", ["", "92", "9211", "92a", "NATIONAL", "*", None, 921])
def test_an_event_of_nobody_cannot_be_built(owner: object) -> None:
    with pytest.raises(InvalidAuditEventError):
        event(owner=owner)


@pytest.mark.parametrize("field", ["actor_id", "organisation_id", "subject"])
@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31mred", "\u202egent", "\u200b", "a\nb", "\ud800", "x" * 257])
def test_a_text_that_nobody_could_read_aloud_cannot_be_in_an_event(field: str, text: str) -> None:
    with pytest.raises(InvalidAuditEventError):
        event(**{field: text})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{", b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":2}', b'{"a":1e999}', b"\xff", b"[" * 9000]
)
def test_a_payload_that_is_not_canonical_is_refused(payload: bytes) -> None:
    assert payload_problem(payload) is not None
