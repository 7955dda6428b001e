"""Which extranets a habilitation opens: chosen for one person, or opened to a whole group with one press."""

from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from habpps.adapters.web import standing
from habpps.adapters.web.effect_sentences import effect_sentences
from habpps.adapters.web.forms import EditForm, GroupChangeForm, OpeningForm, attempt, options
from habpps.adapters.web.labels import PROFILES
from habpps.adapters.web.pages import acts, answer, author, in_force, today
from habpps.domain.habilitation import contracts_for
from habpps.use_cases.change_opening import ChangeOpening, OpenContractToGroup
from habpps.use_cases.manage_groups import ChangeGroup

blueprint = Blueprint("openings", __name__)
Page = str | tuple[str, int] | Response


@blueprint.route("/utilisateurs/<user_id>/habilitations/<habilitation_id>/extranets", methods=["GET", "POST"])
def of_place(user_id: str, habilitation_id: str) -> Page:
    """Choose the extranets of one habilitation."""
    found = acts().consult.user(author(), user_id)
    places = found.ever if request.method == "POST" else found.places
    place = next((one for one in places if one.habilitation.id == habilitation_id), None) or abort(404)
    form = OpeningForm(data={"contracts": list(place.habilitation.contracts)})
    form.stand_on(standing.of_place(place))
    possible = contracts_for(place.habilitation.profile, found.view.contracts, today())
    form.contracts.choices = options({one.id: found.view.extranets[one.extranet].label for one in possible})
    back = url_for("users.shown", user_id=user_id)
    if form.validate_on_submit():
        act = ChangeOpening(habilitation_id, tuple(form.contracts.data or ()), form.confirmed.data, seen=form.seen)
        done = attempt(form, lambda: acts().perform(author(), act))
        if done is not None:
            return in_force(done, back, _("Les extranets de cette habilitation sont enregistrés."))
    return answer("opening_form.html", form, view=found.view, user=found.user, place=place, back=back)


@blueprint.post("/groupes/<group_id>/ouvrir/<contract_id>")
def to_group(group_id: str, contract_id: str) -> Page:
    """Open one more contract to a whole group."""
    view, found = acts().consult.group(author(), group_id)
    back = url_for("partner.group", group_id=group_id)
    form = EditForm()
    form.stand_on(standing.of_group(found))
    act = OpenContractToGroup(group_id, contract_id, seen=form.seen)
    done = attempt(form, lambda: acts().perform(author(), act))
    if done is None:
        problems = [*form.form_errors, *(str(error) for field in form for error in field.errors)]
        flash(" ".join(map(str, problems)), "danger")
        return redirect(back, 303)
    contract = next((one for one in view.contracts if one.id == contract_id), None)
    label = view.extranets[contract.extranet].short_label if contract is not None else ""
    sentence = ngettext(
        "%(extranet)s est ouvert à %(num)s personne de plus.",
        "%(extranet)s est ouvert à %(num)s personnes de plus.",
        done.value,
        extranet=label,
    )
    return in_force(done, back, sentence)


@blueprint.route("/groupes/<group_id>/modifier", methods=["GET", "POST"])
def change_group(group_id: str) -> Page:
    """Change the name or the profile of a group; what another profile closes is shown before."""
    view, found = acts().consult.group(author(), group_id)
    form = GroupChangeForm(data={"name": found.name, "profile": found.profile})
    form.stand_on(standing.of_group(found))
    form.profile.choices = options({one: PROFILES[one] for one in sorted({*view.profiles, found.profile})})
    back = url_for("partner.group", group_id=group_id)
    changes: tuple[str, ...] = ()
    if form.validate_on_submit():
        name, profile = form.name.data or "", form.profile.data or ""
        act = ChangeGroup(group_id, name, profile, form.confirmed.data, seen=form.seen)
        tried = replace(act, confirmed_for_oneself=True)
        effects = attempt(form, lambda: acts().preview(author(), tried))
        if effects is not None and profile != found.profile and not form.confirmed.data:
            seen = _("Les membres verront les informations du profil %(profile)s.", profile=PROFILES[profile])
            changes = (*effect_sentences(effects), seen)
        elif effects is not None:
            done = attempt(form, lambda: acts().perform(author(), act))
            if done is not None:
                return in_force(done, back, _("Le groupe est modifié."))
    return answer("group_change.html", form, view=view, group=found, changes=changes, back=back)
