"""Connections that do nothing hold up no call, and those that never finish a handshake are let go."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from partenaire.habpps.v1 import rights_feed_pb2 as feed
from tests.promises import promise
from tests.servicekit.rpc.serving import revision, serving, stub

ASK = feed.GetRevisionRequest()
_NUMBER = 64


def _hello() -> bytes:
    """The first words of a TLS client."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


KINDS = {
    "says nothing": b"",
    "half a handshake": _hello()[:40],
    "a handshake without a certificate": _hello(),
    "no TLS at all": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@contextmanager
def _idle(port: int, words: bytes) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        clients = []
        for _ in range(_NUMBER):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            client.sendall(words)
            clients.append(client)
        yield clients


@promise("front:nobody-who-does-nothing-holds-a-thread")
@pytest.mark.parametrize("kind", KINDS)
def test_connections_that_do_nothing_hold_up_no_call_and_are_let_go(kind: str, habpps: Path, cdap: Path) -> None:
    with (
        serving(habpps, {"GetRevision": revision}, handshake_seconds=1.0) as server,
        _idle(server.port, KINDS[kind]) as clients,
        stub(server, cdap) as client,
    ):
        began = time.monotonic()
        for _ in range(20):
            assert client.GetRevision(ASK).revision == 7
        assert time.monotonic() - began < 5.0
        for one in clients:  # the server ends each: without a limit it waits for two minutes
            with suppress(ConnectionError):
                while one.recv(65536):
                    pass
