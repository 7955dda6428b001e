"""What auth reaches and by what it is reached: mail server, back channels, gRPC."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib.resources import as_file, files

from auth.bootstrap.repositories import AuthWork
from auth.bootstrap.web import WebParts, create_web
from auth.front.adapters.web.hot_endpoints import HotEndpoints
from auth.front.use_cases.catalogue import UseCases
from auth.ground.adapters.clients.guarded_fetch import GuardedFetch
from auth.ground.adapters.clients.tls_trust import TlsTrust
from auth.people.adapters.clients.logout_calls import HttpLogoutCalls
from auth.people.adapters.clients.mail_texts import MailTexts
from auth.people.adapters.clients.smtp_mailer import SmtpMailer, SmtpOptions
from auth.people.adapters.rpc.accounts import AccountsServicer
from auth.people.adapters.rpc.client_sessions import ClientSessionsServicer
from auth.people.adapters.rpc.ended_sessions import EndedSessionsServicer
from auth.people.use_cases.name_helpers import NameHelpers
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.ports import Passwords
from auth.people.use_cases.send_mails import SendMails
from auth.protocol.adapters.crypto.client_certificates import read_certificate
from auth.protocol.adapters.web.plain_requests import Certificates
from auth.settings import AuthSettings
from partenaire.auth.v1 import accounts_pb2, client_sessions_pb2, ended_sessions_pb2
from partenaire.auth.v1.accounts_pb2_grpc import add_AccountsServicer_to_server
from partenaire.auth.v1.client_sessions_pb2_grpc import add_ClientSessionsServicer_to_server
from partenaire.auth.v1.ended_sessions_pb2_grpc import add_EndedSessionsServicer_to_server
from servicekit.background import each_apart
from servicekit.clock import Clock
from servicekit.rpc import CallerPolicy, RpcServer, ServerOptions, open_server
from servicekit.rpc.server import Registration

ACCOUNTS = accounts_pb2.DESCRIPTOR.services_by_name["Accounts"]
CLIENT_SESSIONS = client_sessions_pb2.DESCRIPTOR.services_by_name["ClientSessions"]
ENDED_SESSIONS = ended_sessions_pb2.DESCRIPTOR.services_by_name["EndedSessions"]


def open_logout_calls(settings: AuthSettings, trust: TlsTrust) -> HttpLogoutCalls:
    """With three seconds for one call."""
    loopback, seconds = settings.reaches_loopback, timedelta(seconds=3)
    return HttpLogoutCalls(
        GuardedFetch(allow_loopback=loopback, timeout=seconds, trust=trust),
        GuardedFetch(allow_loopback=loopback, timeout=seconds, trust=trust, networks=settings.house_networks),
    )


def mail_sender(
    settings: AuthSettings, work: AuthWork, passwords: Passwords, clock: Clock, rights: PersonRights
) -> SendMails:
    """Sends what waits, each mail with the names of those who can help."""
    options = SmtpOptions(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.mail_sender,
        tls=settings.smtp_tls,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
    )
    hours = settings.provisional_password_hours
    said = (settings.contact_name, settings.contact_email, settings.contact_phone)
    texts = MailTexts(settings.public_url, hours, ", ".join(part for part in said if part))
    mailer = SmtpMailer(options, TlsTrust(settings.further_authorities_file))
    return SendMails(
        work, mailer, texts, passwords, clock, each_apart, timedelta(hours=hours), NameHelpers(work, rights).listed
    )


def open_rpc(
    settings: AuthSettings, accounts: AccountsServicer, ended: EndedSessionsServicer, clients: ClientSessionsServicer
) -> RpcServer:
    """The gRPC server with its allow-list, bound and not started."""
    with as_file(files("auth.people.adapters.rpc").joinpath("callers.toml")) as path:
        callers = CallerPolicy.load(path, [ACCOUNTS, ENDED_SESSIONS, CLIENT_SESSIONS])
    services: list[Registration] = [
        (add_AccountsServicer_to_server, accounts, ACCOUNTS.full_name),
        (add_EndedSessionsServicer_to_server, ended, ENDED_SESSIONS.full_name),
        (add_ClientSessionsServicer_to_server, clients, CLIENT_SESSIONS.full_name),
    ]
    return open_server(ServerOptions.of(settings), services=services, callers=callers)


def open_web(
    settings: AuthSettings, use_cases: UseCases, clock: Clock, database: object, jwks: Callable[[], bytes]
) -> HotEndpoints:
    """The pages and the endpoints for programs."""
    return create_web(
        WebParts(
            use_cases=use_cases,
            settings=settings,
            clock=clock,
            issuer=settings.issuer,
            jwks=jwks,
            minimum_password_length=settings.password_minimum_length,
            database=database,
            certificates=Certificates(settings.client_certificate_header, settings.proxies, read_certificate),
            mtls_issuer=settings.mtls_url,
            proxies=settings.proxies,
        )
    )
