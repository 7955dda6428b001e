"""The software behind oauth2-proxy: answers with what the proxy hands on."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Upstream(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        handed_on = {name: self.headers.get(f"X-Forwarded-{name}", "") for name in ("User", "Access-Token")}
        body = json.dumps(handed_on).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Says nothing."""


@contextmanager
def upstream(port: int) -> Iterator[None]:
    """Software that knows nothing of OpenID Connect."""
    with _server(port, _Upstream):
        yield


@contextmanager
def pages(port: int, folder: Path) -> Iterator[None]:
    """A server of files: all that a browser application has."""

    def handler(*arguments: Any) -> _Files:
        return _Files(*arguments, directory=str(folder))

    with _server(port, handler):
        yield


@contextmanager
def _server(port: int, handler: Any) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, name=f"port {port}", daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()
