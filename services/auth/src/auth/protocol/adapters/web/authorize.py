"""GET and POST /authorize (OIDC Core §3.1.2). `checks/table.py` decides, and nothing decides again."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.ground.domain.errors import ExtranetClosedError, RequestRefusedError
from auth.people.adapters.web.visitor import Waiting
from auth.protocol.adapters.web.authorization_answer import AuthorizationAnswers
from auth.protocol.adapters.web.authorization_request import AuthorizationRequests
from auth.protocol.adapters.web.checks.asked import Asked
from auth.protocol.adapters.web.checks.signed_in import Shown
from auth.protocol.adapters.web.checks.table import OF_THE_PERSON
from auth.protocol.adapters.web.consent_page import ConsentPage
from auth.protocol.adapters.web.request_sources import BadSourceError
from auth.protocol.use_cases.issue_code import CodeRequest, IssueCode
from servicekit.errors import DependencyUnavailableError
from servicekit.web import ServiceApp, answers_directly


@dataclass(frozen=True, kw_only=True)
class AuthorizeEndpoint:
    """The views; `consent` is the page that may come between."""

    requests: AuthorizationRequests
    answers: AuthorizationAnswers
    issue_code: IssueCode
    consent: ConsentPage

    def blueprint(self, app: ServiceApp) -> Blueprint:
        """A client may POST its request: nothing is changed by it, so it carries no CSRF token."""
        blueprint = Blueprint("authorize", __name__)
        blueprint.add_url_rule("/authorize", "authorize", self.authorize, methods=["GET", "POST"])
        blueprint.add_url_rule("/consent", "consent", self.consent.show, methods=["GET", "POST"])
        app.csrf_exempt(self.authorize)
        return blueprint

    @answers_directly  # response_mode=form_post (OAuth 2.0 Form Post Response Mode)
    def authorize(self) -> Response | str:
        """A code, an error for the client, or a page of ours."""
        try:
            waiting = self.requests.sent()
        except BadSourceError as error:
            return self._bad_source(error)
        if waiting is None:  # the portal opens every service
            return redirect("/", 303)
        asked = self.requests.asked(waiting)
        refusal = self.answers.refusal(asked)
        if refusal is not None:
            return refusal
        if request.method == "POST":  # a cross-site POST brings no SameSite=Lax cookie; the redirect does
            return self._onwards("/authorize", waiting)
        try:
            for person_check in OF_THE_PERSON:
                shown = person_check(asked)
                if shown is not None:
                    return self._page_or_error(asked, waiting, shown)
            return self._code(asked)
        except AuthorizationRefusedError as error:
            return self.answers.back(asked, error.code, error.description)
        except ExtranetClosedError as error:
            return self.answers.closed(asked, error)
        except DependencyUnavailableError as error:
            return self.answers.unavailable(asked, error)

    def _code(self, asked: Asked) -> Response:
        assert asked.present is not None
        wanted = CodeRequest(
            client=asked.known,
            redirect_uri=str(asked.one("redirect_uri")),
            scope=asked.scope,
            audience=asked.audience,
            code_challenge=asked.one("code_challenge") or "",
            nonce=asked.one("nonce"),
            dpop_key=asked.dpop_key,
            claims_request=asked.claims_request,
            details_request=asked.one("authorization_details") or "",
            pushed_hash=asked.pushed_hash,
        )
        try:
            return self.answers.code(asked, self.issue_code(asked.present.session, wanted))
        except RequestRefusedError as error:  # the pushed request gave a code already
            return self.answers.shown(error.code, error.description)

    def _bad_source(self, error: BadSourceError) -> Response:
        """Sent back when the parameters around it say where, and that is the client's; else shown."""
        asked = self.requests.asked(error.outer)
        if self.answers.refusal_here(asked) is not None:
            return self.answers.shown(error.code, error.description)
        return self.answers.back(asked, error.code, error.description)

    def _page_or_error(self, asked: Asked, waiting: Waiting, shown: Shown) -> Response:
        if "none" in asked.prompts:
            return self.answers.back(asked, shown.error_code, "")
        return self._onwards(shown.page, waiting)

    def _onwards(self, page: str, waiting: Waiting) -> Response:
        sealed = urlencode({"suite": self.requests.visitor.seal(waiting)})
        return redirect(f"{page}{'&' if '?' in page else '?'}{sealed}", 303)
