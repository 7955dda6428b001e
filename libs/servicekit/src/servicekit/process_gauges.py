"""What the metrics of every process show beside its counters: threads, health, queues, lanes, certificate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from servicekit.front.figures import front_gauges
from servicekit.metrics import Gauge
from servicekit.queues import Queue, QueueFigures, figures

if TYPE_CHECKING:
    from servicekit.background import Repeating
    from servicekit.front import Front
    from servicekit.health import HealthWatch
    from servicekit.process import Process
    from servicekit.rpc.certificate_life import CertificateLife


def gauges_of(
    process: Process, health: HealthWatch, front: Front | None, certificate: CertificateLife | None
) -> Iterator[Gauge]:
    """Those of every process, then the service's own."""
    yield from _tasks(process)
    yield Gauge(
        "partenaire_health_problem",
        "1 for each check of /healthz that is bad.",
        lambda: health.figures(notes=False),
        "check",
    )
    yield Gauge("partenaire_health_note", "1 for each note of /healthz.", lambda: health.figures(notes=True), "check")
    if process.queues:
        yield from _queues(process.queues)
    if certificate is not None:
        yield Gauge(
            "partenaire_certificate_days", "Days until the first of its certificates expires.", certificate.days_left
        )
    if process.rpc is not None:
        yield Gauge("partenaire_rpc_streams", "gRPC streams that are open.", process.rpc.open_streams)
    if front is not None:
        yield from front_gauges(front)
    yield from process.gauges


def _tasks(process: Process) -> Iterator[Gauge]:
    def of_each(read: Callable[[Repeating], float]) -> Callable[[], Mapping[str, float]]:
        return lambda: {task.name: read(task) for task in process.tasks()}

    yield Gauge(
        "partenaire_task_problem",
        "1 for a repeating thread that is dead or whose last rounds failed.",
        of_each(lambda task: task.problem() is not None),
        "task",
    )
    yield Gauge(
        "partenaire_task_seconds_since_round",
        "Seconds since the last round of a repeating thread ended.",
        of_each(lambda task: time.monotonic() - task.watched.ended_at),
        "task",
    )


def _queues(queues: tuple[Queue, ...]) -> Iterator[Gauge]:
    def of_each(read: Callable[[QueueFigures], float]) -> Callable[[], Mapping[str, float]]:
        return lambda: figures(queues, read)

    yield Gauge("partenaire_queue_waiting", "Items that wait.", of_each(lambda seen: seen.waiting), "queue")
    yield Gauge(
        "partenaire_queue_oldest_seconds",
        "How long the oldest of them waits.",
        of_each(lambda seen: seen.oldest_seconds),
        "queue",
    )
    yield Gauge(
        "partenaire_queue_set_aside",
        "Items that are not tried any more until an operator says so.",
        of_each(lambda seen: seen.set_aside),
        "queue",
    )
