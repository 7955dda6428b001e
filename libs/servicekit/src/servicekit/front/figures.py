"""Lanes and connections of a front, for the metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from servicekit.front.lanes import Turns
from servicekit.front.server import Front
from servicekit.metrics import Gauge


def front_gauges(front: Front) -> tuple[Gauge, ...]:
    """What operators see of it."""

    def of_lanes(read: Callable[[Turns], float]) -> Callable[[], Mapping[str, float]]:
        return lambda: {lane.value: read(turns) for lane, turns in front.turns.items()}

    def ended() -> Mapping[str, float]:
        known = front.connections
        return {"too slow": known.ended_slow, "made room": known.ended_for_room, "refused": known.refused}

    return (
        Gauge("partenaire_lane_running", "Requests being answered.", of_lanes(lambda one: one.running), "lane"),
        Gauge("partenaire_lane_waiting", "Requests that wait.", of_lanes(lambda one: one.waiting), "lane"),
        Gauge("partenaire_lane_refused_total", "Requests answered 503.", of_lanes(lambda one: one.refused), "lane"),
        Gauge("partenaire_connections", "Open connections.", lambda: len(front.connections)),
        Gauge("partenaire_connections_ended_total", "Connections ended by the front.", ended, "reason"),
    )
