"""/consent: what a client that is not of the house may learn of a person (OIDC Core §3.1.2.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import render_template, request
from werkzeug.wrappers import Response

from auth.clients.domain.clients import Client
from auth.clients.domain.redirects import is_private_use
from auth.people.adapters.web.ways import Ways
from auth.protocol.adapters.web.authorization_answer import AuthorizationAnswers
from auth.protocol.adapters.web.authorization_request import AuthorizationRequests
from auth.protocol.use_cases.give_consent import GiveConsent
from servicekit.web import answers_directly


@dataclass(frozen=True, kw_only=True)
class ConsentPage:
    """The view. `elsewhere`: names of the other extranets in which a scope lets the client act for the person."""

    requests: AuthorizationRequests
    answers: AuthorizationAnswers
    ways: Ways
    give_consent: GiveConsent
    elsewhere: Callable[[Client, Sequence[str]], list[str]]

    @answers_directly
    def show(self) -> Response | str:
        """Asked once of a person; again with `prompt=consent`."""
        visitor = self.requests.visitor
        waiting, present = visitor.waiting(), visitor.required()
        client = self.ways.waiting_client(waiting)
        if waiting is None or client is None:
            return self.ways.go_on("/login")
        asked = self.requests.asked(waiting)
        refusal = self.answers.refusal(asked)
        if refusal is not None:
            return refusal
        if request.method != "POST":
            words = asked.agreed_scope.split()
            shown = {
                "elsewhere": self.elsewhere(client, words),
                "suite": request.args["suite"],
                "address": _place_of(str(asked.one("redirect_uri"))),
            }
            return render_template("consent.html", client=client, scope=words, **shown)
        if "allow" not in request.form:
            self.give_consent.refuse(present.session, client, asked.agreed_scope)
            return self.answers.back(asked, "access_denied", "")
        self.give_consent(present.session, client, asked.agreed_scope)
        return self.ways.go_on()


def _place_of(address: str) -> str:
    """What a person recognises a return address by: its host, or the scheme of an application's own."""
    parts = urlsplit(address)
    return parts.scheme if is_private_use(address) else parts.netloc
