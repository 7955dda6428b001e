"""Builds the tiny service. Its files tell the tests what happens: `events.log` in the data folder."""

import gc
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc

from partenaire.habpps.v1 import rights_feed_pb2 as feed
from partenaire.habpps.v1 import rights_feed_pb2_grpc as feed_grpc
from servicekit.errors import StartError
from servicekit.front import Front
from servicekit.process import Parts, Process
from servicekit.rpc import CallerPolicy, ServerOptions, current_call, open_server
from tests.servicekit.core.tiny_service import TinySettings
from tests.servicekit.rpc.serving import METHODS, NAME, feed_of_the_test


class Diary:
    """Lines of a file, written at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def write(self, line: str) -> None:
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


class DiaryBackground:
    """A background that only notes when it starts and stops."""

    def __init__(self, name: str, diary: Diary, ready: Callable[[], bool]) -> None:
        self.name = name
        self._diary = diary
        self._ready = ready

    def start(self) -> None:
        self._diary.write(f"start {self.name}")

    def stop(self) -> None:
        self._diary.write(f"stop {self.name}")

    def problem(self) -> str | None:
        return None if self._ready() else "the file `ready` is missing"


class TinyHandlers:
    """Handlers; `slow` waits for the file `release`, so that a test has a call in flight."""

    def __init__(self, directory: Path, diary: Diary) -> None:
        self._directory = directory
        self._diary = diary

    def quick(self, _request: Any, _context: grpc.ServicerContext) -> Any:
        return feed.GetRevisionResponse(revision=1)

    def slow(self, _request: Any, _context: grpc.ServicerContext) -> Any:
        self._diary.write("in flight")
        wait_for_file(self._directory / "release")
        return feed.AcknowledgeResponse()

    def stream(self, _request: Any, _context: grpc.ServicerContext) -> Iterator[Any]:
        yield feed.WatchResponse(revision=1)
        current_call().ending.wait()

    def page(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self._diary.write(f"page {environ['PATH_INFO']}")
        if environ["PATH_INFO"] == "/slow":
            wait_for_file(self._directory / "release")
        if environ["PATH_INFO"] == "/break-the-front":
            for one in gc.get_objects():
                if type(one) is Front:
                    one._epoll.close()  # whatever its leading thread does next fails
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"bonjour"]


def build(settings: TinySettings, parts: Parts) -> Process:
    """The process, as the mode asks."""
    directory = settings.data_directory
    diary = Diary(directory / "events.log")
    diary.write(f"build in {os.getpid()}")
    if settings.mode == "broken-start":
        raise StartError("The tiny service does not want to start.")
    if settings.mode == "slow-start":
        wait_for_file(directory / "go-on")
    tiny = TinyHandlers(directory, diary)
    servicer = feed_of_the_test({"GetRevision": tiny.quick, "Acknowledge": tiny.slow, "Watch": tiny.stream})
    callers = CallerPolicy({f"/{NAME}/{method}": frozenset({"caller"}) for method in METHODS})
    services = [(feed_grpc.add_RightsFeedServicer_to_server, servicer, NAME)]
    waits = settings.mode in {"not-ready", "answers-anyway"}
    ready = (directory / "ready").exists if waits else lambda: True
    return Process(
        web=tiny.page if parts.web else None,
        rpc=open_server(ServerOptions.of(settings), services=services, callers=callers) if parts.rpc else None,
        background=(DiaryBackground("first", diary, ready), DiaryBackground("second", diary, lambda: True)),
        close=lambda: diary.write("close"),
        answers_without=frozenset({"first"} if settings.mode == "answers-anyway" else set()),
    )


def wait_for_file(path: Path) -> None:
    """Wait until a test makes this file."""
    pause = threading.Event()
    while not path.exists():
        pause.wait(0.02)
