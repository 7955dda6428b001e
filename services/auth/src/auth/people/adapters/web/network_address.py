"""Where a browser is in the network."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

_LONGEST = 64


@dataclass(frozen=True)
class NetworkAddress:
    """Of what stands in X-Forwarded-For only what a trusted proxy added counts: from the right, the first address that
    is not a proxy's."""

    proxies: frozenset[str]

    def __call__(self) -> str:
        """Of the browser of this request."""
        nearest = request.remote_addr or ""
        for address in reversed(request.access_route if nearest in self.proxies else ()):
            nearest = address
            if address not in self.proxies:
                break
        return nearest[:_LONGEST]
