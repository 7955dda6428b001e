"""What every view works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import request
from werkzeug.wrappers import Response

from auth.clients.domain.clients import Client
from auth.front.use_cases.catalogue import UseCases
from auth.people.adapters.web.known_devices import KnownDevices
from auth.people.adapters.web.visitor import Visitor, Waiting
from auth.people.adapters.web.ways import Ways
from auth.people.domain.sessions import Session
from partnerkit.reasons import Reader, reader_of
from partnerkit.web import Helpers
from servicekit.clock import Clock
from servicekit.web import ServiceApp

_LONGEST_ADDRESS = 64
AGAIN = "encore"
"""Argument of /login when the password is asked of somebody who is signed in."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Made once, given to each blueprint."""

    app: ServiceApp
    use_cases: UseCases
    visitor: Visitor
    ways: Ways
    clock: Clock
    issuer: str
    minimum_password_length: int
    devices: KnownDevices
    proxies: frozenset[str] = frozenset()

    @property
    def waiting_client(self) -> Callable[[Waiting | None], Client | None]:
        """See `Ways`."""
        return self.ways.waiting_client

    @property
    def go_on(self) -> Callable[..., Response]:
        """See `Ways`."""
        return self.ways.go_on

    @property
    def come_back_to(self) -> Callable[[str], None]:
        """See `Ways`."""
        return self.ways.come_back_to

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
        if present is None:
            return None
        found = self.use_cases.name_helpers(present.account.account_id)
        return Helpers(found.administrators, found.cafs)

    def caf(self) -> str:
        """The Caf of the organisation for which the person acts, or empty: by its clock times are shown."""
        present = self.visitor.present()
        return self.use_cases.rights.organisation_caf(present.session.organisation_id) if present is not None else ""

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
