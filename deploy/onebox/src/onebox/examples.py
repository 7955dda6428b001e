"""Finds good first dossiers in the generated file, for the welcome and for the stories told by tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Line = Mapping[str, Any]

ORDINARY_STATUS = "000"
_CRECHE_AGE_YEARS = 7


@dataclass(frozen=True)
class Example:
    """What a professional types."""

    caf: str
    matricule: str
    name: str


def dossiers_in(file: Path) -> Iterator[Line]:
    """Each dossier of a JSON Lines file."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def first_example(file: Path, wanted: Callable[[Line], bool]) -> Example:
    """The first dossier that is wanted.

    Raises:
        LookupError: there is none.
    """
    for dossier in dossiers_in(file):
        if wanted(dossier):
            reference = dossier["reference"]
            return Example(reference["caf"], reference["matricule"], dossier["persons"][0]["birth_name"])
    raise LookupError(f"no such dossier in {file}")


def has_young_child(dossier: Line, caf: str, year: int) -> bool:
    """An ordinary dossier of this Caf with a child surely under seven in `year` and known resources."""
    return (
        dossier["reference"]["caf"] == caf
        and dossier["status"]["code"] == ORDINARY_STATUS
        and dossier["annual_resources"]["amount_cents"] is not None
        and dossier["quotient_familial"]["value"] is not None
        and any(year - int(child["birth_on"][:4]) < _CRECHE_AGE_YEARS - 1 for child in dossier["children"])
    )
