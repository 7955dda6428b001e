"""What a service contract says, changed by its Caf: its terms, and the dossiers of other Cafs that it covers."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from habpps.adapters.web import standing
from habpps.adapters.web.effect_sentences import effect_sentences
from habpps.adapters.web.forms import TermsForm, TerritoryForm, attempt, options
from habpps.adapters.web.organisations import purpose_choices
from habpps.adapters.web.pages import (
    Closing,
    acts,
    answer,
    author,
    closing_page,
    in_force,
    require_caf,
    today,
)
from habpps.domain.refusals import TransitionRefusedError
from habpps.domain.service_contract import ContractTerms, ServiceContract
from habpps.use_cases.change_terms import ChangeTerms, check_alive
from habpps.use_cases.extend_territory import EndTerritory, ExtendTerritory
from partnerkit.cafs import caf_label

blueprint = Blueprint("contracts", __name__)
blueprint.before_request(require_caf)
Page = str | tuple[str, int] | Response


@blueprint.route("/contrats/<contract_id>/modifier", methods=["GET", "POST"])
def change(contract_id: str) -> Page:
    """Change the terms of a contract; what that closes is shown before."""
    view, contract = acts().consult.organisation_of_contract(author(), contract_id)
    _still_possible(contract)
    form = TermsForm(data=_shown(contract))
    form.stand_on(standing.of_contract(contract))
    form.purposes.choices = purpose_choices([view.extranets[contract.extranet]])
    back = url_for("organisations.shown", organisation_id=view.organisation.id)
    changes: tuple[str, ...] = ()
    if form.validate_on_submit():
        act = ChangeTerms(contract_id, _terms(form, contract), form.reason.data or "", seen=form.seen)
        effects = attempt(form, lambda: acts().preview(author(), act))
        if effects is not None and effects.closes and not form.confirmed.data:
            changes = effect_sentences(effects)
        elif effects is not None:
            done = attempt(form, lambda: acts().perform(author(), act))
            if done is not None:
                return in_force(done, back, _("Le contrat de service est modifié."))
    label = view.extranets[contract.extranet].short_label
    return answer("contract_terms.html", form, view=view, label=label, changes=changes, back=back)


@blueprint.route("/contrats/<contract_id>/territoires/nouveau", methods=["GET", "POST"])
def extend(contract_id: str) -> Page:
    """Extend a contract to the dossiers of another Caf."""
    view, contract = acts().consult.organisation_of_contract(author(), contract_id)
    _still_possible(contract)
    form = TerritoryForm(starts_on=today())
    others = sorted(code for code in acts().catalogue.cafs if code != contract.caf)
    form.caf.choices = options({"": "", **{code: caf_label(code) for code in others}})
    back = url_for("organisations.shown", organisation_id=view.organisation.id)
    if form.validate_on_submit():
        days = form.starts_on.data, form.ends_on.data
        act = ExtendTerritory(contract_id, form.caf.data or "", *days, form.reason.data or "")
        done = attempt(form, lambda: acts().perform(author(), act))
        if done is not None:
            return in_force(done, back, _("Le contrat est étendu à une autre Caf."))
    label = view.extranets[contract.extranet].short_label
    return answer("territory_form.html", form, view=view, label=label, back=back)


@blueprint.route("/contrats/<contract_id>/territoires/<territory_id>/terminer", methods=["GET", "POST"])
def end_extension(contract_id: str, territory_id: str) -> Page:
    """End an extension."""
    view, contract = acts().consult.organisation_of_contract(author(), contract_id)
    known = (one for one in view.territories if (one.id, one.contract_id) == (territory_id, contract.id))
    territory = next(known, None) or abort(404)
    names = {"extranet": view.extranets[contract.extranet].short_label, "caf": caf_label(territory.caf)}
    closing = Closing(
        title=_("Mettre fin à l'extension du contrat %(extranet)s : %(caf)s", **names),
        act=lambda motive, _day, seen: EndTerritory(territory_id, motive, seen=seen),
        always=(
            _("Les dossiers de cette Caf ne peuvent plus être consultés, dans les sessions ouvertes aussi."),
            _("Le reste du contrat continue."),
        ),
        button_id="end-territory",
        button_label=_("Mettre fin à l'extension"),
        cancel_url=url_for("organisations.shown", organisation_id=view.organisation.id),
        above=view.organisation.name,
        standing=standing.of_territory(territory),
        who_enters=False,
    )
    return closing_page(closing)


def _still_possible(contract: ServiceContract) -> None:
    try:
        check_alive(contract)
    except TransitionRefusedError:
        abort(404)


def _shown(contract: ServiceContract) -> dict[str, object]:
    return {
        "profiles": list(contract.profiles),
        "purposes": list(contract.purposes),
        "starts_on": contract.starts_on,
        "ends_on": contract.ends_on,
        "maximum_users": "" if contract.maximum_users is None else str(contract.maximum_users),
    }


def _terms(form: TermsForm, contract: ServiceContract) -> ContractTerms:
    return ContractTerms(
        extranet=contract.extranet,
        profiles=tuple(form.profiles.data or ()),
        purposes=tuple(form.purposes.data or ()),
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        maximum_users=form.maximum(),
    )
