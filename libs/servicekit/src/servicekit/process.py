"""How a process of a service runs: its parts, their start, their end.

ONE process builds everything, serves pages (`servicekit.front`) and gRPC, drains when told to (`servicekit.worker`).
SQLite has one writer, so one process holds it all; with PostgreSQL the pages and gRPC may run apart, in several copies.

On SIGTERM, SIGINT or SIGHUP: requests that have arrived are answered, health says NOT_SERVING, half a second passes,
gRPC calls in flight finish (10 s at most), backgrounds stop in reverse order, `close` runs, exit code 0.
"""

import contextlib
import signal
import socket
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from servicekit.errors import StartError
from servicekit.front.limits import Lane, only_pages
from servicekit.health import Check, HealthWatch
from servicekit.logging import configure_logging
from servicekit.settings import ServiceSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from servicekit.rpc.server import RpcServer

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

_NOTHING_MORE: Mapping[str, Check] = {}

S = TypeVar("S", bound=ServiceSettings)


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


@runtime_checkable
class Noting(Protocol):
    """A background with something to tell operators that keeps nobody from being answered."""

    def note(self) -> str | None:
        """One sentence for `notes` of /healthz, else None; quick, and it never raises."""
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
    """Names of backgrounds and checks whose problem is said by /healthz and in the log but does not close gRPC: other
    services go on reading a feed while the journal is down."""
    health: tuple[tuple[str, Check], ...] = ()
    """More that must be well, by name, beside the backgrounds."""
    notes: frozenset[str] = frozenset()
    """Names whose problem /healthz only mentions: work beside the requests fails, and nobody who asks notices."""
    lane_of: Callable[[str, str], Lane] = only_pages
    """Which lane of the web front answers (method, path)."""
    computing_threads: int = 1
    """Threads of the lane for what keeps a processor busy."""

    def health_watch(self, tell: Callable[[bool], None], more: Mapping[str, Check] = _NOTHING_MORE) -> HealthWatch:
        """Asks every background and check and `more`, and every background that has notes for them."""
        noting = {f"{one.name}-notes": one.note for one in self.background if isinstance(one, Noting)}
        checks = {one.name: one.problem for one in self.background} | dict(self.health) | dict(more) | noting
        return HealthWatch(checks, answers_without=self.answers_without, notes=self.notes | noting.keys(), tell=tell)


Build = Callable[[S, Parts], Process]


def closing(*opened: Any) -> Callable[[], None]:
    """Closes them, in this order."""

    def close() -> None:
        for one in opened:
            one.close()

    return close


def run_service(build: "Build[S] | str", settings: S, parts: Parts) -> int:
    """Run until told to stop; returns the exit code: 0 drained, 1 something did not end in time.

    `build` as "module:function" is imported only after the first checks.

    Raises:
        StartError: a port is taken, the data folder cannot be written, or `build` said why it cannot start.
    """
    from servicekit import worker

    configure_logging(settings.service, settings.log_level)
    check_start(settings, parts)
    return worker.run(build, settings, parts)


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
        with contextlib.closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise StartError(f"Port {port} of {host}, for {what}, cannot be used: {error.strerror}.") from error
