"""Builds the objects of habpps; the only module that names concrete classes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import as_file, files

from habpps.adapters.background import Wakeup, account_relay, clock_work
from habpps.adapters.clients.accounts import GrpcAccounts
from habpps.adapters.clients.client_sessions import GrpcClientSessions
from habpps.adapters.database.feed import SqlFeedReader, SqlReplicas
from habpps.adapters.database.tables import account_command
from habpps.adapters.database.unit_of_work import sql_repositories
from habpps.adapters.files.catalogue import load_catalogue
from habpps.adapters.rpc.administration import AdministrationParts, AdministrationServicer
from habpps.adapters.rpc.people import PeopleServicer
from habpps.adapters.rpc.program_authors import ProgramAuthors, SignInRules
from habpps.adapters.rpc.rights_feed import RightsFeedServicer
from habpps.adapters.web.app import WebParts, create_web
from habpps.domain.account_command import CommandState
from habpps.domain.authorship import OPERATOR
from habpps.settings import HabppsSettings
from habpps.use_cases.act_entry import Act, Done, T_co
from habpps.use_cases.act_kinds import Acts
from habpps.use_cases.acts import ACTS
from habpps.use_cases.answer_people import AnswerPeople
from habpps.use_cases.catalogue import UseCases, use_cases_on
from habpps.use_cases.do_what_is_due import DoWhatIsDue
from habpps.use_cases.follow_propagation import FollowPropagation
from habpps.use_cases.identify_administrator import IdentifyAdministrator
from habpps.use_cases.ports import Repositories, Signals
from habpps.use_cases.push_account_commands import COMMANDS, PushAccountCommands
from habpps.use_cases.register import Register
from habpps.use_cases.remind_departures import RemindDepartures
from partenaire.habpps.v1 import administration_pb2, people_pb2, rights_feed_pb2
from partenaire.habpps.v1.administration_pb2_grpc import add_AdministrationServicer_to_server
from partenaire.habpps.v1.people_pb2_grpc import add_PeopleServicer_to_server
from partenaire.habpps.v1.rights_feed_pb2_grpc import add_RightsFeedServicer_to_server
from partnerkit.event_words import words_of
from rights.feed_client import GrpcEndedSessionsFeed
from rights.sessions import SessionsReplica
from servicekit.background import each_apart, each_in_turn
from servicekit.clock import Clock, SystemClock
from servicekit.database import Database, check_schema, open_database
from servicekit.database.clean_up import clean_up
from servicekit.database.row_queue import QueueRows, row_queue
from servicekit.errors import StartError
from servicekit.event_words import TYPE
from servicekit.health import database_check
from servicekit.metrics import Gauge
from servicekit.outbox import LaterDelivery, OutboxRelay, RecordingUnitOfWork
from servicekit.outbox.forgetting import forget_delivered
from servicekit.outbox.grpc_sink import GrpcAuditSink
from servicekit.process import Parts, Process
from servicekit.queues import Queue
from servicekit.rpc import CallerPolicy, ChannelOptions, RpcServer, ServerOptions, open_channel, open_server
from servicekit.rpc.server import Registration
from servicekit.tokens import AccessTokenVerifier, JwksSource
from servicekit.web.session_tables import forget_ended_sessions, forget_form_answers

OLDEST_SCHEMA = "0001"
NEWEST_SCHEMA = "0001"
ADMINISTRATION = administration_pb2.DESCRIPTOR.services_by_name["Administration"]
PEOPLE = people_pb2.DESCRIPTOR.services_by_name["People"]
FEED = rights_feed_pb2.DESCRIPTOR.services_by_name["RightsFeed"]


@dataclass(frozen=True)
class OperatorCommands:
    """What the command line may do to the register."""

    register: Register
    work: RecordingUnitOfWork[Repositories]

    def perform(self, act: Act[T_co]) -> Done[T_co]:
        """Carry out an act as the operator.

        Raises:
            ServiceError: see `Register.perform`.
        """
        return self.register.perform(OPERATOR, act)


def build(settings: HabppsSettings, parts: Parts) -> Process:
    """Make everything, start nothing.

    Raises:
        StartError, SchemaVersionError, UnsafeDatabaseError, DatabaseUnavailableError: said in one sentence.
    """
    if not settings.audit_address:
        raise StartError("HABPPS_AUDIT_ADDRESS is missing: no act of administration without its audit record.")
    clock = SystemClock()
    database = open_database(settings.database_url, threads=settings.web_threads + settings.rpc_stream_threads)
    check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
    commands = Wakeup()
    signals = Signals(Wakeup(), commands, Wakeup())
    audit = open_channel(ChannelOptions.to("audit", settings.audit_address, settings))
    relay = OutboxRelay(
        database,
        settings.service,
        GrpcAuditSink(audit),
        clock,
        wait_ms=settings.audit_wait_ms,
        words=words_of(settings.service),
    )
    work = RecordingUnitOfWork(database, sql_repositories, relay)
    catalogue = load_catalogue()
    acts = Acts(ACTS.kinds, settings.reviewed_openings)
    register = Register(work, signals, clock, catalogue, acts)
    accounts = open_channel(ChannelOptions.to("auth", settings.auth_address, settings))
    feed = SqlFeedReader(database)
    propagation = FollowPropagation(SqlReplicas(database), feed, signals.replicas, clock, GrpcClientSessions(accounts))
    push = PushAccountCommands(work, GrpcAccounts(accounts), clock, each_apart)
    sessions = SessionsReplica(GrpcEndedSessionsFeed(accounts), clock, service=settings.service)
    use_cases = use_cases_on(register, catalogue, clock, propagation, GrpcAccounts(accounts))
    identify = IdentifyAdministrator(work, clock)
    web = create_web(WebParts(settings, database, use_cases, identify, clock)) if parts.web else None
    rpc = None
    if parts.rpc:
        administration = AdministrationServicer(
            AdministrationParts(
                authors=_program_authors(settings, identify, sessions, clock),
                use_cases=use_cases,
                acts=acts,
                titles=_titles(settings),
                calls=settings.program_calls,
            )
        )
        rpc = _server(
            settings,
            RightsFeedServicer(feed, propagation, signals.feed, clock),
            administration,
            PeopleServicer(AnswerPeople(register, work, clock)),
        )

    def close() -> None:
        accounts.close()
        audit.close()
        database.close()

    pushing = account_relay(push)
    due = DoWhatIsDue(register, clock, each_in_turn, RemindDepartures(work, signals, clock))
    ticking = clock_work(database, clock, due)
    cleaning = clean_up(database, clock, forget_delivered, forget_form_answers, forget_ended_sessions)
    commands.tell(pushing.wake)
    return Process(
        web=web,
        rpc=rpc,
        background=(relay, pushing, ticking, cleaning, *((sessions,) if parts.rpc else ())),
        close=close,
        answers_without=frozenset({relay.name, pushing.name, ticking.name, cleaning.name, sessions.name}),
        health=(("database", database_check(database)), ("readers", propagation.older_readers)),
        notes=frozenset({"readers"}),
        queues=(relay.queue(), _commands_queue(database, clock)),
        gauges=(Gauge("partenaire_feed_revision", "Newest revision of the rights.", lambda: feed.state().revision),),
    )


def _commands_queue(database: Database, clock: Clock) -> Queue:
    state = account_command.c.state
    rows = QueueRows(
        waits=state.in_((CommandState.PENDING.value, CommandState.SENT.value)),
        set_aside=state == CommandState.REFUSED.value,
        since=account_command.c.requested_at,
    )
    return row_queue(COMMANDS, rows, database, clock, "shown to the administrators on the page of the organisation")


@contextmanager
def operator_commands(settings: HabppsSettings) -> Iterator[OperatorCommands]:
    """Open the register for a command; audit events wait in the outbox for the service.

    Raises:
        StartError, SchemaVersionError, UnsafeDatabaseError, DatabaseUnavailableError: said in one sentence.
    """
    clock: Clock = SystemClock()
    database: Database = open_database(settings.database_url, threads=2, patient=True)
    try:
        check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
        relay = LaterDelivery(database, settings.service, clock)
        work = RecordingUnitOfWork(database, sql_repositories, relay)
        signals = Signals(Wakeup(), Wakeup(), Wakeup())
        yield OperatorCommands(Register(work, signals, clock, load_catalogue(), ACTS), work)
    finally:
        database.close()


def _program_authors(
    settings: HabppsSettings, identify: IdentifyAdministrator, sessions: SessionsReplica, clock: Clock
) -> ProgramAuthors:
    rules = SignInRules(
        longest=timedelta(minutes=settings.program_sign_in_minutes),
        acr_values=tuple(settings.program_acr_values.split()),
    )
    verify = _verifier(settings, clock).verify
    return ProgramAuthors(verify=verify, identify=identify, sessions=sessions, rules=rules, clock=clock)


def _verifier(settings: HabppsSettings, clock: Clock) -> AccessTokenVerifier:
    """Takes what was issued for Habpps, with its scope, and bound to the certificate that the program shows."""
    jwks = JwksSource(f"{(settings.internal_issuer or settings.issuer).rstrip('/')}/jwks")
    return AccessTokenVerifier(
        settings.issuer,
        settings.audience,
        jwks,
        clock=clock,
        scope=settings.service,
        skew=settings.clock_skew,
        bound=True,
    )


def _titles(settings: HabppsSettings) -> Mapping[str, tuple[str, str]]:
    """What each act is called, as audit is told."""
    return {one.code: (one.french, one.english) for one in words_of(settings.service) if one.kind == TYPE}


def _server(
    settings: HabppsSettings, feed: RightsFeedServicer, administration: AdministrationServicer, people: PeopleServicer
) -> RpcServer:
    with as_file(files("habpps.adapters.rpc").joinpath("callers.toml")) as path:
        callers = CallerPolicy.load(path, [FEED, ADMINISTRATION, PEOPLE])
    services: list[Registration] = [
        (add_RightsFeedServicer_to_server, feed, FEED.full_name),
        (add_AdministrationServicer_to_server, administration, ADMINISTRATION.full_name),
        (add_PeopleServicer_to_server, people, PEOPLE.full_name),
    ]
    return open_server(ServerOptions.of(settings), services=services, callers=callers)


__all__ = ["OperatorCommands", "UseCases", "build", "operator_commands"]
