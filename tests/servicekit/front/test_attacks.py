"""What an attacker sends, what a careless application answers, and what becomes of the front itself."""

from __future__ import annotations

import errno
import select
import socket
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from servicekit.front import Front, FrontLimits, FrontOptions, Lane
from servicekit.front.connections import Connections
from servicekit.front.listening import Entrance
from tests.promises import promise
from tests.servicekit.front.serving import Application, said, serving, status
from tests.servicekit.rpc.serving import wait_until

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_GET = b"GET /page HTTP/1.1\r\nHost: localhost\r\n"
_POST = b"POST /page HTTP/1.1\r\nHost: localhost\r\n"
_CHUNKED = _POST + b"Transfer-Encoding: chunked\r\n\r\n"


def _target(target: bytes, method: bytes = b"GET") -> bytes:
    return method + b" " + target + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"


def _host(host: bytes) -> bytes:
    return b"GET /page HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"


REFUSED = {
    "another server in the target": _target(b"http://other/page"),
    "a user in the target": _target(b"http://a@localhost/page"),
    "another scheme": _target(b"ftp://localhost/page"),
    "a tunnel": _target(b"localhost:80", b"CONNECT"),
    "an authority as target": _target(b"localhost:80"),
    "a star that is not for OPTIONS": _target(b"*"),
    "a fragment": _target(b"/page#part"),
    "a NUL in the path": _target(b"/a\x00b"),
    "an encoded NUL in the path": _target(b"/a%00b"),
    "an encoded line feed in the path": _target(b"/a%0ab"),
    "an encoded DEL in the path": _target(b"/a%7fb"),
    "a tab in the path": _target(b"/a\tb"),
    "bytes that are not ASCII in the path": _target(b"/\xe9"),
    "bare line feeds": b"GET /page HTTP/1.1\nHost: localhost\n\n",
    "a bare carriage return in a value": _GET + b"X: a\rb\r\n\r\n",
    "a NUL in a value": _GET + b"X: a\x00b\r\n\r\n",
    "a NUL in a name": _GET + b"X\x00: a\r\n\r\n",
    "a space in a name": _GET + b"X Y: a\r\n\r\n",
    "a first header that is folded": b"GET /page HTTP/1.1\r\n Host: a\r\nHost: b\r\n\r\n",
    "two names in Host": _host(b"a,b"),
    "a path in Host": _host(b"a/b"),
    "a user in Host": _host(b"a@b"),
    "a port that is none": _host(b"a:b"),
    "no version": b"GET /page\r\n\r\n",
    "version 2": b"GET /page HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "version 1.2": b"GET /page HTTP/1.2\r\nHost: localhost\r\n\r\n",
    "a method in small letters": b"get /page HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a coding behind a vertical tab": _POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "two codings": _POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an empty coding": _POST + b"Transfer-Encoding: \r\nContent-Length: 3\r\n\r\nabc",
    "an empty length": _POST + b"Content-Length: \r\n\r\n",
    "a length with a space": _POST + b"Content-Length: 1 1\r\n\r\nabcdefghijk",
    "a bare line feed behind a chunk size": _CHUNKED + b"3\nabc\r\n0\r\n\r\n",
    "a bare line feed behind a chunk": _CHUNKED + b"3\r\nabc\n0\r\n\r\n",
    "a bare line feed in a chunk extension": _CHUNKED + b"3;a\nb\r\nabc\r\n0\r\n\r\n",
    "a negative chunk": _CHUNKED + b"-3\r\nabc\r\n0\r\n\r\n",
    "a chunk size with 0x": _CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n",
    "a chunk beyond every number": _CHUNKED + b"ffffffffffffffffff\r\nabc\r\n0\r\n\r\n",
    "a length among the trailers": _CHUNKED + b"0\r\nContent-Length: 9\r\n\r\n",
    "an expectation nobody knows": _GET + b"Expect: something\r\n\r\n",
}


@promise("front:bodies-are-read-as-http-says")
@pytest.mark.parametrize("what", REFUSED)
def test_what_another_server_could_read_differently_never_reaches_the_application(what: str) -> None:
    application = Application()
    with serving(application) as front:
        answer = said(front, REFUSED[what] + _GET + b"\r\n")
    assert status(answer) in {400, 417, 505}
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in answer
    assert application.seen == []


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/a%2Fb", "/a/b", ""),
        (b"//a/../b", "//a/../b", ""),
        (b"/%C3%A9t%C3%A9?q=%C3%A9", "/Ã©tÃ©", "q=%C3%A9"),
        (b"/%ff", "/\xff", ""),
        (b"/%zz%", "/%zz%", ""),
        (b"http://LOCALHOST/page?q", "/page", "q"),
        (b"http://localhost?x=/y", "/", "x=/y"),
    ],
)
def test_a_path_is_decoded_as_wsgi_wants_it(target: bytes, path: str, query: str) -> None:
    application = Application()
    with serving(application) as front:
        assert status(said(front, _target(target))) == 200
    environ = application.seen[0]
    assert (environ["PATH_INFO"], environ["QUERY_STRING"], environ["SCRIPT_NAME"]) == (path, query, "")
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert environ["SERVER_PROTOCOL"] == "HTTP/1.1"


def test_http_1_0_is_answered_once_and_its_body_ends_with_its_length() -> None:
    application = Application()
    with serving(application) as front:
        old = b"POST /page HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc"
        answer = said(front, old + _GET + b"\r\n")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in answer
    assert application.seen[0]["SERVER_PROTOCOL"] == "HTTP/1.0"


def test_a_client_that_asks_first_behind_another_request_is_told_to_go_on() -> None:
    with serving(Application()) as front, socket.create_connection(("127.0.0.1", front.port), timeout=5) as client:
        client.sendall(_GET + b"\r\n" + _POST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        answer = b""
        while not answer.endswith(b"100 Continue\r\n\r\n"):
            answer += client.recv(1000) or pytest.fail("closed")
        client.sendall(b"abc")
        assert client.recv(1000).endswith(b"abc")


class Careless:
    """An application that answers as it is told; `closed`: its iterables were."""

    def __init__(
        self, status: str, headers: list[tuple[str, str]], body: Iterable[bytes] | type[BaseException]
    ) -> None:
        self.status, self.headers, self.body = status, headers, body
        self.closed = 0

    def __call__(self, _environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response(self.status, self.headers)
        return self

    def __iter__(self) -> Iterator[bytes]:
        if isinstance(self.body, type):
            yield b"half"
            raise self.body
        yield from self.body

    def close(self) -> None:
        self.closed += 1


def _answers(application: Any, asked: bytes = _GET + b"\r\n") -> bytes:
    front = Front(application, FrontOptions("127.0.0.1", 0))
    front.start()
    try:
        return said(front, asked)
    finally:
        assert front.stop(10.0)


@pytest.mark.parametrize(
    ("headers", "gone"),
    [
        ([("Content-Length", "99")], b"99"),
        ([("Content-Length", "1")], b"Length: 1\r\n"),
        ([("Transfer-Encoding", "chunked")], b"chunked"),
        ([("Connection", "upgrade"), ("Upgrade", "h2c")], b"h2c"),
    ],
)
def test_where_an_answer_ends_is_said_by_the_server_alone(headers: list[tuple[str, str]], gone: bytes) -> None:
    application = Careless("200 OK", headers, [b"a", b"", b"bc"])
    answer = _answers(application)
    assert b"Content-Length: 3\r\n" in answer
    assert gone not in answer
    assert answer.endswith(b"\r\n\r\nabc")
    assert application.closed == 1


@pytest.mark.parametrize("code", ["204 No Content", "304 Not Modified"])
def test_an_answer_without_body_has_none(code: str) -> None:
    answer = _answers(Careless(code, [("Content-Length", "3")], [b"abc"]))
    assert answer.endswith(b"\r\n\r\n")
    assert b"Content-Length" not in answer


@pytest.mark.parametrize("error", [RuntimeError, SystemExit, KeyboardInterrupt, MemoryError])
def test_whatever_an_application_raises_half_way_is_one_whole_answer_and_ends_no_thread(
    error: type[BaseException],
) -> None:
    application = Careless("200 OK", [], error)
    answer = _answers(application, (_GET + b"\r\n") * 20)
    assert answer.count(b"HTTP/1.1 500 ") == 20
    assert b"half" not in answer
    assert application.closed == 20


@promise("front:an-answer-is-one-answer")
@pytest.mark.parametrize(
    ("code", "headers"),
    [
        ("200 OK\r\nX: y", []),
        ("100 Continue", []),
        ("OK", []),
        ("200 OK", [("X", "a\nb")]),
        ("200 OK", [("X", "a\rb")]),
        ("200 OK", [("X", "a\0b")]),
        ("200 OK", [("X: y\r\nZ", "a")]),
        ("200 OK", [("", "a")]),
        ("200 OK", [("X Y", "a")]),
        ("200 OK", [("X", "€")]),
    ],
)
def test_nothing_an_application_puts_into_a_header_splits_an_answer(code: str, headers: list[tuple[str, str]]) -> None:
    answer = _answers(Careless(code, headers, [b"abc"]))
    assert status(answer) == 500
    assert b"abc" not in answer


class _FullListener:
    """A listener of a process without a descriptor left."""

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner
        self.asked = 0

    def fileno(self) -> int:
        return self._inner.fileno()

    def accept(self) -> Any:
        self.asked += 1
        raise OSError(errno.EMFILE, "Too many open files")


def test_without_a_descriptor_the_front_waits_instead_of_asking_without_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as real, select.epoll() as epoll, socket.socket() as client:
        full: Any = _FullListener(real)
        entrance = Entrance(full, epoll, Connections(FrontLimits()), FrontLimits())
        entrance.open()
        client.connect(real.getsockname())
        for looks in (1, 2):
            assert epoll.poll(5)
            entrance.accept()
            assert epoll.poll(0) == []  # though somebody stands before the door
            assert full.asked == looks
            entrance.look_again()


@promise("front:a-dead-front-is-told")
def test_a_front_whose_leading_thread_dies_says_so_and_ends() -> None:
    told = threading.Event()
    front = Front(Application(), FrontOptions("127.0.0.1", 0), on_failure=told.set)
    front.start()
    assert status(said(front, _GET + b"\r\n")) == 200
    assert front.problem() is None
    front._epoll.close()  # whatever the leading thread does next fails
    with socket.create_connection(("127.0.0.1", front.port)):
        front._wake()
        assert told.wait(10)
    assert "ended" in str(front.problem())
    front.stop(0.1)


def test_a_mistake_in_choosing_a_lane_holds_nobody_up() -> None:
    def lane_of(_method: str, path: str) -> Lane:
        raise KeyError(path)

    front = Front(Application(), FrontOptions("127.0.0.1", 0), lane_of)
    front.start()
    assert said(front, (_GET + b"\r\n") * 3).count(b" 200 OK") == 3
    assert front.stop(10.0)


def test_a_request_answered_at_once_that_waits_all_the_same_loses_the_lead() -> None:
    go, entered = threading.Event(), threading.Event()

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/at-once":
            entered.set()
            go.wait(30)
        start_response("200 OK", [])
        return [b""]

    front = Front(
        application, FrontOptions("127.0.0.1", 0), lambda _m, path: Lane.AT_ONCE if "once" in path else Lane.PAGES
    )
    front.start()
    with socket.create_connection(("127.0.0.1", front.port), timeout=10) as client:
        client.sendall(_target(b"/at-once"))
        assert entered.wait(10)
        assert status(said(front, _GET + b"\r\n")) == 200
        go.set()
        assert status(client.recv(1000)) == 200
    wait_until(lambda: len(front.connections) == 0, "its end")
    assert front.stop(10.0)
