"""A front with a small application of the test, on a port of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from servicekit.front import Front, FrontLimits, FrontOptions, Lane, LaneLimits

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LARGE = b"x" * 2_000_000
_LANES = {"/keys": Lane.AT_ONCE, "/token": Lane.MACHINES, "/wait-token": Lane.MACHINES, "/hash": Lane.COMPUTING}


class Application:
    """Answers with what it was sent; `/wait…` waits for `go`."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.entered = threading.Semaphore(0)
        self.seen: list[WSGIEnvironment] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.seen.append(environ)
        path = environ["PATH_INFO"]
        body = environ["wsgi.input"].read()
        if path.startswith(("/wait", "/hash")):
            self.entered.release()
            self.go.wait(30)
        if path == "/broken":
            raise RuntimeError("a mistake of the application")
        if path == "/split":
            start_response("200 OK", [("X-Name", "a\r\nSet-Cookie: b=c")])
            return [b""]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [LARGE if path == "/large" else body]


@contextmanager
def serving(
    application: Application,
    limits: FrontLimits | None = None,
    *,
    threads: int = 2,
    queued: int = 4,
    wait: float = 10.0,
) -> Iterator[Front]:
    """The front, running; stopped at the end, when everything must have been answered."""
    lane = LaneLimits(threads, queued, wait)
    lanes = dict.fromkeys((Lane.MACHINES, Lane.PAGES, Lane.COMPUTING), lane)
    front = Front(
        application,
        FrontOptions("127.0.0.1", 0, limits or FrontLimits(), lanes),
        lambda _method, path: _LANES.get(path, Lane.PAGES),
    )
    front.start()
    try:
        yield front
    finally:
        application.go.set()
        assert front.stop(10.0)


def said(front: Front, *parts: bytes) -> bytes:
    """What comes back for these bytes, sent one after another, until the server closes or stops talking."""
    with socket.create_connection(("127.0.0.1", front.port), timeout=5) as client:
        for part in parts:
            client.sendall(part)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def status(answer: bytes) -> int:
    """The code of the first answer; 0: there is none."""
    return int(answer[9:12]) if answer else 0
