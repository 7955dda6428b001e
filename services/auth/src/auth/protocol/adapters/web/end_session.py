"""GET and POST /logout (RP-Initiated Logout 1.0), POST /deconnexion of the portal, /logged-out with its frames
(Front-Channel Logout 1.0)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request
from flask import session as browser
from werkzeug.wrappers import Response

from auth.clients.domain.clients import Client
from auth.people.adapters.web.visitor import Visitor, forget_present
from auth.people.use_cases.keep_session import SignOut
from auth.people.use_cases.tell_clients import LogoutReport
from auth.protocol.adapters.web.authorization_response import with_query
from auth.protocol.adapters.web.logout_request import (
    PARAMETERS,
    Asked,
    LogoutRefusedError,
    LogoutRequest,
    LogoutRequests,
)
from servicekit.web import ServiceApp, allow_form_target, allow_frame, prefer_languages
from servicekit.web.app import ask_before_signing_out
from servicekit.web.origins import sent_by_our_page
from servicekit.web.secrets import Sealer

_ABOUT = "logout request"
_NOTHING = LogoutReport(0, 0)


@dataclass(frozen=True, kw_only=True)
class EndSessionEndpoint:
    """The views. `wait_for_logout`: how many clients have closed their sessions after a moment."""

    app: ServiceApp
    visitor: Visitor
    requests: LogoutRequests
    sign_out: SignOut
    wait_for_logout: Callable[[str], LogoutReport]
    issuer: str

    def blueprint(self) -> Blueprint:
        """A client may POST; without a valid hint nothing ends before the person has confirmed, on a page of ours.

        No CSRF token, which a page left open may have outlived: `sent_by_our_page` instead, and the SameSite cookie.
        """
        blueprint = Blueprint("end_session", __name__)
        blueprint.add_url_rule("/logout", "logout", self.logout, methods=["GET", "POST"])
        blueprint.add_url_rule("/logout/confirm", "confirm", self.confirm, methods=["POST"])
        blueprint.add_url_rule("/deconnexion", "leave", self.leave, methods=["POST"])
        blueprint.add_url_rule("/logged-out", "logged_out", self.logged_out)
        for view in (self.logout, self.confirm, self.leave):
            self.app.csrf_exempt(view)
        return blueprint

    @cached_property
    def _sealer(self) -> Sealer:
        return self.app.web_secrets.sealer("waiting logout request")

    def logout(self) -> Response | str:
        """§2: ends at once with a valid `id_token_hint` of this session, else asks: an older ID token, found in a
        history or a log, must not be enough to throw somebody out (ASVS 10.6.2)."""
        visitor = self.visitor
        if request.method == "POST" and visitor.cookie is None:
            return self._by_redirect()
        parameters = self._parameters()
        prefer_languages(" ".join(parameters.get("ui_locales", ())))
        try:
            asked = self.requests(parameters)
        except LogoutRefusedError as error:
            return self._refused(str(error))
        present = visitor.present()
        hinted = asked.hinted_session
        if hinted is None or (present is not None and present.session.session_id != hinted):
            return self._refused(asked.address_problem) if asked.address_problem else self._ask(asked)
        report = self._end(hinted, asked.begun_by)
        if asked.address_problem:
            answer = self._refused(asked.address_problem)
            visitor.forget_cookie(answer)
            return answer
        return self._ended(hinted, report, asked)

    def confirm(self) -> Response | str:
        """The person has said yes. The address is compared again with those of the client."""
        if not sent_by_our_page(self.app.settings.public_url):
            return ask_before_signing_out("/deconnexion")
        parameters = {name: values for name, values in request.form.lists() if name != "id_token_hint"}
        try:
            asked = self.requests(parameters)
        except LogoutRefusedError as error:
            return self._refused(str(error))
        return self._end_this_one(asked)

    def leave(self) -> Response | str:
        """DÉCONNEXION in the header of the portal."""
        if not sent_by_our_page(self.app.settings.public_url):
            return ask_before_signing_out("/deconnexion")
        return self._end_this_one(None)

    def logged_out(self) -> str:
        """What was closed. Clients that do not answer yet are told again later."""
        kept = browser.pop("logout", None)
        if kept is None:
            return self._page("", None, None)
        done, total, session_id, in_browser, by_hand = kept
        return self._page(session_id, LogoutReport(total, done, tuple(in_browser), tuple(by_hand)), None)

    def _by_redirect(self) -> Response:
        """A POST from another site brings no SameSite=Lax cookie, so we would not know whose browser it is; a redirect
        does. The request travels sealed, as an ID token has no place in a history."""
        sealed = self._sealer.seal(json.dumps(self._parameters()), _ABOUT)
        return redirect(f"/logout?{urlencode({'demande': sealed})}", 303)

    def _parameters(self) -> Asked:
        sealed = request.args.get("demande")
        kept = self._sealer.read(sealed, _ABOUT, _read) if sealed else None
        return kept if kept is not None else {name: request.values.getlist(name) for name in PARAMETERS}

    def _end_this_one(self, asked: LogoutRequest | None) -> Response:
        present = self.visitor.present()
        if present is None:
            return self._ended("", None, asked)
        session_id = present.session.session_id
        begun_by = asked.begun_by if asked is not None else None
        return self._ended(session_id, self._end(session_id, begun_by), asked)

    def _end(self, session_id: str, begun_by: str | None) -> LogoutReport:
        self.sign_out(session_id, begun_by)
        return self.wait_for_logout(session_id)

    def _ask(self, asked: LogoutRequest) -> str:
        if asked.target is not None:
            allow_form_target(asked.target)
        fields = {
            "client_id": asked.client.client_id if asked.client is not None else None,
            "post_logout_redirect_uri": asked.target,
            "state": asked.state,
        }
        given = {name: value for name, value in fields.items() if value is not None}
        return render_template("logout_confirm.html", fields=given)

    def _ended(self, session_id: str, report: LogoutReport | None, asked: LogoutRequest | None) -> Response:
        address = asked.return_address if asked is not None else None
        if address is None:
            if report is not None:
                told = [report.done, report.total, session_id, list(report.in_browser), list(report.by_hand)]
                browser["logout"] = told
            answer = redirect("/logged-out", 303)
        elif report is not None and report.in_browser:
            forget_present()
            answer = make_response(self._page(session_id, report, asked))
        else:
            answer = redirect(address, 303)
        self.visitor.forget_cookie(answer)
        return answer

    def _page(self, session_id: str, report: LogoutReport | None, asked: LogoutRequest | None) -> str:
        known = report or _NOTHING
        return render_template(
            "logged_out.html",
            knows=report is not None,
            done=known.done,
            total=known.total,
            frames=self._frames(session_id, self._clients(known.in_browser)),
            by_hand=[client.name for client in self._clients(known.by_hand)],
            onwards=asked,
        )

    def _clients(self, client_ids: Sequence[str]) -> list[Client]:
        found = (self.requests.client(client_id) for client_id in client_ids)
        return [client for client in found if client is not None]

    def _frames(self, session_id: str, clients: Sequence[Client]) -> list[tuple[str, str]]:
        """Front-Channel Logout 1.0 §2: name and address of each; whether a client asked for `iss` and `sid` or not."""
        frames = []
        for client in clients:
            address = str(client.frontchannel_logout_uri)
            try:
                allow_frame(address)
            except ValueError:  # a host that no browser reaches: the others must still be closed
                continue
            sent = [("iss", self.issuer), ("sid", session_id)]
            frames.append((client.name, with_query(address, sent)))
        return frames

    def _refused(self, why: str) -> Response:
        return make_response(render_template("oidc_error.html", code="invalid_request", description=why), 400)


def _read(text: str) -> Asked:
    return {name: list(values) for name, values in json.loads(text).items()}
