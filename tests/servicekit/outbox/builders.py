"""Events, repositories on the table of the database tests, and chains as audit would check them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection

from partenaire.audit.v1 import journal_pb2
from servicekit.audit_events import AuditEvent, Outcome, Policy
from servicekit.database import Database
from servicekit.outbox import create_outbox_tables
from tests.servicekit.database.builders import add, all_things, create_things


def event(policy: Policy = "strict", **changes: object) -> AuditEvent:
    values: dict[str, object] = {
        "type": "cdap.dossier.consulted",
        "decision": "granted",
        "policy": policy,
        "owner": "921",
        "actor_id": "019ab000-0000-7000-8000-000000000001",
        "organisation_id": "019ab000-0000-7000-8000-000000000002",
        "subject": "dossier:921:0346145",
        "occurred_at": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        **changes,
    }
    return AuditEvent(**values)  # type: ignore[arg-type]


class SqlThings:
    """A repository of names."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, name: str) -> None:
        add(name)(self._connection)

    def all(self) -> list[str]:
        return all_things(self._connection)


class InMemoryThings:
    """The same in memory."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def add(self, name: str) -> None:
        if name in self._names:
            raise ValueError(name)
        self._names.add(name)

    def all(self) -> list[str]:
        return sorted(self._names)


def adding(name: str, *events: AuditEvent, policy: Policy = "strict") -> Callable[[Any], Outcome[str]]:
    """A use case's work: adds `name`, says so, gives it back."""

    def work(things: Any) -> Outcome[str]:
        things.add(name)
        return Outcome(name, events or (event(policy),))

    return work


def create_tables(database: Database) -> None:
    create_things(database)
    database.write(lambda connection: create_outbox_tables(Operations(MigrationContext.configure(connection))))


def stored_events(database: Database, *, pending_only: bool = False) -> list[journal_pb2.Event]:
    where = " WHERE acknowledged_at IS NULL" if pending_only else ""
    query = sa.text(f"SELECT event FROM outbox{where} ORDER BY sequence")
    rows = database.read(lambda connection: connection.execute(query).scalars().all())
    return [journal_pb2.Event.FromString(bytes(row)) for row in rows]


def assert_chains_hold(events: Iterable[journal_pb2.Event]) -> None:
    """No hole, no repetition, and each event carries the hash of the one before it."""
    epochs: dict[str, list[journal_pb2.Event]] = defaultdict(list)
    for one in events:
        epochs[one.producer.epoch].append(one)
    for chain in epochs.values():
        previous_hash = bytes(32)
        for number, one in enumerate(chain):
            assert one.producer.number == number
            assert one.producer.previous_hash == previous_hash
            previous_hash = sha256(one.SerializeToString(deterministic=True)).digest()
