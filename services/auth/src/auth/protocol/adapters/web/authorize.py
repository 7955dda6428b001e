"""GET and POST /authorize (OIDC Core §3.1.2), /consent. The checks stand in order in `checks/table.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from auth.clients.domain.redirects import is_private_use
from auth.front.adapters.web.parts import Parts
from auth.ground.adapters.web.errors import AuthorizationRefusedError
from auth.ground.domain.errors import ExtranetClosedError, RequestRefusedError
from auth.people.adapters.web.closed_texts import closed_text
from auth.people.adapters.web.visitor import Waiting
from auth.protocol.adapters.web.authlib_server import PlainServer
from auth.protocol.adapters.web.authorization_response import error_parameters, location, respond
from auth.protocol.adapters.web.checks.asked import Asked
from auth.protocol.adapters.web.checks.signed_in import Shown
from auth.protocol.adapters.web.checks.table import OF_THE_PERSON, SENT_BACK, SHOWN_HERE
from auth.protocol.adapters.web.plain_requests import PlainRequest
from auth.protocol.adapters.web.request_sources import BadSourceError, resolve
from servicekit.errors import DependencyUnavailableError
from servicekit.references import current_reference
from servicekit.web import answers_directly, prefer_languages


class AuthorizeEndpoint:
    """The views."""

    def __init__(self, parts: Parts, server: PlainServer) -> None:
        """`server`: Authlib's, which checks once more what the table has checked."""
        self._parts = parts
        self._server = server
        self._use_cases = parts.use_cases

    def blueprint(self) -> Blueprint:
        """A client may POST its request: nothing is changed by it, so it carries no CSRF token."""
        blueprint = Blueprint("authorize", __name__)
        blueprint.add_url_rule("/authorize", "authorize", self.authorize, methods=["GET", "POST"])
        blueprint.add_url_rule("/consent", "consent", self.consent, methods=["GET", "POST"])
        self._parts.app.csrf_exempt(self.authorize)
        return blueprint

    @answers_directly  # response_mode=form_post (OAuth 2.0 Form Post Response Mode)
    def authorize(self) -> Response | str:
        """A code, an error for the client, or a page of ours."""
        try:
            waiting = self._asked_for()
        except BadSourceError as error:
            return self._bad_source(error)
        if waiting is None:  # sealed with another secret, or cut: the portal opens every service
            return redirect("/", 303)
        asked = self._asked(waiting)
        refusal = self._refusal(asked)
        if refusal is not None:
            return refusal
        if request.method == "POST":  # a cross-site POST brings no SameSite=Lax cookie; the redirect does
            return self._onwards("/authorize", waiting)
        try:
            for person_check in OF_THE_PERSON:
                shown = person_check(asked)
                if shown is not None:
                    return self._page_or_error(asked, waiting, shown)
        except AuthorizationRefusedError as error:
            return self._back(asked, error.code, error.description)
        except ExtranetClosedError as error:
            return self._closed(asked, error)
        except DependencyUnavailableError as error:
            return self._unavailable(asked, error)
        return self._code(asked)

    @answers_directly
    def consent(self) -> Response | str:
        """Asked once of a person, for a client that is not of the house; again with `prompt=consent`."""
        waiting, present = self._parts.visitor.waiting(), self._parts.visitor.required()
        client = self._parts.waiting_client(waiting)
        if waiting is None or client is None:
            return self._parts.go_on("/login")
        asked = self._asked(waiting)
        refusal = self._refusal(asked)
        if refusal is not None:
            return refusal
        if request.method != "POST":
            words = asked.agreed_scope.split()
            shown = {
                "elsewhere": self._parts.other_extranets(client, words),
                "suite": request.args["suite"],
                "address": _place_of(str(asked.one("redirect_uri"))),
            }
            return render_template("consent.html", client=client, scope=words, **shown)
        if "allow" not in request.form:
            self._use_cases.give_consent.refuse(present.session, client, asked.agreed_scope)
            return self._back(asked, "access_denied", "")
        self._use_cases.give_consent(present.session, client, asked.agreed_scope)
        return self._parts.go_on()

    def _asked_for(self) -> Waiting | None:
        if "suite" in request.values:
            return self._parts.visitor.waiting()
        source = request.form if request.method == "POST" else request.args
        return resolve(self._use_cases, dict(source.lists()), self._parts.now())

    def _bad_source(self, error: BadSourceError) -> Response:
        """Sent back when the parameters around it say where, and that is the client's; else shown."""
        asked = self._asked(error.outer)
        try:
            for check in SHOWN_HERE:
                check(asked)
        except AuthorizationRefusedError:
            return self._shown(error.code, error.description)
        return self._back(asked, error.code, error.description)

    def _refusal(self, asked: Asked) -> Response | None:
        """What the checks of the request itself refuse: shown here, or sent back once the address is the client's."""
        try:
            for check in SHOWN_HERE:
                check(asked)
        except AuthorizationRefusedError as error:
            return self._shown(error.code, error.description)
        try:
            for check in SENT_BACK:
                check(asked)
        except AuthorizationRefusedError as error:
            return self._back(asked, error.code, error.description)
        return None

    def _asked(self, waiting: Waiting) -> Asked:
        prefer_languages(waiting.one("ui_locales"))
        return Asked(
            parameters=waiting.parameters,
            client=self._use_cases.client(waiting.one("client_id")),
            issuer=self._parts.issuer,
            own=self._use_cases,
            present=self._parts.visitor.present(),
            began_at=waiting.began_at,
            now=self._parts.now(),
            is_pushed=bool(waiting.pushed_hash),
            is_signed=waiting.is_signed,
            pushed_hash=waiting.pushed_hash,
            pushed_dpop_key=waiting.dpop_key,
        )

    def _code(self, asked: Asked) -> Response | str:
        assert asked.present is not None
        plain = PlainRequest("GET", f"{self._parts.issuer}/authorize", {}, _lists(asked.parameters))
        plain.resource, plain.details = asked.audience, asked
        grant = self._server.get_authorization_grant(plain)
        try:
            _status, _body, headers = self._server.create_authorization_response(
                plain, grant_user=asked.present.session, grant=grant
            )
        except ExtranetClosedError as error:
            return self._closed(asked, error)
        except RequestRefusedError as error:
            return self._shown(error.code, error.description)
        except DependencyUnavailableError as error:
            return self._unavailable(asked, error)
        return respond(asked, _given(headers), self._use_cases.signer)

    def _unavailable(self, asked: Asked, error: DependencyUnavailableError) -> Response:
        """Where a page may say it, the error goes on to become one."""
        if "none" in asked.prompts:
            return self._back(asked, "temporarily_unavailable", "")
        raise error

    def _closed(self, asked: Asked, error: ExtranetClosedError) -> Response:
        back = location(asked, error_parameters("access_denied", error.reason), self._use_cases.signer)
        if "none" in asked.prompts or back is None:
            return self._back(asked, "access_denied", error.reason)
        page = render_template(
            "closed_extranet.html",
            label=self._use_cases.rights.label_of(error.extranet) or asked.known.name,
            text=closed_text(error.reason, self._parts.reader()),
            reason=error.reason,
            back=None if asked.known.first_party else back,  # ours would only refuse again
            reference=current_reference(),
        )
        return make_response(page, 403)

    def _page_or_error(self, asked: Asked, waiting: Waiting, shown: Shown) -> Response:
        if "none" in asked.prompts:
            return self._back(asked, shown.error_code, "")
        return self._onwards(shown.page, waiting)

    def _onwards(self, page: str, waiting: Waiting) -> Response:
        sealed = urlencode({"suite": self._parts.visitor.seal(waiting)})
        return redirect(f"{page}{'&' if '?' in page else '?'}{sealed}", 303)

    def _back(self, asked: Asked, code: str, description: str) -> Response:
        if asked.pushed_hash:
            self._use_cases.push_request.end(asked.pushed_hash)
        return respond(asked, error_parameters(code, description), self._use_cases.signer)

    def _shown(self, code: str, description: str) -> Response:
        return make_response(render_template("oidc_error.html", code=code, description=description), 400)


def _place_of(address: str) -> str:
    """What a person recognises a return address by: its host, or the scheme of an application's own."""
    parts = urlsplit(address)
    return parts.scheme if is_private_use(address) else parts.netloc


def _lists(parameters: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {name: list(values) for name, values in parameters.items() if values}


def _given(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What Authlib put into the address: the code, or an error of its own checks. `state` is added by the writer."""
    location = dict(headers)["Location"]
    return [(name, value) for name, value in parse_qsl(urlsplit(location).query) if name in _OF_THE_ANSWER]


_OF_THE_ANSWER = frozenset({"code", "error", "error_description"})
