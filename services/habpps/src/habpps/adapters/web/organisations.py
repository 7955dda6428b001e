"""Pages of the Caf administrator: list of organisations, one organisation, its journal, creation."""

from collections.abc import Sequence

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from habpps.adapters.web import standing
from habpps.adapters.web.forms import (
    AdministratorForm,
    ContractForm,
    EditOrganisationForm,
    OrganisationForm,
    attempt,
    options,
)
from habpps.adapters.web.outcome_sentences import administrator_appointed, invitation_sent
from habpps.adapters.web.pages import acts, answer, author, done_page, listing, page_of, require_caf, retried, today
from habpps.domain.organisation import Signatory
from habpps.domain.people import person_typed
from habpps.domain.service_contract import ContractTerms, Extranet
from habpps.use_cases.appoint_administrator import InviteAdministrator
from habpps.use_cases.consult_register import OrganisationView
from habpps.use_cases.create_organisation import CreateOrganisation, EditOrganisation
from habpps.use_cases.open_service_contract import OpenServiceContract
from servicekit.typography import typeset
from servicekit.web import Column

blueprint = Blueprint("organisations", __name__)
blueprint.before_request(require_caf)
Page = str | tuple[str, int] | Response


@blueprint.get("/organismes")
def listed() -> Page:
    """List the partners of the Caf."""
    asked = listing()
    found, total = acts().consult.organisations(author(), asked)
    columns = [Column("name", _("Organisation")), Column("siret", _("SIRET")), Column("state", _("Situation"))]
    return answer("organisations.html", found=found, page=page_of(total), asked=asked, columns=columns)


@blueprint.route("/organismes/nouveau", methods=["GET", "POST"])
def create() -> Page:
    """Create an organisation from its convention."""
    form = OrganisationForm()
    if form.validate_on_submit():
        request = CreateOrganisation(
            siret=form.siret.data or "",
            name=form.name.data or "",
            reference=form.reference.data or "",
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            partner_signatory=Signatory(
                form.partner_signatory_name.data or "",
                form.partner_signatory_capacity.data or "",
                form.partner_signed_on.data,
            ),
            caf_signatory=Signatory(
                form.caf_signatory_name.data or "", form.caf_signatory_capacity.data or "", form.caf_signed_on.data
            ),
        )
        done = attempt(form, lambda: acts().perform(author(), request))
        if done is not None:
            return _after_creation(done.value)
    return answer("organisation_form.html", form)


@blueprint.get("/organismes/<organisation_id>")
def shown(organisation_id: str) -> Page:
    """Show an organisation."""
    view = acts().consult.organisation(author(), organisation_id)
    invitations = acts().people.invitations(author(), organisation_id)
    return answer("organisation.html", view=view, catalogue=acts().catalogue, invitations=invitations)


@blueprint.route("/organismes/<organisation_id>/corriger", methods=["GET", "POST"])
def edit(organisation_id: str) -> Page:
    """Correct how the Caf calls an organisation, and whom it speaks to there."""
    view = acts().consult.organisation(author(), organisation_id)
    convention = view.convention or abort(404)
    form = EditOrganisationForm(name=convention.organisation_name, contact=convention.contact)
    form.stand_on(standing.of_names(convention))
    if form.validate_on_submit():
        name, contact = form.name.data or "", form.contact.data or ""
        act = EditOrganisation(organisation_id=organisation_id, name=name, contact=contact, seen=form.seen)
        if attempt(form, lambda: acts().perform(author(), act)) is not None:
            return done_page(_("C'est corrigé."), url_for("organisations.shown", organisation_id=organisation_id))
    return answer("organisation_edit.html", form, view=view)


@blueprint.route("/organismes/<organisation_id>/contrats/nouveau", methods=["GET", "POST"])
def open_contract(organisation_id: str) -> Page:
    """Record a service contract."""
    view = acts().consult.organisation(author(), organisation_id)
    form = ContractForm(starts_on=today())
    _choices(form, view)
    if form.validate_on_submit():
        terms = ContractTerms(
            extranet=form.extranet.data or "",
            profiles=tuple(form.profiles.data or ()),
            purposes=tuple(form.purposes.data or ()),
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            maximum_users=form.maximum(),
        )
        done = attempt(form, lambda: acts().perform(author(), OpenServiceContract(organisation_id, terms)))
        if done is not None:
            sentence = _("Le contrat de service est enregistré.")
            endpoint = "organisations.shown" if _has_administrator(view) else "organisations.appoint"
            return done_page(sentence, url_for(endpoint, organisation_id=organisation_id))
    return answer("contract_form.html", form, view=view)


@blueprint.route("/organismes/<organisation_id>/administrateurs/nouveau", methods=["GET", "POST"])
def appoint(organisation_id: str, replaces: str = "") -> Page:
    """Name a partner administrator, in addition to or instead of another."""
    view = acts().consult.organisation(author(), organisation_id)
    leaving = next((one for one in view.administrators if one.id == replaces), None)
    if replaces and leaving is None:
        abort(404)
    form = AdministratorForm()
    form.stand_on(standing.of_administrator(leaving))
    if form.validate_on_submit():
        person = person_typed(form.given_name.data or "", form.family_name.data or "", form.email.data or "")
        act = InviteAdministrator(organisation_id, person, leaving.id if leaving else "", seen=form.seen)
        done = attempt(form, lambda: acts().perform(author(), act))
        if done is not None:
            now = acts().consult.organisation(author(), organisation_id).administrators
            is_known = any(one.id == done.value for one in now)
            sentence = administrator_appointed(person.display_name) if is_known else invitation_sent(person)
            return done_page(sentence, url_for("organisations.shown", organisation_id=organisation_id))
    return answer("administrator_form.html", form, view=view, leaving=leaving)


@blueprint.route("/organismes/<organisation_id>/administrateurs/<replaces>/remplacer", methods=["GET", "POST"])
def replace_administrator(organisation_id: str, replaces: str) -> Page:
    """Name the successor of an administrator."""
    return appoint(organisation_id, replaces)


@blueprint.post("/organismes/<organisation_id>/administrateurs/<administrator_id>/compte/reessayer")
def retry_administrator(organisation_id: str, administrator_id: str) -> Page:
    """Ask the account service once more for what it did not do for an administrator."""
    view = acts().consult.organisation(author(), organisation_id)
    one = next((one for one in view.administrators if one.id == administrator_id), None) or abort(404)
    return retried(organisation_id, one.account_id, url_for("organisations.shown", organisation_id=organisation_id))


@blueprint.get("/organismes/<organisation_id>/journal")
def journal(organisation_id: str) -> Page:
    """Show the journal of an organisation."""
    organisation, records, total = acts().consult.journal(author(), organisation_id, listing())
    return answer("journal.html", organisation=organisation, records=records, page=page_of(total))


def _after_creation(organisation_id: str) -> Response:
    view = acts().consult.organisation(author(), organisation_id)
    if view.convention is not None and view.convention.is_signed:
        sentence = _("L'organisation est créée et sa convention est en vigueur.")
        return done_page(sentence, url_for("organisations.open_contract", organisation_id=organisation_id))
    sentence = _("L'organisation est créée. La convention attend les signatures.")
    return done_page(sentence, url_for("organisations.shown", organisation_id=organisation_id))


def _choices(form: ContractForm, view: OrganisationView) -> None:
    extranets = [one for one in view.extranets.values() if one.enabled and one.kind == "professional"]
    form.extranet.choices = options({one.code: one.label for one in extranets})
    form.purposes.choices = purpose_choices(extranets)


def purpose_choices(extranets: Sequence[Extranet]) -> list[tuple[str, str]]:
    """Return the purposes that some extranets serve, each with the profiles that fit it."""
    served = {code for one in extranets for code in one.purposes}
    return [
        (code, f"{typeset(one.label)} ({', '.join(one.profiles)})")
        for code, one in acts().catalogue.purposes.items()
        if code in served
    ]


def _has_administrator(view: OrganisationView) -> bool:
    return any(one.is_active for one in view.administrators)
