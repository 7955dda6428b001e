"""A change that does not widen opens nothing to anybody on any day; one that opens widens."""

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights.decision import open_extranets
from rights.facts import Administrator, Fact, User
from rights.snapshot import Snapshot
from rights.widening import widens
from tests.promises import promise
from tests.rights.builders import STARTS_ON, TODAY, the_commune

COMMUNE = the_commune()
NAMES = sorted(vars(COMMUNE))
DAYS = [TODAY + timedelta(days=days) for days in (-400, -200, -1, 0, 1, 30, 200, 400)]
_DATES = st.sampled_from([None, STARTS_ON, *DAYS, date(1900, 1, 1), date(2100, 12, 31)])
_VALUES: dict[str, Any] = {
    "state": st.sampled_from(
        ["active", "suspended", "denounced", "ended", "terminated_for_breach", "closed", "locked", "withdrawn", "?"]
    ),
    "starts_on": _DATES.filter(lambda day: day is not None),
    "ends_on": _DATES,
    "enabled": st.booleans(),
    "profiles": st.lists(st.sampled_from(["T1", "T2", "T3"]), max_size=3).map(tuple),
    "purposes": st.lists(st.sampled_from(["creche_fee", "social_support"]), max_size=2).map(tuple),
    "caf": st.sampled_from(["921", "751"]),
    "profile": st.sampled_from(["T1", "T2"]),
    "role": st.sampled_from(["partner_administrator", "caf_administrator", "caf_auditor"]),
    "contract_id": st.sampled_from([COMMUNE.cdap_contract.id, COMMUNE.mon_enfant_contract.id]),
    "display_name": st.just("Autre Nom"),
    "label": st.just("Autre"),
    "name": st.just("Autre"),
}


@st.composite
def variants(draw: Any, fact: Fact) -> Fact:
    """A fact with some of its fields changed."""
    names = [field.name for field in fields(fact) if field.name in _VALUES]
    chosen = draw(st.lists(st.sampled_from(names), max_size=3, unique=True)) if names else []
    return replace(fact, **{name: draw(_VALUES[name]) for name in chosen})


def opened(facts: list[Fact]) -> set[tuple[str, date, str]]:
    """Who may open what, when."""
    snapshot = Snapshot.of(facts)
    people = [fact for fact in COMMUNE.facts() if isinstance(fact, User | Administrator)]
    return {
        (person.account_id, day, one.code)
        for person in people
        for day in DAYS
        for one in open_extranets(snapshot, person.account_id, person.organisation_id, day)
    }


@promise("acts:opening-waits-for-audit")
@given(st.data())
def test_a_change_that_does_not_widen_opens_nothing_to_anybody_on_any_day(data: Any) -> None:
    name = data.draw(st.sampled_from(NAMES))
    old, new = (data.draw(variants(getattr(COMMUNE, name))) for _ in range(2))
    others = [fact for key, fact in vars(COMMUNE).items() if key != name]
    if not widens(old, new):
        assert opened([*others, new]) <= opened([*others, old])
    if not widens(None, new):
        assert opened([*others, new]) <= opened(others)


@pytest.mark.parametrize("name", NAMES)
def test_a_new_fact_widens_and_its_end_does_not(name: str) -> None:
    fact = getattr(COMMUNE, name)
    assert widens(None, fact)
    assert not widens(fact, None)
    assert not widens(fact, fact)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (date(2026, 11, 1), date(2030, 1, 1), True),
        (date(2026, 11, 1), None, True),
        (None, date(2026, 12, 31), False),
        (date(2030, 1, 1), date(2026, 11, 1), False),
    ],
)
def test_a_last_day_opens_when_it_moves_away(old: date | None, new: date | None, *, expected: bool) -> None:
    fact = COMMUNE.creche_director_grant
    assert widens(replace(fact, ends_on=old), replace(fact, ends_on=new)) is expected


@promise("acts:opening-waits-for-audit")
@pytest.mark.parametrize("before", [None, "ended", "draft", "unknown"])
def test_a_suspended_convention_opens_reading_to_its_administrators(before: str | None) -> None:
    suspended = replace(COMMUNE.convention, state="suspended")
    assert widens(replace(COMMUNE.convention, state=before) if before else None, suspended)
    assert not widens(COMMUNE.convention, suspended)
    assert widens(suspended, COMMUNE.convention)
