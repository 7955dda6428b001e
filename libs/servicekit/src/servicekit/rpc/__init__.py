"""gRPC between the services: mutual TLS always, nobody may call unless `callers.toml` says so, errors keep their kind.

    server.py        open_server: the pool, the health service, the drain      steps.py  what every call goes through
    channel.py       open_channel: the client side                             call.py   who calls, until when
    errors.py        ServiceError <-> google.rpc.Status                        callers.py  the allow-list
    tls.py           the three files, their reload, the SPIFFE identity        certificates.py  development authority

Importing this package imports grpc: only a process that will not fork any more may do it.
"""

from servicekit.rpc.call import Call, current_call, find_call
from servicekit.rpc.callers import CallerPolicy
from servicekit.rpc.channel import ChannelOptions, bearer, open_channel
from servicekit.rpc.errors import remote_errors
from servicekit.rpc.server import RpcServer, ServerOptions, open_server

__all__ = [
    "Call",
    "CallerPolicy",
    "ChannelOptions",
    "RpcServer",
    "ServerOptions",
    "bearer",
    "current_call",
    "find_call",
    "open_channel",
    "open_server",
    "remote_errors",
]
