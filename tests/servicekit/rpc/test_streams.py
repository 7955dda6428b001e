"""Streams: their threads are counted apart, and they end when the caller goes or the server stops."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from partenaire.habpps.v1 import rights_feed_pb2 as feed
from servicekit.errors import TooManyRequestsError
from servicekit.rpc import current_call, remote_errors
from tests.servicekit.rpc.serving import PATIENCE_S, revision, serving, stub, wait_until


class Watching:
    """A stream that says one thing and then waits to be ended."""

    def __init__(self) -> None:
        self.open = 0
        self.ended = threading.Event()

    def __call__(self, _request: Any, _context: grpc.ServicerContext) -> Iterator[Any]:
        call = current_call()
        self.open += 1
        try:
            yield feed.WatchResponse(revision=1)
            call.ending.wait()
        finally:
            self.open -= 1
            self.ended.set()


def test_a_stream_ends_when_its_reader_goes(habpps: Path, cdap: Path) -> None:
    watch = Watching()
    with serving(habpps, {"Watch": watch}) as server, stub(server, cdap) as client:
        stream = client.Watch(feed.WatchRequest())
        assert next(stream).revision == 1
        stream.cancel()
        assert watch.ended.wait(PATIENCE_S)


def test_a_stream_ends_cleanly_when_the_server_drains(habpps: Path, cdap: Path) -> None:
    watch = Watching()
    with serving(habpps, {"Watch": watch}) as server, stub(server, cdap) as client:
        stream = client.Watch(feed.WatchRequest())
        next(stream)
        assert server.drain(pause_s=0)
        with remote_errors():
            assert list(stream) == []


def test_a_stream_too_many_is_refused_and_unary_calls_still_work(habpps: Path, cdap: Path) -> None:
    watch = Watching()
    handlers: dict[str, Any] = {"Watch": watch, "GetRevision": revision}
    with serving(habpps, handlers, threads=1, stream_threads=2) as server, stub(server, cdap) as client:
        streams = [client.Watch(feed.WatchRequest()) for _ in range(2)]
        assert [next(stream).revision for stream in streams] == [1, 1]
        with pytest.raises(TooManyRequestsError) as caught, remote_errors():
            next(client.Watch(feed.WatchRequest()))
        assert caught.value.reason == "TOO_MANY_STREAMS"
        assert client.GetRevision(feed.GetRevisionRequest()).revision == 7
        streams[0].cancel()
        wait_until(lambda: watch.open == 1, "the end of a stream")
        again = client.Watch(feed.WatchRequest())
        with remote_errors():
            assert next(again).revision == 1


def test_more_unary_calls_than_the_server_accepts_are_refused_not_queued(habpps: Path, cdap: Path) -> None:
    release = threading.Event()

    def slow(request: Any, context: grpc.ServicerContext) -> Any:
        release.wait(PATIENCE_S)
        return revision(request, context)

    with serving(habpps, {"GetRevision": slow}, threads=1, stream_threads=0) as server, stub(server, cdap) as client:
        calls = [client.GetRevision.future(feed.GetRevisionRequest(), timeout=PATIENCE_S) for _ in range(9)]
        wait_until(lambda: sum(call.done() for call in calls) >= 5, "the calls that are refused")
        release.set()
        outcomes = [_outcome(call) for call in calls]
    assert set(outcomes) == {"answered", "REMOTE_RESOURCE_EXHAUSTED"}
    assert outcomes.count("answered") >= 2


def _outcome(call: Any) -> str:
    try:
        with remote_errors():
            call.result()
    except TooManyRequestsError as error:
        return error.reason
    return "answered"
