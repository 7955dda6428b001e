"""The form of a dossier that stays the same while months pass and nothing happens to the family.

A monthly file says of every dossier its month, and arrays of the last 24 months that are shifted by one each time: a
family for which nothing changed still has another document. What is stored is written so that it has not: what belongs
to the month of the Caf is left out, and an array becomes the runs of its values with the months in which they begin.

    month 2026-11, history [765, 765, 831, 831, ...]   ->   [["2026-10", 765], [null, 831]]
    month 2026-12, history [765, 765, 765, 831, ...]   ->   the same

Invariant: `in_month(timeless(document, month), month) == document` for every document that the schema accepts, and two
documents with one timeless form are those of one family in their months.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from cdap.domain.dossier import HISTORY_MONTHS

Stored = dict[str, Any]
_MONTHS_OF_A_YEAR = 12
_DAY_FOLLOWS = len("2026-11")


def timeless(document: Mapping[str, Any], month: str) -> Stored:
    """What is stored of a checked document in the import of `month`, "2026-11". Nothing is lost."""
    reference = document["reference"]
    if reference["month"] != month:
        return dict(document)
    stored = dict(document)
    stored["reference"] = _without(reference, "month")
    quotient = document["quotient_familial"]
    if quotient["month"] == month:
        stored["quotient_familial"] = _quotient(quotient, month)
    paid = document["prestations_paid"]
    if paid["until"] == month:
        amounts = {code: _runs(months, month) for code, months in paid["amounts_cents"].items()}
        stored["prestations_paid"] = {"amounts_cents": amounts}
    return stored


def in_month(stored: Stored, month: str) -> Stored:
    """The document as the import of `month` had it. `stored` is no longer used by its owner."""
    if "month" in stored["reference"]:
        return stored
    stored["reference"]["month"] = month
    quotient = stored["quotient_familial"]
    if "month" not in quotient:
        quotient["month"] = month
        quotient["history"] = _values(quotient["history"], month)
        quotient["value"] = quotient["history"][0]
        if "computed_day" in quotient:
            quotient["computed_on"] = month + quotient.pop("computed_day")
    paid = stored["prestations_paid"]
    if "until" not in paid:
        paid["until"] = month
        paid["amounts_cents"] = {code: _values(runs, month) for code, runs in paid["amounts_cents"].items()}
    return stored


def _quotient(quotient: Mapping[str, Any], month: str) -> Stored:
    stored = _without(quotient, "month", "value")  # the value is the first of the history: the schema says so
    stored["history"] = _runs(quotient["history"], month)
    if quotient["computed_on"].startswith(f"{month}-"):
        stored["computed_day"] = stored.pop("computed_on")[_DAY_FOLLOWS:]
    return stored


def _runs(values: Sequence[int | None], month: str) -> list[list[Any]]:
    """[month in which it begins, value], newest first. The month of the last run is null when the array is full: then
    nobody knows when it began."""
    newest = _index(month)
    runs: list[list[Any]] = []
    seen = 0
    for value, same in groupby(values):
        seen += sum(1 for _ in same)
        runs.append([None if seen == HISTORY_MONTHS else _name(newest - seen + 1), value])
    return runs


def _values(runs: Sequence[Sequence[Any]], month: str) -> list[int | None]:
    newest = _index(month)
    values: list[int | None] = []
    for begins, value in runs:
        until = HISTORY_MONTHS if begins is None else min(newest - _index(begins) + 1, HISTORY_MONTHS)
        values += [value] * (until - len(values))
    return values


def _without(group: Mapping[str, Any], *names: str) -> Stored:
    return {name: value for name, value in group.items() if name not in names}


def _index(month: str) -> int:
    return int(month[:4]) * _MONTHS_OF_A_YEAR + int(month[5:7]) - 1


def _name(index: int) -> str:
    year, number = divmod(index, _MONTHS_OF_A_YEAR)
    return f"{year:04d}-{number + 1:02d}"
