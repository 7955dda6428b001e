"""Files of months, and imports of them, for the tests of imports."""

import copy
from collections.abc import Mapping
from typing import Any

import orjson

from cdap.domain.dossier import DossierKey
from cdap.use_cases.import_dossiers import ImportChoices, ImportDossiers
from cdap.use_cases.import_report import ImportReport
from tests.cdap.builders import in_another_caf
from tests.cdap.fakes import Desk
from tests.cdap.store_fakes import Lines

SMALL = ImportChoices(percent=40, chunk_lines=3, checkpoint_lines=4)
HISTORY = 24


def of_month(matricule: str, month: str, caf: str = "921", **changes: Any) -> dict[str, Any]:
    """A dossier as the file of a month has it; its family did not change since 2024."""
    document = in_another_caf(caf, matricule)
    document["reference"]["month"] = month
    document["quotient_familial"] |= {"month": month, "computed_on": f"{month}-05", "history": [612] * HISTORY}
    document["quotient_familial"]["value"] = 612
    document["prestations_paid"] = {"until": month, "amounts_cents": {"AF": [15_180] * HISTORY}}
    return document | changes


def lines_of(*documents: Mapping[str, Any]) -> Lines:
    return Lines(*(orjson.dumps(document) + b"\n" for document in documents), name="month.jsonl")


def november(count: int = 10) -> Lines:
    return lines_of(*(of_month(f"{number:07d}", "2026-11") for number in range(1, count + 1)))


def imported(desk: Desk, lines: Lines, choices: ImportChoices = SMALL) -> ImportReport:
    return ImportDossiers(desk.work, desk.clock, desk.holders, choices)(lines)


def matricules(desk: Desk, caf: str = "921") -> list[str]:
    """Those that are found."""
    return [one for one in desk.shelves.of_caf(caf) if desk.dossiers.find(DossierKey(caf, one)) is not None]


def state(desk: Desk) -> tuple[Any, ...]:
    """Everything that is stored."""
    rows = {key: rows for key, rows in desk.shelves.rows.items() if rows}
    return copy.deepcopy((rows, desk.shelves.months, desk.shelves.files, desk.shelves.odd, desk.shelves.seen))
