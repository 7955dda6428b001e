"""GET and POST /logout (RP-Initiated Logout 1.0), POST /deconnexion of the portal, /logged-out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from flask import session as browser
from werkzeug.wrappers import Response

from auth.adapters.web.oidc.authorization_response import with_query
from auth.adapters.web.parts import Parts
from auth.domain.clients import Client
from auth.use_cases.tell_clients import LogoutReport
from servicekit.web import allow_form_target


class EndSessionEndpoint:
    """The views."""

    def __init__(self, parts: Parts) -> None:
        """See `Parts`."""
        self._parts = parts

    def blueprint(self) -> Blueprint:
        """A client may POST; without a valid hint nothing ends before the person has confirmed, with a CSRF token."""
        blueprint = Blueprint("end_session", __name__)
        blueprint.add_url_rule("/logout", "logout", self.logout, methods=["GET", "POST"])
        blueprint.add_url_rule("/logout/confirm", "confirm", self.confirm, methods=["POST"])
        blueprint.add_url_rule("/deconnexion", "leave", self.leave, methods=["POST"])
        blueprint.add_url_rule("/logged-out", "logged_out", self.logged_out)
        self._parts.app.csrf_exempt(self.logout)
        return blueprint

    def logout(self) -> Response | str:
        """§2: ends at once with a valid `id_token_hint` of this session, else asks: an older ID token, found in a
        history or a log, must not be enough to throw somebody out (ASVS 10.6.2)."""
        unverified_hint = request.values.get("id_token_hint")
        hint = self._parts.use_cases.own_tokens.id_token_hint(unverified_hint) if unverified_hint else None
        client = self._client(hint)
        wanted = request.values.get("post_logout_redirect_uri")
        target = wanted if client is not None and wanted in client.post_logout_redirect_uris else None
        present = self._parts.visitor.present()
        if hint is None or (present is not None and present.session.session_id != hint.get("sid")):
            if wanted and target is None:
                return self._refused()
            return self._ask(client, target)
        session_id = present.session.session_id if present is not None else str(hint.get("sid"))
        report = self._end(session_id)
        if wanted and target is None:
            answer = self._refused()
            self._parts.visitor.forget_cookie(answer)
            return answer
        return self._ended(report, target)

    def confirm(self) -> Response:
        """The person has said yes."""
        client = self._parts.use_cases.client(request.form.get("client_id"))
        wanted = request.form.get("post_logout_redirect_uri")
        target = wanted if client is not None and wanted in client.post_logout_redirect_uris else None
        present = self._parts.visitor.present()
        return self._ended(self._end(present.session.session_id) if present is not None else None, target)

    def leave(self) -> Response:
        """DÉCONNEXION in the header of the portal."""
        present = self._parts.visitor.present()
        return self._ended(self._end(present.session.session_id) if present is not None else None, None)

    def logged_out(self) -> str:
        """What was closed. Clients that do not answer yet are told again later."""
        done, total = browser.pop("logout", None) or (0, 0)
        return render_template("logged_out.html", done=done, total=total)

    def _client(self, hint: Mapping[str, Any] | None) -> Client | None:
        named = request.values.get("client_id")
        if hint is not None and named is not None and named != hint.get("aud"):
            return None
        return self._parts.use_cases.client(str(hint["aud"]) if hint is not None else named)

    def _end(self, session_id: str) -> LogoutReport:
        self._parts.use_cases.sign_out(session_id)
        return self._parts.use_cases.wait_for_logout(session_id)

    def _ask(self, client: Client | None, target: str | None) -> str:
        if target is not None:
            allow_form_target(target)
        fields = {
            "client_id": client.client_id if client is not None else "",
            "post_logout_redirect_uri": target or "",
            "state": request.values.get("state", ""),
        }
        return render_template("logout_confirm.html", fields=fields)

    def _ended(self, report: LogoutReport | None, target: str | None) -> Response:
        if report is not None:
            browser["logout"] = (report.done, report.total)
        if target is None:
            answer = redirect("/logged-out", 303)
        else:
            state = request.values.get("state")
            answer = redirect(with_query(target, [("state", state)]) if state else target, 303)
        self._parts.visitor.forget_cookie(answer)
        return answer

    def _refused(self) -> Response:
        page = render_template(
            "oidc_error.html", code="invalid_request", description="post_logout_redirect_uri is not registered"
        )
        return make_response(page, 400)
