"""What a process counts and measures, for Prometheus: the one registry, and the page that shows it.

Counters and histograms stand here, or where the work is done and made by `histogram`; gauges are read when the page is
asked for (`Gauge`, given by `Process.gauges`). A label takes its values from what the program declares (routes,
methods of the contracts, names of threads and queues, kinds of errors), never from what somebody sent: no address, no
identifier, no name. What each one means: docs/operate.md, held complete by a test.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client import disable_created_metrics as _without_times_of_creation
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from servicekit.errors import ServiceError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

METRICS_PATH = "/metrics"
ROUTE = "servicekit.route"
"""Key of the WSGI environment: the rule that a request matched, as the program declares it."""
UNMATCHED = "unmatched"

REGISTRY = CollectorRegistry(auto_describe=False)
ProcessCollector(registry=REGISTRY)
_without_times_of_creation()  # type: ignore[no-untyped-call]

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_STATUS_CLASSES = frozenset("2345")


class Timed:
    """A histogram of seconds; what each combination of labels counts into is looked up once."""

    def __init__(self, name: str, says: str, labels: Sequence[str]) -> None:
        """Registered at once."""
        self._histogram = histogram(name, says, labels, SECONDS)
        self._known: dict[tuple[str, ...], Histogram] = {}

    def took(self, seconds: float, *labels: str) -> None:
        """Counts one."""
        known = self._known.get(labels)
        if known is None:
            known = self._known[labels] = self._histogram.labels(*labels)
        known.observe(seconds)


def histogram(name: str, says: str, labels: Sequence[str], buckets: Sequence[float]) -> Histogram:
    """A histogram of this process."""
    return Histogram(name, says, labels, registry=REGISTRY, buckets=buckets)


PAGES = Timed(
    "partenaire_page_seconds", "Answers of the web front, by the rule they matched.", ("route", "method", "status")
)
CALLS = Timed("partenaire_rpc_seconds", "gRPC calls answered; a stream until its end.", ("method", "code"))
CALLS_MADE = Timed("partenaire_rpc_client_seconds", "Unary gRPC calls made, repetitions included.", ("method", "code"))
REFUSALS = Counter(
    "partenaire_refusals",
    "Pages and calls refused, by kind of error.",
    ("kind",),
    registry=REGISTRY,
)
TASK_ROUNDS = Counter("partenaire_task_rounds", "Rounds of a repeating thread.", ("task", "outcome"), registry=REGISTRY)
SET_ASIDE = Counter(
    "partenaire_items_set_aside", "Items of a queue set aside since the start.", ("queue",), registry=REGISTRY
)
COMMITS = histogram(
    "partenaire_commit_changes",
    "Changes of one transaction of the writer (SQLite).",
    (),
    (1, 2, 4, 8, 16, 32, 64, 128, 256),
)


def set_aside_since_start(queue: str) -> int:
    """How many items of a queue this process has set aside."""
    return int(REGISTRY.get_sample_value("partenaire_items_set_aside_total", {"queue": queue}) or 0)


def count_refusal(error: ServiceError) -> None:
    """By its kind: the class right below ServiceError."""
    kinds = type(error).__mro__
    place = kinds.index(ServiceError)
    REFUSALS.labels(kinds[place - 1].__name__ if place else ServiceError.__name__).inc()


def counted(pages: WSGIApplication) -> WSGIApplication:
    """The pages, each answer counted with how long it took."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status = "5"
        began = time.perf_counter()

        def start(line: str, headers: list[tuple[str, str]], *more: object) -> Callable[[bytes], object]:
            nonlocal status
            status = line[:1]
            return start_response(line, headers, *more)  # type: ignore[arg-type]

        try:
            return pages(environ, start)
        finally:
            method = environ["REQUEST_METHOD"]
            PAGES.took(
                time.perf_counter() - began,
                environ.get(ROUTE, UNMATCHED),
                method if method in _METHODS else "other",
                f"{status}xx" if status in _STATUS_CLASSES else "5xx",
            )

    return application


@dataclass(frozen=True)
class Gauge:
    """Something that is looked at when the page is asked for."""

    name: str
    """One that ends in `_total` only grows."""
    says: str
    read: Callable[[], float | Mapping[str, float]]
    """One value, or one for each value of `label`. It may raise: the gauge is then left out and named as unreadable."""
    label: str = ""


class MetricsPage:
    """WSGI: everything that is counted, and the gauges as they are now."""

    def __init__(self, gauges: Iterable[Gauge]) -> None:
        """`gauges` of the process, each name once.

        Raises:
            ValueError: two gauges have the same name.
        """
        self._gauges = _Gauges(tuple(gauges))
        self._own = CollectorRegistry(auto_describe=False)
        self._own.register(self._gauges)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """PEP 3333."""
        if environ["PATH_INFO"] != METRICS_PATH or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"The metrics are at /metrics.\n"]
        start_response("200 OK", [("Content-Type", CONTENT_TYPE_PLAIN_1_0_0), ("Cache-Control", "no-store")])
        return [generate_latest(REGISTRY), generate_latest(self._own)]

    def names(self) -> frozenset[str]:
        """Every metric that the page can show, as the page names it."""
        families = [one for registry in (REGISTRY, self._own) for one in registry.collect()]
        return frozenset(f"{one.name}_total" if one.type == "counter" else one.name for one in families)


class _Gauges(Collector):
    def __init__(self, gauges: tuple[Gauge, ...]) -> None:
        names = [gauge.name for gauge in gauges]
        if len(set(names)) < len(names):
            raise ValueError(f"two gauges of the same name among {names}")
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        unreadable = GaugeMetricFamily(
            "partenaire_gauge_unreadable", "1 for a gauge that could not be read and is left out.", labels=["gauge"]
        )
        for gauge in self._gauges:
            make = CounterMetricFamily if gauge.name.endswith("_total") else GaugeMetricFamily
            family = make(gauge.name, gauge.says, labels=[gauge.label] if gauge.label else None)
            try:
                value = gauge.read()
            except Exception:  # noqa: BLE001 - the others are shown; this one is said to be missing
                unreadable.add_metric([gauge.name], 1.0)
            else:
                unreadable.add_metric([gauge.name], 0.0)
                values = value.items() if isinstance(value, Mapping) else [("", value)]
                for label, number in values:
                    family.add_metric([label] if gauge.label else [], float(number))
            yield family
        yield unreadable


__all__ = [
    "CALLS",
    "CALLS_MADE",
    "COMMITS",
    "METRICS_PATH",
    "PAGES",
    "REGISTRY",
    "ROUTE",
    "SET_ASIDE",
    "TASK_ROUNDS",
    "UNMATCHED",
    "Gauge",
    "MetricsPage",
    "Timed",
    "count_refusal",
    "counted",
    "histogram",
    "set_aside_since_start",
]
