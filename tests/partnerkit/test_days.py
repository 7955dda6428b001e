"""Days that people type and files hold: what is one, what is a typing mistake, and arithmetic without an end."""

from datetime import UTC, date, datetime

import pytest

from partnerkit.days import InvalidDayError, french_midnight, iso_day, shifted, typed_day

TYPED = [
    ("2026-11-23", date(2026, 11, 23)),
    ("23/11/2026", date(2026, 11, 23)),
    ("1/1/1900", date(1900, 1, 1)),
    ("31.12.2100", date(2100, 12, 31)),
    (" 23 11 2026 ", date(2026, 11, 23)),
    ("29-02-2028", date(2028, 2, 29)),
]
NO_DAY = [
    "2020-00-00",
    "31/02/2026",
    "29/02/2026",
    "demain",
    "2026-11",
    "23/11",
    "²3/11/2026",
    "2026-13-01",
    "0/1/2026",
]
WRONG_YEAR = ["0026-01-01", "26-01-01", "1/1/26", "9999-12-31", "31/12/9999", "1026-05-05", "1899-12-31", "2101-01-01",
              "01/01/20266", "0000-01-01"]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), TYPED)
def test_a_day_is_read_as_people_type_it(text: str, day: date) -> None:
    assert typed_day(text) == day


@pytest.mark.parametrize("text", NO_DAY)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidDayError) as refused:
        typed_day(text)
    assert refused.value.reason == "DATE_MALFORMED"


@pytest.mark.parametrize("text", WRONG_YEAR)
def test_an_implausible_year_is_refused_and_named(text: str) -> None:
    with pytest.raises(InvalidDayError) as refused:
        typed_day(text)
    assert refused.value.reason == "DATE_YEAR"
    assert refused.value.details["year"] in text


@pytest.mark.parametrize("value", [*NO_DAY, *WRONG_YEAR, "23/11/2026", "2026-1-5", None, 20261123, "", " 2026-11-23"])
def test_a_file_holds_days_of_one_form_inside_the_bounds(value: object) -> None:
    with pytest.raises(InvalidDayError):
        iso_day(value)


def test_no_arithmetic_overflows_at_the_ends_of_the_calendar() -> None:
    assert shifted(date.max, 1) == date.max
    assert shifted(date.min, -1) == date.min
    assert shifted(date(2026, 1, 1), -1) == date(2025, 12, 31)
    assert french_midnight(date.min) == datetime(1, 1, 1, tzinfo=UTC)
    assert french_midnight(date.max) < datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
