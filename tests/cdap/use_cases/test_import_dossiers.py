"""Importing dossiers: all of them or none, every bad line named, nothing of it repeated."""

import orjson
import pytest

from cdap.adapters.files.json_lines import JsonCodec
from cdap.domain.dossier import DossierKey
from cdap.domain.dossier_schema import schema_problems
from cdap.domain.nir import parse_nir
from cdap.use_cases.import_dossiers import CHUNK_LINES, BadLine, ImportDossiers, ImportReport
from tests.cdap.builders import in_another_caf, the_document
from tests.cdap.fakes import Desk

SECRET = b"a secret of thirty-two characters"


def imported(desk: Desk, *lines: bytes, secret: bytes = SECRET) -> ImportReport:
    return ImportDossiers(desk.work, JsonCodec(), secret, desk.clock)(lines, "test.jsonl")


def a_line(number: int) -> bytes:
    return orjson.dumps(in_another_caf("921", f"{number:07d}"))


def test_a_good_file_replaces_everything_and_is_recorded() -> None:
    desk = Desk([the_document()])
    report = imported(desk, *(a_line(number) for number in range(1, CHUNK_LINES + 3)))

    assert report.is_in_force
    assert report.dossier_count == CHUNK_LINES + 2
    assert desk.dossiers.find(DossierKey("921", "0346145")) is None
    assert desk.dossiers.find(DossierKey("921", "0000501")) is not None
    assert [event.type for event in desk.work.events] == ["cdap.dossiers.imported"]
    assert len(desk.dossiers.shelves.lines) == 1


def test_one_bad_line_at_the_end_changes_nothing_and_leaves_nothing_behind() -> None:
    desk = Desk([the_document()])
    report = imported(desk, *(a_line(number) for number in range(1, 700)), b"{oops")

    assert report.problems == [BadLine(700, "line", "NOT_JSON")]
    assert desk.dossiers.find(DossierKey("921", "0346145")) is not None
    assert desk.work.events == []
    assert len(desk.dossiers.shelves.lines) == 1


def test_every_bad_line_is_named_with_its_field_and_reason() -> None:
    bad_date = the_document(status={"code": "000", "since_on": "2026-02-30"})
    unknown = the_document() | {"iban": "FR76"}
    missing = {name: value for name, value in the_document().items() if name != "persons"}
    report = imported(
        Desk([]), b"", orjson.dumps(bad_date), orjson.dumps(unknown), b"[]", orjson.dumps(missing), b"\xff", a_line(1)
    )
    assert report.problems == [
        BadLine(2, "status.since_on", "NOT_A_DATE"),
        BadLine(3, "iban", "UNKNOWN_FIELD"),
        BadLine(4, "line", "NOT_AN_OBJECT"),
        BadLine(5, "persons", "MISSING"),
        BadLine(6, "line", "NOT_JSON"),
    ]


def test_the_same_dossier_twice_is_refused_also_across_chunks() -> None:
    lines = [a_line(number) for number in range(1, CHUNK_LINES + 10)]
    report = imported(Desk([]), *lines, a_line(3), a_line(CHUNK_LINES + 5))
    assert [(bad.line, bad.reason) for bad in report.problems] == [
        (CHUNK_LINES + 10, "DUPLICATE"),
        (CHUNK_LINES + 11, "DUPLICATE"),
    ]


def test_an_empty_file_does_not_empty_the_service() -> None:
    desk = Desk([the_document()])
    assert imported(desk, b"\n").problems == [BadLine(1, "file", "NO_DOSSIER")]
    assert desk.dossiers.find(DossierKey("921", "0346145")) is not None


def test_only_the_first_hundred_problems_are_kept_and_all_are_counted() -> None:
    report = imported(Desk([]), *[b"x"] * 150)
    assert (len(report.problems), report.problem_count) == (100, 150)


@pytest.mark.parametrize("secret", [SECRET, b""])
def test_the_nir_is_taken_out_and_only_its_keyed_hash_may_be_kept(secret: bytes) -> None:
    desk = Desk([])
    imported(desk, orjson.dumps(the_document() | {"nir": "253072A07300443"}), secret=secret)
    (line,) = desk.dossiers.shelves.lines[desk.dossiers.shelves.in_force or 0].values()
    assert b"253072" not in line.document
    assert line.nir_hash == (parse_nir("253072A073004").hashed(secret) if secret else None)


def test_a_wrong_nir_refuses_the_line() -> None:
    report = imported(Desk([]), orjson.dumps(the_document() | {"nir": "187127644708044"}))
    assert report.problems == [BadLine(1, "nir", "NIR_KEY")]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"dependent_children": 3}, ("dependent_children", "MORE_THAN_THE_CHILDREN")),
        ({"dependent_children": True}, ("dependent_children", "NOT_IN_RANGE")),
        ({"open_rights": ["XYZ"]}, ("open_rights[0]", "UNKNOWN_CODE")),
        ({"payment": {"paid_to_landlord": 1}}, ("payment.paid_to_landlord", "NOT_TRUE_OR_FALSE")),
        (
            {"status": {"code": "101", "since_on": "2026-01-01", "transferred_to": "921"}},
            ("status.transferred_to", "SAME_CAF"),
        ),
        ({"annual_resources": {"year": 2024, "amount_cents": -1}}, ("annual_resources.amount_cents", "NOT_AN_AMOUNT")),
        ({"contact": {"phone": "01\n99", "email": None}}, ("contact.phone", "CONTROL_CHARACTER")),
        ({"birth_places": {"allocataire": "2C004"}}, ("birth_places.allocataire", "NOT_A_COG_CODE")),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, object], problem: tuple[str, str]) -> None:
    assert schema_problems(the_document(**changes)) == [problem]


def test_the_dossier_of_the_tests_is_right() -> None:
    assert schema_problems(the_document()) == []
