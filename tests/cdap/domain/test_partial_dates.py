"""Dates known in part: read, kept, and ages decided on the safe side."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdap.domain.partial_date import NotADateError, PartialDate, parse_partial_date
from cdap.domain.reduction import reduce
from cdap.domain.result import ResultKind, result_of
from tests.cdap.builders import TODAY, the_dossier, the_identity, the_table
from tests.promises import promise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-05-09", PartialDate(2020, 5, 9)),
        ("2020-05-00", PartialDate(2020, 5)),
        ("2020-05", PartialDate(2020, 5)),
        ("2020-00-00", PartialDate(2020)),
        ("2020", PartialDate(2020)),
        ("0000-00-00", PartialDate()),
        ("2024-02-29", PartialDate(2024, 2, 29)),
    ],
)
def test_a_date_is_read_for_what_is_known_of_it(text: str, expected: PartialDate) -> None:
    assert parse_partial_date(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "NOT_A_DATE"),
        ("2020-13-01", "NOT_A_DATE"),
        ("2020-02-30", "NOT_A_DATE"),
        ("2023-02-29", "NOT_A_DATE"),
        ("2020-00-09", "NOT_A_DATE"),
        ("0000-05-09", "NOT_A_DATE"),
        ("20200509", "NOT_A_DATE"),
        ("2020-W10-1", "NOT_A_DATE"),
        ("٢٠٢٠-05-09", "NOT_A_DATE"),
        ("2020-05-09T00:00", "NOT_A_DATE"),
        ("0026-01-01", "DATE_IMPLAUSIBLE"),
        ("1850-01-01", "DATE_IMPLAUSIBLE"),
        ("9999-12-31", "DATE_IMPLAUSIBLE"),
    ],
)
def test_what_is_no_date_or_of_no_plausible_year_says_so(text: str, reason: str) -> None:
    with pytest.raises(NotADateError) as caught:
        parse_partial_date(text)
    assert caught.value.reason == reason


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_the_ages_of_a_partial_date_hold_the_true_one(birth_on: date, today: date) -> None:
    true = parse_partial_date(birth_on.isoformat()).oldest_age_on(today)
    for known in (f"{birth_on:%Y-%m-00}", f"{birth_on:%Y-00-00}"):
        partial = parse_partial_date(known)
        youngest, oldest = partial.youngest_age_on(today), partial.oldest_age_on(today)
        assert youngest is not None
        assert true is not None
        assert oldest is not None
        assert youngest <= true <= oldest <= youngest + 1
        assert not partial.is_surely_after(today) or birth_on > today


@promise("cdap:partial-dates")
@pytest.mark.parametrize(
    ("birth_on", "kind"),
    [
        ("2019-11-24", ResultKind.FOUND),
        ("2019-11-23", ResultKind.NOT_ELIGIBLE),
        ("2019-11-00", ResultKind.ELIGIBILITY_UNKNOWN),
        ("2019-12-00", ResultKind.FOUND),
        ("2019-10-00", ResultKind.NOT_ELIGIBLE),
        ("2019-00-00", ResultKind.ELIGIBILITY_UNKNOWN),
        ("2020-00-00", ResultKind.FOUND),
        ("2018-00-00", ResultKind.NOT_ELIGIBLE),
        ("0000-00-00", ResultKind.ELIGIBILITY_UNKNOWN),
        ("2026-11-23", ResultKind.FOUND),
        ("2026-00-00", ResultKind.FOUND),
        ("2026-11-24", ResultKind.NOT_ELIGIBLE),
        ("2027-01-00", ResultKind.NOT_ELIGIBLE),
    ],
)
def test_under_t2_a_child_counts_when_it_is_born_and_surely_under_7(birth_on: str, kind: ResultKind) -> None:
    dossier = the_dossier(children=[the_identity("X", "Y", birth_on)])
    result = result_of(dossier, "T2", the_table().fields("T2"), TODAY)
    assert result.kind is kind
    assert (result.only is None) == (kind is ResultKind.FOUND)


def test_one_child_that_surely_counts_is_enough() -> None:
    dossier = the_dossier(children=[the_identity("X", "Y", "0000-00-00"), the_identity("X", "Z", "2024-01-01")])
    assert result_of(dossier, "T2", the_table().fields("T2"), TODAY).kind is ResultKind.FOUND


@pytest.mark.parametrize(
    ("births", "seen"),
    [
        (["2016-03-02", "2022-07-09"], {"count": 2, "ages": [10, 4]}),
        (["2016-00-00"], {"count": 1, "ages": [9], "approximate": 1}),
        (["0000-00-00", "2022-07-09"], {"count": 2, "ages": [4], "ages_unknown": 1}),
        (["2027-02-01", "2022-07-09"], {"count": 1, "ages": [4], "announced": 1}),
        (["2026-00-00"], {"count": 1, "ages": [0]}),
        ([], {"count": 0, "ages": []}),
    ],
)
def test_ages_are_those_surely_reached_and_an_expected_child_is_not_counted(births: list[str], seen: Any) -> None:
    children = [the_identity("X", "Y", birth_on) for birth_on in births]
    view = reduce(the_dossier(children=children), {"children": "count_and_ages"}, TODAY)
    assert view["children"] == seen
