"""A real server and real channels on the loopback, with certificates of a test authority.

The service served is the rights feed, only because it has unary and streaming methods; its handlers are given by each
test.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc

from partenaire.habpps.v1 import rights_feed_pb2 as feed
from partenaire.habpps.v1 import rights_feed_pb2_grpc as feed_grpc
from servicekit.rpc import CallerPolicy, ChannelOptions, RpcServer, ServerOptions, open_channel, open_server
from servicekit.rpc.certificates import issue, write_authority

NAME = "partenaire.habpps.v1.RightsFeed"
METHODS = tuple(feed.DESCRIPTOR.services_by_name["RightsFeed"].methods_by_name)
PATIENCE_S = 10.0

Handler = Callable[[Any, grpc.ServicerContext], Any]


def feed_of_the_test(handlers: Mapping[str, Handler]) -> Any:
    """A servicer that answers with the handlers of the test; the methods without one are not implemented."""
    methods = {name: staticmethod(handler) for name, handler in handlers.items()}
    return type("FeedOfTheTest", (feed_grpc.RightsFeedServicer,), methods)()


@dataclass(frozen=True)
class Authority:
    """A certificate authority of its own folder."""

    directory: Path

    @classmethod
    def new(cls, directory: Path) -> "Authority":
        write_authority(directory)
        return cls(directory)

    def certificate(self, service: str, environment: str = "test") -> Path:
        """The folder with the certificate of the service, made when it is missing."""
        folder = self.directory / f"{service}.{environment}"
        return folder if folder.exists() else issue(self.directory, service, environment, into=folder)


def revision(_request: Any, _context: grpc.ServicerContext) -> Any:
    """The simplest handler."""
    return feed.GetRevisionResponse(revision=7)


@contextmanager
def serving(
    tls: Path, handlers: Mapping[str, Handler], allowed: frozenset[str] = frozenset({"cdap"}), **options: Any
) -> Iterator[RpcServer]:
    """A started server that says it is serving."""
    policy = CallerPolicy({f"/{NAME}/{method}": allowed for method in METHODS})
    defaults = ServerOptions(service="habpps", environment="test", host="127.0.0.1", port=0, tls_directory=tls)
    services = [(feed_grpc.add_RightsFeedServicer_to_server, feed_of_the_test(handlers), NAME)]
    server = open_server(replace(defaults, **options), services=services, callers=policy)
    server.start()
    server.set_serving(True)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def stub(server: RpcServer, tls: Path, **options: Any) -> Iterator[Any]:
    """A stub whose calls come from the service whose certificate is in `tls` (cdap unless said otherwise)."""
    defaults = ChannelOptions(
        address=f"127.0.0.1:{server.port}", server="habpps", service="cdap", environment="test", tls_directory=tls
    )
    with open_channel(replace(defaults, **options)) as channel:
        yield feed_grpc.RightsFeedStub(channel)


def wait_until(seen: Callable[[], bool], what: str) -> None:
    """Look again and again, for ten seconds at most."""
    pause = threading.Event()
    end = time.monotonic() + PATIENCE_S
    while not seen():
        assert time.monotonic() < end, f"never seen: {what}"
        pause.wait(0.02)
