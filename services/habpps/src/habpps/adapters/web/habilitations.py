"""Steps of a habilitation and of a user, and the page that says when an act is in force everywhere."""

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from habpps.adapters.web.pages import (
    Closing,
    acts,
    answer,
    author,
    closing_page,
    impact_changes,
    propagation_wait,
)
from habpps.domain.states import HabilitationEvent, UserEvent
from servicekit.web import local_path

blueprint = Blueprint("habilitations", __name__)
Page = str | tuple[str, int] | Response

HABILITATION_STEPS = {
    "suspendre": HabilitationEvent.SUSPEND,
    "reactiver": HabilitationEvent.REACTIVATE,
    "retirer": HabilitationEvent.WITHDRAW,
}
USER_STEPS = {"verrouiller": UserEvent.LOCK, "deverrouiller": UserEvent.UNLOCK}


@blueprint.route("/utilisateurs/<user_id>/habilitations/<habilitation_id>/<step>", methods=["GET", "POST"])
def habilitation_step(user_id: str, habilitation_id: str, step: str) -> Page:
    """Suspend, reactivate or withdraw a habilitation."""
    event = HABILITATION_STEPS.get(step) or abort(404)
    found = acts().consult.user(author(), user_id)
    places = found.view.places_of(found.user)
    place = next((one for one in places if one.habilitation.id == habilitation_id), None) or abort(404)
    names = {"name": found.user.person.display_name, "group": place.group.name}
    titles = {
        HabilitationEvent.SUSPEND: _("Suspendre l'habilitation de %(name)s dans « %(group)s »", **names),
        HabilitationEvent.REACTIVATE: _("Réactiver l'habilitation de %(name)s dans « %(group)s »", **names),
        HabilitationEvent.WITHDRAW: _("Retirer %(name)s du groupe « %(group)s »", **names),
    }
    buttons = {
        HabilitationEvent.SUSPEND: _("Suspendre l'habilitation"),
        HabilitationEvent.REACTIVATE: _("Réactiver l'habilitation"),
        HabilitationEvent.WITHDRAW: _("Retirer l'habilitation"),
    }
    changes: tuple[str, ...] = (_("%(name)s retrouve le profil de ce groupe.", **names),)
    if event is not HabilitationEvent.REACTIVATE:
        impact = acts().preview.habilitation(found.view, place.habilitation, event)
        changes = impact_changes(impact, dict(found.view.extranets))
    back = url_for("users.shown", user_id=user_id)
    closing = Closing(titles[event], changes, f"{event.value}-habilitation", buttons[event], back)
    return closing_page(
        closing, lambda form: acts().change_habilitation(author(), habilitation_id, event, form.reason.data or "")
    )


@blueprint.route("/utilisateurs/<user_id>/<step>", methods=["GET", "POST"])
def user_step(user_id: str, step: str) -> Page:
    """Lock or unlock a user."""
    event = USER_STEPS.get(step) or abort(404)
    found = acts().consult.user(author(), user_id)
    name = found.user.person.display_name
    if event is UserEvent.LOCK:
        title, button = _("Verrouiller %(name)s", name=name), _("Verrouiller l'utilisateur")
        impact = acts().preview.user(found.view, found.user, event)
        changes = (*impact_changes(impact, dict(found.view.extranets)), _("Ses sessions en cours sont fermées."))
    else:
        title, button = _("Déverrouiller %(name)s", name=name), _("Déverrouiller l'utilisateur")
        changes = (_("%(name)s peut de nouveau se connecter et retrouve ses habilitations.", name=name),)
    closing = Closing(title, changes, f"{event.value}-user", button, url_for("users.shown", user_id=user_id))
    return closing_page(closing, lambda form: acts().lock_user(author(), user_id, event, form.reason.data or ""))


@blueprint.get("/diffusion/<int:revision>")
def propagation(revision: int) -> Page:
    """Say when an act is in force on every replica."""
    author()
    report = acts().propagation.wait_everywhere(revision, propagation_wait())
    return answer("propagation.html", report=report, back=local_path(request.args.get("retour")))
