"""A month follows another: what is written, what is left alone, and which file is refused."""

import copy
from dataclasses import replace

import orjson
import pytest

from cdap.domain.dossier import DossierKey
from cdap.domain.timeless import in_month, timeless
from cdap.use_cases.import_claims import (
    OlderMonthError,
)
from tests.cdap.builders import the_document
from tests.cdap.fakes import Desk
from tests.cdap.months import SMALL, imported, lines_of, matricules, november, of_month, state
from tests.cdap.store_fakes import InMemoryDossierRows
from tests.promises import promise


@promise("cdap:absent-is-gone")
@promise("cdap:unchanged-is-not-written")
def test_the_next_month_writes_what_changed_and_forgets_who_did_not_come() -> None:
    desk = Desk([])
    imported(desk, november())
    rows = desk.work.repos.rows
    assert isinstance(rows, InMemoryDossierRows)
    rows.written = 0

    december = [of_month(f"{number:07d}", "2026-12") for number in range(2, 12)]
    december[3] = of_month("0000005", "2026-12", dependent_children=5)
    report = imported(desk, lines_of(*december))

    caf = report.in_force["921"]
    assert (caf.month, caf.dossier_count, caf.changed_count, caf.gone_count) == ("2026-12", 10, 2, 1)
    assert rows.written == 3, "the changed one, the new one, and that one is gone"
    assert matricules(desk) == [f"{number:07d}" for number in range(2, 12)]
    for document in december:
        found = desk.dossiers.find(DossierKey("921", document["reference"]["matricule"]))
        assert found is not None
        assert found.read().document == document, "also of those that were not written"


@promise("cdap:a-caf-touches-itself-only")
def test_the_file_of_a_caf_changes_no_byte_of_another() -> None:
    desk = Desk([])
    imported(desk, lines_of(*(of_month(f"{n:07d}", "2026-11", caf) for n in range(5) for caf in ("751", "921"))))

    def of_751() -> object:
        rows = {key: rows for key, rows in desk.shelves.rows.items() if key.caf == "751"}
        return copy.deepcopy((rows, desk.shelves.months["751"]))

    before = of_751()
    imported(desk, lines_of(of_month("0000009", "2026-12")))
    assert of_751() == before
    assert matricules(desk) == ["0000009"]


def test_a_month_can_be_imported_again_corrected() -> None:
    desk = Desk([])
    imported(desk, november())
    report = imported(
        desk, lines_of(of_month("0000001", "2026-11"), of_month("0000002", "2026-11", dependent_children=6))
    )
    assert report.in_force["921"].changed_count == 1
    assert matricules(desk) == ["0000001", "0000002"]


@promise("cdap:no-month-before-by-mistake")
def test_a_month_before_the_one_in_force_is_refused_unless_it_is_said() -> None:
    desk = Desk([])
    imported(desk, november())
    october = lines_of(of_month("0000001", "2026-10"))
    rows, months, *_ = state(desk)
    with pytest.raises(OlderMonthError, match="--month 2026-10"):
        imported(desk, october)
    assert state(desk)[:2] == (rows, months)
    desk.holders.gone.add(desk.holders.me)
    assert imported(desk, october, replace(SMALL, month="2026-10")).is_in_force
    assert desk.shelves.months["921"].month == "2026-10"


def test_a_caf_most_of_whose_records_are_of_another_month_keeps_what_it_has() -> None:
    desk = Desk([the_document()])
    report = imported(desk, lines_of(*(of_month(f"{n:07d}", "2026-11" if n else "2026-12") for n in range(6))))
    assert not report.is_in_force
    assert list(report.refused) == ["921"]
    assert matricules(desk) == ["0346145"]
    stated = imported(
        desk,
        lines_of(*(of_month(f"{n:07d}", "2026-11" if n else "2026-12") for n in range(6))),
        replace(SMALL, month="2026-11"),
    )
    assert stated.is_in_force
    found = desk.dossiers.find(DossierKey("921", "0000000"))
    assert found is not None
    assert found.read().reference_month == "2026-12", "a record of another month stays as it came"


@promise("cdap:odd-records-set-aside")
def test_a_caf_with_too_many_odd_records_keeps_what_it_has_and_the_others_are_imported() -> None:
    desk = Desk([of_month("0000001", "2026-10", "751")])
    odd = [of_month(f"{n:07d}", "2026-11", "751", dependent_children=-1) for n in range(2)]  # 2 of 3
    right = [of_month(f"{n:07d}", "2026-11") for n in range(30)]
    report = imported(desk, lines_of(of_month("0000007", "2026-11", "751"), *odd, *right))
    assert (list(report.in_force), list(report.refused)) == (["921"], ["751"])
    assert matricules(desk, "751") == ["0000001"]
    assert [event.owner for event in desk.work.events] == ["921"]
    assert desk.shelves.files == {}


@pytest.mark.parametrize("month", ["2026-11", "2026-12", "2025-01"])
def test_the_timeless_form_loses_nothing(month: str) -> None:
    document = the_document()
    assert in_month(orjson.loads(orjson.dumps(timeless(document, month))), month) == document
