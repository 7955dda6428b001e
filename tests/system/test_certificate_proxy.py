"""The proxy that asks clients for certificates: what it hands on to auth is its own word, and nobody else's."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.system.apache.server import apache
from tests.system.onebox_process import free_first_port
from tests.system.openid_client.clients import issue_certificates

pytestmark = [pytest.mark.system, pytest.mark.timeout(60)]


class _Upstream(BaseHTTPRequestHandler):
    """Answers with the headers that arrived."""

    def do_GET(self) -> None:
        body = json.dumps(self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Silent."""


@pytest.fixture
def door(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of the proxy, and the folder of the certificates."""
    tls, port = issue_certificates(tmp_path / "tls").folder, free_first_port()
    with ExitStack() as stack:
        upstream = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), _Upstream))
        thread = threading.Thread(target=upstream.serve_forever)
        thread.start()
        stack.callback(thread.join)
        stack.callback(upstream.shutdown)
        defined = f'Define UPSTREAM "http://127.0.0.1:{upstream.server_port}"\nDefine CERTIFICATES "{tls}"\n'
        configuration = defined + (ROOT / "tests/system/apache/client_certificates.conf").read_text()
        stack.enter_context(apache(port, configuration, modules="ssl headers proxy proxy_http"))
        yield port, tls


def _handed_on(door: tuple[int, Path], forged: str, *, with_certificate: bool) -> list[str]:
    """What arrives under a name that WSGI reads as the header of the certificate: for it, `_` and `-` are the same."""
    port, tls = door
    context = ssl.create_default_context(cafile=tls / "ca.pem")
    if with_certificate:
        context.load_cert_chain(tls / "client.pem", tls / "client.key")
    connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
    try:
        connection.request("GET", "/token", headers={forged: "the certificate of somebody else"})
        arrived = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return [value for name, value in arrived if name.upper().replace("-", "_") == "CLIENT_CERT"]


@pytest.mark.parametrize("forged", ["Client-Cert", "Client_Cert", "client_cert", "CLIENT_CERT"])
def test_a_certificate_that_a_client_writes_into_a_header_is_not_handed_on(door: tuple[int, Path], forged: str) -> None:
    assert _handed_on(door, forged, with_certificate=False) in ([], [""], ["(null)"])
    (handed_on,) = _handed_on(door, forged, with_certificate=True)
    assert handed_on.startswith("-----BEGIN%20CERTIFICATE-----")
