"""What an import counts while it reads, and how it ended."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from cdap.use_cases.import_ports import OddRecord

KEPT_RECORDS = 100
MOST_NAMED = 10_000  # odd records that the store keeps until the file is at its end; all are counted


class CafOutcome(Enum):
    """What became of a Caf of the file."""

    IN_FORCE = "IN_FORCE"
    TOO_MANY_ODD = "TOO_MANY_ODD"
    OTHER_MONTHS = "OTHER_MONTHS"


@dataclass(slots=True, kw_only=True)
class CafTally:
    """Records of one Caf: right ones, of which some are new or differ; set aside; right but of another month."""

    month: str = ""
    dossier_count: int = 0
    changed_count: int = 0
    gone_count: int = 0
    set_aside_count: int = 0
    other_month_count: int = 0
    outcome: str = ""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was counted until a line of the file. `to_json` and `from_json` carry it to the next process."""

    record_count: int = 0
    set_aside_count: int = 0
    last_line_is_cut: bool = False
    reasons: Counter[str] = field(default_factory=Counter)
    cafs: dict[str, CafTally] = field(default_factory=dict)

    def of(self, caf: str) -> CafTally:
        """The counts of a Caf."""
        return self.cafs.setdefault(caf, CafTally())

    @property
    def dossier_count(self) -> int:
        """Right records of every Caf."""
        return sum(caf.dossier_count for caf in self.cafs.values())

    def may_go(self, percent: float) -> bool:
        """Whether few enough of all records are set aside for the others to be put in force."""
        return self.dossier_count > 0 and self.set_aside_count * 100 <= percent * self.record_count

    def to_json(self) -> Mapping[str, Any]:
        """As numbers, texts and names."""
        return {
            "record_count": self.record_count,
            "set_aside_count": self.set_aside_count,
            "last_line_is_cut": self.last_line_is_cut,
            "reasons": dict(self.reasons),
            "cafs": {
                code: {name: getattr(caf, name) for name in CafTally.__dataclass_fields__}
                for code, caf in self.cafs.items()
            },
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Tally":
        """What `to_json` gave."""
        cafs = {code: CafTally(**counts) for code, counts in value.get("cafs", {}).items()}
        plain = {name: value[name] for name in ("record_count", "set_aside_count", "last_line_is_cut") if name in value}
        return cls(**plain, reasons=Counter(value.get("reasons", {})), cafs=cafs)


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """How the import ended. `odd_records` holds the first hundred; `set_aside_count` counts all.

    `resumed_after`: the line after which it went on, 0 for a file that was begun.
    """

    set_aside_percent: float
    tally: Tally
    odd_records: list[OddRecord] = field(default_factory=list)
    resumed_after: int = 0

    @property
    def is_in_force(self) -> bool:
        """Whether everyone now reads what was imported, of one Caf at least."""
        return bool(self.in_force)

    @property
    def in_force(self) -> dict[str, CafTally]:
        """The Cafs whose month of this file is in force."""
        return self._with(CafOutcome.IN_FORCE)

    @property
    def refused(self) -> dict[str, CafTally]:
        """The Cafs of a file that is imported which keep what they had."""
        return self._with(CafOutcome.TOO_MANY_ODD) | self._with(CafOutcome.OTHER_MONTHS)

    def _with(self, outcome: CafOutcome) -> dict[str, CafTally]:
        return {code: caf for code, caf in sorted(self.tally.cafs.items()) if caf.outcome == outcome.value}

    @property
    def dossier_count(self) -> int:
        """Dossiers that are in force now and came with this file."""
        return sum(caf.dossier_count for caf in self.in_force.values())

    @property
    def set_aside_count(self) -> int:
        """Records set aside."""
        return self.tally.set_aside_count

    @property
    def record_count(self) -> int:
        """Records of the file."""
        return self.tally.record_count

    @property
    def reasons(self) -> Mapping[str, int]:
        """How many records were set aside for each reason."""
        return self.tally.reasons

    @property
    def last_line_is_cut(self) -> bool:
        """Whether the file ends within a record."""
        return self.tally.last_line_is_cut


Tell = Callable[[OddRecord], None]
