"""What every view works with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import redirect, request
from flask import session as browser
from werkzeug.wrappers import Response

from auth.clients.domain.clients import IDENTITY_SCOPES, Client
from auth.clients.domain.redirects import is_redirect_uri
from auth.front.use_cases.catalogue import UseCases
from auth.people.adapters.web.known_devices import KnownDevices
from auth.people.adapters.web.visitor import Visitor, Waiting
from auth.people.domain.sessions import Session
from auth.people.use_cases.name_helpers import Helpers
from partnerkit.reasons import Reader, reader_of
from servicekit.clock import Clock
from servicekit.web import ServiceApp, allow_form_target
from servicekit.web.links import local_path

_LONGEST_ADDRESS = 64
AGAIN = "encore"
"""Argument of /login when the password is asked of somebody who is signed in."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Made once, given to each blueprint."""

    app: ServiceApp
    use_cases: UseCases
    visitor: Visitor
    clock: Clock
    issuer: str
    minimum_password_length: int
    devices: KnownDevices
    proxies: frozenset[str] = frozenset()

    def waiting_client(self, waiting: Waiting | None) -> Client | None:
        """The client whose request waits. The forms of this answer may then end at it (CSP form-action)."""
        client = self.use_cases.client(waiting.one("client_id")) if waiting is not None else None
        if client is not None and waiting is not None:
            redirect_uri = waiting.one("redirect_uri")
            if is_redirect_uri(client, redirect_uri):
                allow_form_target(str(redirect_uri))
        return client

    def other_extranets(self, client: Client, words: Sequence[str]) -> list[str]:
        """Names of the extranets, other than the client's own, in which its scope lets it act for the person."""
        own = (*IDENTITY_SCOPES, client.extranet)
        return [self.use_cases.rights.label_of(word) for word in words if word not in own]

    def go_on(self, page: str | None = None) -> Response:
        """To `page`, or where the person wanted to go: the waiting request, else the portal.

        Of `suite` only what we sealed ourselves is carried on: anybody can write an address with something else in it.
        """
        suite = request.values.get("suite") if self.visitor.waiting() is not None else None
        query = urlencode({"suite": suite}) if suite else ""
        if page is not None:
            return redirect(f"{page}{'&' if '?' in page else '?'}{query}" if query else page, 303)
        if suite:
            return redirect(f"/authorize?{query}", 303)
        return redirect(local_path(browser.pop("retour", None)), 303)

    def go_on_in(self, session: Session) -> Response:
        """To the next step of the sign-in, else where the person wanted to go."""
        return self.go_on(self.use_cases.next_step.page(session))

    def reader(self) -> Reader:
        """Who reads the page: it says who can help, and nobody is sent to himself."""
        present = self.visitor.present()
        return reader_of(self.use_cases.rights.held_roles(present.session) if present is not None else ())

    def helpers(self) -> Helpers | None:
        """Who can help the person who is signed in; None: nobody is."""
        present = self.visitor.present()
        return self.use_cases.name_helpers(present.account.account_id) if present is not None else None

    def come_back_to(self, page: str) -> None:
        """Where `go_on` leads once the person is signed in; a path of ours."""
        browser["retour"] = page

    def address(self) -> str:
        """Network address of the browser. Of what stands in X-Forwarded-For only what a trusted proxy added counts:
        from the right, the first address that is not a proxy's."""
        nearest = request.remote_addr or ""
        for address in reversed(request.access_route if nearest in self.proxies else ()):
            nearest = address
            if address not in self.proxies:
                break
        return nearest[:_LONGEST_ADDRESS]

    def now(self) -> datetime:
        """The clock's time."""
        return self.clock.now()
