"""/, /organisation, /ce-n-etait-pas-moi: the pages of a person who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, request
from flask_babel import gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField
from wtforms.validators import InputRequired

from auth.people.adapters.web.caf_declarer import CAF_ADMINISTRATOR
from auth.people.adapters.web.closed_sentences import closed_text, purpose_of
from auth.people.adapters.web.past_sign_ins import in_words
from auth.people.adapters.web.visitor import Visitor, forget_present
from auth.people.adapters.web.ways import Ways
from auth.people.domain.sessions import Session
from auth.people.domain.steps import Step
from auth.people.use_cases.keep_session import ChooseOrganisation, DisownLogin
from auth.people.use_cases.next_step import NextStep
from auth.people.use_cases.person_history import PersonHistory
from auth.people.use_cases.person_rights import PersonRights
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


@dataclass(frozen=True, kw_only=True)
class HomePage:
    """The portal itself. `reader`: who reads it; `first_sign_in`: see `answers.FirstSignIn`."""

    visitor: Visitor
    rights: PersonRights
    history: PersonHistory
    reader: Callable[[], Reader]
    first_sign_in: Callable[[str], bool]

    def home(self) -> Response | str:
        """What is open, what is closed and why."""
        present = self.visitor.required()
        organisations = self.rights.organisations(present.account.account_id)
        if not organisations and self.first_sign_in(present.account.account_id):
            return redirect("/", 303)
        opened, closed = self.rights.overview(present.session)
        reader = self.reader()
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
            why_nothing=self.rights.why_nothing_is_open(present.session) if organisations else "",
            nowhere=not organisations,
            may_declare=CAF_ADMINISTRATOR in self.rights.roles(present.session),
        )

    def _previous(self, session: Session) -> dict[str, object] | None:
        """The sign-in before this one, with its place, and the wrong passwords tried since."""
        history = self.history
        found = history.previous(session)
        if found is None:
            return None
        failures = history.failures_since(session)
        return {**in_words(found), "failures": failures}


@dataclass(frozen=True, kw_only=True)
class OrganisationPage:
    """For which organisation one works now."""

    visitor: Visitor
    ways: Ways
    rights: PersonRights
    next_step: NextStep
    choose_organisation: ChooseOrganisation

    def organisation(self) -> Response | str:
        """One organisation needs no question; several do."""
        present = self.visitor.required()
        organisations = self.rights.organisations(present.account.account_id)
        if not organisations:
            self.choose_organisation.none_to_choose(present.session)
            return self.ways.go_on()
        is_step = self.next_step(present.session) is Step.CHOOSE_ORGANISATION
        if is_step and len(organisations) == 1 and present.session.organisation_id is None:
            return self._choose(organisations[0].id)
        self.ways.waiting_client(self.visitor.waiting())
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
        signed_in = self.choose_organisation(self.visitor.required().session, organisation_id)
        answer = self.ways.go_on_in(signed_in.session)
        self.visitor.set_cookie(answer, signed_in.cookie)
        return answer


@dataclass(frozen=True, kw_only=True)
class NotMePage:
    """Somebody else signed in. `wait_for_logout`: the clients close their sessions."""

    visitor: Visitor
    disown_login: DisownLogin
    wait_for_logout: Callable[[str], object]

    def not_me(self) -> Response | str:
        """Someone else may know the password: everything ends, a new one comes by mail."""
        present = self.visitor.present()
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
        self.disown_login(present.session)
        self.wait_for_logout(present.session.session_id)
        forget_present()
        answer = make_response(render_template("not_me_done.html"))
        self.visitor.forget_cookie(answer)
        return answer


def portal_pages(home: HomePage, organisation: OrganisationPage, not_me: NotMePage) -> Blueprint:
    """Their addresses."""
    blueprint = Blueprint("portal", __name__)
    both = ["GET", "POST"]
    blueprint.add_url_rule("/", "home", home.home)
    blueprint.add_url_rule("/organisation", "organisation", organisation.organisation, methods=both)
    blueprint.add_url_rule("/ce-n-etait-pas-moi", "not_me", not_me.not_me, methods=both)
    return blueprint
