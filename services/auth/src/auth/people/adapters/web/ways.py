"""Where a person goes on to: what they wanted before pages of ours came between."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from flask import redirect, request
from flask import session as browser
from werkzeug.wrappers import Response

from auth.clients.domain.clients import Client
from auth.clients.domain.redirects import is_redirect_uri
from auth.people.adapters.web.visitor import Visitor, Waiting
from auth.people.domain.sessions import Session
from servicekit.web import allow_form_target
from servicekit.web.links import local_path

AGAIN = "encore"
"""Argument of /login when the password is asked of somebody who is signed in."""


class Ways:
    """One per application."""

    def __init__(
        self,
        visitor: Visitor,
        client: Callable[[str | None], Client | None],
        next_page: Callable[[Session], str | None],
    ) -> None:
        """`client` finds a relying party by its identifier; `next_page`: of the next step of a sign-in, or None."""
        self._visitor = visitor
        self._client = client
        self._next_page = next_page

    def waiting_client(self, waiting: Waiting | None) -> Client | None:
        """The client whose request waits. The forms of this answer may then end at it (CSP form-action)."""
        client = self._client(waiting.one("client_id")) if waiting is not None else None
        if client is not None and waiting is not None:
            redirect_uri = waiting.one("redirect_uri")
            if is_redirect_uri(client, redirect_uri):
                allow_form_target(str(redirect_uri))
        return client

    def go_on(self, page: str | None = None) -> Response:
        """To `page`, or where the person wanted to go: the waiting request, else the portal.

        Of `suite` only what we sealed ourselves is carried on: anybody can write an address with something else in it.
        """
        suite = request.values.get("suite") if self._visitor.waiting() is not None else None
        query = urlencode({"suite": suite}) if suite else ""
        if page is not None:
            return redirect(f"{page}{'&' if '?' in page else '?'}{query}" if query else page, 303)
        if suite:
            return redirect(f"/authorize?{query}", 303)
        return redirect(local_path(browser.pop("retour", None)), 303)

    def go_on_in(self, session: Session) -> Response:
        """To the next step of the sign-in, else where the person wanted to go."""
        return self.go_on(self._next_page(session))

    def come_back_to(self, page: str) -> None:
        """Where `go_on` leads once the person is signed in; a path of ours."""
        browser["retour"] = page
