"""Measures rates of several things in interleaved rounds, so that drift of the machine touches all of them alike."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Act = Callable[[], None]


@dataclass(frozen=True)
class Rate:
    """Acts per second (median of the rounds), half the spread in percent, and the 95th percentile of one act in ms."""

    per_second: float
    spread_percent: float
    p95_ms: float


def interleaved(contestants: Mapping[str, Sequence[Act]], *, rounds: int = 5, seconds: float = 2.0) -> dict[str, Rate]:
    """Runs A B A B ... Each contestant is a list of acts, one per thread, called over and over."""
    rates: dict[str, list[float]] = {name: [] for name in contestants}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for acts in contestants.values():
        _round(acts, 0.5)
    for _ in range(rounds):
        for name, acts in contestants.items():
            rate, durations = _round(acts, seconds)
            rates[name].append(rate)
            times[name] += durations
    return {
        name: Rate(
            statistics.median(values),
            50.0 * (max(values) - min(values)) / statistics.median(values),
            1000.0 * statistics.quantiles(times[name], n=20)[-1],
        )
        for name, values in rates.items()
    }


def _round(acts: Sequence[Act], seconds: float) -> tuple[float, list[float]]:
    durations: list[list[float]] = [[] for _ in acts]
    errors: list[BaseException] = []
    start = threading.Barrier(len(acts) + 1)
    ending = threading.Event()

    def work(act: Act, mine: list[float]) -> None:
        start.wait()
        try:
            while not ending.is_set():
                began = time.perf_counter()
                act()
                mine.append(time.perf_counter() - began)
        except (RuntimeError, OSError, StopIteration) as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=pair) for pair in zip(acts, durations, strict=True)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    ending.wait(seconds)
    ending.set()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    if errors and not isinstance(errors[0], StopIteration):
        raise errors[0]
    flat = [duration for mine in durations for duration in mine]
    return len(flat) / elapsed, flat


def table(rates: Mapping[str, Rate], floor: str) -> str:
    """Rates as text, each as a ratio to the floor of the same run."""
    lines = [f"{'':<44}{'per second':>12}{'±%':>6}{'p95 ms':>9}{'× floor':>9}"]
    lines += [
        f"{name:<44}{rate.per_second:>12.0f}{rate.spread_percent:>6.0f}{rate.p95_ms:>9.1f}"
        f"{rate.per_second / rates[floor].per_second:>9.3f}"
        for name, rate in rates.items()
    ]
    return "\n".join(lines)
