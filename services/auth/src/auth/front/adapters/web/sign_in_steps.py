"""Nobody gets past a step of the sign-in: in front of every page stands one gate, which knows one question
(`use_cases.next_step`).

A page needs a finished sign-in unless it is named in `OPEN`: a new page is behind the gate by itself. The pages of the
steps are shown while it is their turn. Whatever is sent to or by the page of a step that is done (an old tab, the back
button, a second click) leads on to what follows.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import flash, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from auth.people.adapters.web.visitor import Visitor
from auth.people.adapters.web.ways import Ways
from auth.people.domain.steps import STEPS
from auth.people.use_cases.next_step import NextStep
from servicekit.web import ServiceApp
from servicekit.web.links import this_page

DOING = "etape"
"""Argument of a step's page, and field of its form: which step it is."""

OPEN = frozenset(
    {
        *("static", "bootstrap.static", "servicekit.static", "languages.choose"),
        *("servicekit.accessibility", "servicekit.legal_notice", "servicekit.assistance"),
        *("sign_in.login", "sign_in.forgotten_password", "sign_in.lost_identifier"),
        "authorize.authorize",  # asks the same question itself, in the order of its checks
        "shown_page",  # what answered a form, for the browser and the sign-in that got it
        "links.followed",  # whoever has the mailbox; to answer an invitation it asks for a finished sign-in itself
        "portal.not_me",  # whoever stands before a step that is not theirs can say so
        *("end_session.logout", "end_session.confirm", "end_session.leave", "end_session.logged_out"),
    }
)
"""What is shown to everybody."""

_STEP_PAGES = frozenset(entry.page for entry in STEPS)
_BACK = {"device.decision": "/device", "portal.home": ""}
_KEPT_ON_POST = ("session", "application", "user_code")


class SignInSteps:
    """The gate of one application."""

    def __init__(self, app: ServiceApp, visitor: Visitor, ways: Ways, next_step: NextStep) -> None:
        """From now on nothing is shown before the sign-in is finished."""
        self._app = app
        self._visitor = visitor
        self._ways = ways
        self._next_step = next_step
        app.before_request(self._gate)

    def know_pages(self) -> None:
        """Once every page is registered: those of the steps lead on when they were open for too long."""
        for rule in self._app.url_map.iter_rules():
            if rule.rule in _STEP_PAGES:
                self._app.error_pages.when_stale(rule.endpoint, self._lead_on)

    def _lead_on(self) -> Response:
        """From the page of a step that was open for too long: nothing typed counts, and no error either."""
        present = self._visitor.present()
        if present is None:
            return self._ways.go_on("/login")
        if request.form.get(DOING):
            return self._ways.go_on_in(present.session)
        flash(gettext("Cette page était ouverte depuis longtemps. Rien n'a été changé."), "info")
        return self._ways.go_on(request.path)

    def _gate(self) -> Response | None:
        endpoint = request.endpoint
        if endpoint is None or endpoint in OPEN:
            return None
        present = self._visitor.present()
        if present is None:
            return self._away("/login")
        step = self._next_step(present.session)
        doing = request.values.get(DOING)
        if doing and (step is None or step.value != doing):
            return self._ways.go_on_in(present.session)
        if step is None:
            return None
        page = self._next_step.page(present.session)
        assert page is not None
        return None if request.path == page.partition("?")[0] else self._away(page)

    def _away(self, page: str) -> Response:
        """To a page of the sign-in, and afterwards back here."""
        if request.path not in _STEP_PAGES and self._visitor.waiting() is None:
            back = _BACK.get(str(request.endpoint), _this_page())
            if back:
                self._ways.come_back_to(back)
        return self._ways.go_on(page)


def _this_page() -> str:
    if request.method in {"GET", "HEAD"}:
        return this_page()
    kept = {name: request.form[name] for name in _KEPT_ON_POST if name in request.form}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path
