"""What a rule for who reviews says, in one line."""

from flask_babel import gettext, ngettext

from habpps.domain.review_rule import Decider, ReviewRule, When
from habpps.use_cases.change_review_rule import ChangeReviewRule


def _(text: str, **values: str) -> str:
    return str(gettext(text, **values))


def rule_sentence(rule: ReviewRule | ChangeReviewRule) -> str:
    """Say when a second person is needed."""
    if rule.when is When.NEVER:
        return _("Jamais : une seule personne suffit.")
    if rule.when is When.ALWAYS:
        return _("Toujours, dès que l'acte ouvre un accès.")
    return str(
        ngettext(
            "Quand l'acte ouvre un accès à %(num)s personne ou plus.",
            "Quand l'acte ouvre un accès à %(num)s personnes ou plus.",
            rule.people,
        )
    )


def decider_sentence(rule: ReviewRule | ChangeReviewRule) -> str:
    """Say who agrees when a partner asks; nothing where nobody has to."""
    if rule.when is When.NEVER:
        return ""
    if rule.decider is Decider.CAF:
        return _("Accord d'un administrateur de la Caf.")
    return _("Accord d'un autre administrateur du partenaire.")


def change_sentences(now: ReviewRule, wanted: ChangeReviewRule) -> tuple[str, ...]:
    """Say what holds and what would."""
    before = f"{rule_sentence(now)} {decider_sentence(now)}".strip()
    after = f"{rule_sentence(wanted)} {decider_sentence(wanted)}".strip()
    return (_("Règle d'aujourd'hui : « %(rule)s »", rule=before), _("Règle demandée : « %(rule)s »", rule=after))
