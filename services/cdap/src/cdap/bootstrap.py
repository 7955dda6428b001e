"""Builds the objects of cdap; the only module that names concrete classes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from cdap.adapters.database.unit_of_work import sql_repositories
from cdap.adapters.files.processes import LinuxHolders
from cdap.adapters.rpc.consultation import ConsultationServicer
from cdap.adapters.web.app import WebParts, create_web
from cdap.domain.reduction import reduction_problems
from cdap.settings import CdapSettings
from cdap.use_cases.consult_dossier import ConsultDossier
from cdap.use_cases.import_dossiers import ImportChoices, ImportDossiers
from cdap.use_cases.import_ports import CafMonth, UnfinishedFile
from cdap.use_cases.months_in_force import MonthsInForce
from cdap.use_cases.ports import Repositories
from partenaire.cdap.v1 import consultation_pb2
from partenaire.cdap.v1.consultation_pb2_grpc import add_ConsultationServicer_to_server
from partnerkit.event_words import words_of
from rights.feed_client import GrpcEndedSessionsFeed, GrpcRightsFeed
from rights.field_table import FieldTable, FieldTableError
from rights.replica import RightsReplica
from rights.replication import replica_age
from rights.sessions import SessionsReplica
from servicekit.clock import SystemClock
from servicekit.database import check_schema, open_database
from servicekit.database.clean_up import clean_up
from servicekit.errors import StartError
from servicekit.health import database_check
from servicekit.metrics import Gauge
from servicekit.outbox import LaterDelivery, OutboxRelay, RecordingUnitOfWork
from servicekit.outbox.forgetting import forget_delivered
from servicekit.outbox.grpc_sink import GrpcAuditSink
from servicekit.process import Parts, Process
from servicekit.rpc import CallerPolicy, ChannelOptions, RpcServer, ServerOptions, open_channel, open_server
from servicekit.tokens import AccessTokenVerifier, JwksSource
from servicekit.web.session_tables import forget_ended_sessions, forget_form_answers

OLDEST_SCHEMA = "0001"
NEWEST_SCHEMA = "0001"
CONSULTATION = consultation_pb2.DESCRIPTOR.services_by_name["Consultation"]


def build(settings: CdapSettings, parts: Parts) -> Process:
    """Make everything, start nothing.

    Raises:
        StartError, SchemaVersionError, UnsafeDatabaseError, DatabaseUnavailableError: said in one sentence.
    """
    clock = SystemClock()
    table = load_field_table(settings)
    database = open_database(settings.database_url, threads=settings.web_threads + settings.rpc_threads)
    check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
    audit = open_channel(ChannelOptions.to("audit", settings.audit_address, settings))
    habpps = open_channel(ChannelOptions.to("habpps", settings.habpps_address, settings))
    auth = open_channel(ChannelOptions.to("auth", settings.auth_address, settings))
    relay = OutboxRelay(
        database,
        settings.service,
        GrpcAuditSink(audit),
        clock,
        wait_ms=settings.audit_wait_ms,
        words=words_of(settings.service),
    )
    work = RecordingUnitOfWork(database, sql_repositories(), relay)
    saved_at = settings.data_directory / "rights-snapshot.json"
    rights = RightsReplica(GrpcRightsFeed(habpps), clock, service=settings.service, saved_at=saved_at)
    sessions = SessionsReplica(GrpcEndedSessionsFeed(auth), clock, service=settings.service)
    consult = ConsultDossier(work, rights, sessions, table, clock)
    months = MonthsInForce(work, clock)
    cleaning = clean_up(database, clock, forget_delivered, forget_form_answers, forget_ended_sessions)
    background = (relay, rights, sessions, cleaning)
    web = None
    if parts.web:
        web = create_web(WebParts(settings, database, consult, clock))
    rpc = _consultation_server(settings, consult) if parts.rpc else None

    def close() -> None:
        for channel in (auth, habpps, audit):
            channel.close()
        database.close()

    return Process(
        web=web,
        rpc=rpc,
        background=background,
        close=close,
        answers_without=frozenset({cleaning.name}),
        health=(("database", database_check(database)), ("months", months.old)),
        notes=frozenset({"months"}),
        queues=(relay.queue(),),
        gauges=(
            replica_age([rights, sessions]),
            Gauge("partenaire_dossiers", "Dossiers of a Caf that are in force.", months.counts, "caf"),
            Gauge("partenaire_month_age", "Months since the month that a Caf has in force.", months.ages, "caf"),
        ),
    )


@contextmanager
def dossier_import(settings: CdapSettings, choices: ImportChoices | None = None) -> Iterator[ImportDossiers]:
    """Open the database for an import; its audit event waits in the outbox for the service.

    Without `choices`, odd records are set aside as the settings say.

    Raises:
        StartError, SchemaVersionError, UnsafeDatabaseError, DatabaseUnavailableError: said in one sentence.
    """
    with _opened(settings) as work:
        chosen = choices or ImportChoices(percent=settings.import_set_aside_percent)
        yield ImportDossiers(work, SystemClock(), LinuxHolders(), chosen)


def months_of(settings: CdapSettings) -> tuple[Sequence[CafMonth], Sequence[UnfinishedFile]]:
    """What each Caf has in force, and the files that are half imported.

    Raises:
        StartError, SchemaVersionError, UnsafeDatabaseError, DatabaseUnavailableError: said in one sentence.
    """
    with _opened(settings) as work:
        return work.read(lambda repos: (repos.months.every(), repos.files.every()))


@contextmanager
def _opened(settings: CdapSettings) -> Iterator[RecordingUnitOfWork[Repositories]]:
    database = open_database(settings.database_url, threads=1)
    try:
        check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
        relay = LaterDelivery(database, settings.service, SystemClock())
        yield RecordingUnitOfWork(database, sql_repositories(), relay)
    finally:
        database.close()


def load_field_table(settings: CdapSettings) -> FieldTable:
    """The profile and field table, every reduction of it implemented.

    Raises:
        StartError: the table cannot be used.
    """
    try:
        with as_file(files("cdap").joinpath("data", "profile_fields.toml")) as own:
            table = FieldTable.load(Path(settings.field_table) if settings.field_table else own)
    except FieldTableError as error:
        raise StartError(f"The profile and field table cannot be used: {error}.") from error
    for profile in table.profiles:
        if problems := reduction_problems(profile, table.fields(profile)):
            raise StartError(f"The profile and field table cannot be used: {'; '.join(problems)}.")
    return table


def _consultation_server(settings: CdapSettings, consult: ConsultDossier) -> RpcServer:
    jwks = JwksSource(f"{(settings.internal_issuer or settings.issuer).rstrip('/')}/jwks")
    verifier = AccessTokenVerifier(settings.issuer, settings.audience, jwks, scope="cdap", skew=settings.clock_skew)
    service = ConsultationServicer(consult, verifier)
    with as_file(files("cdap.adapters.rpc").joinpath("callers.toml")) as path:
        callers = CallerPolicy.load(path, [CONSULTATION])
    return open_server(
        ServerOptions.of(settings),
        services=[(add_ConsultationServicer_to_server, service, CONSULTATION.full_name)],
        callers=callers,
    )
