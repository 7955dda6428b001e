"""The four services with a browser for each actor at each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import unescape
from typing import Any

from werkzeug.test import Client, TestResponse

from tests.whole.house import Whole

PARTIES = ("habpps", "cdap", "audit")
"""The services that sign people in at auth."""


@dataclass
class World:
    """The services, a browser for each actor at each of them, and the identifiers of what they try to reach."""

    house: dict[str, Whole]
    addresses: dict[str, str]
    browsers: dict[tuple[str, str], Client] = field(default_factory=dict)
    let_in: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Whether auth opened the service to the actor."""
    things: dict[str, dict[str, str]] = field(default_factory=dict)
    """By column of the matrix: placeholder of an address -> identifier."""
    professional_token: str = ""
    """An access token of the professional for CDAP."""

    def app(self, service: str) -> Any:
        """The WSGI application that the bootstrap built."""
        return self.house[service].process.web

    def browser(self, service: str, actor: str) -> Client:
        """One for each actor at each service, with the cookies that signing in left."""
        return self.browsers[service, actor]

    def ask(self, service: str, actor: str, path: str, method: str = "GET", **form: Any) -> TestResponse:
        """An answer, redirects not followed."""
        return self.browser(service, actor).open(
            path, method=method, data=form or None, base_url=self.addresses[service]
        )

    def page(self, service: str, actor: str, path: str) -> str:
        """The text of a page that is shown."""
        answer = self.ask(service, actor, path)
        assert answer.status_code == 200, f"{actor} at {service} {path}: {answer.status_code}"
        return unescape(answer.text)
