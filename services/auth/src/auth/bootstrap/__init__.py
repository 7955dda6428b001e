"""Builds the objects of auth; the only module that names concrete classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from auth.bootstrap.connections import mail_sender, open_logout_calls, open_rpc, open_web
from auth.bootstrap.figures import gauges_of, queues_of
from auth.bootstrap.repositories import AuthWork, SqlRepositories
from auth.clients.domain.subjects import Subjects
from auth.clients.use_cases.import_clients import ImportClients
from auth.clients.use_cases.known_clients import KnownClients
from auth.clients.use_cases.open_registration import OpenRegistration
from auth.clients.use_cases.ports import SectorIdentifiers
from auth.clients.use_cases.register_clients import RegisterClients
from auth.clients.use_cases.register_dynamically import RegisterDynamically
from auth.clients.use_cases.try_client import TryClient
from auth.front.adapters.web.app import health_and_lanes
from auth.front.use_cases.catalogue import UseCases
from auth.ground.adapters.clients.guarded_fetch import GuardedFetch
from auth.ground.adapters.clients.tls_trust import TlsTrust
from auth.ground.adapters.files.data_files import common_passwords
from auth.keys.adapters.crypto.key_changes import KeySchedule
from auth.keys.adapters.crypto.keys import SigningKeys, load_keys
from auth.keys.adapters.crypto.own_tokens import OwnTokens
from auth.keys_command import key_changes, passphrase_of
from auth.people.adapters.background import LogoutWorker, QueueWatch
from auth.people.adapters.crypto.passwords import Argon2Passwords, HashingLimits
from auth.people.adapters.files.engagement_file import the_engagement
from auth.people.adapters.rpc.accounts import AccountsServicer
from auth.people.adapters.rpc.client_sessions import ClientSessionsServicer
from auth.people.adapters.rpc.ended_sessions import EndedSessionsServicer
from auth.people.domain.engagement import Document
from auth.people.domain.passwords import PasswordRules
from auth.people.domain.sessions import SessionLimits
from auth.people.domain.throttling import AttemptLimits
from auth.people.use_cases.accept_engagement import AcceptEngagement
from auth.people.use_cases.choose_password import ChoosePassword
from auth.people.use_cases.end_lost_access import EndLostAccess
from auth.people.use_cases.event_owners import EventOwners
from auth.people.use_cases.follow_ending import FollowEnding
from auth.people.use_cases.forget_old import FORGET_EVERY, ForgetOld
from auth.people.use_cases.guard_sign_in import GuardSignIn
from auth.people.use_cases.import_accounts import ImportAccounts
from auth.people.use_cases.keep_session import ChooseOrganisation, DisownLogin, FindSession, SignOut, SweepSessions
from auth.people.use_cases.manage_accounts import ManageAccounts
from auth.people.use_cases.name_helpers import NameHelpers
from auth.people.use_cases.next_step import NextStep
from auth.people.use_cases.person_history import PersonHistory
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.person_sessions import PersonSessions
from auth.people.use_cases.ports import Passwords
from auth.people.use_cases.ports import RightsReplica as RightsReplicaPort
from auth.people.use_cases.read_ended_sessions import ReadEndedSessions
from auth.people.use_cases.remember_language import RememberLanguage
from auth.people.use_cases.request_identifier import RequestIdentifier
from auth.people.use_cases.request_password import RequestPassword
from auth.people.use_cases.send_mails import SendMails
from auth.people.use_cases.sign_in import SignIn
from auth.people.use_cases.tell_clients import LogoutReport, TellClients
from auth.people.use_cases.watch_queues import WatchQueues
from auth.protocol.adapters.crypto.client_certificates import same_dn
from auth.protocol.adapters.crypto.client_tokens import JoseClientTokens, public_key_problem
from auth.protocol.adapters.crypto.dpop import JoseDpopProofs
from auth.protocol.adapters.crypto.dpop_nonces import DpopNonces
from auth.protocol.use_cases.authenticate_client import AuthenticateClient
from auth.protocol.use_cases.check_dpop import CheckDpop
from auth.protocol.use_cases.exchange_code import ExchangeCode
from auth.protocol.use_cases.exchange_token import ExchangeToken
from auth.protocol.use_cases.give_consent import GiveConsent
from auth.protocol.use_cases.issue_client_token import IssueClientToken
from auth.protocol.use_cases.issue_code import IssueCode
from auth.protocol.use_cases.make_tokens import MakeTokens, TokenPolicy
from auth.protocol.use_cases.push_request import PushRequest
from auth.protocol.use_cases.read_person import ReadPerson
from auth.protocol.use_cases.read_request_object import ReadRequestObject
from auth.protocol.use_cases.read_token import ReadToken
from auth.protocol.use_cases.refresh_tokens import RefreshTokens
from auth.protocol.use_cases.serve_devices import ServeDevices
from auth.settings import AuthSettings
from partnerkit.event_words import words_of
from rights.feed_client import GrpcRightsFeed
from rights.replica import RightsReplica
from rights.snapshot_file import saved_snapshot
from servicekit.background import Repeating, Rhythm, each_apart
from servicekit.clock import Clock, SystemClock
from servicekit.commands import prepare_data_directory
from servicekit.database import check_schema, open_database
from servicekit.errors import StartError
from servicekit.outbox import LaterDelivery, OutboxRelay, RecordingUnitOfWork
from servicekit.outbox.grpc_sink import GrpcAuditSink
from servicekit.process import Parts, Process, closing
from servicekit.rpc import ChannelOptions, open_channel
from servicekit.web.secrets import WebSecrets

OLDEST_SCHEMA = "0001"
NEWEST_SCHEMA = "0001"
SAVED_RIGHTS = "rights-snapshot.bin"


@dataclass(frozen=True, kw_only=True)
class World:
    """What the use cases are built on; tests put fakes here."""

    work: AuthWork
    passwords: Passwords
    replica: RightsReplicaPort
    keys: SigningKeys
    clock: Clock
    wait_for_logout: Callable[[str], LogoutReport]
    fetch: Callable[[str], Mapping[str, Any]]
    status_of: Callable[[str], int]
    secret: WebSecrets
    pairwise_salt: bytes
    sectors: SectorIdentifiers


@dataclass(frozen=True)
class OperatorCommands:
    """What the command line may do."""

    import_clients: ImportClients
    import_accounts: ImportAccounts
    manage_accounts: ManageAccounts
    register_clients: RegisterClients
    open_registration: OpenRegistration
    queues: WatchQueues


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """Every repeating thread of auth. Tests plant a failure in each; `all` is what the process starts."""

    logout: LogoutWorker
    mails: Repeating
    sweeper: Repeating
    forgetting: Repeating
    schedule: Repeating
    watch: Repeating

    def all(self) -> tuple[Repeating, ...]:
        """In order of start."""
        return tuple(getattr(self, one.name) for one in fields(self))


def build_use_cases(settings: AuthSettings, world: World, engagement: Document | None = None) -> UseCases:
    """Every use case. `engagement`: the text to accept; without one, that which comes with the service."""
    engagement = engagement or the_engagement()
    work, clock = world.work, world.clock
    limits = SessionLimits(settings.session_idle, settings.session_absolute)
    rights = PersonRights(world.replica, clock, timedelta(seconds=settings.rights_fresh_seconds))
    policy = TokenPolicy(settings.issuer, timedelta(seconds=settings.access_token_seconds), limits)
    subjects = Subjects(world.pairwise_salt)
    tokens = MakeTokens(rights, world.keys, subjects, clock, policy)
    own_tokens = OwnTokens(world.keys, settings.issuer, clock)
    client_tokens = JoseClientTokens(world.fetch, clock)
    clients = KnownClients(work, clock)
    read_token = ReadToken(work, clients, own_tokens, subjects, clock, limits, rights)
    nonces = DpopNonces(world.secret.key("DPoP nonces"), clock)
    rules = PasswordRules(minimum_length=settings.password_minimum_length, common=common_passwords())
    attempts = AttemptLimits(maximum=settings.login_attempts)
    guard = GuardSignIn(work, clock, attempts, settings.login_attempts_per_address)
    register = RegisterClients(
        work, clients, world.sectors, public_key_problem, clock, issuer=settings.issuer, knows_extranet=rights.knows
    )
    return UseCases(
        issuer=settings.issuer,
        rights=rights,
        name_helpers=NameHelpers(work, rights),
        own_tokens=own_tokens,
        signer=world.keys,
        subjects=subjects,
        clock=clock,
        client=clients,
        authenticate_client=AuthenticateClient(work, client_tokens, same_dn, clock, settings.issuer),
        check_dpop=CheckDpop(work, JoseDpopProofs(), nonces, clock),
        push_request=PushRequest(work, clock),
        read_request_object=ReadRequestObject(client_tokens, clock, settings.issuer),
        issue_client_token=IssueClientToken(work, world.keys, clock, policy),
        exchange_token=ExchangeToken(work, read_token, tokens, clock),
        serve_devices=ServeDevices(work, tokens, rights, clock),
        read_token=read_token,
        sign_in=SignIn(work, world.passwords, rights, clock, guard, limits, engagement),
        choose_password=ChoosePassword(work, world.passwords, rights, clock, rules),
        request_password=RequestPassword(work, clock),
        request_identifier=RequestIdentifier(work, clock),
        find_session=FindSession(work, clock, limits),
        remember_language=RememberLanguage(work),
        next_step=NextStep(rights),
        accept_engagement=AcceptEngagement(work, clock, engagement),
        person_history=PersonHistory(work),
        choose_organisation=ChooseOrganisation(work, rights, clock),
        sign_out=SignOut(work, clock),
        disown_login=DisownLogin(work, clock, rights),
        person_sessions=PersonSessions(work, clock, limits),
        issue_code=IssueCode(work, rights, clock, timedelta(seconds=settings.code_seconds)),
        exchange_code=ExchangeCode(work, tokens, clock),
        refresh_tokens=RefreshTokens(work, tokens, clock, world.secret.keys("successors of refresh tokens")),
        read_person=ReadPerson(clock, settings.issuer),
        give_consent=GiveConsent(work, clock),
        manage_accounts=ManageAccounts(work, clock),
        register_clients=register,
        try_client=TryClient(world.fetch, world.status_of),
        register_dynamically=RegisterDynamically(work, register, clock),
        wait_for_logout=world.wait_for_logout,
    )


def build_tasks(settings: AuthSettings, work: AuthWork, mails: SendMails, clock: Clock, logout: LogoutWorker) -> Tasks:
    """The threads beside the requests, not started."""
    limits = SessionLimits(settings.session_idle, settings.session_absolute)

    def repeating(name: str, task: Callable[[], object], every: timedelta) -> Repeating:
        return Repeating(name, task, Rhythm(every=every))

    return Tasks(
        logout=logout,
        mails=repeating("mails", mails, timedelta(seconds=1)),
        sweeper=repeating("session-sweeper", SweepSessions(work, clock, limits, each_apart), timedelta(seconds=30)),
        forgetting=repeating("forgetting", ForgetOld(work, clock), FORGET_EVERY),
        schedule=repeating("key-schedule", KeySchedule(key_changes(settings, clock)), timedelta(minutes=1)),
        watch=repeating("queue-watch", QueueWatch(WatchQueues(work, clock)), timedelta(minutes=10)),
    )


def build(settings: AuthSettings, parts: Parts) -> Process:
    """Make everything, start nothing.

    Raises:
        StartError: what the operator can mend, said in one sentence.
    """
    if not settings.audit_address:
        raise StartError("AUTH_AUDIT_ADDRESS is missing: nobody signs in without an audit record.")
    clock = SystemClock()
    passphrase = passphrase_of(settings)
    keys = load_keys(settings.keys_directory, clock, passphrase=passphrase, policy=settings.key_policy)
    hashing, threads = settings.hashing_threads, settings.database_threads
    database = open_database(settings.database_url, threads=threads)
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
    trust = TlsTrust(settings.further_authorities_file)
    fetch = GuardedFetch(allow_loopback=settings.reaches_loopback, trust=trust)
    calls = open_logout_calls(settings, trust)
    passwords = Argon2Passwords(HashingLimits(hashing, settings.hashing_queue))
    secret = WebSecrets.load(settings.data_directory)
    salt = WebSecrets.load(settings.data_directory / "pairwise", settings.pairwise_salt.get_secret_value())
    pairwise = salt.only_key("pairwise subjects")
    subjects = Subjects(pairwise)
    logout = LogoutWorker(TellClients(work, calls, keys, clock, settings.issuer, each_apart, subjects))
    world = World(
        work=work,
        passwords=passwords,
        replica=replica,
        keys=keys,
        clock=clock,
        wait_for_logout=logout.report,
        fetch=fetch.json,
        status_of=fetch.status_of,
        secret=secret,
        pairwise_salt=pairwise,
        sectors=fetch,
    )
    use_cases = build_use_cases(settings, world)
    lost = EndLostAccess(work, use_cases.rights, clock, logout.wake)
    lost_access = Repeating("lost-access", lost, Rhythm(every=timedelta(seconds=0.5)))
    replica.on_change(lost_access.wake)
    mails = mail_sender(settings, work, passwords, clock, use_cases.rights)
    tasks = build_tasks(settings, work, mails, clock, logout)
    web = None
    if parts.web:
        web = open_web(settings, use_cases, clock, database, lambda: keys.document)
    rpc = None
    if parts.rpc:
        accounts = AccountsServicer(use_cases.manage_accounts, tasks.mails.wake, logout.wake)
        follow = FollowEnding(
            work, use_cases.rights, lost, clock, looking=lost_access.wait_until, telling=logout.wait_until
        )
        rpc = open_rpc(
            settings, accounts, EndedSessionsServicer(ReadEndedSessions(work, clock)), ClientSessionsServicer(follow)
        )

    beside = frozenset(task.name for task in (lost_access, *tasks.all()))
    return Process(
        web=web,
        rpc=rpc,
        background=(relay, replica, lost_access, *tasks.all()),
        close=closing(habpps, audit, database),
        answers_without=frozenset({relay.name, replica.name}),
        queues=queues_of(database, relay, clock),
        gauges=gauges_of(replica, keys, passwords),
        **health_and_lanes(database, beside, web, hashing),
    )


@contextmanager
def operator_commands(settings: AuthSettings) -> Iterator[OperatorCommands]:
    """Open the accounts for a command; audit events wait in the outbox for the service.

    Raises:
        StartError: what the operator can mend, said in one sentence.
    """
    clock = SystemClock()
    prepare_data_directory(settings)
    database = open_database(settings.database_url, threads=2)
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
