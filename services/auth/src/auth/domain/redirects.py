"""Addresses that a browser is sent back to: where they belong (RFC 6454)."""

from __future__ import annotations

from urllib.parse import urlsplit

from auth.domain.clients import Client

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origins_of(client: Client) -> frozenset[str]:
    """The web origins of a client's redirect URIs, as a browser writes them in the header Origin (RFC 6454 §6.2).

    What no page can have as its origin, the address of a native application for one, gives none.
    """
    return frozenset(origin for uri in client.redirect_uris if (origin := _origin(uri)) is not None)


def _origin(uri: str) -> str | None:
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, _DEFAULT_PORTS[parts.scheme]) else "")
