"""Events as values: what cannot be built cannot be forgotten later."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone

import pytest

from servicekit.audit_events import NATIONAL, PAYLOAD_LIMIT_BYTES, InvalidAuditEventError, Outcome, OwnerOf
from tests.servicekit.outbox.builders import event


def test_a_payload_is_canonical_whatever_the_order_it_was_written_in() -> None:
    first = event(payload={"b": 1, "a": {"d": "é", "c": [None, True]}})
    second = event(payload={"a": {"c": [None, True], "d": "é"}, "b": 1})

    assert first.payload_bytes == second.payload_bytes == '{"a":{"c":[null,true],"d":"é"},"b":1}'.encode()


def test_a_payload_does_not_change_after_the_event_was_built() -> None:
    payload = {"fields": "quotient_familial"}
    built = event(payload=payload)

    payload["fields"] = "everything"

    assert built.payload_bytes == b'{"fields":"quotient_familial"}'


def test_a_payload_may_fill_sixteen_kibibytes_and_no_more() -> None:
    wrapping = len('{"a":""}')
    event(payload={"a": "x" * (PAYLOAD_LIMIT_BYTES - wrapping)})

    with pytest.raises(InvalidAuditEventError, match="payload of 16385 bytes, at most 16384"):
        event(payload={"a": "x" * (PAYLOAD_LIMIT_BYTES - wrapping + 1)})


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "consulted"},
        {"type": "cdap.consulted"},
        {"type": "Cdap.dossier.consulted"},
        {"occurred_at": datetime(2026, 11, 23, 9, 0)},  # noqa: DTZ001 - the mistake
        {"occurred_at": datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=1)))},
        {"decision": "refused"},
        {"reason": "because"},
        {"payload": {"at": datetime(2026, 11, 23, tzinfo=UTC)}},
        {"payload": {"what": object()}},
        {"payload": {1: "one"}},
    ],
)
def test_an_event_that_audit_could_not_keep_cannot_be_built(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidAuditEventError):
        event(**changes)  # type: ignore[arg-type]


def test_each_event_has_its_own_identifier() -> None:
    assert event().event_id != event().event_id


def test_an_outcome_needs_an_event() -> None:
    with pytest.raises(InvalidAuditEventError):
        Outcome("value", ())


def test_an_event_whose_owner_was_looked_up_is_otherwise_the_same() -> None:
    built = event(owner=OwnerOf("a-1", "o-1"), payload={"fields": "quotient_familial"})

    owned = built.owned_by(NATIONAL)

    assert asdict(owned) == asdict(built) | {"owner": NATIONAL}
    assert built.owner == OwnerOf("a-1", "o-1")


@pytest.mark.parametrize("owner", ["", "92", "CAF", "92a", "92\n"])
def test_an_event_is_given_to_no_owner_that_audit_would_refuse(owner: str) -> None:
    with pytest.raises(InvalidAuditEventError, match="owner"):
        event(owner=OwnerOf("a-1", "o-1")).owned_by(owner)
