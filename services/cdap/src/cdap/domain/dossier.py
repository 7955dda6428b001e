"""A dossier: a document whose top-level names are the fields of the profile table, and what rules ask of it.

The document is checked once, at import (`dossier_schema`). After that its groups are read as they are: showing a field
is picking a name, and a field that is not granted has no way into a reply. The groups are described in the README.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cdap.domain.names import name_key
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
        names = {
            name_key(person[field])
            for person in self.document["persons"]
            for field in ("birth_name", "usage_name")
            if person.get(field)
        }
        return tuple(sorted(names))

    @property
    def reference_month(self) -> str:
        """Month of the figures, "2026-11"."""
        return str(self.document["reference"]["month"])

    def has_child_under(self, years: int, today: date) -> bool:
        """Whether a child has not reached its birthday of that many years."""
        return any(age_on(date.fromisoformat(child["birth_on"]), today) < years for child in self.document["children"])


def age_on(birth_on: date, today: date) -> int:
    """Full years on that day; negative before the birth (a child announced)."""
    return today.year - birth_on.year - ((today.month, today.day) < (birth_on.month, birth_on.day))
