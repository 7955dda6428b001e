"""A thin WSGI layer in front of Flask: the addresses that clients call never reach it."""

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

    def __init__(
        self, pages: WSGIApplication, endpoints: Mapping[str, Endpoint], below: Mapping[str, Endpoint] | None = None
    ) -> None:
        """`endpoints` by path; `below` by what a path begins with, asked after them."""
        self._pages = pages
        self._endpoints = dict(endpoints)
        self._below = tuple((below or {}).items())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """PEP 3333."""
        endpoint = self._endpoint(environ.get("PATH_INFO", ""))
        if endpoint is None:
            return self._pages(environ, start_response)
        status, body, headers = endpoint(environ)
        length = [("Content-Length", str(len(body)))] if status != HTTPStatus.NO_CONTENT else []  # RFC 9110 §8.6
        start_response(
            f"{status} {HTTPStatus(status).phrase}", [*headers, ("X-Content-Type-Options", "nosniff"), *length]
        )
        return [body]

    def _endpoint(self, path: str) -> Endpoint | None:
        found = self._endpoints.get(path)
        if found is not None or not self._below:
            return found
        return next((endpoint for begin, endpoint in self._below if path.startswith(begin)), None)
