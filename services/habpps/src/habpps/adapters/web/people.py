"""People as such: what becomes of an invitation, and what is corrected of a person."""

from flask import Blueprint, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from habpps.adapters.web import standing
from habpps.adapters.web.forms import AddressForm, EditForm, FunctionForm, NamesForm, attempt
from habpps.adapters.web.outcome_sentences import of
from habpps.adapters.web.pages import acts, answer, author, done_page
from habpps.domain.authorship import check_role
from habpps.domain.people import Person, Role, person_typed
from habpps.domain.refusals import AddressChangeClosedError
from habpps.use_cases.act_entry import Done
from habpps.use_cases.answer_invitation import ConfirmInvitation
from habpps.use_cases.consult_people import InvitationView, PersonView
from habpps.use_cases.correct_person import AskAddress, CorrectFunction, CorrectNames, WithdrawAddress
from habpps.use_cases.invite_person import SendInvitationAgain, WithdrawInvitation

blueprint = Blueprint("people", __name__)
Page = str | tuple[str, int] | Response


def _(text: str, **values: str) -> str:
    return str(gettext(text, **values))


@blueprint.route("/invitations/<invitation_id>", methods=["GET", "POST"])
def invitation(invitation_id: str) -> Page:
    """Show an invitation that waits; send it again, take it back, or decide about an answer under another name."""
    found = acts().people.invitation(author(), invitation_id)
    form = EditForm()
    form.stand_on(standing.of_invitation(found))
    if form.validate_on_submit():
        done = attempt(form, lambda: _decided(found, form))
        if done is not None:
            return done_page(done, _list_of(found))
    return answer("invitation.html", form, found=found, cancel_url=_list_of(found))


@blueprint.route("/organismes/<organisation_id>/personnes/<account_id>", methods=["GET", "POST"])
def person(organisation_id: str, account_id: str) -> Page:
    """Correct the names of a person, or ask for another address; each has its form."""
    found = acts().people.person(author(), organisation_id, account_id)
    known = found.holder.person
    names = NamesForm(given_name=known.given_name, family_name=known.family_name)
    address = AddressForm()
    for form in (names, address):
        form.stand_on(standing.of_person(found))
    where = url_for("people.person", organisation_id=organisation_id, account_id=account_id)
    sent: NamesForm | AddressForm = address if address.email.data else names
    if sent.validate_on_submit():
        sentence = attempt(sent, lambda: _corrected(found, names, address))
        if sentence is not None:
            return done_page(sentence, where)
    if sent is address:
        names.given_name.data, names.family_name.data = known.given_name, known.family_name
    return answer("person.html", sent, found=found, names=names, address=address, back=_back(found))


@blueprint.post("/organismes/<organisation_id>/personnes/<account_id>/adresse/retirer")
def withdraw_address(organisation_id: str, account_id: str) -> Page:
    """Take back an address that waits to be proved."""
    found = acts().people.person(author(), organisation_id, account_id)
    form = EditForm()
    form.stand_on(standing.of_address(found))
    if attempt(form, lambda: _withdrawn(found, form)) is None:
        return _person_page(found, form)
    where = url_for("people.person", organisation_id=organisation_id, account_id=account_id)
    return done_page(_("L'adresse demandée est retirée : rien n'a changé."), where)


@blueprint.route("/utilisateurs/<user_id>/fonction", methods=["GET", "POST"])
def function(user_id: str) -> Page:
    """Correct the function of a user: those who administer the organisation know it, the Caf does not."""
    check_role(author(), Role.PARTNER_ADMINISTRATOR)
    found = acts().consult.user(author(), user_id)
    form = FunctionForm(job_title=found.user.job_title)
    form.stand_on(standing.of_user(found.user))
    if form.validate_on_submit():
        act = CorrectFunction(user_id, form.job_title.data or "", seen=form.seen)
        if attempt(form, lambda: acts().perform(author(), act)) is not None:
            name = found.user.person.display_name
            sentence = _("La fonction %(of_name)s est corrigée.", of_name=of(name))
            return done_page(sentence, url_for("users.shown", user_id=user_id))
    return answer("function.html", form, view=found.view, user=found.user)


def _decided(found: InvitationView, form: EditForm) -> str:
    """Carry out what the button says; give the sentence about it."""
    asked, name = found.invitation, found.invitation.person.display_name
    if "again" in request.form:
        acts().perform(author(), SendInvitationAgain(asked.id, seen=form.seen))
        return _("L'invitation de %(name)s est renvoyée.", name=name)
    if "confirm" in request.form:
        acts().perform(author(), ConfirmInvitation(asked.id, confirmed=True, seen=form.seen))
        return _("%(name)s fait partie de l'organisation.", name=found.answered_name)
    if "refuse" in request.form:
        acts().perform(author(), ConfirmInvitation(asked.id, confirmed=False, seen=form.seen))
        return _("La réponse de %(name)s est refusée : rien ne s'ouvre.", name=found.answered_name)
    acts().perform(author(), WithdrawInvitation(asked.id, seen=form.seen))
    return _("L'invitation de %(name)s est retirée.", name=name)


def _person_page(found: PersonView, sent: EditForm) -> Page:
    known = found.holder.person
    names, address = NamesForm(formdata=None, obj=known), AddressForm(formdata=None)
    for form in (names, address):
        form.stand_on(standing.of_person(found))
    return answer("person.html", sent, found=found, names=names, address=address, back=_back(found))


def _withdrawn(found: PersonView, form: EditForm) -> Done[str]:
    if found.change is None:
        raise AddressChangeClosedError("none waits here")
    return acts().perform(author(), WithdrawAddress(found.change.id, seen=form.seen))


def _corrected(found: PersonView, names: NamesForm, address: AddressForm) -> str:
    organisation_id, holder = found.organisation.id, found.holder
    if address.email.data:
        known: Person = holder.person
        email = person_typed(known.given_name, known.family_name, address.email.data).email
        asked = AskAddress(
            organisation_id=organisation_id, account_id=holder.account_id, email=email, seen=address.seen
        )
        acts().perform(author(), asked)
        return _(
            "Un lien est envoyé à %(email)s. L'adresse actuelle reste en service tant qu'il n'est pas suivi.",
            email=email,
        )
    typed = person_typed(names.given_name.data or "", names.family_name.data or "", holder.person.email)
    act = CorrectNames(
        organisation_id=organisation_id,
        account_id=holder.account_id,
        given_name=typed.given_name,
        family_name=typed.family_name,
        seen=names.seen,
    )
    acts().perform(author(), act)
    return _("Le nom est corrigé : %(name)s. La personne est prévenue par courriel.", name=typed.display_name)


def _list_of(found: InvitationView) -> str:
    if found.invitation.as_administrator:
        return url_for("organisations.shown", organisation_id=found.organisation.id)
    return url_for("users.listed")


def _back(found: PersonView) -> str:
    if author().is_caf:
        return url_for("organisations.shown", organisation_id=found.organisation.id)
    return url_for("users.listed")
