"""What is said beside a dossier: a decision table over states, profiles, resources, quotient familial and children."""

from datetime import date
from itertools import product
from typing import Any

import pytest

from cdap.domain.figures import Standing
from cdap.domain.notices import Notice, NoticeKind, notices_of
from cdap.domain.reduction import reduce
from cdap.domain.result import Result, ResultKind, result_of
from cdap.domain.status import STATUS_CODES
from tests.cdap.builders import PURPOSES, TODAY, the_dossier, the_identity, the_table
from tests.promises import promise

RESOURCES = {"known": (2024, 1_080_000), "absent": (2024, None), "old": (2023, 1_080_000), "future": (2025, 1_080_000)}
QUOTIENTS = {
    "known": (823, "2026-11"),
    "absent": (None, "2026-11"),
    "old": (823, "2026-09"),
    "future": (823, "2026-12"),
}
CHILDREN = {
    "young": ["2022-07-09"],
    "older": ["2010-07-09"],
    "announced": ["2027-02-01"],
    "both": ["2022-07-09", "2027-02-01"],
    "partial": ["2019-00-00"],
    "none": [],
}
NARROWED = {"101", "102", "131", "132"}
PROVISIONAL = {"111", "121"}


def dossier_of(code: str, resources: str, quotient: str, children: str, **more: Any) -> Any:
    year, amount = RESOURCES[resources]
    value, month = QUOTIENTS[quotient]
    changes = {
        "status": {"code": code, "since_on": "2026-01-01"},
        "annual_resources": {"year": year, "amount_cents": amount},
        "quotient_familial": {
            "supplier": "CNAF",
            "value": value,
            "month": month,
            "computed_on": "2026-11-05",
            "history": [value],
        },
        "children": [the_identity("X", "Y", birth_on) for birth_on in CHILDREN[children]],
        "alternating_residence": 0,
        "dependent_children": len(CHILDREN[children]),
    }
    return the_dossier(**(changes | more))


def told(dossier: Any, profile: str, today: date = TODAY) -> tuple[Result, tuple[Notice, ...], dict[str, Any]]:
    fields = the_table().fields(profile)
    result = result_of(dossier, profile, fields, today)
    view = reduce(dossier, fields, today, result.only)
    return result, notices_of(dossier, result, profile, view, today), view


def kinds(notices: tuple[Notice, ...]) -> set[ResultKind | NoticeKind]:
    return {notice.kind for notice in notices}


@promise("cdap:no-instruction-beside-a-figure-not-to-be-used")
@pytest.mark.parametrize("profile", sorted(PURPOSES))
@pytest.mark.parametrize("code", sorted(STATUS_CODES))
def test_in_every_state_an_instruction_goes_with_a_figure_in_force_only(code: str, profile: str) -> None:
    for resources, quotient, children in product(RESOURCES, QUOTIENTS, CHILDREN):
        result, notices, view = told(dossier_of(code, resources, quotient, children), profile)
        said = kinds(notices)
        if code in NARROWED or result.only is not None:
            assert said == {result.kind}
            assert not result.standings
            continue
        in_force = resources == "known" and code not in PROVISIONAL | {"161"}
        assert (NoticeKind.USE_FOR_PARTICIPATION in said) == (profile == "T2" and in_force)
        assert (result.standings.get("annual_resources", Standing.UNKNOWN) is Standing.IN_FORCE) == (
            in_force and "annual_resources" in view
        )
        for field in ("annual_resources", "quotient_familial"):
            if field in view and result.standings[field] is not Standing.IN_FORCE:
                assert any(notice.place == field for notice in notices), (field, result.standings)
        assert not [notice for notice in notices if notice.place not in view and notice.place != "top"]
        if "previous_annual_resources" in view:
            assert NoticeKind.PREVIOUS_OLD in said


@pytest.mark.parametrize(
    ("code", "resources", "standing", "notice"),
    [
        ("000", "known", Standing.IN_FORCE, NoticeKind.USE_FOR_PARTICIPATION),
        ("141", "known", Standing.IN_FORCE, NoticeKind.USE_FOR_PARTICIPATION),
        ("151", "known", Standing.IN_FORCE, NoticeKind.USE_FOR_PARTICIPATION),
        ("000", "absent", Standing.UNKNOWN, NoticeKind.RESOURCES_UNKNOWN),
        ("161", "absent", Standing.UNKNOWN, NoticeKind.RESOURCES_UNKNOWN),
        ("000", "old", Standing.OLD, NoticeKind.RESOURCES_OLD),
        ("161", "old", Standing.OLD, NoticeKind.RESOURCES_OLD),
        ("000", "future", Standing.OTHER_PERIOD, NoticeKind.RESOURCES_OTHER_PERIOD),
        ("161", "known", Standing.CONTRADICTED, NoticeKind.RESOURCES_CONTRADICTED),
        ("111", "known", Standing.TO_CONFIRM, NoticeKind.RESOURCES_TO_CONFIRM),
        ("121", "known", Standing.TO_CONFIRM, NoticeKind.RESOURCES_TO_CONFIRM),
    ],
)
def test_the_base_of_childcare(code: str, resources: str, standing: Standing, notice: NoticeKind) -> None:
    result, notices, _ = told(dossier_of(code, resources, "known", "young"), "T2")
    assert result.standings["annual_resources"] is standing
    assert [one.kind for one in notices if one.place == "annual_resources"] == [notice]


@pytest.mark.parametrize(
    ("code", "quotient", "standing", "notices"),
    [
        ("000", "known", Standing.IN_FORCE, []),
        ("141", "known", Standing.IN_FORCE, []),
        ("000", "absent", Standing.UNKNOWN, [NoticeKind.QF_UNKNOWN]),
        ("151", "absent", Standing.UNKNOWN, [NoticeKind.QF_UNKNOWN]),
        ("151", "known", Standing.CONTRADICTED, [NoticeKind.QF_CONTRADICTED]),
        ("161", "known", Standing.CONTRADICTED, [NoticeKind.QF_CONTRADICTED]),
        ("000", "old", Standing.OLD, [NoticeKind.QF_OLD]),
        ("000", "future", Standing.OTHER_PERIOD, [NoticeKind.QF_OTHER_PERIOD]),
        ("121", "known", Standing.TO_CONFIRM, [NoticeKind.QF_TO_CONFIRM]),
        ("111", "known", Standing.TO_CONFIRM, [NoticeKind.QF_TO_CONFIRM]),
    ],
)
def test_the_quotient_familial(code: str, quotient: str, standing: Standing, notices: list[NoticeKind]) -> None:
    result, said, _ = told(dossier_of(code, "known", quotient, "young"), "T5")
    assert result.standings["quotient_familial"] is standing
    assert [one.kind for one in said if one.place == "quotient_familial"] == notices


def test_the_year_and_the_month_in_force_change_on_the_first_of_january() -> None:
    in_december = the_dossier()
    for today, in_force in ((date(2026, 12, 31), True), (date(2027, 1, 1), False)):
        result, notices, _ = told(in_december, "T2", today)
        assert (result.standings["annual_resources"] is Standing.IN_FORCE) == in_force
        assert (NoticeKind.USE_FOR_PARTICIPATION in kinds(notices)) == in_force
        result, _, _ = told(in_december, "T5", today)
        assert (result.standings["quotient_familial"] is Standing.IN_FORCE) == in_force


@promise("professional:old-figures-say-so")
def test_data_of_a_month_long_past_are_said_to_be_old_and_nothing_is_to_be_computed_with_them() -> None:
    stale = the_dossier(reference={"caf": "921", "matricule": "0346145", "month": "2026-08"})
    result, notices, _ = told(stale, "T2")
    assert NoticeKind.DATA_OLD in kinds(notices)
    assert result.standings["annual_resources"] is Standing.TO_CONFIRM


@pytest.mark.parametrize(
    ("children", "more", "notice"),
    [
        ("both", {}, NoticeKind.ANNOUNCED_CHILDREN),
        ("young", {"dependent_children": 2}, NoticeKind.MORE_DEPENDENT_CHILDREN),
        ("young", {"alternating_residence": 1}, NoticeKind.ALTERNATING_RESIDENCE),
    ],
)
def test_what_is_special_about_the_children_is_said(children: str, more: dict[str, int], notice: NoticeKind) -> None:
    _, notices, _ = told(dossier_of("000", "known", "known", children, **more), "T2")
    assert [one.kind for one in notices if one.place == "children"] == [notice]
