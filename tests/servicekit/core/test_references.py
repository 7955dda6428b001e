"""The short reference: read out on the telephone, typed in any way, found again."""

import pytest

from servicekit.references import ALPHABET, bound_reference, current_reference, new_reference, parse_reference


def test_a_reference_is_eight_characters_without_look_alikes() -> None:
    drawn = {new_reference() for _ in range(500)}
    assert len(drawn) == 500
    assert {len(one) for one in drawn} == {9}
    assert not set("01OILUV") & set(ALPHABET) - {"V"}


@pytest.mark.parametrize("typed", ["7K4Q-2M9D", "7k4q2m9d", " 7K4Q 2M9D ", "7K4Q–2M9D", "7k4q-\u200b2m9d"])
def test_a_reference_is_read_however_it_was_typed(typed: str) -> None:
    assert parse_reference(typed) == "7K4Q-2M9D"


@pytest.mark.parametrize("typed", ["", "7K4Q-2M9", "7K4Q-2M9DD", "7K4Q-2M90", "nbenali-1003", "é" * 8])
def test_what_is_no_reference_is_not_taken_for_one(typed: str) -> None:
    assert parse_reference(typed) is None


def test_the_work_of_a_request_carries_one_reference() -> None:
    with bound_reference("7K4Q-2M9D"):
        assert current_reference() == current_reference() == "7K4Q-2M9D"
    assert current_reference() != current_reference()
