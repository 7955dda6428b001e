"""The floors: bare WSGI on granian that answers prepared bytes, with or without one raw ES256 signature before.

    python -m tests.bench.auth.floor_server PORT FOLDER

POST /http/NAME and POST /signed/NAME answer FOLDER/NAME, which is read at the first request.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.server import Server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_ALGORITHM = ec.ECDSA(hashes.SHA256())


class Floor:
    """A WSGI application that does the least."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the answers."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._answer = functools.cache(lambda name: (folder / name).read_bytes())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """PEP 3333."""
        kind, _, name = environ["PATH_INFO"][1:].partition("/")
        if not name:  # asked whether the server is there
            start_response("200 OK", [("Content-Length", "0")])
            return [b""]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if kind == "signed":
            self._key.sign(body, _ALGORITHM)
        answer = self._answer(name)
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]


def main() -> None:
    """Serves until SIGTERM, with one blocking thread: the fastest way to serve it."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    server = Server(
        "floor",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=1,
        runtime_mode=RuntimeModes.st,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    server.serve(target_loader=lambda _target: Floor(folder))


if __name__ == "__main__":
    main()
