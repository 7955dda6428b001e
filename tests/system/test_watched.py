"""What an operator sees of the running demo: each process on its core, metrics that name nobody."""

from __future__ import annotations

import os
import urllib.request
from pathlib import Path

import pytest

from onebox.cast import everybody
from onebox.demonstration import client_secrets
from onebox.layout import SERVICES
from servicekit.cores import usable_cores
from tests.promises import promise
from tests.system.onebox_process import OneboxProcess

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

COMPANIONS = 4
"""The inbox and three extranets, forked from one parent that serves nobody."""


def _threads(pid: int) -> set[frozenset[int]]:
    """Where the threads of a process may run."""
    return {frozenset(os.sched_getaffinity(int(one.name))) for one in Path(f"/proc/{pid}/task").iterdir()}


@pytest.mark.skipif(usable_cores() < 2, reason="there is one core only")
@promise("worker:stays-on-the-least-taken-core")
def test_each_process_of_the_demo_stays_on_one_core_and_none_is_crowded(onebox: OneboxProcess) -> None:
    parent = onebox.child_pid("onebox.companions")
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    assert len(children) == COMPANIONS
    kept = [_one_core(_threads(pid)) for pid in (*(onebox.child_pid(one) for one in SERVICES), *map(int, children))]
    counts = [kept.count(core) for core in os.sched_getaffinity(0)]
    assert max(counts) - min(counts) <= 2, "the companions may come before a service that takes its core by name"
    assert len(_threads(parent).pop()) > 1, "it only waits for them"


def _one_core(places: set[frozenset[int]]) -> int:
    """The core of the worker. Threads that hash passwords leave it: every other thread stays."""
    (core,) = min(places, key=len)
    assert places <= {frozenset({core}), frozenset(os.sched_getaffinity(0))}
    return core


@promise("metrics:labels-hold-nothing-that-somebody-sent")
@pytest.mark.parametrize("service", SERVICES)
def test_the_metrics_of_the_demo_name_nobody_and_hold_no_secret(onebox: OneboxProcess, service: str) -> None:
    url = f"http://127.0.0.1:{onebox.layout.metrics_port(service)}/metrics"
    with urllib.request.urlopen(url, timeout=30) as answer:
        text = answer.read().decode()
    words = {word for one in everybody() for word in (one.username, one.password, one.email, one.family_name)}
    assert "partenaire_health_problem" in text
    assert [word for word in words | set(client_secrets(onebox.layout).values()) if word in text] == []
