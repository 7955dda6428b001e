"""A Caf says which acts need a second person, and who that is: the list, and the page of one rule."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from habpps.adapters.web import standing
from habpps.adapters.web.forms import ReviewRuleForm, attempt
from habpps.adapters.web.pages import acts, answer, author, done_page, require_caf
from habpps.adapters.web.review_sentences import decider_sentence, rule_sentence
from habpps.domain.review_rule import Decider, When
from habpps.use_cases.change_review_rule import ChangeReviewRule
from habpps.use_cases.consult_review_rules import RuleInForce

blueprint = Blueprint("review_rules", __name__)
blueprint.before_request(require_caf)
Page = str | tuple[str, int] | Response


@blueprint.get("/deux-personnes")
def listed() -> Page:
    """List what holds for each act that may open something."""
    found = acts().review_rules(author())
    return answer("review_rules.html", found=found, sentence=rule_sentence, decider=decider_sentence)


@blueprint.route("/deux-personnes/<kind>", methods=["GET", "POST"])
def changed(kind: str) -> Page:
    """Change the rule for one act."""
    found = acts().review_rules(author())
    held = found.of(kind) or abort(404)
    form = _form(held)
    if form.validate_on_submit():
        wanted = _wanted(held, form)
        if attempt(form, lambda: acts().perform(author(), wanted)) is not None:
            return done_page(_("La règle est enregistrée."), url_for("review_rules.listed"))
    now = (rule_sentence(held.rule), decider_sentence(held.rule) if held.by_partners else "")
    return answer("review_rule.html", form, held=held, alone=found.alone, now=now, usual=rule_sentence(held.usual))


def _form(held: RuleInForce) -> ReviewRuleForm:
    rule = held.rule
    form = ReviewRuleForm(when=rule.when.value, people=str(rule.people or ""), decider=rule.decider.value)
    form.stand_on(standing.of_rule(rule))
    if not held.by_partners:
        del form.decider
    return form


def _wanted(held: RuleInForce, form: ReviewRuleForm) -> ChangeReviewRule:
    when = When(form.when.data)
    return ChangeReviewRule(
        held.rule.act,
        when=when,
        people=form.number() if when is When.FROM_PEOPLE else 0,
        decider=Decider(form.decider.data) if held.by_partners else Decider.SAME_SIDE,
        reason=form.motive,
        seen=form.seen,
    )
