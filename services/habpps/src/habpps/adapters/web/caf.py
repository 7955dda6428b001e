"""Far-reaching acts of the Caf administrator: steps of a convention, of a service contract, of an administrator."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from habpps.adapters.web import standing
from habpps.adapters.web.forms import SignaturesForm, attempt
from habpps.adapters.web.outcome_sentences import of
from habpps.adapters.web.pages import (
    Closing,
    acts,
    answer,
    author,
    closing_page,
    done_page,
    require_caf,
)
from habpps.domain.organisation import Convention
from habpps.domain.service_contract import ServiceContract
from habpps.domain.states import ContractEvent, ConventionEvent
from habpps.use_cases.appoint_administrator import WithdrawAdministrator
from habpps.use_cases.change_convention import ChangeConvention, SignConvention
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.consult_register import OrganisationView

blueprint = Blueprint("caf", __name__)
blueprint.before_request(require_caf)
Page = str | tuple[str, int] | Response

CONTRACT_STEPS = {
    "suspendre": ContractEvent.SUSPEND,
    "reactiver": ContractEvent.REACTIVATE,
    "terminer": ContractEvent.END,
}
CONVENTION_STEPS = {
    "suspendre": ConventionEvent.SUSPEND,
    "lever": ConventionEvent.LIFT,
    "denoncer": ConventionEvent.DENOUNCE,
    "terminer": ConventionEvent.END_NOTICE,
    "resilier": ConventionEvent.TERMINATE,
}


@blueprint.route("/contrats/<contract_id>/<step>", methods=["GET", "POST"])
def contract_step(contract_id: str, step: str) -> Page:
    """Suspend, reactivate or end a service contract."""
    event = CONTRACT_STEPS.get(step) or abort(404)
    view, contract = acts().consult.organisation_of_contract(author(), contract_id)
    closing = _contract_closing(view, contract, event)
    return closing_page(closing)


@blueprint.route("/organismes/<organisation_id>/convention/<step>", methods=["GET", "POST"])
def convention_step(organisation_id: str, step: str) -> Page:
    """Suspend, lift, denounce, end or terminate a convention."""
    event = CONVENTION_STEPS.get(step) or abort(404)
    view = acts().consult.organisation(author(), organisation_id)
    convention = view.convention or abort(404)
    closing = _convention_closing(view, convention, event)
    return closing_page(closing)


@blueprint.route("/organismes/<organisation_id>/convention/signatures", methods=["GET", "POST"])
def sign_convention(organisation_id: str) -> Page:
    """Record both signatures: the convention comes into force."""
    view = acts().consult.organisation(author(), organisation_id)
    convention = view.convention or abort(404)
    form = SignaturesForm(
        partner_signed_on=convention.partner_signatory.signed_on, caf_signed_on=convention.caf_signatory.signed_on
    )
    form.stand_on(standing.of_convention(convention))
    if form.validate_on_submit():
        act = SignConvention(
            organisation_id,
            partner_signed_on=form.partner_signed_on.data,
            caf_signed_on=form.caf_signed_on.data,
            seen=form.seen,
        )
        done = attempt(form, lambda: acts().perform(author(), act))
        if done is not None:
            where = url_for("organisations.open_contract", organisation_id=organisation_id)
            return done_page(_("La convention est en vigueur."), where)
    return answer("signatures.html", form, view=view)


@blueprint.route("/administrateurs/<organisation_id>/<administrator_id>/retirer", methods=["GET", "POST"])
def withdraw_administrator(organisation_id: str, administrator_id: str) -> Page:
    """Withdraw an administrator."""
    view = acts().consult.organisation(author(), organisation_id)
    leaving = next((one for one in view.administrators if one.id == administrator_id), None) or abort(404)
    name = leaving.person.display_name
    closing = Closing(
        title=_("Retirer le rôle d'administrateur %(of_name)s", of_name=of(name)),
        act=lambda reason, _day, seen: WithdrawAdministrator(administrator_id, reason, seen),
        always=(
            _("%(name)s ne pourra plus gérer les habilitations de l'organisation.", name=name),
            _("Ses sessions en cours sont fermées."),
        ),
        button_id="withdraw-administrator",
        button_label=_("Retirer ce rôle"),
        cancel_url=url_for("organisations.shown", organisation_id=organisation_id),
        above=view.organisation.name,
        standing=standing.of_administrator(leaving),
    )
    return closing_page(closing)


def _contract_closing(view: OrganisationView, contract: ServiceContract, event: ContractEvent) -> Closing:
    label = view.extranets[contract.extranet].short_label
    names = {"extranet": label, "organisation": view.organisation.name}
    texts = {
        ContractEvent.SUSPEND: (
            _("Suspendre le contrat de service %(extranet)s, %(organisation)s", **names),
            (_("La suspension agit tout de suite, sur les sessions ouvertes aussi."), _("Elle peut être levée.")),
            _("Suspendre le contrat"),
        ),
        ContractEvent.REACTIVATE: (
            _("Réactiver le contrat de service %(extranet)s, %(organisation)s", **names),
            (_("Les personnes habilitées retrouvent leur accès."),),
            _("Réactiver le contrat"),
        ),
        ContractEvent.END: (
            _("Mettre fin au contrat de service %(extranet)s, %(organisation)s", **names),
            (_("C'est définitif : il faudra enregistrer un nouveau contrat."),),
            _("Mettre fin au contrat"),
        ),
    }
    title, always, button = texts[event]

    back = url_for("organisations.shown", organisation_id=view.organisation.id)
    return Closing(
        title=title,
        act=lambda reason, _day, seen: ChangeServiceContract(contract.id, event, reason, seen),
        always=always,
        button_id=f"{event.value}-contract",
        button_label=button,
        cancel_url=back,
        above=view.organisation.name,
        standing=standing.of_contract(contract),
    )


def _convention_closing(view: OrganisationView, convention: Convention, event: ConventionEvent) -> Closing:
    reference = convention.reference
    texts = {
        ConventionEvent.SUSPEND: (
            _("Suspendre la convention %(reference)s", reference=reference),
            (
                _("La suspension agit tout de suite, sur les sessions ouvertes aussi."),
                _("L'administrateur du partenaire ne pourra plus rien changer dans Habpps."),
            ),
            _("Suspendre la convention"),
        ),
        ConventionEvent.LIFT: (
            _("Lever la suspension de la convention %(reference)s", reference=reference),
            (_("Les personnes habilitées retrouvent leur accès."),),
            _("Lever la suspension"),
        ),
        ConventionEvent.DENOUNCE: (
            _("Enregistrer la dénonciation de la convention %(reference)s", reference=reference),
            (_("Les accès restent ouverts jusqu'au dernier jour du préavis."),),
            _("Enregistrer la dénonciation"),
        ),
        ConventionEvent.END_NOTICE: (
            _("Mettre fin à la convention %(reference)s", reference=reference),
            (_("Les contrats de service sont terminés et toutes les habilitations retirées. C'est définitif."),),
            _("Mettre fin à la convention"),
        ),
        ConventionEvent.TERMINATE: (
            _("Résilier pour manquement la convention %(reference)s", reference=reference),
            (_("Les contrats de service sont terminés et toutes les habilitations retirées. C'est définitif."),),
            _("Résilier la convention"),
        ),
    }
    title, always, button = texts[event]

    back = url_for("organisations.shown", organisation_id=view.organisation.id)
    asks_end = event is ConventionEvent.DENOUNCE
    now = standing.of_convention(convention)
    return Closing(
        title=title,
        act=lambda reason, last_day, seen: ChangeConvention(view.organisation.id, event, reason, last_day, seen),
        always=always,
        button_id=f"{event.value}-convention",
        button_label=button,
        cancel_url=back,
        above=view.organisation.name,
        standing=now,
        asks_end=asks_end,
    )
