"""Every call has a deadline, it travels, and nobody starts what cannot be finished."""

import threading
import time
from pathlib import Path
from typing import Any

import grpc
import pytest

from partenaire.habpps.v1 import rights_feed_pb2 as feed
from servicekit.errors import DependencyUnavailableError
from servicekit.rpc import CallerPolicy, current_call, remote_errors
from servicekit.rpc.errors import DeadlineTooShortError
from servicekit.rpc.steps import Incoming, keep_deadline
from tests.servicekit.rpc.serving import revision, serving, stub

ASK = feed.GetRevisionRequest()


class ContextWithTime:
    """As much of a context as the deadline step looks at."""

    def __init__(self, remaining: float | None) -> None:
        self._remaining = remaining

    def time_remaining(self) -> float | None:
        return self._remaining


def _incoming(remaining: float | None) -> Incoming:
    context: Any = ContextWithTime(remaining)
    return Incoming(
        method="/x/Y", context=context, environment="test", policy=CallerPolicy({}), ending=threading.Event()
    )


def test_less_than_100_ms_is_refused_before_any_work() -> None:
    with pytest.raises(DeadlineTooShortError):
        keep_deadline(_incoming(0.099))


def test_the_server_keeps_20_ms_for_the_way_back() -> None:
    incoming = _incoming(0.5)
    keep_deadline(incoming)
    assert incoming.deadline is not None
    assert incoming.deadline - time.monotonic() <= 0.48


def test_a_caller_that_sets_no_limit_has_none() -> None:
    incoming = _incoming(None)
    keep_deadline(incoming)
    assert incoming.deadline is None


def test_a_call_that_comes_too_late_never_reaches_its_handler(habpps: Path, cdap: Path) -> None:
    reached = []

    def handler(request: Any, context: grpc.ServicerContext) -> Any:
        reached.append(request)
        return revision(request, context)

    with serving(habpps, {"GetRevision": handler}) as server, stub(server, cdap) as client:
        client.GetRevision(ASK)  # connects
        with pytest.raises(DependencyUnavailableError) as caught, remote_errors():
            client.GetRevision(ASK, timeout=0.08)
    assert len(reached) == 1
    assert caught.value.reason in {"DEADLINE_TOO_SHORT", "REMOTE_DEADLINE_EXCEEDED"}


def test_a_call_without_a_time_limit_gets_the_one_of_its_channel(habpps: Path, cdap: Path) -> None:
    left: list[float] = []

    def handler(request: Any, context: grpc.ServicerContext) -> Any:
        left.append(current_call().remaining() or 0.0)
        return revision(request, context)

    with serving(habpps, {"GetRevision": handler}) as server, stub(server, cdap) as client:
        client.GetRevision(ASK)
        client.GetRevision(ASK, timeout=60)
    assert 0 < left[0] <= 2.02
    assert 30 < left[1] <= 61  # the wire rounds a time limit up by a hundredth at most


def test_a_slow_answer_ends_at_the_deadline(habpps: Path, cdap: Path) -> None:
    def handler(request: Any, context: grpc.ServicerContext) -> Any:
        gone = threading.Event()
        context.add_callback(gone.set)
        gone.wait(10)
        return revision(request, context)

    with (
        serving(habpps, {"GetRevision": handler}) as server,
        stub(server, cdap) as client,
        pytest.raises(DependencyUnavailableError) as caught,
        remote_errors(),
    ):
        client.GetRevision(ASK, timeout=0.3)
    assert caught.value.reason == "REMOTE_DEADLINE_EXCEEDED"


def test_a_call_made_while_answering_has_no_more_time_than_is_left(habpps: Path, cdap: Path) -> None:
    left: list[float] = []

    def inner(request: Any, context: grpc.ServicerContext) -> Any:
        left.append(current_call().remaining() or 0.0)
        return revision(request, context)

    with serving(habpps, {"GetRevision": inner}) as behind, stub(behind, cdap) as to_behind:

        def outer(_request: Any, _context: grpc.ServicerContext) -> Any:
            return to_behind.GetRevision(ASK, timeout=60)

        with serving(habpps, {"GetRevision": outer}) as front, stub(front, cdap) as client:
            client.GetRevision(ASK, timeout=1.5)
    assert 0 < left[0] <= 1.52
