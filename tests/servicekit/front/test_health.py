"""Health is what was last seen, four times a second; a check that hangs is a problem too."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from servicekit.health import HealthWatch
from tests.promises import promise
from tests.servicekit.rpc.serving import wait_until


def _page(health: HealthWatch) -> tuple[str, dict[str, Any]]:
    said: list[str] = []

    def start_response(status: str, _headers: Any, _error: Any = None) -> Callable[[bytes], object]:
        said.append(status)
        return said.clear  # type: ignore[return-value]

    body = b"".join(health.page({}, start_response))
    return said[0][:3], json.loads(body)


def _watch(check: Callable[[], str | None], told: list[bool], **more: frozenset[str]) -> HealthWatch:
    health = HealthWatch({"journal": check}, tell=told.append, **more)
    health.start()
    return health


@promise("front:health-says-what-is-so-now")
def test_a_problem_is_told_at_once_and_so_is_its_end() -> None:
    problem: list[str | None] = [None]
    told: list[bool] = []
    health = _watch(lambda: problem[0], told)
    wait_until(lambda: _page(health) == ("200", {"status": "ok", "problems": {}, "notes": {}}), "health")
    wait_until(lambda: told == [True], "gRPC")
    problem[0] = "audit does not answer"
    wait_until(lambda: _page(health)[1]["problems"] == {"journal": "audit does not answer"}, "the problem")
    assert _page(health)[0] == "503"
    wait_until(lambda: told == [True, False], "gRPC")
    problem[0] = None
    wait_until(lambda: _page(health)[0] == "200" and told == [True, False, True], "its end")
    health.stop()
    assert told[-1] is False
    assert _page(health)[0] == "503"


def test_who_reads_a_feed_goes_on_while_the_page_of_health_is_red() -> None:
    told: list[bool] = []
    health = _watch(lambda: "audit does not answer", told, answers_without=frozenset({"journal"}))
    wait_until(lambda: told == [True], "gRPC")
    assert _page(health)[0] == "503"
    health.stop()


def test_a_note_is_said_and_makes_nothing_red() -> None:
    told: list[bool] = []
    health = _watch(lambda: "mails failed", told, notes=frozenset({"journal"}))
    wait_until(lambda: told == [True], "gRPC")
    assert _page(health) == ("200", {"status": "ok", "problems": {}, "notes": {"journal": "mails failed"}})
    health.stop()


def test_a_check_that_fails_or_hangs_is_a_problem() -> None:
    go = threading.Event()

    def hangs() -> str | None:
        go.wait(30)
        raise RuntimeError("a mistake of the check")

    told: list[bool] = []
    health = _watch(hangs, told)
    assert _page(health)[0] == "503"
    wait_until(lambda: told == [False], "gRPC")
    go.set()
    wait_until(lambda: "RuntimeError" in _page(health)[1]["problems"].get("journal", ""), "the mistake")
    health.stop()


def test_a_teller_that_fails_is_asked_again() -> None:
    told: list[bool] = []

    def tell(serving: bool) -> None:
        told.append(serving)
        if len(told) == 1:
            raise ValueError("gRPC is not there yet")

    health = HealthWatch({"journal": lambda: None}, tell=tell)
    health.start()
    wait_until(lambda: told == [True, True], "the second attempt")
    health.stop()
    assert told[-1] is False
