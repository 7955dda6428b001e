"""A dossier: a document whose top-level names are the fields of the profile table, and what rules ask of it.

The document is checked once, at import (`dossier_schema`). After that its groups are read as they are: showing a field
is picking a name, and a field that is not granted has no way into a reply. The groups are described in the README.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cdap.domain.names import keys_of
from cdap.domain.partial_date import PartialDate, parse_partial_date
from cdap.domain.status import INACTIVE_CODES

Document = Mapping[str, Any]
HISTORY_MONTHS = 24


@dataclass(frozen=True, slots=True)
class DossierKey:
    """What identifies a dossier: code of the Caf and seven digits."""

    caf: str
    matricule: str

    @property
    def subject(self) -> str:
        """How the journal names it."""
        return f"dossier:{self.caf}:{self.matricule}"


@dataclass(frozen=True, slots=True)
class Dossier:
    """One dossier as imported."""

    document: Document

    @property
    def key(self) -> DossierKey:
        """Caf and matricule."""
        reference = self.document["reference"]
        return DossierKey(reference["caf"], reference["matricule"])

    @property
    def status_code(self) -> str:
        """CNAF status code."""
        return str(self.document["status"]["code"])

    @property
    def is_active(self) -> bool:
        """Neither closed, suspended nor without a responsible person."""
        return self.status_code not in INACTIVE_CODES

    @property
    def transferred_to(self) -> str | None:
        """Code of the Caf that took the dossier over, when it moved."""
        caf = self.document["status"].get("transferred_to")
        return None if caf is None else str(caf)

    @property
    def name_keys(self) -> tuple[str, ...]:
        """Comparable birth and usage names of the allocataire and of the spouse, sorted, each once."""
        names = [
            person[field]
            for person in self.document["persons"]
            for field in ("birth_name", "usage_name")
            if person.get(field)
        ]
        return tuple(sorted({key for name in names for key in keys_of(name)}))

    @property
    def reference_month(self) -> str:
        """Month of the figures, "2026-11"."""
        return str(self.document["reference"]["month"])

    @property
    def birthdays(self) -> tuple[PartialDate, ...]:
        """Those of the children, in the order of the document; the expected day of a child that is announced."""
        return tuple(parse_partial_date(child["birth_on"]) for child in self.document["children"])

    def has_child_under(self, years: int, today: date) -> bool | None:
        """Whether a child that is born has not reached its birthday of that many years.

        None: perhaps, the day of birth is not known well enough to say.
        """
        born = [birth_on for birth_on in self.birthdays if not birth_on.is_surely_after(today)]
        if any(is_surely_under(birth_on, years, today) for birth_on in born):
            return True
        return None if any(may_be_under(birth_on, years, today) for birth_on in born) else False


def is_surely_under(birth_on: PartialDate, years: int, today: date) -> bool:
    """Whether even the oldest age that the birthday allows is under so many years."""
    oldest = birth_on.oldest_age_on(today)
    return oldest is not None and oldest < years


def may_be_under(birth_on: PartialDate, years: int, today: date) -> bool:
    """Whether the youngest age that the birthday allows is under so many years; always when the year is unknown."""
    youngest = birth_on.youngest_age_on(today)
    return youngest is None or youngest < years
