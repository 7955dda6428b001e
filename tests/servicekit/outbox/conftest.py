"""A database with an outbox, an audit in memory, and the relay between them, not yet started."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from servicekit.database import Database, open_database
from servicekit.outbox import OutboxRelay, OutboxSettings, RecordingUnitOfWork
from tests.servicekit.fakes import FixedClock
from tests.servicekit.outbox.builders import SqlThings, create_tables
from tests.servicekit.outbox.fakes import InMemoryAudit

QUICK = OutboxSettings(
    acknowledgement_wait=timedelta(seconds=10),
    first_backoff=timedelta(milliseconds=1),
    longest_backoff=timedelta(milliseconds=5),
    idle_wait=timedelta(milliseconds=20),
    backlog_refresh=timedelta(0),
)
IMPATIENT = timedelta(milliseconds=30)


@dataclass
class Service:
    """What a process of a service holds."""

    database: Database
    audit: InMemoryAudit
    clock: FixedClock
    relay: OutboxRelay
    work: RecordingUnitOfWork[SqlThings]


def service_on(database: Database, settings: OutboxSettings = QUICK, audit: InMemoryAudit | None = None) -> Service:
    clock, audit = FixedClock(), audit or InMemoryAudit()
    relay = OutboxRelay(database, "cdap", audit, clock, settings)
    return Service(database, audit, clock, relay, RecordingUnitOfWork(database, SqlThings, relay))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = open_database(database_url, threads=16)
    create_tables(database)
    yield database
    database.close()


@pytest.fixture
def service(database: Database) -> Iterator[Service]:
    """Started, with an audit that answers."""
    service = service_on(database)
    service.relay.start()
    yield service
    service.relay.stop()
