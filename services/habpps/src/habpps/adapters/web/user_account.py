"""What of a user's account an administrator has the account service change: password, second step."""

from collections.abc import Callable

from flask import Blueprint, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from habpps.adapters.web import standing
from habpps.adapters.web.forms import EditForm, attempt_seen
from habpps.adapters.web.outcome_sentences import of
from habpps.adapters.web.pages import acts, author, done_page, retried
from habpps.adapters.web.sentences import CONFLICT_SENTENCES
from habpps.adapters.web.users import user_page
from habpps.use_cases.act_entry import Act
from habpps.use_cases.change_user import ForgetSecondStep, ResetPassword
from servicekit.errors import ConflictError
from servicekit.web import render_confirm

blueprint = Blueprint("user_account", __name__)
Page = str | tuple[str, int] | Response


@blueprint.get("/utilisateurs/<user_id>/mot-de-passe")
def confirm_reset(user_id: str) -> Page:
    """Ask before a new provisional password is sent."""
    user = acts().consult.user(author(), user_id).user
    name = user.person.display_name
    return render_confirm(
        title=_("Envoyer un nouveau mot de passe provisoire à %(name)s", name=name),
        changes=[
            _("L'ancien mot de passe ne marche plus."),
            _("Les sessions ouvertes %(of_name)s sont fermées.", of_name=of(name)),
            _("Un mot de passe provisoire, valable 72 heures, part à %(email)s.", email=user.person.email),
        ],
        action=url_for("user_account.reset", user_id=user_id),
        button=("reset-password", _("Envoyer le mot de passe")),
        cancel_url=url_for("users.shown", user_id=user_id),
        above=name,
        fields={"version": standing.of_user(user).version},
    )


@blueprint.get("/utilisateurs/<user_id>/deuxieme-etape")
def confirm_second_step(user_id: str) -> Page:
    """Ask before the second step of a sign-in is taken off."""
    user = acts().consult.user(author(), user_id).user
    name = user.person.display_name
    return render_confirm(
        title=_("Retirer la deuxième étape de connexion %(of_name)s", of_name=of(name)),
        changes=[
            _("Son mot de passe suffit de nouveau pour se connecter ; il ne change pas."),
            _("Ses applications de codes et ses codes de secours ne servent plus."),
            _("Les sessions ouvertes %(of_name)s sont fermées, et un courriel l'en avertit.", of_name=of(name)),
        ],
        note=_("Assurez-vous de vive voix que c'est bien cette personne qui le demande."),
        action=url_for("user_account.take_second_step_off", user_id=user_id),
        button=("take-second-step-off", _("Retirer la deuxième étape")),
        cancel_url=url_for("users.shown", user_id=user_id),
        above=name,
        fields={"version": standing.of_user(user).version},
        danger=True,
    )


@blueprint.post("/utilisateurs/<user_id>/deuxieme-etape")
def take_second_step_off(user_id: str) -> Page:
    """Have the second step taken off."""
    return _to_the_account(
        user_id,
        lambda seen: ForgetSecondStep(user_id, seen=seen),
        _("La deuxième étape de connexion va être retirée."),
    )


@blueprint.post("/utilisateurs/<user_id>/mot-de-passe")
def reset(user_id: str) -> Page:
    """Have a new provisional password sent."""
    return _to_the_account(
        user_id,
        lambda seen: ResetPassword(user_id, seen=seen),
        _("Un nouveau mot de passe provisoire va être envoyé."),
    )


@blueprint.post("/utilisateurs/<user_id>/compte/reessayer")
def retry(user_id: str) -> Page:
    """Ask the account service once more for what it did not do."""
    user = acts().consult.user(author(), user_id).user
    return retried(user.organisation_id, user.account_id, url_for("users.shown", user_id=user_id))


def _to_the_account(user_id: str, act: Callable[[str | None], Act[str]], done_sentence: str) -> Page:
    """An act that the account service carries out in a moment."""
    where = url_for("users.shown", user_id=user_id)
    found = acts().consult.user(author(), user_id)
    form = EditForm()
    form.stand_on(standing.of_user(found.user))
    try:
        done = attempt_seen(form, lambda: acts().perform(author(), act(form.seen)))
    except ConflictError as refused:
        flash(str(CONFLICT_SENTENCES[refused.reason]), "danger")
        return Response(status=303, headers={"Location": where})
    if done is None:
        return user_page(found, form)
    return done_page(done_sentence, where)
