"""/second-factor: the second step of a sign-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from flask import Blueprint, make_response, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from auth.ground.domain.errors import TooManyAttemptsError, WrongCodeError
from auth.people.adapters.web.known_devices import KnownDevices
from auth.people.adapters.web.visitor import Visitor
from auth.people.adapters.web.waiting_sentences import wait_sentence
from auth.people.adapters.web.ways import Ways
from auth.people.use_cases.name_helpers import NameHelpers
from auth.people.use_cases.show_second_factor import ShownCode, ShowSecondFactor

_LONGEST = 60


class CodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """One of the two."""

    code = StringField(_l("Code à six chiffres de votre application"), [Length(max=_LONGEST)])
    recovery = StringField(_l("Code de secours"), [Length(max=_LONGEST)])
    suite = HiddenField()


@dataclass(frozen=True, kw_only=True)
class SecondStepPage:
    """The view. `address`: of the browser, in the network."""

    visitor: Visitor
    ways: Ways
    show: ShowSecondFactor
    devices: KnownDevices
    name_helpers: NameHelpers
    address: Callable[[], str]

    def blueprint(self) -> Blueprint:
        """Its address."""
        blueprint = Blueprint("second_step", __name__)
        blueprint.add_url_rule("/second-factor", "second_step", self.second_step, methods=["GET", "POST"])
        return blueprint

    def second_step(self) -> Response | str:
        """Only for somebody whose password was right: it may name who can help."""
        present = self.visitor.required()
        if not present.session.pending:
            return self.ways.go_on_in(present.session)
        self.ways.waiting_client(self.visitor.waiting())
        form = CodeForm(formdata=request.form if request.method == "POST" else None)
        if request.method == "GET":
            form.suite.data = request.args.get("suite", "")
        status, retry_after = 200, 0
        if form.validate_on_submit():
            typed = form.code if form.code.data else form.recovery
            try:
                if typed.data:
                    return self._shown(str(typed.data))
                status, form.code.errors = 400, [_NOTHING]
            except WrongCodeError:
                status, typed.errors = 401, [_WRONG_RECOVERY if typed is form.recovery else _WRONG]
            except TooManyAttemptsError as error:
                status, retry_after = 429, max(ceil(error.retry_after.total_seconds()), 1)
                form.form_errors.append(wait_sentence(retry_after))
        elif request.method == "POST":
            status = 400
        helpers = self.name_helpers(present.account.account_id).administrators
        answer = make_response(render_template("second_factor.html", form=form, helpers=helpers), status)
        if retry_after:
            answer.headers["Retry-After"] = str(retry_after)  # RFC 9110 §10.2.3
        return answer

    def _shown(self, typed: str) -> Response:
        present = self.visitor.required()
        shown = ShownCode(
            text=typed,
            address=self.address(),
            device=self.devices.known(present.account.username),
            user_agent=request.user_agent.string[:_LONGEST_AGENT],
        )
        signed_in = self.show(present.session, shown)
        answer = self.ways.go_on_in(signed_in.session)
        self.visitor.set_cookie(answer, signed_in.cookie)
        return answer


_LONGEST_AGENT = 200
_NOTHING = _l("Tapez un code, ou un code de secours.")
_WRONG = _l(
    "Ce code n'est pas, ou n'est plus, le bon. Attendez que votre application en montre un autre, puis tapez-le."
)
_WRONG_RECOVERY = _l("Ce code de secours n'est pas le bon, ou il a déjà servi. Prenez-en un autre de votre liste.")
