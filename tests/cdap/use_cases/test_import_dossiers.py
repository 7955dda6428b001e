"""Importing dossiers: odd records are set aside with their reasons, the others are in force; nothing is repeated."""

from typing import Any

import orjson
import pytest

from cdap.adapters.files.set_aside_report import REASONS
from cdap.domain.dossier import DossierKey
from cdap.domain.dossier_schema import MOST_CHILDREN, schema_problems
from cdap.domain.incoming import cleaned
from cdap.use_cases.import_dossiers import CHUNK_LINES, ImportChoices, ImportDossiers
from cdap.use_cases.import_ports import OddRecord
from cdap.use_cases.import_report import KEPT_RECORDS, ImportReport
from cdap.use_cases.incoming_lines import MAXIMUM_LINE_BYTES
from tests.cdap.builders import in_another_caf, the_document, the_identity
from tests.cdap.fakes import Desk
from tests.cdap.store_fakes import Lines
from tests.promises import promise

KEY = DossierKey("921", "0346145")


def imported(desk: Desk, *lines: bytes, percent: float = 50) -> ImportReport:
    return ImportDossiers(desk.work, desk.clock, desk.holders, ImportChoices(percent=percent))(Lines(*lines))


def written(document: object, end: bytes = b"\n") -> bytes:
    return orjson.dumps(document) + end


def a_line(number: int) -> bytes:
    return written(in_another_caf("921", f"{number:07d}"))


def good(count: int) -> list[bytes]:
    return [a_line(number) for number in range(1, count + 1)]


def reasons(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(record.line, *problem) for record in report.odd_records for problem in record.problems]


def test_a_good_file_replaces_the_dossiers_of_its_caf_and_is_recorded() -> None:
    desk = Desk([the_document()])
    report = imported(desk, *good(CHUNK_LINES + 2))

    assert report.is_in_force
    assert (report.dossier_count, report.set_aside_count) == (CHUNK_LINES + 2, 0)
    assert desk.dossiers.find(KEY) is None
    assert desk.dossiers.find(DossierKey("921", "0000501")) is not None
    assert [event.type for event in desk.work.events] == ["cdap.dossiers.imported"]
    assert len(desk.shelves.rows) == CHUNK_LINES + 3
    assert all(len(rows) == 1 for key, rows in desk.shelves.rows.items() if key != KEY), "nothing is left over"
    assert (desk.shelves.files, desk.shelves.odd, desk.shelves.seen) == ({}, {}, {})


def test_each_caf_of_a_file_is_imported_and_recorded_for_itself() -> None:
    desk = Desk([the_document()])
    imported(desk, *(written(in_another_caf(caf, "0000501")) for caf in ("921", "751", "921")))
    assert [event.owner for event in desk.work.events] == ["751", "921"]
    assert [event.payload["dossier_count"] for event in desk.work.events] == [1, 1]
    assert [event.payload["gone_count"] for event in desk.work.events] == [0, 1]


def with_person(**changes: Any) -> dict[str, Any]:
    """The first person of the dossier changed."""
    document = the_document()
    document["persons"][0] |= changes
    return document


def with_child(**changes: Any) -> dict[str, Any]:
    document = the_document()
    document["children"][0] |= changes
    return document


def with_address(**changes: Any) -> dict[str, Any]:
    document = the_document()
    document["address"] |= changes
    return document


ACCEPTED = {
    "unknown day and month": with_person(birth_on="2000-00-00"),
    "unknown day": with_child(birth_on="2020-05-00"),
    "unknown date": with_child(birth_on="0000-00-00"),
    "a year alone": with_child(birth_on="2020"),
    "unknown day of a state": the_document(status={"code": "000", "since_on": "2019-00-00"}),
    "no postal city": with_address(postal_city=None),
    "no country": with_address(country=None),
    "no recipient": with_address(recipient=None),
    "empty texts": with_address(locality="", street=" "),
    "more dependent children than listed": the_document(dependent_children=4),
    "more alternating children than listed": the_document(alternating_residence=5),
    "long first names": with_person(first_names=" ".join(["MARIE"] * 20)),
    "long name": with_person(birth_name="DE LA ROCHEFOUCAULD-MONTMORENCY-LUXEMBOURG"),
    "spaces of typography in a name": with_person(
        birth_name="LE\u00a0GOFF\u202f", usage_name="D\u2019ARC\u2011LE\tGOFF"
    ),
    "letters in pieces": with_person(birth_name="LEFE\u0300VRE"),
    "invisible characters": with_person(first_names="\u200bCLAIRE\ufeff"),
    "26 children": the_document(children=[the_identity("X", f"Y{n}", "2020-01-01") for n in range(26)]),
    "a NIR": the_document() | {"nir": "253072A07300443"},
    "a NIR that is none": the_document() | {"nir": 12},
}


@promise("cdap:odd-records-set-aside")
@pytest.mark.parametrize("document", ACCEPTED.values(), ids=ACCEPTED)
def test_what_is_unusual_but_true_is_imported(document: dict[str, Any]) -> None:
    desk = Desk([])
    report = imported(desk, written(document), percent=0)
    assert reasons(report) == []
    found = desk.dossiers.find(KEY)
    assert found is not None
    assert "nir" not in found.read().document


ODD: dict[str, tuple[bytes, str, str]] = {
    "not JSON": (b"{oops\n", "line", "NOT_JSON"),
    "not UTF-8": (b'{"a": "\xe9"}\n', "line", "NOT_UTF8"),
    "truncated": (a_line(7)[:200], "line", "TRUNCATED_LINE"),
    "huge": (b'{"a": "' + b"x" * MAXIMUM_LINE_BYTES + b'"}\n', "line", "LINE_TOO_LONG"),
    "deep": (b"[" * 2000 + b"]" * 2000 + b"\n", "line", "NOT_JSON"),
    "nested": (b'{"a":' * 900 + b"1" + b"}" * 900 + b"\n", "reference", "MISSING"),
    "a list": (b"[]\n", "line", "NOT_AN_OBJECT"),
    "impossible date": (written(with_child(birth_on="2020-13-45")), "children[0].birth_on", "NOT_A_DATE"),
    "date that is null": (written(with_child(birth_on=None)), "children[0].birth_on", "NOT_A_DATE"),
    "year 0026": (written(with_person(birth_on="0026-01-01")), "persons[0].birth_on", "DATE_IMPLAUSIBLE"),
    "year 9999": (
        written(the_document(status={"code": "000", "since_on": "9999-12-31"})),
        "status.since_on",
        "DATE_IMPLAUSIBLE",
    ),
    "year 1850": (written(with_person(birth_on="1850-01-01")), "persons[0].birth_on", "DATE_IMPLAUSIBLE"),
    "born after the month": (
        written(with_person(birth_on="2027-00-00")),
        "persons[0].birth_on",
        "BORN_AFTER_THE_MONTH",
    ),
    "month of year 0": (
        written(the_document(prestations_paid={"until": "0000-01", "amounts_cents": {}})),
        "prestations_paid.until",
        "NOT_A_MONTH",
    ),
    "unknown right": (written(the_document(open_rights=["XYZ"])), "open_rights[0]", "UNKNOWN_CODE"),
    "unknown situation": (
        written(the_document(family_situation={"code": "QQQ", "since_on": "2020-01-01"})),
        "family_situation.code",
        "UNKNOWN_CODE",
    ),
    "unknown state": (
        written(the_document(status={"code": "999", "since_on": "2020-01-01"})),
        "status.code",
        "UNKNOWN_CODE",
    ),
    "a name without letters": (
        written(with_person(birth_name="12 34")),
        "persons[0].birth_name",
        "NAME_WITHOUT_LETTER",
    ),
    "an invisible name": (written(with_person(birth_name="\u200b")), "persons[0].birth_name", "NOT_A_TEXT"),
    "more AEEH than children": (written(the_document(aeeh_children=3)), "aeeh_children", "MORE_THAN_THE_CHILDREN"),
    "too many children": (
        written(the_document(children=[the_identity("X", "Y", "2020-01-01")] * (MOST_CHILDREN + 1))),
        "children",
        "WRONG_NUMBER_OF_ITEMS",
    ),
    "a number that is a flag": (written(the_document(dependent_children=True)), "dependent_children", "NOT_IN_RANGE"),
    "a flag that is a number": (
        written(the_document(payment={"paid_to_landlord": 1})),
        "payment.paid_to_landlord",
        "NOT_TRUE_OR_FALSE",
    ),
    "less than nothing": (
        written(the_document(annual_resources={"year": 2024, "amount_cents": -1})),
        "annual_resources.amount_cents",
        "NOT_AN_AMOUNT",
    ),
    "moved to itself": (
        written(the_document(status={"code": "101", "since_on": "2026-01-01", "transferred_to": "921"})),
        "status.transferred_to",
        "SAME_CAF",
    ),
    "no such commune": (
        written(the_document(birth_places={"allocataire": "2C004"})),
        "birth_places.allocataire",
        "NOT_A_COG_CODE",
    ),
    "forbidden field": (written(the_document() | {"iban": "FR76"}), "iban", "UNKNOWN_FIELD"),
    "a field named after somebody": (written(the_document() | {"Claire LEFÈVRE": 1}), "?", "UNKNOWN_FIELD"),
    "nobody": (written({n: v for n, v in the_document().items() if n != "persons"}), "persons", "MISSING"),
    "no allocataire": (written(with_person(role="spouse")), "persons", "NOT_ONE_ALLOCATAIRE"),
}


@promise("cdap:odd-records-set-aside")
@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("place", [0, 60, 120])
def test_one_odd_record_is_set_aside_and_the_others_are_in_force(odd: tuple[bytes, str, str], place: int) -> None:
    line, path, reason = odd
    if not line.endswith(b"\n"):
        place = 120  # only the last line can be cut
    desk = Desk([the_document()])
    lines = good(120)
    report = imported(desk, *lines[:place], line, *lines[place:], percent=1)

    assert report.is_in_force
    assert (report.dossier_count, report.set_aside_count, report.record_count) == (120, 1, 121)
    assert (place + 1, path, reason) in reasons(report)
    assert report.last_line_is_cut == (reason == "TRUNCATED_LINE")
    assert reason in REASONS
    assert desk.work.events[0].payload["set_aside_count"] == 1


@promise("cdap:odd-records-set-aside")
@pytest.mark.parametrize("odd", [line for line, _, _ in ODD.values()], ids=ODD)
def test_above_the_share_the_file_is_refused_whole_and_nothing_changes(odd: bytes) -> None:
    desk = Desk([the_document()])
    report = imported(desk, *good(98), odd, percent=1)

    assert not report.is_in_force
    assert report.set_aside_count == 1
    assert desk.dossiers.find(KEY) is not None
    assert desk.work.events == []
    assert list(desk.shelves.rows) == [KEY] or not any(rows for key, rows in desk.shelves.rows.items() if key != KEY), (
        "nothing of the file is left"
    )
    assert (desk.shelves.files, desk.shelves.odd, desk.shelves.seen) == ({}, {}, {})


@pytest.mark.parametrize(("odd", "percent", "in_force"), [(1, 1, True), (2, 1, False), (0, 0, True), (1, 0, False)])
def test_the_share_is_the_one_that_is_stated(odd: int, percent: float, *, in_force: bool) -> None:
    report = imported(Desk([]), *[b"x\n"] * odd, *good(100 - odd), percent=percent)
    assert report.is_in_force == in_force


def test_the_record_says_who_by_a_masked_number_and_nothing_of_its_content() -> None:
    report = imported(Desk([]), written(with_person(birth_on="x", first_names="CLAIRE")), a_line(1))
    assert report.odd_records == [OddRecord(1, "•••••45", (("persons[0].birth_on", "NOT_A_DATE"),))]


def test_line_ends_blank_lines_and_the_mark_of_windows_are_no_problem() -> None:
    lines = [b"\xef\xbb\xbf" + a_line(1).replace(b"\n", b"\r\n"), b"\r\n", b"  \n", a_line(2), a_line(3).rstrip(b"\n")]
    report = imported(Desk([]), *lines, percent=0)
    assert report.is_in_force
    assert (report.dossier_count, report.record_count, report.odd_records) == (3, 3, [])


def test_the_same_line_again_is_set_aside_also_across_chunks() -> None:
    desk = Desk([])
    report = imported(desk, *good(CHUNK_LINES + 10), a_line(3), a_line(CHUNK_LINES + 5))
    assert [(line, reason) for line, _, reason in reasons(report)] == [
        (CHUNK_LINES + 11, "REPEATED"),
        (CHUNK_LINES + 12, "REPEATED"),
    ]
    assert report.dossier_count == CHUNK_LINES + 10
    assert desk.dossiers.find(DossierKey("921", "0000003")) is not None


@pytest.mark.parametrize("distance", [0, CHUNK_LINES, 2 * CHUNK_LINES])
def test_of_two_different_dossiers_of_one_number_none_is_imported(distance: int) -> None:
    desk = Desk([])
    other = written(in_another_caf("921", "0000001") | {"dependent_children": 1})
    rest = [a_line(number) for number in range(2, distance + 10)]
    report = imported(desk, a_line(1), *rest[:distance], other, *rest[distance:], a_line(1))

    assert desk.dossiers.find(DossierKey("921", "0000001")) is None
    assert desk.dossiers.find(DossierKey("921", "0000002")) is not None
    assert {reason for _, _, reason in reasons(report)} == {"DUPLICATE"}
    assert (report.dossier_count, report.set_aside_count) == (len(rest), 3)
    assert report.dossier_count + report.set_aside_count == report.record_count


@promise("operators:empty-file-empties-nothing")
@pytest.mark.parametrize("lines", [[], [b"\n"], [b"x\n"]])
def test_a_file_without_a_dossier_does_not_empty_the_service(lines: list[bytes]) -> None:
    desk = Desk([the_document()])
    assert not imported(desk, *lines, percent=100).is_in_force
    assert desk.dossiers.find(KEY) is not None


def test_every_odd_record_is_told_and_only_the_first_hundred_are_kept() -> None:
    told: list[OddRecord] = []
    desk = Desk([])
    report = ImportDossiers(desk.work, desk.clock, desk.holders)(Lines(*[b"x\n"] * 150), tell=told.append)
    assert (len(report.odd_records), report.set_aside_count, len(told)) == (KEPT_RECORDS, 150, 150)
    assert report.reasons == {"NOT_JSON": 150}


def test_names_are_kept_in_one_form() -> None:
    document = cleaned(with_person(birth_name=" LE\u00a0\u00a0GOFF\u2010D\u2019ARC\u200b"))
    assert document["persons"][0]["birth_name"] == "LE GOFF-D'ARC"


def test_the_dossier_of_the_tests_is_right() -> None:
    assert schema_problems(cleaned(the_document())) == []
    assert cleaned(the_document()) == the_document()
