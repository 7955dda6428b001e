"""Which scripts of other sites may read an answer (Fetch Standard §3.3, CORS; OpenID Connect Discovery §3, Core §5.3).

Documents are for everybody. What a client asks for is for pages of the origins that its redirect URIs have, and so are
the errors, as a browser hides from the script what it may not read. Cookies are never taken: no header allows
credentials. /authorize, /logout and every other page are not served here and say nothing (RFC 9700 §2.6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any

from auth.clients.domain.clients import Client
from auth.clients.domain.redirects import origins_of

SENT = "Authorization, Content-Type, DPoP"
READ = "WWW-Authenticate, DPoP-Nonce, Retry-After"
_REMEMBERED_SECONDS = "600"
_CALLER = "auth.calling_client"

Headers = list[tuple[str, str]]


def note_caller(environ: Mapping[str, Any], client: Client | None) -> None:
    """An endpoint says whose request it answers, once the client has proved it or its token has."""
    assert isinstance(environ, MutableMapping)
    environ[_CALLER] = client


class CrossOrigin:
    """The headers of one answer."""

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        """`is_known`: whether an origin is that of any client."""
        self._is_known = is_known

    def preflight(self, environ: Mapping[str, Any], methods: Sequence[str], *, everybody: bool) -> Headers:
        """The answer to OPTIONS: which client would call is not known yet, so any client's origin may ask."""
        headers: Headers = [("Allow", ", ".join(methods))]
        asked = environ.get("HTTP_ORIGIN") and environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
        allowed = self._allowed(environ, everybody=everybody, may_read=self._is_known) if asked else []
        if allowed:
            headers += [
                *allowed,
                ("Access-Control-Allow-Methods", ", ".join(methods)),
                ("Access-Control-Allow-Headers", SENT),
                ("Access-Control-Max-Age", _REMEMBERED_SECONDS),
            ]
        return headers if everybody else [*headers, ("Vary", "Origin")]

    def answer(self, environ: Mapping[str, Any], status: int, *, everybody: bool) -> Headers:
        """For any other answer. Without a caller there is nothing in it but an error."""
        client: Client | None = environ.get(_CALLER)

        def may_read(origin: str) -> bool:
            if client is not None:
                return origin in origins_of(client)
            return status >= HTTPStatus.BAD_REQUEST and self._is_known(origin)

        allowed = self._allowed(environ, everybody=everybody, may_read=may_read)
        headers = [*allowed, ("Access-Control-Expose-Headers", READ)] if allowed else []
        return headers if everybody else [*headers, ("Vary", "Origin")]

    def _allowed(self, environ: Mapping[str, Any], *, everybody: bool, may_read: Callable[[str], bool]) -> Headers:
        if everybody:
            return [("Access-Control-Allow-Origin", "*")]
        origin = str(environ.get("HTTP_ORIGIN", ""))
        return [("Access-Control-Allow-Origin", origin)] if origin and may_read(origin) else []
