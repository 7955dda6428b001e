"""A thread is taken only for a whole request; what clients may send is bounded; no lane waits behind another."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from servicekit.front import FrontLimits
from tests.promises import promise
from tests.servicekit.front.idle_clients import ALL_KINDS, idle_clients, times_of
from tests.servicekit.front.serving import Application, said, serving, status
from tests.servicekit.rpc.serving import wait_until

_POST = b"POST /page HTTP/1.1\r\nHost: localhost\r\n"
_GET = b"GET /page HTTP/1.1\r\nHost: localhost\r\n"
_IMPATIENT = FrontLimits(head_seconds=0.3, body_seconds=0.6, grace_seconds=0.3, idle_seconds=0.3)


@promise("front:nobody-who-does-nothing-holds-a-thread")
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_clients_that_do_nothing_hold_nobody_up(kind: str) -> None:
    with serving(Application(), queued=1000) as front:
        address = ("127.0.0.1", front.port)
        with idle_clients(address, kind, 64):
            for path in ("/page", "/token", "/keys"):
                assert max(times_of(address, path, number=5)) < 2.0


@promise("front:nobody-who-does-nothing-holds-a-thread")
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_clients_that_do_nothing_are_let_go(kind: str) -> None:
    with serving(Application(), _IMPATIENT) as front, idle_clients(("127.0.0.1", front.port), kind, 16):
        wait_until(lambda: len(front.connections) == 0, "the end of every idle connection")


def test_a_request_that_stops_in_the_middle_is_told_so() -> None:
    with (
        serving(Application(), _IMPATIENT) as front,
        socket.create_connection(("127.0.0.1", front.port), timeout=5) as client,
    ):
        client.sendall(_POST + b"Content-Length: 10\r\n\r\nabc")
        assert status(client.recv(65536)) == 408


def test_a_new_connection_takes_the_place_of_the_one_that_did_nothing_for_the_longest() -> None:
    with serving(Application(), FrontLimits(connections_per_address=8)) as front:
        address = ("127.0.0.1", front.port)
        with idle_clients(address, "half a header", 32) as clients:
            assert len(times_of(address, "/page", number=5)) == 5
            wait_until(lambda: len(front.connections) <= 8, "room")
            assert clients[0].recv(100)[:12] in {b"HTTP/1.1 408", b""}  # it had begun a request, or was not read yet
        assert front.connections.ended_for_room >= 24


CHUNKED = _POST + b"Transfer-Encoding: chunked\r\n\r\n"


@promise("front:bodies-are-read-as-http-says")
@pytest.mark.parametrize(
    "parts",
    [
        (CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",),
        (CHUNKED, b"3\r\nabc\r\n", b"2;x=y\r\nde\r\n0\r\nX-Late: 1\r\n\r\n"),
    ],
)
def test_a_chunked_body_is_a_body_with_a_length(parts: tuple[bytes, ...]) -> None:
    application = Application()
    with serving(application) as front:
        answer = said(front, *parts)
    assert answer.endswith(b"\r\n\r\nabcde")
    environ = application.seen[0]
    assert environ["CONTENT_LENGTH"] == "5"
    assert "HTTP_TRANSFER_ENCODING" not in environ
    assert "HTTP_X_LATE" not in environ


AMBIGUOUS = {
    "length and chunks": _POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": _POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    "two lengths": _POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "the same length twice": _POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": _POST + b"Content-Length: 3, 3\r\n\r\nabc",
    "a negative length": _POST + b"Content-Length: -3\r\n\r\nabc",
    "a length with a sign": _POST + b"Content-Length: +3\r\n\r\nabc",
    "a length that is no number": _POST + b"Content-Length: 0x3\r\n\r\nabc",
    "a length beyond every number": _POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "an unknown coding": _POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a coding that is not last": _POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": b"POST /page HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a bad chunk size": CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n",
    "no host": b"GET /page HTTP/1.1\r\n\r\n",
    "two hosts": _GET + b"Host: other\r\n\r\n",
    "a space before the colon": _GET + b"X-Name : a\r\n\r\n",
    "a folded header": _GET + b"X-Name: a\r\n b\r\n\r\n",
    "two authorizations": _GET + b"Authorization: a\r\nAuthorization: b\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@promise("front:bodies-are-read-as-http-says")
@pytest.mark.parametrize("what", AMBIGUOUS)
def test_what_two_servers_could_read_differently_is_refused(what: str) -> None:
    application = Application()
    with serving(application) as front:
        answer = said(front, AMBIGUOUS[what])
    assert status(answer) in {400, 413, 501}
    assert answer.count(b"HTTP/1.1 ") == 1
    assert application.seen == []


def test_what_is_too_large_is_refused_while_it_comes() -> None:
    limits = FrontLimits(head_bytes=4096, body_bytes=10_000)
    with serving(Application(), limits) as front:
        assert status(said(front, _GET + b"X-Long: " + b"a" * 300_000)) == 431
        assert status(said(front, _GET + b"X-Long: " + b"a" * 5_000 + b"\r\n\r\n")) == 431
        assert status(said(front, b"GET /" + b"a" * 300_000)) == 431
        assert status(said(front, _GET + b"X: 1\r\n" * 200 + b"\r\n")) == 431
        assert status(said(front, _POST + b"Content-Length: 10001\r\n\r\n")) == 413
        assert status(said(front, CHUNKED + b"2711\r\n" + b"a" * 10_001)) == 413
        assert status(said(front, _POST + b"Content-Length: 10000\r\n\r\n" + b"a" * 10_000)) == 200


def test_all_bodies_together_are_bounded() -> None:
    limits = FrontLimits(held_bytes=50_000)
    with serving(Application(), limits) as front, idle_clients(("127.0.0.1", front.port), "says nothing", 3) as clients:
        for client in clients:
            client.sendall(_POST + b"Content-Length: 40000\r\n\r\n" + b"a" * 30_000)
        wait_until(lambda: front.connections.refused == 2, "the refusal of the two that come last")
        wait_until(lambda: len(front.connections) == 1, "their end")


def test_requests_that_come_together_are_answered_in_their_order() -> None:
    posts = [_POST + b"Content-Length: 1\r\n\r\n%d" % number for number in range(9)]
    with serving(Application()) as front:
        answer = said(front, b"".join(posts))
    assert [part[-1:] for part in answer.split(b"HTTP/1.1 200 OK")[1:]] == [b"%d" % number for number in range(9)]


def test_a_client_that_asks_first_is_told_to_go_on_before_its_body() -> None:
    with serving(Application()) as front, socket.create_connection(("127.0.0.1", front.port), timeout=5) as client:
        client.sendall(_POST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc")
        assert client.recv(1000).endswith(b"abc")


def test_an_offer_of_another_protocol_is_not_taken_up() -> None:
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n"
    with serving(Application()) as front:
        assert said(front, _GET + upgrade + b"\r\n" + _GET + b"\r\n").count(b"HTTP/1.1 200 OK") == 2
        assert said(front, _POST + upgrade + b"Content-Length: 3\r\n\r\nabc" + _GET + b"\r\n").count(b" 200 OK") == 2


def test_headers_that_an_application_could_mistake_for_others_are_left_out() -> None:
    application = Application()
    with serving(application) as front:
        assert status(said(front, _GET + b"Client_Cert: forged\r\nX-Real: 1\r\n\r\n")) == 200
    assert application.seen[0]["HTTP_X_REAL"] == "1"
    assert not [key for key in application.seen[0] if "CLIENT" in key]


def test_a_large_answer_arrives_whole_and_a_head_has_none() -> None:
    with serving(Application()) as front:
        assert len(said(front, b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) > 2_000_000
        answer = said(front, b"HEAD /large HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"Content-Length: 2000000\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("path", ["/broken", "/split"])
def test_a_mistake_of_the_application_is_an_answer_with_a_reference(path: str) -> None:
    with serving(Application()) as front:
        answer = said(front, b"GET %s HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n" % path.encode())
        assert status(answer) == 500
        assert b"X-Request-Id: " in answer
        assert b"Set-Cookie" not in answer
        assert status(said(front, _GET + b"\r\n")) == 200


@promise("front:no-lane-waits-behind-another")
@pytest.mark.parametrize(
    ("slow", "quick"),
    [
        ("/wait", ("/token", "/keys")),
        ("/wait-token", ("/page", "/keys")),
        ("/hash", ("/page", "/token", "/keys")),
    ],
)
def test_a_full_lane_holds_up_no_other_and_refuses_what_it_cannot_queue(slow: str, quick: tuple[str, ...]) -> None:
    application = Application()
    asked = b"POST %s HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nContent-Length: 0\r\n\r\n" % slow.encode()
    with serving(application) as front, ThreadPoolExecutor(12) as pool:
        waiting = [pool.submit(said, front, asked) for _ in range(2)]
        assert application.entered.acquire(timeout=10)
        assert application.entered.acquire(timeout=10)
        waiting += [pool.submit(said, front, asked) for _ in range(10)]
        wait_until(lambda: sum(one.done() for one in waiting) == 6, "the refusal of those without room")
        refused = [one.result() for one in waiting if one.done()]
        assert {status(answer) for answer in refused} == {503}
        assert all(b"\r\nRetry-After: 2\r\n" in answer and "Référence".encode() in answer for answer in refused)
        for path in quick:
            assert max(times_of(("127.0.0.1", front.port), path, number=10)) < 2.0
        application.go.set()
        assert [status(one.result(10)) for one in waiting].count(200) == 6


def test_a_request_that_waited_too_long_is_refused_instead_of_answered_late() -> None:
    application = Application()
    with serving(application, threads=1, wait=0.2) as front, ThreadPoolExecutor(2) as pool:
        first = pool.submit(said, front, b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        assert application.entered.acquire(timeout=10)
        second = pool.submit(said, front, _GET + b"\r\n")
        wait_until(lambda: len(front.connections) == 2, "both")
        assert not application.go.wait(0.5)
        application.go.set()
        assert status(first.result(10)) == 200
        assert status(second.result(10)) == 503


def test_what_is_under_way_is_answered_before_the_end() -> None:
    application = Application()
    with ThreadPoolExecutor(1) as pool:
        with serving(application) as front:
            answer = pool.submit(said, front, b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
            assert application.entered.acquire(timeout=10)
        assert status(answer.result(10)) == 200
        with pytest.raises(ConnectionRefusedError):
            said(front, _GET + b"\r\n")
