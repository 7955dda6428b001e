"""Acts that wait for a second person: the list, and the page where another administrator of the same side decides."""

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from habpps.adapters.web.effect_sentences import effect_sentences
from habpps.adapters.web.forms import DecisionForm, attempt
from habpps.adapters.web.labels import REQUEST_STATES
from habpps.adapters.web.pages import acts, answer, author, in_force, listing, page_of
from habpps.adapters.web.review_sentences import change_sentences
from habpps.domain.effects import Effects
from habpps.domain.review_rule import Decider
from habpps.use_cases.appoint_administrator import InviteAdministrator
from habpps.use_cases.change_review_rule import ChangeReviewRule
from habpps.use_cases.invite_person import InviteUser
from habpps.use_cases.request_ports import ActRequest, RequestState
from habpps.use_cases.requests import WaitsForSecondPerson

blueprint = Blueprint("requests", __name__)
Page = str | tuple[str, int] | Response


@blueprint.get("/demandes")
def listed() -> Page:
    """List the requests of the author's side, newest first."""
    found, total = acts().consult.requests(author(), listing())
    return answer("requests.html", found=found, page=page_of(total), states=REQUEST_STATES)


@blueprint.route("/demandes/<request_id>", methods=["GET", "POST"])
def shown(request_id: str) -> Page:
    """Show who asks what and what it opens and closes; approve or refuse it with a reason."""
    form = DecisionForm()
    if form.validate_on_submit():
        approved = form.decision.data == "approve"
        done = attempt(
            form, lambda: acts().register.decide(author(), request_id, approved=approved, reason=form.motive)
        )
        if done is not None:
            where = url_for("requests.listed")
            sentence = _("L'acte est approuvé et fait.") if approved else _("La demande est refusée : rien n'est fait.")
            return in_force(done, where, sentence)
    asked, effects = acts().register.request(author(), request_id)
    return answer(
        "request.html",
        form,
        asked=asked,
        states=REQUEST_STATES,
        waits=asked.state is RequestState.WAITING,
        own=asked.asked_by == author().administrator_id,
        caf_decides=asked.decider is Decider.CAF,
        changes=_sentences(asked, effects),
    )


def _sentences(asked: ActRequest, effects: Effects | None) -> tuple[str, ...]:
    if effects is None:
        return (_("Cet acte n'est plus possible tel qu'il a été demandé."),)
    if isinstance(asked.act, ChangeReviewRule):
        held = acts().review_rules(author()).of(asked.act.kind)
        return change_sentences(held.rule, asked.act) if held is not None else ()
    if isinstance(asked.act, InviteUser | InviteAdministrator):
        return (_("Une invitation est envoyée. L'accès s'ouvre quand la personne l'accepte."),)
    return effect_sentences(effects)


def waits_for_second_person(waits: WaitsForSecondPerson) -> Response:
    """Go to the request that an act has become."""
    flash(
        _("Cet acte a besoin de l'accord d'un autre administrateur. La demande est envoyée et attend 72 heures."),
        "info",
    )
    return redirect(url_for("requests.shown", request_id=waits.request_id), 303)
