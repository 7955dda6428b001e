"""Sixty-four clients that do nothing on each of the four running services: health answers, pages are served, and the
metrics say that none of them holds a thread. Times are compared with quiet ones of the same moment only.
"""

from __future__ import annotations

import statistics
import threading
import time
import urllib.request
from collections.abc import Callable

import pytest
from prometheus_client.parser import text_string_to_metric_families

from onebox.layout import SERVICES
from tests.promises import promise
from tests.servicekit.front.idle_clients import ALL_KINDS, idle_clients, times_of
from tests.system.onebox_process import OneboxProcess

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

CLIENTS = 64
_REQUESTS = 12
_MUCH_SLOWER = 20
_FLOOR_S = 0.05
"""A quiet time below counts as this one. What waits for idle clients waits until they are let go, ten seconds."""
_PATIENCE_S = 30.0
PATHS = {"auth": ("/healthz", "/jwks", "/aide"), "habpps": ("/healthz", "/aide"), "cdap": ("/healthz", "/aide")}


def _figures(onebox: OneboxProcess, service: str) -> dict[tuple[str, str], float]:
    """What the metrics say, by name and the value of the only label."""
    url = f"http://127.0.0.1:{onebox.layout.metrics_port(service)}/metrics"
    with urllib.request.urlopen(url, timeout=_PATIENCE_S) as answer:
        text = answer.read().decode()
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if len(sample.labels) <= 1
    }


def _wait_until(seen: Callable[[], bool], what: str) -> None:
    pause, end = threading.Event(), time.monotonic() + _PATIENCE_S
    while not seen():
        assert time.monotonic() < end, f"never seen: {what}"
        pause.wait(0.1)


def _medians(address: tuple[str, int], paths: tuple[str, ...]) -> dict[str, float]:
    return {path: statistics.median(times_of(address, path, number=_REQUESTS)) for path in paths}


def _is_no_slower(now: dict[str, float], quiet: dict[str, float]) -> bool:
    return all(now[path] < _MUCH_SLOWER * max(quiet[path], _FLOOR_S) for path in quiet)


@promise("front:nobody-who-does-nothing-holds-a-thread")
@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("service", SERVICES)
def test_clients_that_do_nothing_hold_no_thread_and_the_others_are_answered(
    onebox: OneboxProcess, service: str, kind: str
) -> None:
    address = ("127.0.0.1", onebox.layout.web_port(service))
    paths = PATHS.get(service, ("/healthz", "/aide"))
    quiet = _medians(address, paths)
    before = _figures(onebox, service)["partenaire_connections", ""]
    with idle_clients(address, kind, CLIENTS):
        now = _medians(address, paths)
        figures = _figures(onebox, service)
        assert figures["partenaire_connections", ""] >= before + CLIENTS / 2, "they are there"
        _wait_until(lambda: _held(onebox, service) == {}, f"{service}: no thread held by clients with {kind}")
    assert _is_no_slower(now, quiet), (now, quiet)


def _held(onebox: OneboxProcess, service: str) -> dict[str, float]:
    """Requests that are answered or wait, by lane, other than those of the machine: the demo asks for health."""
    names = {"partenaire_lane_running", "partenaire_lane_waiting"}
    return {lane: value for (name, lane), value in _figures(onebox, service).items() if name in names and value}


@promise("metrics:take-no-thread-of-the-pages")
@pytest.mark.parametrize("service", SERVICES)
def test_clients_that_do_nothing_at_the_metrics_keep_nobody_from_them(onebox: OneboxProcess, service: str) -> None:
    address = ("127.0.0.1", onebox.layout.metrics_port(service))
    quiet = _medians(address, ("/metrics",))
    with idle_clients(address, "half a header", CLIENTS):
        now = _medians(address, ("/metrics",))
    assert _is_no_slower(now, quiet), (now, quiet)
