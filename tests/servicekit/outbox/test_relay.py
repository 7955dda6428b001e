"""Delivery: nothing is lost, nothing is out of order, whatever audit does."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from servicekit.audit_events import AuditUnavailableError, Policy
from servicekit.database import Database
from servicekit.outbox import OutboxRelay, RecordingUnitOfWork
from servicekit.outbox.forgetting import forget_delivered
from tests.servicekit.database.builders import add, all_things, together, wait_for
from tests.servicekit.fakes import FixedClock
from tests.servicekit.outbox.builders import SqlThings, adding, assert_chains_hold, event, stored_events
from tests.servicekit.outbox.conftest import IMPATIENT, QUICK, Service, service_on
from tests.servicekit.outbox.fakes import InMemoryAudit

IMMEDIATE = replace(QUICK, acknowledgement_wait=timedelta(0))


def test_an_acknowledged_event_is_never_sent_again(service: Service) -> None:
    for number in range(5):
        service.work.record(adding(f"{number}"))
    service.relay.stop()

    sent = [event_id for batch in service.audit.batches for event_id in batch]
    assert len(sent) == len(set(sent)) == 5
    assert stored_events(service.database, pending_only=True) == []


def test_a_lost_answer_is_asked_for_again_and_audit_keeps_the_event_once(service: Service) -> None:
    service.audit.loses_answers = 3

    assert service.work.record(adding("one")) == "one"

    assert len(service.audit.events) == 1
    assert len(service.audit.batches) == 4


def test_an_event_that_audit_left_out_is_sent_again(database: Database) -> None:
    service = service_on(database, replace(QUICK, acknowledgement_wait=IMPATIENT))
    service.audit.answers_at_most = 1
    with pytest.raises(AuditUnavailableError):
        service.work.record(adding("one", event(), event(), event()))

    service.relay.start()
    service.audit.wait_for_events(3)
    service.relay.stop()

    assert_chains_hold(service.audit.events)
    assert stored_events(database, pending_only=True) == []


def test_what_was_recorded_during_a_call_leaves_together_in_the_next(service: Service) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        inside.set()
        wait_for(go_on)
        service.audit.before_answer = lambda: None

    def let_go_when_nine_are_there() -> None:
        _wait_for_things(service, 9)
        go_on.set()

    def record_later(name: str) -> None:
        wait_for(inside)
        service.work.record(adding(name))

    service.audit.before_answer = hold
    later: list[Callable[[], object]] = [partial(record_later, f"later {number}") for number in range(8)]
    together([lambda: service.work.record(adding("first")), let_go_when_nine_are_there, *later])

    assert [len(batch) for batch in service.audit.batches] == [1, 8]


def test_batches_stay_within_what_audit_and_grpc_accept(database: Database) -> None:
    service = service_on(database, replace(IMMEDIATE, batch_events=4, batch_bytes=2_000))
    large = event("buffered", payload={"text": "x" * 1_500})
    small = [event("buffered") for _ in range(6)]
    events = (*small[:4], large, *small[4:])
    service.work.record(adding("one", *events))

    service.relay.start()
    service.relay.stop()

    assert [len(batch) for batch in service.audit.batches] == [4, 1, 2]
    assert [one.event_id for one in service.audit.events] == [one.event_id for one in events]


def test_after_a_restart_what_the_process_before_left_goes_first(database: Database) -> None:
    before = service_on(database, IMMEDIATE)
    for number in range(3):
        with pytest.raises(AuditUnavailableError):
            before.work.record(adding(f"old {number}"))

    after = service_on(database)
    recording = threading.Thread(target=lambda: after.work.record(adding("new")))
    recording.start()
    _wait_for_things(after, 4)
    after.relay.start()
    recording.join(20)
    after.relay.stop()

    epochs = [one.producer.epoch for one in after.audit.events]
    assert epochs[0] == epochs[1] == epochs[2] != epochs[3]
    assert [one.producer.number for one in after.audit.events] == [0, 1, 2, 0]


def test_what_another_process_left_behind_is_delivered_too(database: Database) -> None:
    dead = service_on(database, IMMEDIATE)
    alive = service_on(database)
    alive.relay.start()
    alive.work.record(adding("mine"))

    with pytest.raises(AuditUnavailableError):
        dead.work.record(adding("left behind"))
    alive.clock.advance(timedelta(seconds=11))

    alive.audit.wait_for_events(2)
    alive.relay.stop()


def test_stopping_sends_what_waits(database: Database) -> None:
    service = service_on(database, replace(IMMEDIATE, idle_wait=timedelta(hours=1)))
    service.relay.start()
    for number in range(3):
        service.work.record(adding(f"{number}", policy="buffered"))

    service.relay.stop()

    assert len(service.audit.events) == 3


def test_acknowledged_events_are_deleted_after_a_day_and_the_others_are_kept(service: Service) -> None:
    service.work.record(adding("one"))
    _wait_until_acknowledged(service)
    service.clock.advance(timedelta(hours=23))
    service.work.record(adding("two"))
    _wait_until_acknowledged(service)
    service.clock.advance(timedelta(hours=1, seconds=1))

    service.work.record(adding("three"))
    service.relay.stop()
    assert service.database.write(lambda connection: forget_delivered(connection, service.clock.now())) == 1

    kept = [one.producer.number for one in stored_events(service.database)]
    assert kept == [1, 2]


def test_nothing_is_wrong_while_audit_answers(service: Service) -> None:
    service.work.record(adding("one"))

    assert service.relay.problem() is None


def test_a_relay_that_was_never_started_is_a_problem(database: Database) -> None:
    assert service_on(database).relay.problem() == "the audit outbox is not being delivered"


def test_an_event_that_waits_too_long_is_a_problem_that_says_why(database: Database) -> None:
    service = service_on(database, replace(QUICK, acknowledgement_wait=IMPATIENT))
    service.audit.available = False
    service.relay.start()
    service.work.record(adding("one", policy="buffered"))
    service.audit.wait_for_batches(2)
    assert service.relay.problem() == "the audit outbox is not being delivered (audit is down)"

    service.clock.advance(timedelta(seconds=61))

    service.audit.wait_for_batches(len(service.audit.batches) + 2)  # what was on its way has not hung for 61 s
    assert service.relay.problem() == "the oldest audit event waits since 61 s (audit is down)"
    service.relay.stop()


def test_a_buffered_act_is_refused_when_an_event_waits_for_more_than_a_minute(database: Database) -> None:
    service = service_on(database, IMMEDIATE)
    service.work.record(adding("one", policy="buffered"))
    service.clock.advance(timedelta(seconds=60))
    service.work.record(adding("two", policy="buffered"))

    service.clock.advance(timedelta(seconds=1))

    with pytest.raises(AuditUnavailableError, match="61 s"):
        service.work.record(adding("three", policy="buffered"))
    assert len(stored_events(database)) == 3


@pytest.mark.parametrize("policy", ["strict", "buffered"])
def test_nothing_more_is_done_when_too_much_waits(database: Database, policy: Policy) -> None:
    service = service_on(database, replace(IMMEDIATE, backlog_rows=3))
    for number in range(3):
        service.work.record(adding(f"{number}", policy="buffered"))

    with pytest.raises(AuditUnavailableError, match="nothing more is accepted"):
        service.work.record(adding("too much", policy=policy))

    assert database.read(all_things) == ["0", "1", "2"]


def test_nothing_more_is_done_when_the_disk_is_nearly_full(database: Database) -> None:
    service = service_on(database, replace(QUICK, disk_free=1.01))

    with pytest.raises(AuditUnavailableError, match="disk"):
        service.work.record(adding("one", policy="buffered"))

    assert database.read(all_things) == []


def test_the_wait_for_audit_is_a_setting(database: Database) -> None:
    service = service_on(database)
    patient = OutboxRelay(database, "cdap", service.audit, FixedClock(), QUICK, wait_ms=1)
    work = RecordingUnitOfWork(database, SqlThings, patient)

    with pytest.raises(AuditUnavailableError, match="in time"):
        work.record(adding("one"))


def test_a_buffered_act_does_not_wait_while_audit_is_known_not_to_answer(database: Database) -> None:
    service_on(database, IMMEDIATE).work.record(adding("waiting", policy="buffered"))
    service = service_on(database, replace(QUICK, acknowledgement_wait=timedelta(hours=1)))
    service.audit.available = False
    service.relay.start()
    service.audit.wait_for_batches(2)

    assert service.work.record(adding("one", policy="buffered")) == "one"

    service.relay.stop()


def test_the_hash_chain_survives_works_that_fail(service: Service) -> None:
    service.database.write(add("taken"))

    def attempt(name: str) -> None:
        service.work.record(adding(name, event(), event()))

    futures = together([partial(attempt, "taken" if n % 3 == 0 else f"{n}") for n in range(16)])
    service.relay.stop()

    assert sum(1 for future in futures if future.exception()) == 6
    assert len(service.audit.events) == 20
    assert_chains_hold(service.audit.events)
    assert_chains_hold(stored_events(service.database))


def test_sixteen_threads_record_without_a_hole(service: Service) -> None:
    def ten(thread: int) -> None:
        for number in range(10):
            service.work.record(adding(f"{thread}-{number}"))

    for future in together([partial(ten, t) for t in range(16)]):
        future.result()
    service.relay.stop()

    assert len(service.audit.events) == 160
    assert_chains_hold(service.audit.events)
    assert len({one.producer.epoch for one in service.audit.events}) <= 16


def test_an_unreliable_audit_ends_up_with_every_event_in_order(database: Database) -> None:
    audit = InMemoryAudit()
    service = service_on(database, replace(QUICK, batch_events=7), audit)
    audit.loses_answers = 10
    audit.answers_at_most = 5
    service.relay.start()

    def five(thread: int) -> None:
        for number in range(5):
            service.work.record(adding(f"{thread}-{number}", event(), event()))

    for future in together([partial(five, t) for t in range(8)]):
        future.result()
    service.relay.stop()

    assert len(audit.events) == 80
    assert_chains_hold(audit.events)


def _wait_for_things(service: Service, count: int) -> None:
    _wait_until(lambda: len(service.database.read(all_things)) >= count)


def _wait_until_acknowledged(service: Service) -> None:
    _wait_until(lambda: not stored_events(service.database, pending_only=True))


def _wait_until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(4_000):
        if condition():
            return
        pause.wait(0.005)
    raise AssertionError("it did not happen")
