"""A thin WSGI layer in front of Flask: the addresses that clients call never reach it.

What holds for each of them is done here and nowhere else: its methods (RFC 9110 §15.5.6), HEAD where GET is (§9.3.2),
OPTIONS, and which scripts may read the answer (`cross_origin`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from auth.clients.adapters.web.cross_origin import CrossOrigin
from auth.ground.adapters.web.errors import Answer, json_error
from servicekit.front.limits import Lane
from servicekit.metrics import ROUTE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

Endpoint = Callable[[Mapping[str, Any]], Answer]


@dataclass(frozen=True)
class Served:
    """What answers at an address, to which methods; whether scripts of every site may read it, or only a client's."""

    endpoint: Endpoint
    methods: tuple[str, ...]
    for_everybody: bool = False
    at_once: bool = False
    """Whether it answers from memory and waits for nothing."""

    @property
    def allowed(self) -> tuple[str, ...]:
        """The methods, HEAD included; OPTIONS goes without saying."""
        return (*self.methods, "HEAD") if "GET" in self.methods else self.methods


class HotEndpoints:
    """A WSGI application that answers `endpoints` itself and hands everything else on."""

    def __init__(
        self,
        pages: WSGIApplication,
        cross_origin: CrossOrigin,
        endpoints: Mapping[str, Served],
        below: Mapping[str, Served] | None = None,
        *,
        computing: Collection[str] = (),
    ) -> None:
        """`endpoints` by path; `below` by what a path begins with, asked after them; `computing`: pages where a form
        that is sent costs a password hash."""
        self._computing = frozenset(computing)
        self._pages = pages
        self._cross_origin = cross_origin
        self._endpoints = frozenset(endpoints)
        self._below = tuple(below or ())
        self._served = {**endpoints, **(below or {})}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """PEP 3333."""
        rule = self._rule(environ.get("PATH_INFO", ""))
        if rule is None:
            return self._pages(environ, start_response)
        environ[ROUTE] = rule
        served = self._served[rule]
        status, body, headers = self._answer(served, environ)
        length = [("Content-Length", str(len(body)))] if status != HTTPStatus.NO_CONTENT else []  # RFC 9110 §8.6
        start_response(_STATUS_LINES[status], [*headers, ("X-Content-Type-Options", "nosniff"), *length])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def lane_of(self, method: str, path: str) -> Lane:
        """What clients call never waits behind a page or a password, keys and discovery behind nobody."""
        rule = self._rule(path)
        if rule is not None:
            return Lane.AT_ONCE if self._served[rule].at_once else Lane.MACHINES
        return Lane.COMPUTING if method == "POST" and path in self._computing else Lane.PAGES

    def _answer(self, served: Served, environ: WSGIEnvironment) -> Answer:
        method, allowed = environ["REQUEST_METHOD"], served.allowed
        if method == "OPTIONS":
            return 204, b"", self._cross_origin.preflight(environ, allowed, everybody=served.for_everybody)
        if method in allowed:
            status, body, headers = served.endpoint(environ)
        else:
            listed = ", ".join(allowed)
            status, body, headers = json_error(
                405, "invalid_request", f"the methods here are {listed}", [("Allow", listed)]
            )
        return status, body, [*headers, *self._cross_origin.answer(environ, status, everybody=served.for_everybody)]

    def _rule(self, path: str) -> str | None:
        """The address, or the beginning of addresses, that answers here."""
        if path in self._endpoints or not self._below:
            return path if path in self._endpoints else None
        return next((begin for begin in self._below if path.startswith(begin)), None)
