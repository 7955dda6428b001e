"""/engagement: the text that everybody accepts before anything opens; afterwards the same page to read and print."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, make_response, render_template, request
from flask_babel import get_locale
from werkzeug.wrappers import Response

from auth.people.adapters.web.visitor import Visitor, Waiting, forget_present
from auth.people.domain.sessions import Session
from auth.people.domain.steps import Step
from auth.people.use_cases.accept_engagement import AcceptEngagement


class EngagementPages:
    """The view."""

    def __init__(
        self,
        visitor: Visitor,
        accept_engagement: AcceptEngagement,
        go_on_in: Callable[[Session], Response],
        know_client: Callable[[Waiting | None], object],
    ) -> None:
        """`go_on_in`: to what follows in a session; `know_client`: lets the form end at the client that waits."""
        self._visitor = visitor
        self._accept = accept_engagement
        self._go_on_in = go_on_in
        self._know_client = know_client

    def blueprint(self) -> Blueprint:
        """Its address."""
        blueprint = Blueprint("engagement", __name__)
        blueprint.add_url_rule("/engagement", "engagement", self.engagement, methods=["GET", "POST"])
        return blueprint

    def engagement(self) -> Response | str:
        """Two buttons and no box that could be ticked already."""
        session = self._visitor.required().session
        is_step = Step.ACCEPT_ENGAGEMENT in session.pending
        if request.method == "POST" and is_step:
            if "refuse" in request.form:
                return self._refused()
            if "accept" in request.form:
                return self._go_on_in(self._accept(session))
        self._know_client(self._visitor.waiting())
        document = self._accept.document
        language = str(getattr(get_locale(), "language", "fr"))
        accepted = self._accept.accepted(session.account_id)
        return render_template(
            "engagement.html",
            document=document,
            text=document.texts.get(language, document.texts["fr"]),
            is_step=is_step,
            accepted_at=accepted.accepted_at if accepted is not None else None,
            suite=request.values.get("suite", ""),
        )

    def _refused(self) -> Response:
        """Signed out, with a plain word."""
        session = self._visitor.required().session
        self._accept.refuse(session)
        forget_present()
        answer = make_response(render_template("engagement_declined.html"))
        self._visitor.forget_cookie(answer)
        return answer
