"""A thin WSGI layer in front of Flask: the three addresses that clients call most never reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from auth.adapters.web.oidc.errors import Answer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Endpoint = Callable[[Mapping[str, Any]], Answer]


class HotEndpoints:
    """A WSGI application that answers `endpoints` itself and hands everything else on."""

    def __init__(self, pages: WSGIApplication, endpoints: Mapping[str, Endpoint]) -> None:
        """`endpoints` by path."""
        self._pages = pages
        self._endpoints = dict(endpoints)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """PEP 3333."""
        endpoint = self._endpoints.get(environ.get("PATH_INFO", ""))
        if endpoint is None:
            return self._pages(environ, start_response)
        status, body, headers = endpoint(environ)
        start_response(
            f"{status} {HTTPStatus(status).phrase}",
            [*headers, ("X-Content-Type-Options", "nosniff"), ("Content-Length", str(len(body)))],
        )
        return [body]
