"""Addresses that a browser is sent back to: which are a client's (RFC 8252 §7, RFC 9700 §2.1), and their origins."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from auth.clients.domain.clients import Client

_PRIVATE_USE = re.compile(r"([a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+):/[!$%&()*+,./0-9:;=?@A-Z_a-z~-]*")
_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]|(localhost)))(?::([0-9]{1,5}))?([/?].*)?", re.DOTALL)
_LARGEST_PORT = 65535
_LONGEST = 2048
_DEFAULT_PORTS = {"http": 80, "https": 443}


def origins_of(client: Client) -> frozenset[str]:
    """The web origins of a client's redirect URIs, as a browser writes them in the header Origin (RFC 6454 §6.2).

    What no page can have as its origin, the address of a native application for one, gives none.
    """
    return frozenset(origin for uri in client.redirect_uris if (origin := _origin(uri)) is not None)


def is_private_use(address: str) -> bool:
    """Whether it is of a scheme of an application's own: a name with a dot, as whoever has the domain gives it to
    himself (RFC 8252 §7.1). So it is never one that a browser acts on, as `javascript` is."""
    return len(address) <= _LONGEST and _PRIVATE_USE.fullmatch(address) is not None


def is_redirect_uri(client: Client, given: str | None) -> bool:
    """Whether an address is one of the client's, compared as a string (RFC 9700 §2.1).

    Only the port of a loopback address may be another: an application takes what is free (RFC 8252 §7.3). `localhost`
    is such an address for a native application; by name it may be something else, so not for others (§8.3).
    """
    if not given:
        return False
    if given in client.redirect_uris:
        return True
    wanted = _without_port(given, by_name=client.is_native)
    return wanted is not None and wanted in {_without_port(uri, by_name=True) for uri in client.redirect_uris}


def _without_port(address: str, *, by_name: bool) -> tuple[str, str] | None:
    found = _LOOPBACK.fullmatch(address)
    if found is None or (found[2] and not by_name) or not 0 < int(found[3] or 80) <= _LARGEST_PORT:
        return None
    return found[1], found[4] or ""


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
