"""Who is at the browser, the cookie of the session, and the request that waits while pages of ours are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flask import g, request
from flask_babel import get_locale
from werkzeug.wrappers import Response as BaseResponse

from auth.ground.domain.errors import SessionEndedError
from auth.people.domain.steps import Step
from auth.people.use_cases.keep_session import FindSession, Present
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.remember_language import RememberLanguage
from servicekit.clock import Clock
from servicekit.web import CurrentPerson, PageFrame, ServiceApp, prefer_languages

_COUNTS_AS_FRESH = timedelta(hours=1)
_ABOUT = "authorization request"
_NOT_YET_KNOWN = frozenset({Step.SECOND_FACTOR, Step.CHOOSE_PASSWORD})
"""Before these steps a page does not say whose account it is, nor when they signed in last."""
_LOOKED_AT = frozenset(
    {"response_type", "response_mode", "client_id", "redirect_uri", "scope", "resource", "state", "nonce", "prompt"}
    | {"max_age", "login_hint", "id_token_hint", "code_challenge", "code_challenge_method", "claims", "ui_locales"}
    | {"authorization_details", "dpop_jkt", "acr_values", "display"}
)  # the others are ignored (RFC 6749 §3.1), so they do not travel


@dataclass(frozen=True)
class Waiting:
    """An authorization request that waits for the person, and when it first came.

    `pushed_hash`, `dpop_key`: of the pushed request it came by; `is_signed`: it came as a signed object.
    """

    parameters: Mapping[str, Sequence[str]]
    began_at: datetime
    pushed_hash: str = ""
    dpop_key: str = ""
    is_signed: bool = False

    def one(self, name: str) -> str | None:
        """First value of a parameter."""
        values = self.parameters.get(name)
        return values[0] if values else None


@dataclass(frozen=True, kw_only=True)
class VisitorUseCases:
    """What is asked of a visitor, at nearly every page."""

    find_session: FindSession
    remember_language: RememberLanguage
    rights: PersonRights


class Visitor:
    """One per application."""

    def __init__(self, app: ServiceApp, use_cases: VisitorUseCases, clock: Clock) -> None:
        """The waiting request travels sealed in the address: several tabs do not mix, nothing is stored."""
        self._app = app
        self._use_cases = use_cases
        self._clock = clock
        self._sealer = app.web_secrets.sealer("waiting authorization request")
        self._cookie = app.cookie_name("session")
        app.set_page_frame(self.frame)
        if app.shown_pages is not None:
            app.shown_pages.owner = self._session_id

    @property
    def cookie(self) -> str | None:
        """The session cookie as sent."""
        return request.cookies.get(self._cookie)

    def present(self) -> Present | None:
        """The person with a living session, or None; looked up once per request."""
        if "present" not in g:
            g.present = self._use_cases.find_session(self.cookie)
        found: Present | None = g.present
        return found

    def required(self) -> Present:
        """As `present`.

        Raises:
            SessionEndedError: nobody is signed in.
        """
        present = self.present()
        if present is None:
            raise SessionEndedError("nobody is signed in")
        return present

    def set_cookie(self, answer: BaseResponse, cookie: str) -> None:
        """Only this server reads it; it ends with the browser."""
        answer.set_cookie(
            self._cookie, cookie, httponly=True, secure=self._app.secure_cookies, samesite="Lax", path="/"
        )

    def forget_cookie(self, answer: BaseResponse) -> None:
        """After the end of the session."""
        answer.delete_cookie(self._cookie, httponly=True, secure=self._app.secure_cookies, samesite="Lax", path="/")

    def seal(self, waiting: Waiting) -> str:
        """The waiting request as text for an address."""
        content = {
            "parameters": {name: list(values) for name, values in waiting.parameters.items() if name in _LOOKED_AT},
            "began_at": waiting.began_at.timestamp(),
            "source": [waiting.pushed_hash, waiting.dpop_key, waiting.is_signed],
        }
        return self._sealer.seal(json.dumps(content), _ABOUT)

    def waiting(self) -> Waiting | None:
        """The request that waits, from `suite`; None when there is none.

        A page that was left open leads on all the same, but a request is never taken for older than an hour: a sign-in
        before that does not satisfy `prompt=login` or `max_age`.

        The page then speaks the language that the request prefers (`ui_locales`, OIDC Core §3.1.2.1).
        """
        sealed = request.values.get("suite")
        waiting = self._sealer.read(sealed, _ABOUT, _read) if sealed else None
        if waiting is None:
            return None
        waiting = replace(waiting, began_at=max(waiting.began_at, self._clock.now() - _COUNTS_AS_FRESH))
        prefer_languages(waiting.one("ui_locales"))
        return waiting

    def _session_id(self) -> str:
        present = self.present()
        return present.session.session_id if present is not None else ""

    def frame(self) -> PageFrame:
        """The header: who is there, the last sign-in, DÉCONNEXION."""
        present = self.present()
        if present is None or not _NOT_YET_KNOWN.isdisjoint(present.session.pending):
            return PageFrame()
        locale = get_locale()
        self._use_cases.remember_language(present.account, str(locale.language) if locale else "fr")
        organisation = self._use_cases.rights.organisation_name(present.session.organisation_id)
        person = CurrentPerson(present.account.display_name, organisation, present.session.previous_login_at)
        return PageFrame(person, logout_url="/deconnexion", not_me_url="/ce-n-etait-pas-moi", portal_url="/")


def forget_present() -> None:
    """The session of this request has just ended: the page that follows shows nobody."""
    g.present = None
    g.pop("page_frame", None)


def _read(text: str) -> Waiting:
    content = json.loads(text)
    pushed_hash, dpop_key, is_signed = content["source"]
    parameters = {name: list(values) for name, values in content["parameters"].items()}
    return Waiting(parameters, datetime.fromtimestamp(content["began_at"], UTC), pushed_hash, dpop_key, is_signed)
