"""Connections over http(s) end with whoever asked for them, without a word from them."""

import gc
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from joserfc.jwk import ECKey

from servicekit.issuer_keys import JwksSource
from servicekit.outgoing import client_of
from servicekit.web.oidc.provider import OidcLoginSettings, Provider
from tests.servicekit.fakes import FixedClock

PATIENCE_S = 20.0
PUBLIC_KEY = ECKey.generate_key("P-256").as_dict(private=False, kid="k")
METADATA = "/.well-known/openid-configuration"


@dataclass
class KeepingServer:
    """Answers each request with the same keys and keeps the connection; counts those that came and that ended."""

    listener: socket.socket
    came: int = 0
    ended: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.came += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        body = json.dumps({"keys": [PUBLIC_KEY]}).encode()
        with connection:
            while connection.recv(65536):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        self.ended.release()


class Owner:
    """Somebody who asks for a client."""

    def __init__(self, url: str) -> None:
        self.client = client_of(self, httpx.Timeout(PATIENCE_S))
        self.client.get(url)


class OwnerOfItself(Owner):
    """In a cycle: only the collector frees it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.itself = self


def _keys_of_an_issuer(url: str) -> JwksSource:
    source = JwksSource(url)
    source()
    return source


def _login_at_an_issuer(url: str) -> Provider:
    settings = OidcLoginSettings(
        issuer=url, client_id="c", client_secret="s", resource=url, scope="openid", public_url=url
    )
    provider = Provider(settings, FixedClock())
    provider._http.get(url + METADATA)
    return provider


@pytest.fixture
def server() -> Iterator[KeepingServer]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = KeepingServer(listener)
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE_S)


@pytest.mark.parametrize("owner", [Owner, OwnerOfItself, _keys_of_an_issuer, _login_at_an_issuer])
def test_a_connection_ends_with_the_one_who_asked_for_it(owner: Callable[[str], object], server: KeepingServer) -> None:
    owned = owner(server.url)
    assert server.came == 1
    assert not server.ended.acquire(blocking=False), "it is kept for the next request"
    del owned
    gc.collect()
    assert server.ended.acquire(timeout=PATIENCE_S)
