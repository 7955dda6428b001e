"""Audit is told what events are called; events wait for nothing of it."""

from dataclasses import replace
from datetime import timedelta

from servicekit.database import Database
from servicekit.event_words import TYPE, Word
from servicekit.outbox import OutboxRelay, RecordingUnitOfWork
from tests.promises import promise
from tests.servicekit.fakes import FixedClock
from tests.servicekit.outbox.builders import SqlThings, adding
from tests.servicekit.outbox.conftest import QUICK, Service
from tests.servicekit.outbox.fakes import InMemoryAudit

WORDS = (Word(kind=TYPE, code="cdap.thing.added", french="Chose ajoutée", english="Thing added"),)


def with_words(database: Database, audit: InMemoryAudit) -> Service:
    clock, often = FixedClock(), replace(QUICK, gaps_interval=timedelta(0), gaps_retry=timedelta(0))
    relay = OutboxRelay(database, "cdap", audit, clock, often, words=WORDS)
    return Service(database, audit, clock, relay, RecordingUnitOfWork(database, SqlThings, relay))


@promise("journal:producers-name-their-events")
def test_words_are_told_at_the_start_and_again_to_an_audit_that_was_away(database: Database) -> None:
    audit = InMemoryAudit()
    audit.available = False
    service = with_words(database, audit)
    service.relay.start()
    audit.available = True
    audit.wait_for_tellings(1)
    told = audit.tellings
    audit.wait_for_tellings(told + 2)
    service.relay.stop()
    assert audit.words == WORDS


def test_an_audit_that_refuses_the_words_gets_the_events_all_the_same(database: Database) -> None:
    audit = InMemoryAudit()
    audit.refuses_words = True
    service = with_words(database, audit)
    service.relay.start()
    for name in ("one", "two"):
        service.work.record(adding(name))
    audit.wait_for_tellings(2)
    assert service.relay.problem() is None
    service.relay.stop()
    assert len(audit.events) == 2
    assert audit.words == ()


def test_a_relay_without_words_tells_none(service: Service) -> None:
    service.work.record(adding("one"))
    service.relay.stop()
    assert service.audit.tellings == 0
