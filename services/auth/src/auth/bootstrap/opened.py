"""What auth opens before its rooms stand: the store, the way to audit, the rights that habpps feeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from auth.bootstrap.repositories import SqlRepositories
from auth.bootstrap.schema import NEWEST_SCHEMA, OLDEST_SCHEMA, SAVED_RIGHTS
from auth.people.adapters.clients.habpps_answers import GrpcAnswers
from auth.people.use_cases.event_owners import EventOwners
from auth.settings import AuthSettings
from partnerkit.event_words import words_of
from rights.feed_client import GrpcRightsFeed
from rights.replica import RightsReplica
from servicekit.clock import Clock
from servicekit.database import Database, check_schema, open_database
from servicekit.outbox import OutboxRelay, RecordingUnitOfWork
from servicekit.outbox.grpc_sink import GrpcAuditSink
from servicekit.process import closing
from servicekit.rpc import ChannelOptions, open_channel


@dataclass(frozen=True, kw_only=True)
class Opened:
    """`close` closes all of it."""

    database: Database
    work: RecordingUnitOfWork[SqlRepositories]
    relay: OutboxRelay
    replica: RightsReplica
    answers: GrpcAnswers
    close: Callable[[], None]


def open_stores(settings: AuthSettings, clock: Clock) -> Opened:
    """Opened, and nothing started.

    Raises:
        StartError: the database is of another schema, or cannot be opened.
    """
    database = open_database(settings.database_url, threads=settings.database_threads)
    check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
    audit = open_channel(ChannelOptions.to("audit", settings.audit_address, settings))
    habpps = open_channel(ChannelOptions.to("habpps", settings.habpps_address, settings))
    saved_at = settings.data_directory / SAVED_RIGHTS
    replica = RightsReplica(GrpcRightsFeed(habpps), clock, service=settings.service, saved_at=saved_at)
    relay = OutboxRelay(
        database,
        settings.service,
        GrpcAuditSink(audit),
        clock,
        wait_ms=settings.audit_wait_ms,
        owner_of=EventOwners(lambda: replica.current()[0]),
        words=words_of(settings.service),
    )
    work = RecordingUnitOfWork(database, SqlRepositories, relay)
    return Opened(
        database=database,
        work=work,
        relay=relay,
        replica=replica,
        answers=GrpcAnswers(habpps),
        close=closing(habpps, audit, database),
    )
