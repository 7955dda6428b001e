"""The gRPC server put together: who may call what, and what answers."""

from __future__ import annotations

from importlib.resources import as_file, files

from auth.bootstrap.repositories import AuthWork
from auth.bootstrap.rooms import Rooms
from auth.bootstrap.tasks import LostAccess, Tasks
from auth.people.adapters.rpc.accounts import AccountsServicer
from auth.people.adapters.rpc.client_sessions import ClientSessionsServicer
from auth.people.adapters.rpc.ended_sessions import EndedSessionsServicer
from auth.people.use_cases.follow_ending import FollowEnding
from auth.people.use_cases.read_ended_sessions import ReadEndedSessions
from auth.settings import AuthSettings
from partenaire.auth.v1 import accounts_pb2, client_sessions_pb2, ended_sessions_pb2
from partenaire.auth.v1.accounts_pb2_grpc import add_AccountsServicer_to_server
from partenaire.auth.v1.client_sessions_pb2_grpc import add_ClientSessionsServicer_to_server
from partenaire.auth.v1.ended_sessions_pb2_grpc import add_EndedSessionsServicer_to_server
from servicekit.rpc import CallerPolicy, RpcServer, ServerOptions, open_server
from servicekit.rpc.server import Registration

ACCOUNTS = accounts_pb2.DESCRIPTOR.services_by_name["Accounts"]
CLIENT_SESSIONS = client_sessions_pb2.DESCRIPTOR.services_by_name["ClientSessions"]
ENDED_SESSIONS = ended_sessions_pb2.DESCRIPTOR.services_by_name["EndedSessions"]


def open_rpc(settings: AuthSettings, rooms: Rooms, work: AuthWork, tasks: Tasks, lost: LostAccess) -> RpcServer:
    """What habpps and cdap call, bound and not started."""
    people, clock, logout = rooms.people, rooms.protocol.clock, tasks.logout
    follow = FollowEnding(
        work, people.rights, lost.end, clock, looking=lost.thread.wait_until, telling=logout.wait_until
    )
    return serve(
        settings,
        AccountsServicer(people.manage_accounts, people.change_person, tasks.mails.wake, logout.wake),
        EndedSessionsServicer(ReadEndedSessions(work, clock)),
        ClientSessionsServicer(follow),
    )


def serve(
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
