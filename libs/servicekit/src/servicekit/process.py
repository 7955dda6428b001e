"""What a process of a service consists of. `servicekit.worker` starts and ends it.

ONE process builds everything, serves pages (`servicekit.front`) and gRPC, drains when told to.
SQLite has one writer, so one process holds it all; with PostgreSQL the pages and gRPC may run apart, in several copies.

On SIGTERM, SIGINT or SIGHUP: requests that have arrived are answered, health says NOT_SERVING, half a second passes,
gRPC calls in flight finish (10 s at most), backgrounds stop in reverse order, `close` runs, exit code 0.
"""

import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from servicekit.background import Repeating
from servicekit.front.limits import Lane, only_pages
from servicekit.health import Check, HealthWatch
from servicekit.metrics import Gauge
from servicekit.queues import Queue
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
        """Short name for logs and health. What runs repeating threads inside has them as `tasks`."""
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


@dataclass(frozen=True, kw_only=True)
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
    queues: tuple[Queue, ...] = ()
    """Every queue that the backgrounds work off: what is set aside in one is said by `notes` and by the metrics."""
    gauges: tuple[Gauge, ...] = ()
    """What the metrics show beside what every process counts."""
    lane_of: Callable[[str, str], Lane] = only_pages
    """Which lane of the web front answers (method, path)."""
    computing_threads: int = 1
    """Threads of the lane for what keeps a processor busy."""

    def tasks(self) -> Iterator[Repeating]:
        """Every repeating thread: the backgrounds that are one, and those that one of them runs."""
        for one in self.background:
            if isinstance(one, Repeating):
                yield one
            yield from getattr(one, "tasks", ())

    def health_watch(
        self,
        tell: Callable[[bool], None],
        more: Mapping[str, Check] = _NOTHING_MORE,
        more_notes: Mapping[str, Check] = _NOTHING_MORE,
    ) -> HealthWatch:
        """Asks every background, check and queue, and what is given `more`."""
        queues = {f"queue {queue.name}": queue.note for queue in self.queues}
        noted = queues | dict(more_notes)
        checks = {one.name: one.problem for one in self.background} | dict(self.health) | dict(more) | noted
        return HealthWatch(checks, answers_without=self.answers_without, notes=self.notes | noted.keys(), tell=tell)


Build = Callable[[S, Parts], Process]


def closing(*opened: Any) -> Callable[[], None]:
    """Closes them, in this order."""

    def close() -> None:
        for one in opened:
            one.close()

    return close
