"""A row that cannot be read or that audit refuses is set aside, the rest goes on; and nothing ends the thread."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from servicekit.audit_events import AuditUnavailableError
from servicekit.database import Database
from servicekit.outbox import store
from servicekit.outbox.relay import OutboxRelay
from tests.promises import promise
from tests.servicekit.outbox.builders import adding, event
from tests.servicekit.outbox.conftest import IMPATIENT, QUICK, Service, service_on

PATIENCE = replace(QUICK, acknowledgement_wait=IMPATIENT)
Spoil = Callable[[Database, str], None]


def rewritten(data: Callable[[bytes], bytes]) -> Spoil:
    def spoil(database: Database, event_id: str) -> None:
        wanted = sa.text("SELECT event FROM outbox WHERE event_id = :id")
        change = sa.text("UPDATE outbox SET event = :data WHERE event_id = :id")

        def work(connection: sa.Connection) -> None:
            old = bytes(connection.execute(wanted, {"id": event_id}).scalar_one())
            connection.execute(change, {"data": data(old), "id": event_id})

        database.write(work)

    return spoil


SPOILT: dict[str, Spoil] = {
    "cut to forty bytes": rewritten(lambda data: data[:40]),
    "empty": rewritten(lambda _data: b""),
    "no message": rewritten(lambda _data: b"\xff" * 30),
    "another event": rewritten(lambda data: data.replace(b"-7", b"-8", 1)),
}


def recorded(service: Service, count: int) -> list[str]:
    """Ids of buffered events that lie in the table and were not sent."""
    events = [event("buffered") for _ in range(count)]
    service.work.record(adding("buffered", *events))
    return [one.event_id for one in events]


def set_aside(database: Database) -> list[str]:
    return [one.event_id for one in database.read(store.all_set_aside)]


@promise("audit:one-event-stops-no-other")
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
@pytest.mark.parametrize("place", [0, 4, 8])
def test_a_row_that_cannot_be_read_is_set_aside_and_the_rest_is_delivered(
    database: Database, spoil: Spoil, place: int
) -> None:
    ids = recorded(service_on(database), 9)
    spoil(database, ids[place])
    service = service_on(database)
    service.relay.start()
    service.audit.wait_for_events(8)
    service.work.record(adding("strict"))
    service.relay.stop()
    assert set_aside(database) == [ids[place]]
    assert [one.event_id for one in service.audit.events][:8] == ids[:place] + ids[place + 1 :]


@promise("audit:one-event-stops-no-other")
@pytest.mark.parametrize("refused", [{0}, {5}, {0, 1}, {2, 6}, {0, 8}, set(range(9))])
def test_an_event_that_audit_refuses_is_found_by_halves_and_set_aside(database: Database, refused: set[int]) -> None:
    service = service_on(database)
    ids = recorded(service, 9)
    service.audit.refuses = {ids[place] for place in refused}
    service.relay.start()
    service.work.record(adding("strict"))
    service.relay.stop()
    assert set_aside(database) == [ids[place] for place in sorted(refused)]
    arrived = [one.event_id for one in service.audit.events]
    assert [one for one in arrived if one in ids] == [one for at, one in enumerate(ids) if at not in refused]


def test_a_strict_act_whose_event_is_refused_is_refused(database: Database) -> None:
    service = service_on(database, PATIENCE)
    service.relay.start()
    refused = event()
    service.audit.refuses = {refused.event_id}
    with pytest.raises(AuditUnavailableError):
        service.work.record(adding("refused", refused))
    service.relay.stop()
    assert set_aside(database) == [refused.event_id]


def test_what_was_set_aside_is_sent_again_when_an_operator_says_so(database: Database) -> None:
    service = service_on(database)
    ids = recorded(service, 3)
    service.audit.refuses = {ids[1]}
    service.relay.start()
    service.work.record(adding("strict"))
    service.audit.refuses = set()
    assert database.write(store.send_again) == 1
    service.clock.advance(timedelta(seconds=2))
    service.audit.wait_for_events(4)
    service.relay.stop()
    assert set_aside(database) == []
    assert service.audit.events[-1].event_id == ids[1]


def test_an_audit_that_refuses_everything_is_not_believed_for_ever(database: Database) -> None:
    service = service_on(database, replace(PATIENCE, most_set_aside=4))
    ids = recorded(service, 9)
    service.audit.refuses = set(ids)
    service.relay.start()
    service.audit.wait_for_batches(20)
    service.relay.stop()
    assert set_aside(database) == ids[:4]
    assert database.read(lambda connection: store.backlog(connection, 100)).rows == 5


def test_a_row_that_is_set_aside_is_never_deleted(database: Database) -> None:
    service = service_on(database)
    ids = recorded(service, 1)
    service.audit.refuses = set(ids)
    service.relay.start()
    service.work.record(adding("strict"))
    service.clock.advance(timedelta(days=30))
    service.work.record(adding("later"))
    service.relay.stop()
    assert set_aside(database) == ids


@promise("audit:one-event-stops-no-other")
def test_a_mistake_in_the_program_is_told_and_the_next_attempt_comes(database: Database) -> None:
    service = service_on(database)
    service.audit.breaks = 5
    service.relay.start()
    assert service.work.record(adding("one")) == "one"
    assert service.relay.problem() is None
    service.audit.breaks = 1_000_000
    with pytest.raises(AuditUnavailableError):
        service_waiting(service, database).record(adding("two"))
    assert "ArithmeticError" in str(service.relay.problem())
    service.audit.breaks = 0
    service.audit.wait_for_events(2)
    service.relay.stop()


def service_waiting(service: Service, database: Database):  # type: ignore[no-untyped-def]
    """A unit of work that does not wait long, over the same relay."""
    relay: OutboxRelay = service.relay
    relay._settings = replace(relay._settings, acknowledgement_wait=timedelta(milliseconds=300))
    return service.work
