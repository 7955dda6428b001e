"""An issuer that takes connections and answers nothing: nobody waits for it, and everything goes on once it answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import orjson
import pytest
from joserfc.jwk import ECKey

from servicekit.tokens import IssuerUnreachableError, JwksSource
from tests.promises import promise
from tests.servicekit.rpc.serving import wait_until

_ANSWER = orjson.dumps({"keys": [ECKey.generate_key("P-256").as_dict(private=False)]})


class HangingIssuer:
    """Accepts everybody; answers once it `answers`."""

    def __init__(self) -> None:
        self.answers = False
        self.asked = 0
        self._kept: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/jwks"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.asked += 1
                if not self.answers:
                    self._kept.append(client)
                    continue
                client.recv(65536)
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                client.sendall(head + b"Content-Length: %d\r\n\r\n" % len(_ANSWER) + _ANSWER)
                client.close()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for one in (self._listener, *self._kept):
            one.close()


@pytest.fixture
def issuer() -> Iterator[HangingIssuer]:
    issuer = HangingIssuer()
    yield issuer
    issuer.close()


def _seconds(source: JwksSource) -> float:
    """How long a refusal took."""
    began = time.monotonic()
    with pytest.raises(IssuerUnreachableError):
        source()
    return time.monotonic() - began


def _answers(source: JwksSource) -> bool:
    try:
        return source() is not None
    except IssuerUnreachableError:
        return False


@promise("front:nobody-waits-for-the-keys-of-the-issuer")
def test_requests_are_refused_at_once_while_the_issuer_hangs_and_answered_once_it_answers(
    issuer: HangingIssuer,
) -> None:
    source = JwksSource(issuer.url)
    with ThreadPoolExecutor(40) as pool:
        first = [one.result() for one in [pool.submit(_seconds, source) for _ in range(40)]]
    assert issuer.asked == 1
    assert max(first) < 1.9  # half a second of patience, together; the fetch itself has two
    assert sum(_seconds(source) for _ in range(100)) < 1.9  # none waits behind the fetch of another
    issuer.answers = True
    wait_until(lambda: _answers(source), "keys")
    assert issuer.asked <= 4
