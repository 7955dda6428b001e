"""The steps of a sign-in: which are asked for, which comes next, and the level that follows from what was shown."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from auth.people.domain.factors import LEVELS, NO_LEVEL, Factor, FactorKind, level_of, methods_of, with_factor
from auth.people.domain.sessions import Session, SessionLimits, require_finished
from auth.people.domain.steps import (
    STEPS,
    Needs,
    Step,
    levels_offered,
    next_step,
    page_of,
    readable_steps,
    steps_for,
    without,
)
from tests.promises import promise
from tests.servicekit.fakes import FixedClock

NOW = FixedClock().now()
WITHOUT_A_PAGE = [step for step in Step if step is not Step.UNKNOWN and step not in {entry.step for entry in STEPS}]
EVERY_NEED = [
    Needs(second, provisional, accepted, chosen, organisations)
    for second, provisional, accepted, chosen, organisations in product(
        (False, True), (False, True), (False, True), (None, "a", "gone"), (None, (), ("a",), ("a", "b"))
    )
]


def a_session(**changes: Any) -> Session:
    return Session(
        session_id="s", cookie_hash="c", account_id="a", opened_at=NOW, seen_at=NOW, authenticated_at=NOW, **changes
    )


@pytest.mark.parametrize("needs", EVERY_NEED, ids=str)
def test_only_steps_with_a_page_are_asked_for_in_the_order_of_the_register(needs: Needs) -> None:
    order = [entry.step for entry in STEPS]
    asked = steps_for(needs)
    assert list(asked) == [step for step in order if step in asked]
    assert all(page_of(step).startswith("/") for step in asked)


@pytest.mark.parametrize("step", WITHOUT_A_PAGE)
def test_a_step_without_a_page_can_get_into_no_session(step: Step) -> None:
    with pytest.raises(ValueError, match="without a page"):
        a_session(pending=(step,))
    with pytest.raises(KeyError):
        page_of(step)
    assert readable_steps([Step.CHOOSE_PASSWORD.value, step.value]) == (Step.UNKNOWN,)


def test_the_second_factor_comes_before_anything_can_be_replaced() -> None:
    assert steps_for(Needs(second_factor=True, provisional_password=True))[0] is Step.SECOND_FACTOR


@promise("sign-in:unknown-step")
@pytest.mark.parametrize("names", [["unknown"], ["choose_password", "x"], ["enrol_factor"]])
def test_what_this_version_does_not_know_leaves_nobody_signed_in(names: list[str]) -> None:
    session = a_session(pending=readable_steps(names))
    assert not session.is_alive(SessionLimits(), NOW)
    assert not session.is_finished


def test_the_steps_come_one_after_the_other_and_then_the_sign_in_is_finished() -> None:
    needs = Needs(provisional_password=True, organisations=("a", "b"))
    assert steps_for(needs) == (Step.CHOOSE_PASSWORD, Step.ACCEPT_ENGAGEMENT, Step.CHOOSE_ORGANISATION)
    pending = steps_for(needs)
    walked = []
    while (step := next_step(pending, Needs(organisation_id="a", organisations=("a", "b")))) is not None:
        walked.append(step)
        pending = without(pending, step)
    assert walked == list(steps_for(needs))


@pytest.mark.parametrize(
    ("organisation_id", "organisations", "asked"),
    [
        ("a", ("a", "b"), False),
        ("gone", ("a",), True),
        ("gone", (), False),  # nothing to choose; every extranet says why it is closed
        ("a", None, False),  # nobody knows now: whoever gives something asks again and refuses
        (None, ("a",), True),
        (None, (), False),
    ],
)
def test_an_organisation_that_was_left_is_chosen_anew(
    organisation_id: str | None, organisations: tuple[str, ...] | None, asked: bool
) -> None:
    needs = Needs(organisation_id=organisation_id, organisations=organisations)
    assert (next_step((), needs) is Step.CHOOSE_ORGANISATION) is asked


def test_while_nobody_knows_the_organisations_the_choice_remains() -> None:
    assert steps_for(Needs(engagement_accepted=True, organisations=None)) == (Step.CHOOSE_ORGANISATION,)


@promise("sign-in:level-from-what-was-done")
def test_the_level_follows_from_what_was_shown() -> None:
    assert level_of([]) == NO_LEVEL
    assert level_of([FactorKind.PASSWORD]) == LEVELS[-1].acr
    assert level_of([FactorKind.PASSWORD, FactorKind.PASSWORD]) == LEVELS[-1].acr
    assert (a_session().acr, a_session().amr) == (NO_LEVEL, ())
    shown = a_session(factors=(Factor(FactorKind.PASSWORD, NOW),))
    assert (shown.acr, shown.amr) == ("https://refeds.org/profile/sfa", ("pwd",))


def test_only_levels_that_a_step_can_reach_are_offered() -> None:
    kinds = {FactorKind.PASSWORD, *(entry.adds for entry in STEPS if entry.adds)}
    assert levels_offered() == tuple(
        level.acr for level in LEVELS if level.categories <= len({kind.category for kind in kinds})
    )
    assert levels_offered() == ("https://refeds.org/profile/mfa", "https://refeds.org/profile/sfa")


def test_a_factor_shown_again_is_as_new_as_it_was_shown() -> None:
    old, new = Factor(FactorKind.PASSWORD, NOW), Factor(FactorKind.PASSWORD, NOW + timedelta(hours=1))
    assert with_factor((old,), new) == (new,)
    assert methods_of((new, old)) == ("pwd",)


def test_an_unfinished_sign_in_is_refused_by_name() -> None:
    with pytest.raises(Exception, match="a step of the sign-in remains") as refused:
        require_finished(a_session(pending=(Step.CHOOSE_ORGANISATION,)))
    assert refused.value.reason == "SIGN_IN_UNFINISHED"  # type: ignore[attr-defined]
    require_finished(a_session())
