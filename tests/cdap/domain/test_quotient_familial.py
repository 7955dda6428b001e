"""The formula of the quotient familial."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdap.domain.quotient_familial import Household, PartsRule, parts_in_halves, quotient_familial
from tests.promises import promise


@promise("professional:quotient-familial")
def test_the_worked_example_gives_823() -> None:
    halves = parts_in_halves(Household(couple=False, children=2))
    assert halves == 6
    assert quotient_familial(1_080_000, 157_000, halves) == 823


@promise("professional:quotient-familial")
@pytest.mark.parametrize(
    ("household", "parts"),
    [
        (Household(couple=True), 2),
        (Household(couple=False), 2),
        (Household(couple=False, children=1), 2.5),
        (Household(couple=True, children=2), 3),
        (Household(couple=True, children=3), 4),
        (Household(couple=True, children=4), 4.5),
        (Household(couple=True, children=2, aeeh_children=1), 3.5),
    ],
)
def test_parts(household: Household, parts: float) -> None:
    assert parts_in_halves(household) == parts * 2


def test_the_parts_of_a_single_person_are_a_setting() -> None:
    assert parts_in_halves(Household(couple=False), PartsRule(single_person_halves=2)) == 2
    assert parts_in_halves(Household(couple=False, children=1), PartsRule(single_person_halves=2)) == 5


@promise("professional:quotient-familial")
@pytest.mark.parametrize(("monthly_cents", "expected"), [(100, 1), (99, 0), (300, 2), (299, 1)])
def test_half_is_rounded_up(monthly_cents: int, expected: int) -> None:
    assert quotient_familial(0, monthly_cents, 4) == expected


@promise("professional:quotient-familial")
@given(st.integers(0, 10**9), st.integers(0, 10**7), st.integers(2, 40))
def test_it_is_never_negative_and_grows_with_resources(annual: int, benefits: int, halves: int) -> None:
    value = quotient_familial(annual, benefits, halves)
    assert 0 <= value <= quotient_familial(annual + 1200, benefits, halves)


def test_no_part_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="parts"):
        quotient_familial(0, 0, 0)
