"""Steps of a habilitation and of a user, and the page that says when an act is in force everywhere."""

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from habpps.adapters.web import standing
from habpps.adapters.web.outcome_sentences import of
from habpps.adapters.web.pages import (
    Closing,
    acts,
    answer,
    applied_so_far,
    author,
    closing_page,
)
from habpps.domain.states import HabilitationEvent, UserEvent
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_user import LockUser
from habpps.use_cases.consult_register import UserView
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
    # An older form may be of a place that was withdrawn since.
    places = found.ever if request.method == "POST" else found.places
    place = next((one for one in places if one.habilitation.id == habilitation_id), None) or abort(404)
    name = found.user.person.display_name
    names = {"of_name": of(name), "name": name, "group": place.group.name}
    titles = {
        HabilitationEvent.SUSPEND: _("Suspendre l'habilitation %(of_name)s dans « %(group)s »", **names),
        HabilitationEvent.REACTIVATE: _("Réactiver l'habilitation %(of_name)s dans « %(group)s »", **names),
        HabilitationEvent.WITHDRAW: _("Retirer %(name)s du groupe « %(group)s »", **names),
    }
    buttons = {
        HabilitationEvent.SUSPEND: _("Suspendre l'habilitation"),
        HabilitationEvent.REACTIVATE: _("Réactiver l'habilitation"),
        HabilitationEvent.WITHDRAW: _("Retirer l'habilitation"),
    }

    back, now = url_for("users.shown", user_id=user_id), standing.of_place(place)
    closing = Closing(
        title=titles[event],
        act=lambda reason, _day, seen: ChangeHabilitation(habilitation_id, event, reason, seen),
        button_id=f"{event.value}-habilitation",
        button_label=buttons[event],
        cancel_url=back,
        above=name,
        standing=now,
    )
    return closing_page(closing)


@blueprint.route("/utilisateurs/<user_id>/<step>", methods=["GET", "POST"])
def user_step(user_id: str, step: str) -> Page:
    """Lock or unlock a user."""
    event = USER_STEPS.get(step) or abort(404)
    found = acts().consult.user(author(), user_id)
    name = found.user.person.display_name
    if event is UserEvent.LOCK:
        title, button = _("Verrouiller %(name)s", name=name), _("Verrouiller l'utilisateur")
    else:
        title, button = _("Déverrouiller %(name)s", name=name), _("Déverrouiller l'utilisateur")

    always: tuple[str, ...] = ()
    if event is UserEvent.LOCK:
        always = (_("Ses sessions en cours sont fermées."), *_role_lost(found))
    back = url_for("users.shown", user_id=user_id)
    closing = Closing(
        title=title,
        act=lambda reason, _day, seen: LockUser(user_id, event, reason, seen),
        always=always,
        button_id=f"{event.value}-user",
        button_label=button,
        cancel_url=back,
        above=name,
        standing=standing.of_user(found.user),
    )
    return closing_page(closing)


def _role_lost(found: UserView) -> tuple[str, ...]:
    administers = [one for one in found.view.administrators if one.account_id == found.user.account_id]
    if not any(one.id in found.view.able for one in administers):
        return ()
    lost = _("Son rôle d'administrateur ne peut plus être exercé.")
    if len(found.view.able) > 1:
        return (lost,)
    return lost, _("L'organisation n'aura plus d'administrateur qui puisse se connecter.")


@blueprint.get("/diffusion/<int:revision>")
def propagation(revision: int) -> Page:
    """Say when an act is in force on every replica."""
    author()
    if not acts().propagation.is_known(revision):
        abort(404)
    report = applied_so_far(revision)
    return answer("propagation.html", report=report, back=local_path(request.args.get("retour")))
