"""/, /organisation, /ce-n-etait-pas-moi: the pages of a person who is signed in."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField
from wtforms.validators import InputRequired

from auth.clients.adapters.web.client_pages import CAF_ADMINISTRATOR
from auth.front.adapters.web.parts import Parts
from auth.people.adapters.web.closed_sentences import closed_text, purpose_of
from auth.people.adapters.web.past_sign_ins import in_words
from auth.people.adapters.web.visitor import forget_present
from auth.people.domain.sessions import Session
from auth.people.domain.steps import Step
from partnerkit.reasons import Reader
from partnerkit.web.labels import PROFILES
from rights.explanation import OpenExtranet
from servicekit.web import render_confirm


class OrganisationForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """For which organisation one works now."""

    organisation = RadioField(validators=[InputRequired()])
    suite = HiddenField()


def _opened(known: OpenExtranet) -> dict[str, object]:
    """What the portal says of an extranet that is open: what for, under which profiles, until when."""
    codes = sorted({str(code) for detail in known.authorization_details for code in _codes(detail.get("profiles"))})
    return {
        "extranet": known,
        "purpose": purpose_of(known.code),
        "profiles": [str(PROFILES.get(code, code)) for code in codes],
    }


def _codes(found: object) -> list[object]:
    return list(found) if isinstance(found, list | tuple) else []


class PortalPages:
    """The views."""

    def __init__(self, parts: Parts) -> None:
        """See `Parts`."""
        self._parts = parts

    def blueprint(self) -> Blueprint:
        """Their addresses."""
        blueprint = Blueprint("portal", __name__)
        both = ["GET", "POST"]
        blueprint.add_url_rule("/", "home", self.home)
        blueprint.add_url_rule("/organisation", "organisation", self.organisation, methods=both)
        blueprint.add_url_rule("/ce-n-etait-pas-moi", "not_me", self.not_me, methods=both)
        return blueprint

    def home(self) -> Response | str:
        """What is open, what is closed and why."""
        present = self._parts.visitor.required()
        organisations = self._parts.use_cases.rights.organisations(present.account.account_id)
        opened, closed = self._parts.use_cases.rights.overview(present.session)
        reader = self._parts.reader()
        return render_template(
            "portal.html",
            username=present.account.username,
            new_device=present.session.new_device,
            previous=self._previous(present.session),
            opened=[_opened(known) for known in opened],
            closed=[{"extranet": known, "text": closed_text(known.reason, reader)} for known in closed]
            if reader is not Reader.CAF  # the extranets of the partners are not for the work of a Caf's agent
            else [],
            several=len(organisations) > 1,
            why_nothing=self._parts.use_cases.rights.why_nothing_is_open(present.session) if organisations else "",
            nowhere=not organisations,
            may_declare=CAF_ADMINISTRATOR in self._parts.use_cases.rights.roles(present.session),
        )

    def _previous(self, session: Session) -> dict[str, object] | None:
        """The sign-in before this one, with its place, and the wrong passwords tried since."""
        history = self._parts.use_cases.person_history
        found = history.previous(session)
        if found is None:
            return None
        failures = history.failures_since(session)
        return {**in_words(found), "failures": failures}

    def organisation(self) -> Response | str:
        """One organisation needs no question; several do."""
        parts, present = self._parts, self._parts.visitor.required()
        organisations = parts.use_cases.rights.organisations(present.account.account_id)
        if not organisations:
            parts.use_cases.choose_organisation.none_to_choose(present.session)
            return parts.go_on()
        is_step = parts.use_cases.next_step(present.session) is Step.CHOOSE_ORGANISATION
        if is_step and len(organisations) == 1 and present.session.organisation_id is None:
            return self._choose(organisations[0].id)
        parts.waiting_client(parts.visitor.waiting())
        form = OrganisationForm()
        form.organisation.label.text = gettext("Pour quelle organisation travaillez-vous maintenant ?")
        form.organisation.choices = [(known.id, f"{known.name} ({known.siret})") for known in organisations]
        if request.method == "GET":
            form.suite.data = request.args.get("suite", "")
            form.organisation.data = present.session.organisation_id
        if form.validate_on_submit():
            return self._choose(form.organisation.data)
        return render_template("organisation.html", form=form, is_step=is_step)

    def _choose(self, organisation_id: str) -> Response:
        signed_in = self._parts.use_cases.choose_organisation(self._parts.visitor.required().session, organisation_id)
        answer = self._parts.go_on_in(signed_in.session)
        self._parts.visitor.set_cookie(answer, signed_in.cookie)
        return answer

    def not_me(self) -> Response | str:
        """Someone else may know the password: everything ends, a new one comes by mail."""
        present = self._parts.visitor.present()
        if present is None:
            return render_template("not_me_unknown.html")
        if request.method != "POST":  # a HEAD carries no CSRF token: it must not act
            return render_confirm(
                title=gettext("La dernière connexion n'était pas la vôtre ?"),
                changes=[
                    gettext("Toutes vos sessions seront fermées, ici et dans chaque extranet."),
                    gettext("Votre mot de passe actuel ne sera plus valable."),
                    gettext("Un nouveau mot de passe provisoire vous sera envoyé par courriel."),
                    gettext("Le signalement sera inscrit au journal, où la Caf peut le contrôler."),
                ],
                action="/ce-n-etait-pas-moi",
                button=("not-me-confirm", gettext("Fermer toutes mes sessions")),
                cancel_url="/",
                danger=True,
            )
        self._parts.use_cases.disown_login(present.session)
        self._parts.use_cases.wait_for_logout(present.session.session_id)
        forget_present()
        answer = make_response(render_template("not_me_done.html"))
        self._parts.visitor.forget_cookie(answer)
        return answer
