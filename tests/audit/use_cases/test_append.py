"""Appending: once, in order, whole or not at all, and never for somebody else."""

import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from audit.domain.entry import ENTRY_LIMIT_BYTES, parse_entry
from audit.domain.merkle import leaf_hash
from audit.domain.refusals import (
    ClockNotBelievedError,
    EventIdReusedError,
    InvalidEventError,
    JournalDamagedError,
    ProducerNotCallerError,
    ShardKeyMissingError,
)
from audit.domain.shard import ShardKey
from tests.audit.builders import COMMUNE, DIRECTRICE, NOON_US, FakeProducer, act, with_other_content
from tests.audit.use_cases.conftest import Stage
from tests.promises import promise


def test_events_get_the_next_places_and_their_receipts_say_so(stage: Stage) -> None:
    cdap = FakeProducer()
    first, second = stage.append(*cdap.events(2)), stage.append(*cdap.events(3))
    assert [receipt.index for receipt in (*first, *second)] == [0, 1, 2, 3, 4]
    rows = stage.store.repositories.entries.between(0, 5)
    assert [row.leaf_hash for row in rows] == [leaf_hash(row.data) for row in rows]
    assert [receipt.leaf_hash for receipt in (*first, *second)] == [row.leaf_hash for row in rows]
    assert {receipt.shard for receipt in first} == {"2026-11.access"}


@promise("auditor:each-event-once")
def test_an_event_sent_twice_is_written_once_and_gets_the_same_receipt(stage: Stage) -> None:
    events = FakeProducer().events(3)
    first = stage.append(*events)
    stage.clock.forward(hours=1)
    assert stage.append(*events) == first
    assert stage.append(events[1], events[1]) == (first[1], first[1])
    assert stage.size == 3


@promise("auditor:each-event-once")
def test_the_same_event_twice_in_one_request_is_written_once(stage: Stage) -> None:
    event = FakeProducer().event()
    receipts = stage.append(event, event)
    assert receipts[0] == receipts[1]
    assert stage.size == 1


@promise("journal:no-second-content")
def test_an_id_reused_for_other_content_is_refused_with_the_whole_request_and_alarms_once(stage: Stage) -> None:
    cdap = FakeProducer()
    event, other = cdap.events(2)
    stage.append(event)
    for _ in range(2):
        with pytest.raises(EventIdReusedError) as refusal:
            stage.append(other, with_other_content(event))
    assert refusal.value.details == {"event_id": event.act.event_id}
    assert stage.types() == ["cdap.dossier.consulted", "audit.alarm.raised"]
    assert stage.append(other)[0].index == 2


@promise("journal:a-producer-speaks-for-itself")
def test_a_producer_may_only_speak_for_itself(stage: Stage) -> None:
    with pytest.raises(ProducerNotCallerError):
        stage.append_events("auth", FakeProducer("cdap").events(1), 1.0)
    assert stage.size == 0


@promise("journal:an-unknown-type-is-kept")
def test_an_unknown_type_is_kept_as_it_is(stage: Stage) -> None:
    stage.append(FakeProducer().event(type="cdap.dossier.teleported"))
    assert stage.types() == ["cdap.dossier.teleported"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event_id", "not-an-id"),
        ("type", "Not A Type"),
        ("type", ""),
        ("decision", "maybe"),
        ("reason", "because"),
        ("subject", "a\nb"),
        ("actor_id", "x" * 257),
        ("occurred_at_us", -1),
        ("rights_revision", 1 << 63),
    ],
)
def test_a_malformed_event_is_refused_and_the_field_is_named(stage: Stage, field: str, value: object) -> None:
    with pytest.raises(InvalidEventError) as refusal:
        stage.append(FakeProducer().event(**{field: value}))
    assert refusal.value.fields == {field: "MALFORMED"}
    assert stage.size == 0


def test_no_event_and_too_many_events_are_refused(stage: Stage) -> None:
    with pytest.raises(InvalidEventError):
        stage.append_events("cdap", (), 1.0)
    with pytest.raises(InvalidEventError):
        stage.append(*FakeProducer().events(513))


@promise("auditor:entries-name-nobody")
def test_the_entry_names_nobody_and_the_payload_is_encrypted(stage: Stage) -> None:
    stage.append(FakeProducer().event(payload={"territory": "921", "ip": "192.0.2.7"}))
    row = stage.store.repositories.entries.between(0, 1)[0]
    for secret in (DIRECTRICE, COMMUNE, "0346145", "192.0.2.7"):
        assert row.sealed is not None
        assert secret.encode() not in row.data + row.sealed.data + row.sealed.wrapped_key
    entry = parse_entry(row.data)
    assert entry.keys == row.keys
    assert entry.keys.owner == "921"
    key = stage.keys.known["2026-11.access"]
    assert row.sealed is not None
    assert entry.keys.actor == key.pseudonym("actor", DIRECTRICE)
    opened = stage.cipher.open(key, row.event_id, row.sealed)
    assert opened is not None
    assert json.loads(opened[1])["payload"] == {"ip": "192.0.2.7", "territory": "921"}


def test_the_longest_possible_event_makes_an_entry_within_its_limit(stage: Stage) -> None:
    long = "é" * 256
    event = FakeProducer("a" * 32, "e" * 64).event(
        type="t.t." + "t" * 96,
        actor_id=long,
        organisation_id=long,
        subject=long,
        reason="R" * 64,
        rights_revision=(1 << 63) - 1,
    )
    stage.append(event)
    assert len(stage.store.repositories.entries.between(0, 1)[0].data) <= ENTRY_LIMIT_BYTES


@promise("auditor:entries-name-nobody")
def test_a_new_month_gets_a_new_key_and_other_pseudonyms(stage: Stage) -> None:
    cdap = FakeProducer()
    stage.append(cdap.event())
    stage.clock.forward(days=8)
    in_december = cdap.event(occurred_at_us=NOON_US + 8 * 86_400_000_000)
    assert stage.append(in_december)[0].shard == "2026-12.access"
    rows = stage.store.repositories.entries.between(0, 2)
    assert rows[0].keys.actor != rows[1].keys.actor
    assert [shard.name for shard in stage.store.repositories.shards.all()] == ["2026-11.access", "2026-12.access"]


def test_a_lost_or_exchanged_key_of_the_month_stops_appending(stage: Stage) -> None:
    cdap = FakeProducer()
    stage.append(cdap.event())
    stage.keys.known.clear()
    with pytest.raises(ShardKeyMissingError):
        stage.append(cdap.event())
    stage.keys.known["2026-11.access"] = ShardKey("2026-11.access", b"x" * 32)
    with pytest.raises(ShardKeyMissingError):
        stage.append(cdap.event())
    assert stage.size == 1


def test_a_clock_that_goes_back_never_makes_the_journal_go_back(stage: Stage) -> None:
    cdap = FakeProducer()
    stage.append(cdap.event())
    stage.clock.set(minutes=-4)
    stage.append(cdap.event())
    received = [row.keys.received_at_us for row in stage.store.repositories.entries.between(0, 2)]
    assert received == sorted(received)


def test_a_broken_chain_is_kept_and_alarms_once_per_producer(stage: Stage) -> None:
    cdap = FakeProducer()
    stage.append(cdap.event())
    cdap.previous = b"\x01" * 32
    stage.append(cdap.event())
    cdap.previous = b"\x02" * 32
    stage.append(cdap.event())
    cdap.number = 0
    stage.append(cdap.event())
    alarms = [row for row in stage.store.repositories.entries.between(0, 9) if row.keys.type == "audit.alarm.raised"]
    assert [parse_entry(row.data).reason for row in alarms] == ["PREVIOUS_HASH_DIFFERS", "NUMBER_REUSED"]


def test_the_journals_own_events_are_numbered_and_chained_like_others(stage: Stage) -> None:
    stage.journal.append((act(), act()), 1.0)
    stage.journal.append((act(),), 1.0)
    entries = [parse_entry(row.data) for row in stage.store.repositories.entries.between(0, 3)]
    assert [(entry.service, entry.epoch, entry.number) for entry in entries] == [
        ("audit", "own-epoch", number) for number in range(3)
    ]
    assert [entry.previous for entry in entries[1:]] == [entry.link for entry in entries[:2]]


def test_bytes_that_read_back_differently_are_noticed_before_the_answer(stage: Stage) -> None:
    stage.store.lie_once()
    with pytest.raises(JournalDamagedError):
        stage.append(FakeProducer().event())


def test_a_clock_that_jumps_to_2031_and_back_leaves_every_entry_in_its_month(stage: Stage) -> None:
    cdap = FakeProducer()
    stage.append(cdap.event())
    stage.clock.set(days=4 * 365)
    late = cdap.event()
    for _ in range(2):
        with pytest.raises(ClockNotBelievedError):
            stage.append(late)
    stage.clock.set(days=-4 * 365)
    stage.clock.forward(seconds=6)
    assert stage.append(late)[0].shard == "2026-11.access"
    rows = stage.store.repositories.entries.between(0, 2)
    assert rows[1].keys.received_at_us - rows[0].keys.received_at_us == 6_000_000
    assert [shard.name for shard in stage.store.repositories.shards.all()] == ["2026-11.access"]


def test_the_end_of_summer_time_changes_nothing(stage: Stage) -> None:
    stage.clock.at = datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC)
    cdap = FakeProducer()
    for _ in range(3):
        stage.append(cdap.event())
        stage.clock.forward(seconds=1)
    received = [row.keys.received_at_us for row in stage.store.repositories.entries.between(0, 3)]
    assert [after - before for before, after in pairwise(received)] == [1_000_000, 1_000_000]


def test_a_journal_whose_newest_entry_is_in_the_future_does_not_start(stage: Stage) -> None:
    stage.append(FakeProducer().event())
    stage.publish()
    stage.clock.set(hours=-1)
    with pytest.raises(JournalDamagedError, match="60 minutes later than the clock"):
        stage.check()
