"""The timeless form of a dossier: nothing is lost, and a month in which nothing happens changes nothing."""

from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdap.domain.dossier import HISTORY_MONTHS
from cdap.domain.timeless import in_month, timeless
from onebox.dossiers.generator import generate
from tests.cdap.builders import the_document
from tests.promises import promise

MONTHS = ("2026-10", "2026-11", "2026-12", "2027-01", "2024-02")
months = st.sampled_from(MONTHS)
figures = st.lists(st.sampled_from([None, 0, 612, 700]), min_size=1, max_size=HISTORY_MONTHS)
amounts = st.dictionaries(
    st.sampled_from(["AF", "APL", "RSA"]),
    st.lists(st.sampled_from([0, 15_180, 36_000]), min_size=1, max_size=HISTORY_MONTHS),
)


def through_the_store(document: dict[str, Any], stored_in: str, read_in: str) -> dict[str, Any]:
    return in_month(orjson.loads(orjson.dumps(timeless(document, stored_in))), read_in)


def a_document(month: str, history: list[int | None], paid: dict[str, list[int]]) -> dict[str, Any]:
    document = the_document()
    document["reference"]["month"] = month
    document["quotient_familial"] |= {
        "month": month,
        "computed_on": f"{month}-05",
        "value": history[0],
        "history": history,
    }
    document["prestations_paid"] = {"until": month, "amounts_cents": paid}
    return document


def a_month_later(values: list[Any]) -> list[Any]:
    return [values[0], *values][:HISTORY_MONTHS]


@given(months, months, months, months, figures, amounts)
def test_nothing_is_lost_whatever_months_a_record_names(
    stored_in: str, month: str, of_quotient: str, until: str, history: list[int | None], paid: dict[str, list[int]]
) -> None:
    document = a_document(month, history, paid)
    document["quotient_familial"] |= {"month": of_quotient}
    document["prestations_paid"]["until"] = until
    before = orjson.dumps(document)
    assert through_the_store(document, stored_in, stored_in) == document
    assert orjson.dumps(document) == before, "the document itself is left as it was"


@promise("cdap:unchanged-is-not-written")
@given(figures, amounts)
def test_a_month_in_which_nothing_happens_is_read_from_what_was_stored_before(
    history: list[int | None], paid: dict[str, list[int]]
) -> None:
    november = a_document("2026-11", history, paid)
    december = a_document(
        "2026-12", a_month_later(history), {code: a_month_later(values) for code, values in paid.items()}
    )
    assert through_the_store(november, "2026-11", "2026-12") == december


@promise("cdap:unchanged-is-not-written")
def test_a_family_whose_figures_stay_has_the_same_form_every_month() -> None:
    forms = set()
    for month in ("2026-11", "2026-12", "2027-01"):
        document = a_document(month, [612] * HISTORY_MONTHS, {"AF": [15_180] * HISTORY_MONTHS})
        forms.add(orjson.dumps(timeless(document, month), option=orjson.OPT_SORT_KEYS))
    assert len(forms) == 1


@pytest.mark.parametrize("document", list(generate(9, 60, date(2026, 11, 1))))
def test_what_the_demo_draws_comes_back(document: dict[str, Any]) -> None:
    assert through_the_store(document, "2026-11", "2026-11") == document
