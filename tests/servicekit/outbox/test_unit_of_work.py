"""One suite for the unit of work and its in-memory twin: what use cases may rely on."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
import sqlalchemy as sa

from servicekit.audit_events import AuditUnavailableError, InvalidAuditEventError, Outcome, RecordedWork
from servicekit.database import open_database
from tests.servicekit.fakes import InMemoryUnitOfWork
from tests.servicekit.outbox.builders import InMemoryThings, adding, create_tables, event, stored_events
from tests.servicekit.outbox.conftest import IMPATIENT, QUICK, service_on


@dataclass
class Subject:
    """A unit of work, what it recorded (type and reason), and the switch of audit."""

    work: RecordedWork[Any]
    recorded: Callable[[], list[tuple[str, str]]]
    set_audit: Callable[[bool], None]


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    if request.param == "memory":
        twin = InMemoryUnitOfWork(InMemoryThings())
        yield Subject(
            twin,
            lambda: [(one.type, one.reason or "") for one in twin.events],
            lambda available: setattr(twin, "audit_available", available),
        )
        return
    database = open_database(request.getfixturevalue(f"{request.param}_url"))
    create_tables(database)
    service = service_on(database, QUICK)
    patient = replace(QUICK, acknowledgement_wait=IMPATIENT)

    def set_audit(available: bool) -> None:
        service.audit.available = available
        service.relay._settings = QUICK if available else patient

    service.relay.start()
    yield Subject(service.work, lambda: [(one.type, one.reason) for one in stored_events(database)], set_audit)
    service.relay.stop()
    database.close()


def test_what_was_done_and_its_record_are_kept_together(subject: Subject) -> None:
    value = subject.work.record(adding("one", event(type="cdap.dossier.consulted")))

    assert value == "one"
    assert subject.work.read(lambda things: things.all()) == ["one"]
    assert subject.recorded() == [("cdap.dossier.consulted", "")]


def test_several_events_keep_their_order(subject: Subject) -> None:
    subject.work.record(adding("one", event(type="a.b.c"), event(type="a.b.d"), event(type="a.b.e")))

    assert [kind for kind, _ in subject.recorded()] == ["a.b.c", "a.b.d", "a.b.e"]


def test_a_refusal_is_recorded_with_its_reason(subject: Subject) -> None:
    refused = event(decision="refused", reason="RIGHTS_STALE")

    assert subject.work.record(lambda _things: Outcome(None, (refused,))) is None

    assert subject.recorded() == [("cdap.dossier.consulted", "RIGHTS_STALE")]


def test_a_work_that_fails_leaves_neither_a_change_nor_a_record(subject: Subject) -> None:
    def work(things: Any) -> Outcome[str]:
        things.add("one")
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        subject.work.record(work)

    assert subject.work.read(lambda things: things.all()) == []
    assert subject.recorded() == []


def test_a_work_without_an_event_leaves_nothing(subject: Subject) -> None:
    def work(things: Any) -> Outcome[str]:
        things.add("one")
        return Outcome("one", ())

    with pytest.raises(InvalidAuditEventError):
        subject.work.record(work)

    assert subject.work.read(lambda things: things.all()) == []


def test_an_event_is_recorded_once(subject: Subject) -> None:
    same = event()
    subject.work.record(adding("one", same))

    with pytest.raises((ValueError, sa.exc.IntegrityError)):
        subject.work.record(adding("two", same))

    assert subject.work.read(lambda things: things.all()) == ["one"]
    assert len(subject.recorded()) == 1


def test_a_technical_write_is_kept_without_a_record(subject: Subject) -> None:
    subject.work.write(lambda things: things.add("one"))

    assert subject.work.read(lambda things: things.all()) == ["one"]
    assert subject.recorded() == []


def test_a_technical_write_that_fails_leaves_nothing(subject: Subject) -> None:
    def work(things: Any) -> None:
        things.add("one")
        things.add("one")

    with pytest.raises((ValueError, sa.exc.IntegrityError)):
        subject.work.write(work)

    assert subject.work.read(lambda things: things.all()) == []


def test_a_read_changes_nothing(subject: Subject) -> None:
    with suppress(sa.exc.DBAPIError):
        subject.work.read(lambda things: things.add("one"))

    assert subject.work.read(lambda things: things.all()) == []


def test_a_strict_act_is_not_released_without_audit_but_stays_recorded(subject: Subject) -> None:
    subject.set_audit(False)

    with pytest.raises(AuditUnavailableError) as refused:
        subject.work.record(adding("one"))

    assert refused.value.reason == "AUDIT_UNAVAILABLE"
    assert subject.work.read(lambda things: things.all()) == ["one"]
    assert len(subject.recorded()) == 1


def test_one_strict_event_makes_the_act_strict(subject: Subject) -> None:
    subject.set_audit(False)

    with pytest.raises(AuditUnavailableError):
        subject.work.record(adding("one", event("buffered"), event("strict")))


def test_a_buffered_act_goes_on_without_audit(subject: Subject) -> None:
    subject.set_audit(False)

    assert subject.work.record(adding("one", policy="buffered")) == "one"
    assert len(subject.recorded()) == 1


def test_acts_go_on_when_audit_is_back(subject: Subject) -> None:
    subject.set_audit(False)
    with pytest.raises(AuditUnavailableError):
        subject.work.record(adding("one"))

    subject.set_audit(True)

    assert subject.work.record(adding("two")) == "two"
