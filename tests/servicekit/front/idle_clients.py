"""Clients that do nothing, each in its own way, against anything that speaks HTTP."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

_HEAD = b"POST /page HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"

KINDS: dict[str, bytes] = {
    "says nothing": b"",
    "half a request line": b"POST /pa",
    "half a header": b"GET /page HTTP/1.1\r\nHost: loc",
    "no end of the headers": b"GET /page HTTP/1.1\r\nHost: localhost\r\n",
    "headers and no body": _HEAD + b"Content-Length: 1000\r\n\r\n",
    "half a body": _HEAD + b"Content-Length: 1000\r\n\r\n" + b"a" * 500,
    "half a chunked body": _HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
    "a chunked body without end": _HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
    "reads nothing": b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n",
}
DRIPPING = "one byte a second"
ALL_KINDS = (*KINDS, DRIPPING)


@contextmanager
def idle_clients(address: tuple[str, int], kind: str, number: int) -> Iterator[list[socket.socket]]:
    """`number` connections that do nothing in this way, for as long as the block lasts."""
    clients: list[socket.socket] = []
    ending = threading.Event()
    dripping = threading.Thread(target=_drip, args=(clients, ending))
    try:
        for _ in range(number):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(5)
            client.connect(address)
            client.sendall(KINDS.get(kind, b""))
            clients.append(client)
        if kind == DRIPPING:
            dripping.start()
        yield clients
    finally:
        ending.set()
        if dripping.ident is not None:
            dripping.join()
        for client in clients:
            client.close()


def _drip(clients: list[socket.socket], ending: threading.Event) -> None:
    text = _HEAD + b"Content-Length: 1000\r\n\r\n" + b"a" * 1000
    for number in range(len(text)):
        for client in clients:
            with suppress(OSError):  # the server has had enough of it
                client.send(text[number : number + 1])
        if ending.wait(1.0):
            return


def times_of(address: tuple[str, int], path: str, *, number: int) -> list[float]:
    """Seconds of that many requests, one after another, each on a connection of its own.

    Raises:
        AssertionError: an answer is not 200.
    """
    times = []
    for _ in range(number):
        began = time.perf_counter()
        with socket.create_connection(address, timeout=10) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(partial(client.recv, 65536), b""))
        times.append(time.perf_counter() - began)
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise AssertionError(f"{path}: {answer[:80]!r}")
    return times


def p99_ms(times: list[float]) -> float:
    """The 99th percentile in milliseconds."""
    return 1000.0 * statistics.quantiles(times, n=100)[-1]
