"""The one way out over http(s): a client whose connections end with the object that asked for it."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


def client_of(owner: object, timeout: httpx.Timeout) -> httpx.Client:
    """A client that follows no redirect; it is closed when `owner` is gone, whoever lets go of it, a cycle included.

    A client that nobody closes keeps its connections until the collector finds their sockets.
    """
    import httpx  # read at the first request: it is a fifth of a second of every start

    client = httpx.Client(timeout=timeout, follow_redirects=False)
    weakref.finalize(owner, client.close)
    return client
