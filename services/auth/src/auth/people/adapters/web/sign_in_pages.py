"""/login, /choose-password, /forgotten-password: the pages of a person who is not yet, or only half, signed in."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

from flask import Blueprint, flash, make_response, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from auth.ground.domain.errors import (
    AccountClosedError,
    InvalidCredentialsError,
    PasswordRefusedError,
    TooManyAttemptsError,
)
from auth.people.adapters.web.known_devices import KnownDevices
from auth.people.adapters.web.visitor import Visitor, Waiting
from auth.people.adapters.web.waiting_sentences import wait_sentence
from auth.people.adapters.web.ways import AGAIN, Ways
from auth.people.domain.steps import Step
from auth.people.use_cases.choose_password import ChoosePassword
from auth.people.use_cases.request_identifier import RequestIdentifier
from auth.people.use_cases.request_password import RequestPassword
from auth.people.use_cases.sign_in import SignIn, SignInRequest
from partnerkit.email import InvalidEmailError
from servicekit.web import ServiceApp
from servicekit.web.form_helpers import Needed

_ASKS_AGAIN = ("prompt", "max_age", "id_token_hint")
_CLAIMS_THAT_ASK_AGAIN = frozenset({"sub", "acr"})  # OIDC Core §5.5.1: a certain person, a certain way to sign in
"""Parameters of a request that may ask a person who is signed in for the password (OIDC Core §3.1.2.1)."""

_LOGIN, _CHOOSE_PASSWORD = "/login", "/choose-password"
PATHS_WITH_PASSWORDS = frozenset({_LOGIN, _CHOOSE_PASSWORD})
"""A form sent there costs a password hash."""


class LoginForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """What one signs in with."""

    username = StringField(_l("Identifiant"), [InputRequired(_l("Indiquez votre identifiant.")), Length(max=200)])
    password = PasswordField(_l("Mot de passe"), [InputRequired(_l("Indiquez votre mot de passe.")), Length(max=1024)])
    suite = HiddenField()


class PasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """The password in use, unless it was provisional; the new one, twice. Pasting is allowed."""

    current = PasswordField(_l("Mot de passe actuel"), [Needed(), Length(max=1024)])
    password = PasswordField(_l("Nouveau mot de passe"), [InputRequired(_l("Choisissez un mot de passe."))])
    confirmation = PasswordField(
        _l("Le même mot de passe, une seconde fois"), [InputRequired(_l("Répétez le mot de passe."))]
    )
    suite = HiddenField()


class ForgottenForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """Whose password was forgotten."""

    username = StringField(_l("Identifiant"), [InputRequired(_l("Indiquez votre identifiant.")), Length(max=200)])


class LostIdentifierForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """Where the account's mails go."""

    email = StringField(
        _l("Adresse de courriel de votre compte"), [InputRequired(_l("Indiquez votre adresse.")), Length(max=254)]
    )


@dataclass(frozen=True, kw_only=True)
class LoginPage:
    """Identifier and password. `address`: of the browser, in the network."""

    visitor: Visitor
    ways: Ways
    sign_in: SignIn
    devices: KnownDevices
    address: Callable[[], str]

    def login(self) -> Response | str:
        """OIDC Core §3.1.2.3. Shows whom one signs in for."""
        waiting = self.visitor.waiting()
        client = self.ways.waiting_client(waiting)
        if request.method != "POST" and self._is_done(waiting):
            return self._onwards()
        form = LoginForm(formdata=request.form if request.method == "POST" else None)
        if request.method == "GET":
            form.suite.data = request.args.get("suite", "")
            form.username.data = (waiting.one("login_hint") if waiting is not None else None) or ""
        status = 200
        if form.validate_on_submit():
            try:
                return self._sign_in(form)
            except InvalidCredentialsError:
                form.form_errors.append(gettext("L'identifiant ou le mot de passe est incorrect."))
                status = 401
            except AccountClosedError as error:
                return _page("account_closed.html", 403, closed=error, username=form.username.data)
            except TooManyAttemptsError as error:
                return _wait("login.html", error, form=form, client=client)
        elif request.method == "POST":
            status = 400
        return _page("login.html", status, form=form, client=client)

    def _is_done(self, waiting: Waiting | None) -> bool:
        """Somebody is signed in and nothing asks for the password again: a bookmark, the back button, another tab."""
        if self.visitor.present() is None or AGAIN in request.args:
            return False
        if waiting is None:
            return True
        return not any(map(waiting.one, _ASKS_AGAIN)) and not _claims_ask_again(waiting.one("claims") or "{}")

    def _onwards(self) -> Response:
        present = self.visitor.present()
        return self.ways.go_on() if present is None else self.ways.go_on_in(present.session)

    def stale(self) -> Response:
        """The page was open for longer than its CSRF token lived: nothing typed counts, and nobody is signed in by it
        (login CSRF), but the person goes on without an error."""
        if self._is_done(self.visitor.waiting()):
            return self._onwards()
        flash(gettext("Cette page était ouverte depuis longtemps. Indiquez de nouveau votre mot de passe."), "info")
        return self.ways.go_on("/login")

    def _sign_in(self, form: LoginForm) -> Response:
        signed_in = self.sign_in(
            SignInRequest(
                username=str(form.username.data),
                password=str(form.password.data),
                address=self.address(),
                user_agent=request.user_agent.string,
                cookie=self.visitor.cookie,
                device=self.devices.known(str(form.username.data)),
            )
        )
        answer = self.ways.go_on_in(signed_in.session)
        self.visitor.set_cookie(answer, signed_in.cookie)
        self.devices.remember(answer, str(form.username.data), signed_in.device)
        return answer


@dataclass(frozen=True, kw_only=True)
class ChoosePasswordPage:
    """A password of one's own."""

    visitor: Visitor
    ways: Ways
    choose: ChoosePassword
    minimum_length: int

    def choose_password(self) -> Response | str:
        """After a provisional password; also for someone who wants another one."""
        present = self.visitor.required()
        provisional = Step.CHOOSE_PASSWORD in present.session.pending
        self.ways.waiting_client(self.visitor.waiting())
        form = PasswordForm(formdata=request.form if request.method == "POST" else None)
        if request.method == "GET":
            form.suite.data = request.args.get("suite", "")
        status = 200
        if form.validate_on_submit():
            try:
                signed_in = self.choose(
                    present.session,
                    str(form.password.data),
                    str(form.confirmation.data),
                    str(form.current.data or ""),
                )
            except TooManyAttemptsError as error:
                return _wait(
                    "choose_password.html",
                    error,
                    form=form,
                    minimum=self.minimum_length,
                    username=present.account.username,
                    provisional=provisional,
                )
            except PasswordRefusedError as error:
                for name, reason in error.fields.items():
                    form[name].errors = [_problem(reason, self.minimum_length)]
                status = 400
            else:
                answer = self.ways.go_on_in(signed_in.session)
                self.visitor.set_cookie(answer, signed_in.cookie)
                return answer
        elif request.method == "POST":
            status = 400
        return _page(
            "choose_password.html",
            status,
            form=form,
            minimum=self.minimum_length,
            username=present.account.username,
            provisional=provisional,
        )


@dataclass(frozen=True, kw_only=True)
class ForgottenPages:
    """What somebody forgot comes by mail. `address`: of the browser, in the network."""

    request_password: RequestPassword
    request_identifier: RequestIdentifier
    address: Callable[[], str]

    def forgotten_password(self) -> Response | str:
        """The answer is the same for every identifier (ASVS 6.3.8)."""
        form = ForgottenForm()
        if form.validate_on_submit() and "@" in str(form.username.data):
            form.username.errors = [gettext("Saisissez votre identifiant, pas votre adresse de courriel.")]
        elif form.validate_on_submit():
            self.request_password(str(form.username.data), self.address())
            return render_template("forgotten_password_sent.html")
        return _page("forgotten_password.html", 400 if request.method == "POST" else 200, form=form)

    def lost_identifier(self) -> Response | str:
        """The answer is the same for every address (ASVS 6.3.8)."""
        form = LostIdentifierForm()
        if form.validate_on_submit():
            try:
                self.request_identifier(str(form.email.data), self.address())
            except InvalidEmailError:
                form.email.errors = [gettext("Cette adresse n'est pas complète : nom@exemple.fr.")]
            else:
                return render_template("lost_identifier_sent.html")
        return _page("lost_identifier.html", 400 if request.method == "POST" else 200, form=form)


def sign_in_pages(
    app: ServiceApp, login: LoginPage, choose_password: ChoosePasswordPage, forgotten: ForgottenPages
) -> Blueprint:
    """Their addresses."""
    blueprint = Blueprint("sign_in", __name__)
    both = ["GET", "POST"]
    blueprint.add_url_rule(_LOGIN, "login", login.login, methods=both)
    blueprint.add_url_rule(_CHOOSE_PASSWORD, "choose_password", choose_password.choose_password, methods=both)
    blueprint.add_url_rule("/forgotten-password", "forgotten_password", forgotten.forgotten_password, methods=both)
    blueprint.add_url_rule("/identifiant-perdu", "lost_identifier", forgotten.lost_identifier, methods=both)
    app.error_pages.when_stale("sign_in.login", login.stale)
    return blueprint


def _wait(template: str, error: TooManyAttemptsError, **values: Any) -> Response:
    """The form once more, with how long to wait in words and for programs (RFC 9110 §10.2.3)."""
    seconds = max(ceil(error.retry_after.total_seconds()), 1)
    values["form"].form_errors.append(wait_sentence(seconds))
    answer = _page(template, 429, **values)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _page(template: str, status: int, **values: object) -> Response:
    return make_response(render_template(template, **values), status)


def _claims_ask_again(text: str) -> bool:
    """Whether a `claims` parameter may ask a person who is signed in for the password; what cannot be read may."""
    try:
        asked = json.loads(text)
        return any(_CLAIMS_THAT_ASK_AGAIN & (asked.get(member) or {}).keys() for member in ("id_token", "userinfo"))
    except (ValueError, AttributeError, RecursionError):
        return True


def _problem(reason: str, minimum: int) -> str:
    sentences = {
        "TOO_SHORT": gettext("Il faut au moins %(minimum)s caractères.", minimum=minimum),
        "TOO_LONG": gettext("Il faut au plus 128 caractères."),
        "COMMON": gettext(
            "Ce mot de passe est l'un des plus utilisés : il serait vite deviné. Choisissez-en un autre."
        ),
        "CONTEXT": gettext(
            "Ce mot de passe contient surtout votre nom, votre identifiant ou un mot du service : il se devine vite."
        ),
        "SEQUENCE": gettext("Ce mot de passe est une suite de touches ou de caractères : il serait vite deviné."),
        "PROVISIONAL_SHAPE": gettext(
            "Ce mot de passe ressemble à un mot de passe provisoire. Choisissez-en un à vous."
        ),
        "DIFFERENT": gettext("Les deux saisies sont différentes."),
        "WRONG": gettext("Ce n'est pas votre mot de passe actuel."),
    }
    return str(sentences.get(reason, gettext("Ce mot de passe ne convient pas.")))
