"""What a restored audit lacks is sent again by its producer, beside new events, once."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from servicekit.database import Database
from servicekit.outbox import store
from servicekit.outbox.sink import Numbers
from servicekit.process import Process
from tests.promises import promise
from tests.servicekit.outbox.builders import adding, assert_chains_hold, event
from tests.servicekit.outbox.conftest import QUICK, Service, service_on

SOON = replace(QUICK, gaps_interval=timedelta(0), gap_events=7)


def delivered(database: Database, count: int) -> Service:
    """A service whose audit has that many events; it is stopped."""
    service = service_on(database)
    service.relay.start()
    for number in range(count):
        service.work.record(adding(f"thing {number}"))
    service.relay.stop()
    assert len(service.audit.events) == count
    return service


def ids(service: Service) -> list[str]:
    return [one.event_id for one in service.audit.events]


@promise("audit:a-restore-loses-nothing-that-is-kept")
def test_what_audit_acknowledged_and_lost_is_sent_again_at_the_start(database: Database) -> None:
    before = delivered(database, 50)
    known = ids(before)
    del before.audit.events[20:]
    after = service_on(database, replace(SOON, gaps_interval=timedelta(minutes=1)), before.audit)
    after.relay.start()
    after.audit.wait_for_events(50)
    after.relay.stop()
    assert ids(after) == known
    assert_chains_hold(after.audit.events)


@promise("audit:a-restore-loses-nothing-that-is-kept")
def test_a_restore_while_the_producer_runs_is_noticed_and_nobody_is_held_back(database: Database) -> None:
    service = service_on(database, SOON)
    service.relay.start()
    for number in range(40):
        service.work.record(adding(f"before {number}"))
    service.clock.advance(timedelta(hours=2))
    with service.audit._changed:
        del service.audit.events[5:35]
    for number in range(40):
        service.work.record(adding(f"after {number}"))
    service.audit.wait_for_events(80)
    assert service.relay.problem() is None
    service.relay.stop()
    assert len(set(ids(service))) == len(ids(service)) == 80


def test_audit_is_asked_again_after_each_reconnection(database: Database) -> None:
    service = service_on(database, replace(QUICK, gaps_interval=timedelta(days=1)))
    service.relay.start()
    service.work.record(adding("first"))
    service.audit.available = False
    service.work.record(adding("meanwhile", policy="buffered"))
    service.audit.wait_for_batches(4)
    with service.audit._changed:
        service.audit.events.clear()
        service.audit.available = True
    service.audit.wait_for_events(2)
    service.relay.stop()


def test_an_audit_that_does_not_say_what_it_lacks_holds_nothing_back(database: Database) -> None:
    service = service_on(database)
    service.audit.says_nothing = True
    service.relay.start()
    assert service.work.record(adding("one")) == "one"
    assert service.work.record(adding("two")) == "two"
    service.relay.stop()
    assert service.relay.problem() is None


@promise("audit:a-restore-loses-nothing-that-is-kept")
def test_the_last_event_of_an_epoch_outlives_the_others_so_that_its_end_is_missed(database: Database) -> None:
    service = delivered(database, 9)
    (whole,) = database.read(store.held)
    assert (whole.first, whole.end) == (0, 9)
    long_after, longer = service.clock.now() + timedelta(hours=1), service.clock.now() - timedelta(days=1)
    while database.write(lambda connection: store.forget(connection, long_after, longer, 3)):
        pass
    assert database.read(store.held) == [Numbers(whole.epoch, 8, 9)]
    assert database.write(lambda connection: store.forget(connection, long_after, long_after, 3)) == 1
    assert database.read(store.held) == []


def test_every_epoch_is_asked_about(database: Database) -> None:
    for number in range(4):
        service = service_on(database)
        service.relay.start()
        service.work.record(adding(f"epoch {number}"))
        service.relay.stop()
    epochs = database.read(
        lambda connection: connection.execute(sa.text("SELECT DISTINCT epoch FROM outbox")).scalars().all()
    )
    assert len(epochs) == 4
    assert database.read(store.held) == [Numbers(epoch, 0, 1) for epoch in sorted(epochs)]


@promise("audit:set-aside-is-said")
def test_events_that_are_set_aside_are_a_note_of_the_health_page(database: Database) -> None:
    service = service_on(database)
    refused = event("buffered")
    service.audit.refuses = {refused.event_id}
    service.relay.start()
    watch = Process(background=(service.relay,), queues=(service.relay.queue(),)).health_watch(lambda _serving: None)
    assert watch._checks["queue audit outbox"]() is None
    service.work.record(adding("refused", refused))
    service.work.record(adding("strict"))
    service.relay.stop()
    assert "audit outbox: 1 set aside" in str(watch._checks["queue audit outbox"]())
    assert watch._notes == {"queue audit outbox"}
    assert watch._checks["outbox-relay"]() is None
    database.write(store.send_again)
    assert watch._checks["queue audit outbox"]() is None
