"""The body of a request that comes without Flask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.ground.domain.errors import RequestRefusedError

LARGEST_BODY_BYTES = 64 * 1024


def read_body(environ: Mapping[str, Any]) -> bytes:
    """The body of a request.

    Raises:
        RequestRefusedError: it is too large, or of unknown length.
    """
    length = str(environ.get("CONTENT_LENGTH") or "0")
    is_number = length.isascii() and length.isdigit() and len(length) < 10
    size = int(length) if is_number else LARGEST_BODY_BYTES + 1
    if size > LARGEST_BODY_BYTES:
        raise RequestRefusedError("invalid_request", "the body is too large or of unknown length")
    body: bytes = environ["wsgi.input"].read(size)
    return body
