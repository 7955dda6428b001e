"""A client's end of the back channel, which only listens."""

from __future__ import annotations

import base64
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs


@contextmanager
def listening(port: int) -> Iterator[queue.Queue[tuple[dict[str, Any], dict[str, Any]]]]:
    """A back channel: gives header and claims of each logout token, not verified."""
    heard: queue.Queue[tuple[dict[str, Any], dict[str, Any]]] = queue.Queue()

    class BackChannel(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            header, claims, _signature = parse_qs(body)["logout_token"][0].split(".")
            heard.put((_decoded(header), _decoded(claims)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", port), BackChannel) as server:
        thread = threading.Thread(target=server.serve_forever, name="back-channel", daemon=True)
        thread.start()
        yield heard
        server.shutdown()
        thread.join()


def _decoded(part: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return value
