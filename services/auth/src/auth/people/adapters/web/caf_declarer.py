"""An administrator of a Caf who declares clients, as the person who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import redirect
from werkzeug.wrappers import Response

from auth.clients.use_cases.register_clients import Actor
from auth.people.adapters.web.visitor import Visitor
from auth.people.adapters.web.ways import AGAIN, Ways
from auth.people.use_cases.person_rights import PersonRights
from servicekit.clock import Clock

CAF_ADMINISTRATOR = "caf_administrator"


@dataclass(frozen=True, kw_only=True)
class CafDeclarer:
    """What the pages of the clients ask of the people (`Declarer`)."""

    visitor: Visitor
    ways: Ways
    rights: PersonRights
    clock: Clock

    def may_declare(self) -> bool:
        """Administers a Caf now."""
        return CAF_ADMINISTRATOR in self.rights.roles(self.visitor.required().session)

    def signed_in_for(self) -> timedelta:
        """Since the password was typed."""
        return self.clock.now() - self.visitor.required().session.authenticated_at

    def actor(self) -> Actor:
        """For the Caf that they administer."""
        session = self.visitor.required().session
        return Actor(session.account_id, session.organisation_id, owner=self.rights.caf_of(session))

    def sign_in_again(self, page: str) -> Response:
        """To the sign-in page, then back to `page`."""
        self.ways.come_back_to(page)
        return redirect(f"/login?{AGAIN}=1", 303)
