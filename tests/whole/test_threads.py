"""A mistake in any thread of any service: health and metrics tell it, nothing else stops, and it works again.

The threads are those that the real bootstraps start: one that is new and in none of these tests makes one fail.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from servicekit.background import Repeating
from tests.architecture.tree import ROOT
from tests.promises import promise
from tests.whole.house import SERVICES, Whole, wait_until

COVERED = {
    r"door-\d+|front-sweeper": "servicekit/core/test_processes.py::test_a_process_whose_web_front_dies_ends_with_1",
    r"health-look": "servicekit/front/test_health.py::test_a_check_that_fails_or_hangs_is_a_problem",
    r"health-tell": "servicekit/front/test_health.py::test_a_teller_that_fails_is_asked_again",
    r"database-writer": "servicekit/database/test_sqlite.py::test_one_that_fails_takes_nothing_of_the_others_with_it",
    r"(rpc|stream|health)_\d+": "servicekit/rpc/test_errors.py::"
    "test_what_nobody_foresaw_leaves_as_a_fixed_text_and_is_logged_under_its_id",
    r"logout-call_\d+": "whole/test_threads.py::test_a_lane_of_logout_notices_that_fails_is_told_by_their_thread",
}
"""Threads that do not repeat a task, and the test that says what a mistake in them does."""
LIBRARIES = r"Thread-\d+ \((_serve|_run|channel_spin|_watch_connectivity|_deliver|_consume\w*)\)"
"""gRPC's own."""
OTHERS = ("outbox-relay", "sequencer")
"""Not repeating either; planted below."""


def _planted(*_arguments: object) -> Any:
    raise ValueError("planted: Anne Leroy")


class Broken:
    """Whatever is asked of it is a mistake."""

    def __getattr__(self, _name: str) -> Callable[..., Any]:
        return _planted


@contextmanager
def replaced(owner: Any, name: str, by: object) -> Iterator[None]:
    """An attribute of a running object, given back at the end."""
    before = getattr(owner, name)
    setattr(owner, name, by)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _bad(whole: Whole) -> set[str]:
    return set(whole.running.health.problems())


@promise("product:no-thread-ends-unseen")
@pytest.mark.parametrize("service", SERVICES)
def test_each_thread_that_a_service_starts_is_in_these_tests(house: dict[str, Whole], service: str) -> None:
    whole = house[service]
    known = {task.name for task in whole.process.tasks()} | set(OTHERS)
    patterns = re.compile("|".join([*COVERED, LIBRARIES]))
    assert {name for name in whole.threads - known if not patterns.fullmatch(name)} == set()
    background = {one.name for one in whole.process.background}
    inner = {one.name for one in whole.process.background if getattr(one, "tasks", ())}
    assert background - inner <= known


@pytest.mark.parametrize("covered", COVERED.values())
def test_the_tests_that_are_named_exist(covered: str) -> None:
    path, name = covered.split("::")
    assert f"def {name}(" in (ROOT / "tests" / path).read_text()


@promise("product:no-thread-ends-unseen")
@pytest.mark.parametrize("service", SERVICES)
def test_a_mistake_in_a_repeating_thread_is_told_stops_no_other_and_ends(house: dict[str, Whole], service: str) -> None:
    whole = house[service]
    tasks = list(whole.process.tasks())
    assert tasks
    for task in tasks:
        _break_and_mend(whole, task, [one for one in tasks if one is not task])


def _break_and_mend(whole: Whole, task: Repeating, others: list[Repeating]) -> None:
    before = _bad(whole)
    with replaced(task, "_task", _planted):
        _wake_until(whole, task, lambda: task.problem() is not None)
        assert whole.figure("partenaire_task_problem", task=task.name) == 1.0
        wait_until(lambda: _bad(whole) - before, f"health of {whole.service} without {task.name}")
        found = whole.running.health.problems()
        told = {found[name] for name in found.keys() - before}
        assert any(task.name in sentence for sentence in told), told
        assert "Leroy" not in str(told) + whole.exposition()
        _others_go_on(whole, others)
    _wake_until(whole, task, lambda: task.problem() is None)
    assert whole.figure("partenaire_task_problem", task=task.name) == 0.0
    wait_until(lambda: _bad(whole) <= before, f"health of {whole.service} with {task.name} again")


def _wake_until(whole: Whole, task: Repeating, seen: Callable[[], bool]) -> None:
    """Also one that is in the middle of a stream, which ends for it."""
    streams = [one for one in whole.process.background if task in getattr(one, "tasks", ())]

    def round_comes() -> bool:
        for one in streams:
            if task.name.endswith("-follow") and one._subscription is not None:  # type: ignore[attr-defined]
                one._subscription.cancel()  # type: ignore[attr-defined]
        task.wake()
        return seen()

    wait_until(round_comes, f"{task.name}: {task.watched}")


def _others_go_on(whole: Whole, others: list[Repeating]) -> None:
    for one in others:
        rounds = one.watched.rounds
        _wake_until(whole, one, lambda one=one, rounds=rounds: one.watched.rounds > rounds)  # type: ignore[misc]
        assert one.problem() is None


@promise("product:no-thread-ends-unseen")
@pytest.mark.parametrize("service", ["auth", "habpps", "cdap"])
def test_a_mistake_in_the_delivery_of_events_is_told_stops_no_other_and_ends(
    house: dict[str, Whole], service: str
) -> None:
    whole = house[service]
    relay = whole.background("outbox-relay")
    with replaced(relay, "_sink", Broken()):
        wait_until(lambda: "outbox-relay" in _bad(whole), "the relay in health")
        assert whole.figure("partenaire_health_problem", check="outbox-relay") == 1.0
        assert "ValueError" in whole.running.health.problems()["outbox-relay"]
        assert relay._thread.is_alive()
        _others_go_on(whole, list(whole.process.tasks()))
    wait_until(lambda: "outbox-relay" not in _bad(whole), "the relay well again")


@promise("product:no-thread-ends-unseen")
def test_a_lane_of_logout_notices_that_fails_is_told_by_their_thread(house: dict[str, Whole]) -> None:
    whole = house["auth"]
    task = whole.background("logout-notices")

    class Failing:
        def begin(self, pool: Any) -> list[Any]:
            return [pool.submit(_planted)]

    with replaced(task, "_tell_clients", Failing()):
        _wake_until(whole, task, lambda: task.problem() is not None)
        assert whole.figure("partenaire_task_problem", task=task.name) == 1.0
    _wake_until(whole, task, lambda: task.problem() is None)
