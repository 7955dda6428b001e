"""What the command line works with, beside or without the service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from auth.bootstrap.repositories import SqlRepositories
from auth.bootstrap.schema import NEWEST_SCHEMA, OLDEST_SCHEMA, SAVED_RIGHTS
from auth.clients.use_cases.import_clients import ImportClients
from auth.clients.use_cases.known_clients import KnownClients
from auth.clients.use_cases.open_registration import OpenRegistration
from auth.clients.use_cases.register_clients import RegisterClients
from auth.ground.adapters.clients.guarded_fetch import GuardedFetch
from auth.ground.adapters.clients.tls_trust import TlsTrust
from auth.people.adapters.crypto.passwords import Argon2Passwords
from auth.people.adapters.files.engagement_file import the_engagement
from auth.people.use_cases.event_owners import EventOwners
from auth.people.use_cases.import_accounts import ImportAccounts
from auth.people.use_cases.manage_accounts import ManageAccounts
from auth.people.use_cases.watch_queues import WatchQueues
from auth.protocol.adapters.crypto.client_tokens import public_key_problem
from auth.settings import AuthSettings
from rights.snapshot_file import saved_snapshot
from servicekit.clock import SystemClock
from servicekit.commands import prepare_data_directory
from servicekit.database import check_schema, open_database
from servicekit.outbox import LaterDelivery, RecordingUnitOfWork


@dataclass(frozen=True)
class OperatorCommands:
    """What the command line may do."""

    import_clients: ImportClients
    import_accounts: ImportAccounts
    manage_accounts: ManageAccounts
    register_clients: RegisterClients
    open_registration: OpenRegistration
    queues: WatchQueues


@contextmanager
def operator_commands(settings: AuthSettings) -> Iterator[OperatorCommands]:
    """Open the accounts for a command; audit events wait in the outbox for the service.

    Raises:
        StartError: what the operator can mend, said in one sentence.
    """
    clock = SystemClock()
    prepare_data_directory(settings)
    database = open_database(settings.database_url, threads=2, patient=True)
    try:
        check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
        rights = saved_snapshot(settings.data_directory / SAVED_RIGHTS)
        owners = EventOwners(lambda: rights)
        relay = LaterDelivery(database, settings.service, clock, owner_of=owners)
        work = RecordingUnitOfWork(database, SqlRepositories, relay)
        trust = TlsTrust(settings.further_authorities_file)
        fetch = GuardedFetch(allow_loopback=settings.reaches_loopback, trust=trust)
        yield OperatorCommands(
            ImportClients(work, clock, public_key_problem, settings.issuer),
            ImportAccounts(work, Argon2Passwords(), clock, the_engagement()),
            ManageAccounts(work, clock),
            RegisterClients(
                work,
                KnownClients(work, clock),
                fetch,
                public_key_problem,
                clock,
                "buffered",
                issuer=settings.issuer,
            ),
            OpenRegistration(work, clock),
            WatchQueues(work, clock),
        )
    finally:
        database.close()
