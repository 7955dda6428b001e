"""The figures of a measurement, as a table and as JSON: medians, half the spread, ratios of the same run."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.auth.load import Contestant
from tests.bench.auth.scenarios import HTTP_FLOOR, PEER, SIGNED_FLOOR, Scenario

_WIDTH = 30


def figures(contestant: Contestant) -> dict[str, Any]:
    """Median and half the spread of the rates, median of the 95th percentiles, and every bad answer."""
    rates = [run.per_second for run in contestant.runs]
    middle = statistics.median(rates)
    return {
        "per_second": round(middle, 1),
        "spread_percent": round(50 * (max(rates) - min(rates)) / middle, 1) if middle else 0.0,
        "p95_ms": round(statistics.median(run.p95_ms for run in contestant.runs), 2),
        "not_2xx": sum(run.refused for run in contestant.runs),
        "broken": sum(run.broken for run in contestant.runs),
        "runs_per_second": [round(rate, 1) for rate in rates],
    }


def as_json(scenario: Scenario) -> dict[str, Any]:
    """Everything of one scenario."""
    found = {contestant.name: figures(contestant) for contestant in scenario.contestants}
    rates = {name: values["per_second"] for name, values in found.items()}
    for name, values in found.items():
        for floor, key in ((PEER, "times_peer"), (HTTP_FLOOR, "times_http"), (SIGNED_FLOOR, "times_signed")):
            if rates.get(floor):
                values[key] = round(rates[name] / rates[floor], 3)
    return {"scenario": scenario.name, "title": scenario.title, "aim_times_peer": scenario.aim, "sides": found}


def table(result: Mapping[str, Any]) -> str:
    """One scenario for people."""
    aim = f"; aim {result['aim_times_peer']} × the peer" if result["aim_times_peer"] else ""
    columns = f"{'per second':>11}{'±%':>6}{'p95 ms':>9}{'× node':>9}{'× HTTP':>9}{'× +ES256':>10}{'bad':>6}"
    lines = [f"\n{result['title']}{aim}", f"{'':<{_WIDTH}}{columns}"]
    for name, one in result["sides"].items():
        ratios = "".join(
            f"{one[key]:>{width}.3f}" if key in one else " " * width
            for key, width in (("times_peer", 9), ("times_http", 9), ("times_signed", 10))
        )
        bad = one["not_2xx"] + one["broken"]
        line = f"{name:<{_WIDTH}}{one['per_second']:>11.0f}{one['spread_percent']:>6.0f}{one['p95_ms']:>9.2f}"
        lines.append(f"{line}{ratios}{bad:>6}")
    return "\n".join(lines)


def bad_answers(results: Sequence[Mapping[str, Any]]) -> int:
    """How many answers were not 2xx, and how many requests got none."""
    return sum(one["not_2xx"] + one["broken"] for result in results for one in result["sides"].values())
