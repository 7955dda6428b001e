"""Which rule for the second person is weaker than which."""

import pytest

from habpps.domain.people import Role
from habpps.domain.review_rule import Decider, ReviewRule, UsualRule, When
from tests.promises import promise

CAF, SIDE = Decider.CAF, Decider.SAME_SIDE


def rule(when: When, people: int = 0, decider: Decider = SIDE) -> ReviewRule:
    return ReviewRule(caf="921", act="habpps.invitation.sent", when=when, people=people, decider=decider)


NEVER, ALWAYS, FROM = When.NEVER, When.ALWAYS, When.FROM_PEOPLE


@promise("requests:weaker-rule-needs-two")
@pytest.mark.parametrize(
    ("after", "before", "weaker"),
    [
        (rule(NEVER), rule(FROM, 51), True),
        (rule(NEVER), rule(ALWAYS), True),
        (rule(FROM, 2), rule(ALWAYS), True),
        (rule(FROM, 52), rule(FROM, 51), True),
        (rule(FROM, 100_000), rule(FROM, 51), True),
        (rule(ALWAYS), rule(ALWAYS, decider=CAF), True),
        (rule(FROM, 5), rule(FROM, 5, CAF), True),
        (rule(FROM, 4), rule(FROM, 5, CAF), True),
        (rule(NEVER), rule(NEVER, decider=CAF), False),
        (rule(ALWAYS), rule(NEVER, decider=CAF), False),
        (rule(ALWAYS), rule(FROM, 1), False),
        (rule(FROM, 50), rule(FROM, 51), False),
        (rule(ALWAYS, decider=CAF), rule(ALWAYS), False),
        (rule(FROM, 51), rule(NEVER), False),
        (rule(FROM, 51), rule(FROM, 51), False),
    ],
)
def test_a_rule_is_weaker_when_less_waits_or_a_partner_decides_what_the_caf_did(
    after: ReviewRule, before: ReviewRule, weaker: bool
) -> None:
    assert after.is_weaker_than(before) is weaker


def test_without_a_rule_more_than_so_many_people_need_two() -> None:
    usual = UsualRule("habpps.invitation.sent", (Role.PARTNER_ADMINISTRATOR,), 50)
    assert usual.at("921") == rule(FROM, 51)
