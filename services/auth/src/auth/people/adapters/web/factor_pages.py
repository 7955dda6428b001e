"""/sessions/deuxieme-etape: what a person does the second step of a sign-in with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import pyotp
from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from auth.ground.domain.errors import FactorUnknownError, WrongCodeError
from auth.people.adapters.web.visitor import Visitor
from auth.people.adapters.web.ways import AGAIN, Ways
from auth.people.domain.credentials import CredentialKind, has_second_factor
from auth.people.use_cases.keep_session import Present
from auth.people.use_cases.manage_factors import LONGEST_NAME, ManageFactors, NewAuthenticator
from servicekit.web import render_confirm

_LIST = "/sessions/deuxieme-etape"
_ADD, _REMOVE, _CODES = f"{_LIST}/ajouter", f"{_LIST}/retirer", f"{_LIST}/codes-de-secours"
_ISSUER = "Mon compte partenaire"
_SECRET_GROUP = 4


class AuthenticatorForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """A new application, with its first code."""

    code = StringField(
        _l("Code à six chiffres que montre l'application"),
        [InputRequired(_l("Tapez le code que montre l'application.")), Length(max=60)],
    )
    name = StringField(_l("Nom de l'appareil"), [Length(max=LONGEST_NAME)])
    sealed = HiddenField()


@dataclass(frozen=True, kw_only=True)
class FactorPages:
    """The views. A GET shows what will change, a POST does it; each change asks for a fresh sign-in."""

    visitor: Visitor
    ways: Ways
    manage: ManageFactors

    def blueprint(self) -> Blueprint:
        """Their addresses."""
        blueprint = Blueprint("factors", __name__)
        both = ["GET", "POST"]
        blueprint.add_url_rule(_LIST, "listed", self.listed)
        blueprint.add_url_rule(_ADD, "add", self.add, methods=both)
        blueprint.add_url_rule(_REMOVE, "remove", self.remove, methods=both)
        blueprint.add_url_rule(_CODES, "codes", self.codes, methods=both)
        return blueprint

    def listed(self) -> str:
        """The applications, and how many recovery codes are left."""
        held = self.manage.held(self.visitor.required().session)
        return render_template(
            "factors.html",
            applications=[one for one in held if one.kind is CredentialKind.AUTHENTICATOR],
            codes_left=sum(one.kind is CredentialKind.RECOVERY_CODE for one in held),
        )

    def add(self) -> Response | str:
        """An application: its secret as a picture and as text, then its first code."""
        present = self.visitor.required()
        if self.manage.must_sign_in_again(present.session):
            return self._sign_in_first(_ADD)
        form = AuthenticatorForm(formdata=request.form if request.method == "POST" else None)
        sealed = str(form.sealed.data or "") if request.method == "POST" else ""
        offered = self.manage.shown_again(present.session, sealed) if sealed else None
        status = 200
        if request.method == "POST" and offered is None:
            flash(gettext("Cette page n'était plus valable. Recommencez avec ce nouveau dessin."), "info")
            return redirect(_ADD, 303)
        if offered is not None and form.validate_on_submit():
            try:
                codes = self.manage.add_authenticator(
                    present.session, offered.sealed, str(form.code.data), str(form.name.data or "")
                )
            except WrongCodeError:
                form.code.errors = [_WRONG]
                status = 400
            else:
                return _codes(codes, added=True)
        elif request.method == "POST":
            status = 400
        offered = offered or self.manage.new_authenticator(present.session)
        form.sealed.data = offered.sealed
        return make_response(render_template("factor_add.html", form=form, **_drawn(present, offered)), status)

    def remove(self) -> Response | str:
        """One of the applications."""
        credential_id = request.values.get("moyen", "")
        present = self.visitor.required()
        if self.manage.must_sign_in_again(present.session):
            return self._sign_in_first(f"{_REMOVE}?{urlencode({'moyen': credential_id})}")
        held = self.manage.held(present.session)
        found = next((one for one in held if one.credential_id == credential_id), None)
        if found is None or found.kind is not CredentialKind.AUTHENTICATOR:
            return self._gone()
        if request.method == "POST":
            try:
                self.manage.remove(present.session, credential_id)
            except FactorUnknownError:
                return self._gone()
            flash(gettext("Cette application ne sert plus à vous connecter."), "success")
            return redirect(_LIST, 303)
        left = [one for one in held if one is not found]
        return render_confirm(
            title=gettext("Retirer l'application «\u00a0%(name)s\u00a0» ?", name=found.name or gettext("sans nom")),
            changes=_removal(still=has_second_factor(left)),
            action=_REMOVE,
            button=("factor-remove-confirm", gettext("Retirer cette application")),
            cancel_url=_LIST,
            fields={"moyen": credential_id},
            danger=True,
        )

    def codes(self) -> Response | str:
        """New recovery codes."""
        present = self.visitor.required()
        if self.manage.must_sign_in_again(present.session):
            return self._sign_in_first(_CODES)
        if not has_second_factor(self.manage.held(present.session)):
            return self._gone()
        if request.method == "POST":
            try:
                return _codes(self.manage.renew_recovery_codes(present.session), added=False)
            except FactorUnknownError:
                return self._gone()
        return render_confirm(
            title=gettext("Créer de nouveaux codes de secours ?"),
            changes=[
                gettext("Dix nouveaux codes vous sont montrés une seule fois : imprimez-les ou notez-les."),
                gettext("Les codes d'avant ne servent plus."),
            ],
            action=_CODES,
            button=("codes-confirm", gettext("Créer de nouveaux codes")),
            cancel_url=_LIST,
        )

    def _sign_in_first(self, page: str) -> Response:
        flash(gettext("Pour changer votre deuxième étape, connectez-vous de nouveau."), "info")
        self.ways.come_back_to(page)
        return redirect(f"/login?{AGAIN}=1", 303)

    def _gone(self) -> Response:
        flash(gettext("Rien n'a changé : voici ce qui sert aujourd'hui à votre deuxième étape."), "info")
        return redirect(_LIST, 303)


def _drawn(present: Present, offered: NewAuthenticator) -> dict[str, object]:
    """The secret as an application reads it, and as a person types it."""
    import segno  # read at the first picture

    address = pyotp.TOTP(offered.secret).provisioning_uri(name=present.account.username, issuer_name=_ISSUER)
    picture = segno.make(address, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff")
    groups = [offered.secret[at : at + _SECRET_GROUP] for at in range(0, len(offered.secret), _SECRET_GROUP)]
    return {"picture": Markup(picture), "secret": " ".join(groups), "address": address}  # noqa: S704 - drawn by segno


def _codes(codes: Sequence[str], *, added: bool) -> str:
    return render_template("recovery_codes.html", codes=codes, added=added)


def _removal(*, still: bool) -> list[str]:
    others = gettext("Vos autres connexions sont fermées.")
    if still:
        return [gettext("Ses codes ne servent plus à vous connecter ; ceux de vos autres applications, si."), others]
    return [
        gettext("C'est la dernière : votre mot de passe suffira de nouveau à vous connecter."),
        gettext("Vos codes de secours ne servent plus."),
        others,
    ]


_WRONG = _l(
    "Ce n'est pas le code de ce moment. Vérifiez que l'appareil est à l'heure, attendez le code suivant, puis tapez-le."
)
