"""A Caf says which acts need a second person, and who that is. Asking less of it needs a second person itself."""

from dataclasses import dataclass

from habpps.domain.people import Role
from habpps.domain.refusals import FormRefusedError, UnknownThingError
from habpps.domain.review_rule import MOST_PEOPLE, Decider, ReviewRule, When
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.change_convention import check_reason

CHANGED = "habpps.review_rule.changed"


@dataclass(frozen=True)
class ChangeReviewRule(Act[None]):
    """The rule for the acts named `kind`, from now on. `people`: 0 but for `When.FROM_PEOPLE`.

    `seen`: the version of the rule on the form.
    """

    kind: str
    when: When
    people: int
    decider: Decider
    reason: str
    seen: str | None = None


def change_review_rule(entry: ActEntry, act: ChangeReviewRule) -> None:
    """Write the rule. One that is weaker than what holds needs a second administrator of the Caf, where there is one.

    Raises:
        UnknownThingError: no rule can be made for an act of this name.
        ThingChangedError: the rule was changed since.
        FormRefusedError: a number that cannot be one, a decider who never could, no reason, or nothing changes.
    """
    usual = entry.usual_rules.get(act.kind)
    if usual is None:
        raise UnknownThingError("review rule")
    before = entry.rule_for(act.kind)
    check_version(act.seen, before)
    after = ReviewRule(caf=entry.caf, act=act.kind, when=act.when, people=act.people, decider=act.decider)
    problems = _problems(after, before, by_partners=Role.PARTNER_ADMINISTRATOR in usual.by)
    if problems:
        raise FormRefusedError(problems)
    check_reason(act.reason)
    entry.store.review_rules.save(after)
    entry.needs_two = after.is_weaker_than(before)
    entry.note(
        Note(
            act=CHANGED,
            subject=f"review_rule:{act.kind}",
            organisation_id=entry.author.organisation_id,
            label=act.kind,
            reason=act.reason,
            details={
                "act": act.kind,
                "waits": after.when.value,
                "people": str(after.people or "-"),
                "decider": after.decider.value,
                "waits_before": before.when.value,
                "people_before": str(before.people or "-"),
                "decider_before": before.decider.value,
            },
        )
    )


def _problems(after: ReviewRule, before: ReviewRule, *, by_partners: bool) -> dict[str, str]:
    problems: dict[str, str] = {}
    counts = after.when is When.FROM_PEOPLE
    if (counts and not 1 <= after.people <= MOST_PEOPLE) or (not counts and after.people):
        problems["people"] = "PEOPLE_OUT_OF_RANGE"
    if after.decider is Decider.CAF and not by_partners:
        problems["decider"] = "DECIDER_NOT_POSSIBLE"
    if after == before and not problems:
        problems["when"] = "NOTHING_CHANGES"
    return problems
