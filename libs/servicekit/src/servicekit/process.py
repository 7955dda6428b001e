"""How a process of a service runs: its parts, their start, their end.

    granian's parent  ──fork──>  ONE worker: builds everything, serves pages and gRPC, drains when told to
    (never imports grpc)         (servicekit.worker)

SQLite has one writer, so one process holds it all; with PostgreSQL the pages and gRPC may run apart, in several copies.
With `Parts.RPC` there are no pages, hence no granian and no fork.

On SIGTERM, SIGINT or SIGHUP: pages in flight finish, health says NOT_SERVING, half a second passes, gRPC calls in
flight finish (10 s at most), backgrounds stop in reverse order, `close` runs, exit code 0. If the parent dies the
worker drains too; if the worker dies the parent ends with 1.
"""

import logging
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.log import LogLevels
from granian.server import Server

from servicekit.errors import StartError
from servicekit.logging import configure_logging, get_logger
from servicekit.settings import ServiceSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from servicekit.rpc.server import RpcServer

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
WORKER_STOP_LIMIT_S = 30
"""After that long the parent kills a worker that does not end."""

S = TypeVar("S", bound=ServiceSettings)

log = get_logger("servicekit.process")


class Parts(Enum):
    """What a process serves."""

    WEB = "web"
    RPC = "rpc"
    BOTH = "both"

    @property
    def web(self) -> bool:
        """Whether it serves pages."""
        return self is not Parts.RPC

    @property
    def rpc(self) -> bool:
        """Whether it serves gRPC."""
        return self is not Parts.WEB


class Background(Protocol):
    """Work beside the requests: a relay, a replica, a clean-up."""

    @property
    def name(self) -> str:
        """Short name for logs and health."""
        ...

    def start(self) -> None:
        """Begin; returns at once. What it needs may not be there yet: it waits for it and says so in `problem`."""
        ...

    def stop(self) -> None:
        """End, after finishing what is begun. Called once, after the last request."""
        ...

    def problem(self) -> str | None:
        """One sentence when this process must not be sent requests, else None; quick, and it never raises.

        Only what stops this process from answering: two services that each wait for the other to be ready before
        they are never will be.
        """
        ...


@dataclass(frozen=True)
class Process:
    """What the `build` function of a service returns: everything made, nothing started."""

    web: "WSGIApplication | None" = None
    rpc: "RpcServer | None" = None
    background: tuple[Background, ...] = ()
    close: Callable[[], None] = field(default=lambda: None)
    """Called last, for example `database.close`."""
    answers_without: frozenset[str] = frozenset()
    """Names of backgrounds whose problem is said in the log but does not close gRPC: other services go on reading a
    feed while the journal is down."""


Build = Callable[[S, Parts], Process]


class Outcome(Enum):
    """How the worker ended, as it tells the parent. Nothing told means that it died."""

    DRAINED = "drained"
    REFUSED = "refused"


def run_service(build: "Build[S] | str", settings: S, parts: Parts) -> int:
    """Run until told to stop; returns the exit code: 0 drained, 1 the worker died.

    `build` is best given as "module:function": it is then imported in the worker only, so that grpc is.

    Raises:
        StartError: a port is taken, the data folder cannot be written, or `build` said why it cannot start.
    """
    from servicekit import worker

    if parts.web and "grpc" in sys.modules:
        raise StartError('grpc is imported before the fork: give `build` as "module:function", imported in the worker.')
    configure_logging(settings.service, settings.log_level)
    check_start(settings, parts)
    if not parts.web:
        return worker.run_alone(build, settings, parts)
    receiver, sender = multiprocessing.Pipe(duplex=False)
    code = _serve(settings, partial(worker.run_under_granian, (build, settings, parts), sender))
    sender.close()
    return _conclude(receiver, code)


def check_start(settings: ServiceSettings, parts: Parts) -> None:
    """What can be known before anything is started.

    Raises:
        StartError: a setting is missing, the data folder cannot be written, or a port is taken.
    """
    if missing := settings.what_is_missing(web=parts.web):
        raise StartError(missing)
    directory = settings.data_directory
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise StartError(f"The data folder {directory} cannot be written: {error.strerror}.") from error
    if parts.web:
        _check_port(settings.web_host, settings.web_port, "pages")
    if parts.rpc:
        _check_port(settings.rpc_host, settings.rpc_port, "gRPC")


def _check_port(host: str, port: int, what: str) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise StartError(f"Port {port} of {host}, for {what}, cannot be used: {error.strerror}.") from error


def _serve(settings: ServiceSettings, target: Callable[..., None]) -> int:
    server = Server(
        settings.service,
        address=settings.web_host,
        port=settings.web_port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=settings.web_threads,
        runtime_mode=RuntimeModes.st,
        http=HTTPModes.http1,
        websockets=False,
        workers_kill_timeout=WORKER_STOP_LIMIT_S,
        log_level=LogLevels.error,
        log_dictconfig={"handlers": {}, "formatters": {}, "loggers": _GRANIAN_LOGGERS},
    )
    logging.getLogger("_granian").setLevel(logging.CRITICAL + 1)  # of the parent; the worker sets its own
    server.on_startup(lambda: signal.signal(signal.SIGHUP, server.signal_handler_interrupt) and None)
    os.register_at_fork(before=_block_stop_signals, after_in_parent=_let_stop_signals_through)
    try:
        server.serve(spawn_target=target, target_loader=_no_application)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


_GRANIAN_LOGGERS: dict[str, Any] = {
    "_granian": {"handlers": [], "propagate": True},
    "granian.access": {"handlers": [], "propagate": True, "level": "CRITICAL"},
}


def _no_application(_target: str) -> Any:
    """granian wants a loader; the worker has its own."""


def _block_stop_signals() -> None:
    """A signal sent to the worker before it can handle one waits, instead of meeting a copy of the parent's handler."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)


def _let_stop_signals_through() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)


def _conclude(receiver: "Connection", code: int) -> int:
    told = _received(receiver)
    if told is None:
        log.error("the worker ended without being told to")
        return code or 1
    outcome, sentence = told
    if outcome is Outcome.REFUSED:
        raise StartError(sentence)
    return 0


def _received(receiver: "Connection") -> tuple[Outcome, str] | None:
    try:
        told: tuple[Outcome, str] = receiver.recv()
    except EOFError:
        return None
    return told
