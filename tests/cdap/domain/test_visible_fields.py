"""What each profile sees: the whole table as golden data, every field of it, and nothing else."""

from collections.abc import Mapping
from typing import Any

import pytest

from cdap.domain.dossier_schema import FIELDS
from cdap.domain.reduction import REDUCTIONS, REDUCTIONS_OF_FIELD, reduce, reduction_problems
from cdap.domain.result import ResultKind, result_of
from rights.field_table import FULL
from rights.field_table import REDUCTIONS as KNOWN_REDUCTIONS
from tests.cdap.builders import TODAY, the_document, the_dossier, the_table
from tests.promises import promise

EVERYWHERE = {"reference": "full", "persons": "full", "address": "full"}
GOLDEN: Mapping[str, dict[str, str]] = {
    "T1": EVERYWHERE
    | dict.fromkeys(("status", "birth_places", "family_situation", "children", "dependent_children"), "full")
    | dict.fromkeys(("aeeh_children", "alternating_residence", "annual_resources", "quarterly_resources"), "full")
    | dict.fromkeys(("quotient_familial", "prestations_paid", "open_rights", "disability_rights", "housing"), "full")
    | {"contact": "phone_only", "rsa": "reason_hidden", "debts": "total_only"},
    "T2": EVERYWHERE
    | dict.fromkeys(("birth_places", "children", "dependent_children", "aeeh_children"), "full")
    | dict.fromkeys(("alternating_residence", "annual_resources", "previous_annual_resources"), "full")
    | {"status": "active_or_not"},
    "T3": EVERYWHERE
    | dict.fromkeys(("status", "dependent_children", "annual_resources", "quotient_familial", "housing"), "full")
    | {"family_situation": "couple_or_isolated", "children": "count_and_ages", "payment": "yes_or_no"}
    | {"prestations_paid": "housing_aid_only", "open_rights": "housing_aid_only"},
    "T4": EVERYWHERE
    | dict.fromkeys(("status", "birth_places", "family_situation", "children", "dependent_children"), "full")
    | dict.fromkeys(("annual_resources", "quarterly_resources", "open_rights", "rsa"), "full")
    | {"prestations_paid": "rsa_ppa_only", "debts": "rsa_only"},
    "T5": EVERYWHERE | {"status": "active_or_not", "children": "full", "quotient_familial": "full"},
}
REDUCED: Mapping[str, Any] = {
    "active_or_not": {"active": True},
    "couple_or_isolated": {"couple": True},
    "count_and_ages": {"count": 2, "ages": [10, 4]},
    "phone_only": {"phone": "0199001234"},
    "total_only": {"balance_cents": 42_000},
    "rsa_only": [{"nature": "INK", "balance_cents": 12_000, "monthly_cents": 4_000}],
    "yes_or_no": {"paid_to_landlord": True},
    "reason_hidden": {"state": "2", "with_majoration": False, "since_on": "2026-01-01", "rights_and_duties": True},
}


@promise("caf:fields-of-each-profile")
def test_the_table_is_the_golden_one() -> None:
    table = the_table()
    assert {profile: dict(table.fields(profile)) for profile in table.profiles} == GOLDEN


@promise("caf:fields-of-each-profile")
@pytest.mark.parametrize("profile", sorted(GOLDEN))
def test_a_profile_sees_exactly_its_fields(profile: str) -> None:
    document = the_document()
    view = reduce(the_dossier(), the_table().fields(profile), TODAY)
    assert view.keys() == GOLDEN[profile].keys()
    for field, how in GOLDEN[profile].items():
        if how == FULL:
            assert view[field] == document[field]
        elif how in REDUCED:
            assert view[field] == REDUCED[how]


@promise("caf:housing-and-rsa-are-reduced")
def test_housing_aid_only_keeps_the_current_month_of_housing_aid() -> None:
    view = reduce(the_dossier(), the_table().fields("T3"), TODAY)
    assert view["prestations_paid"] == {"until": "2026-11", "amounts_cents": {"APL": [30_000]}}
    assert view["open_rights"] == ["APL"]


@promise("caf:housing-and-rsa-are-reduced")
def test_rsa_and_ppa_only_keeps_the_current_month_of_both() -> None:
    view = reduce(the_dossier(), the_table().fields("T4"), TODAY)
    assert view["prestations_paid"] == {"until": "2026-11", "amounts_cents": {"RSA": [10_000], "PPA": [5_000]}}


def test_the_dossier_of_the_test_has_every_field_of_the_table() -> None:
    assert the_document().keys() == FIELDS
    assert REDUCTIONS_OF_FIELD.keys() <= FIELDS
    assert frozenset().union(*REDUCTIONS_OF_FIELD.values()) == REDUCTIONS.keys()


def test_every_reduction_the_table_may_name_is_implemented() -> None:
    assert REDUCTIONS.keys() == KNOWN_REDUCTIONS - {FULL}


def test_a_reduction_that_does_not_fit_its_field_is_refused_at_start() -> None:
    assert reduction_problems("T1", {"address": "yes_or_no", "nir": "full"}) == [
        "profile T1: unknown field nir",
        "profile T1: field address cannot be reduced to yes_or_no",
    ]


@promise("professional:each-result-in-words")
@pytest.mark.parametrize(
    ("code", "profile", "kind"),
    [
        ("000", "T1", ResultKind.FOUND),
        ("101", "T5", ResultKind.CLOSED),
        ("102", "T1", ResultKind.CLOSED),
        ("111", "T1", ResultKind.BEING_AFFILIATED),
        ("121", "T2", ResultKind.SUSPENDED),
        ("131", "T1", ResultKind.INCOMPLETE),
        ("132", "T2", ResultKind.DECEASED),
        ("141", "T3", ResultKind.NO_RIGHT),
        ("151", "T5", ResultKind.QF_UNAVAILABLE),
        ("151", "T2", ResultKind.FOUND),
        ("161", "T2", ResultKind.RESOURCES_MISSING),
        ("161", "T4", ResultKind.RESOURCES_MISSING),
    ],
)
def test_each_status_has_its_kind_and_figures_are_only_told_of_to_who_sees_them(
    code: str, profile: str, kind: ResultKind
) -> None:
    dossier = the_dossier(status={"code": code, "since_on": "2026-01-01"})
    assert result_of(dossier, profile, the_table().fields(profile), TODAY).kind is kind


@promise("caf:closed-dossier-says-its-state-only")
def test_a_closed_dossier_shows_who_and_its_state_only() -> None:
    dossier = the_dossier(status={"code": "101", "since_on": "2026-01-01", "transferred_to": "951"})
    result = result_of(dossier, "T1", the_table().fields("T1"), TODAY)
    assert result.kind is ResultKind.TRANSFERRED
    assert reduce(dossier, the_table().fields("T1"), TODAY, result.only).keys() == {"reference", "status", "persons"}


@promise("caf:childcare-needs-a-young-child")
@pytest.mark.parametrize(("birth_on", "eligible"), [("2019-11-24", True), ("2019-11-23", False), ("2027-01-01", False)])
def test_under_t2_a_child_counts_until_its_seventh_birthday(birth_on: str, eligible: bool) -> None:
    child = {"birth_name": "X", "usage_name": None, "first_names": "Y", "birth_on": birth_on, "sex": "F"}
    result = result_of(the_dossier(children=[child]), "T2", the_table().fields("T2"), TODAY)
    assert (result.kind is ResultKind.FOUND) == eligible
