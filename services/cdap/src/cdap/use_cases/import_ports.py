"""What an import of dossiers needs from the world, as Protocols; and the values that cross them.

A Caf has one month in force. A file fills the next one beside it: a dossier that has changed gets a row with the next
number, one that is gone a row without a document, one that is the same nothing at all. Readers take the newest row up
to the number in force, so one row of `caf_month` puts the whole of the next month in force.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class CafMonth:
    """What a Caf has: the month in force ("" before the first), and the file that is filling the next one.

    `number` counts the months that were put in force. `filling` is the digest of a file, "" when none is half done.
    `is_tidy`: whether rows that nobody reads any more are gone.
    """

    caf: str
    month: str = ""
    number: int = 0
    dossier_count: int = 0
    set_aside_count: int = 0
    file_name: str = ""
    in_force_at: datetime | None = None
    filling: str = ""
    filling_name: str = ""
    filling_month: str = ""
    is_tidy: bool = True

    @property
    def next_number(self) -> int:
        """Number of the month that is being filled."""
        return self.number + 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row to be written. `stored` None says that the Caf no longer has this dossier."""

    matricule: str
    content: bytes
    name_keys: tuple[str, ...] = ()
    stored: bytes | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What the store has of one dossier: digests of the contents in force and in the month that is filled.

    None: no row; empty: a row that says that the dossier is gone.
    """

    in_force: bytes | None = None
    filled: bytes | None = None


@dataclass(frozen=True, slots=True)
class OddRecord:
    """A record that is set aside: number of its line (from 1), its matricule masked, (path, reason UPPER_SNAKE) pairs.

    No content: a path is made of names of fields, and a name that no dossier has is shown as "?".
    """

    line: int
    matricule: str
    problems: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedFile:
    """A file whose import has begun and not ended. `beat` changes while its `holder`, a process, is at work.

    `is_given_up`: what it filled is being removed. `line` and `offset` say how far it is read for good, `tally` what
    was counted until there.
    """

    digest: str
    name: str
    holder: str
    began_at: datetime
    beat: int = 0
    line: int = 0
    offset: int = 0
    is_given_up: bool = False
    tally: Mapping[str, Any] = field(default_factory=dict)


class CafMonths(Protocol):
    """One row per Caf."""

    def every(self) -> Sequence[CafMonth]:
        """All, by code."""

    def of(self, caf: str) -> CafMonth | None:
        """That of a Caf."""

    def fill(self, caf: CafMonth) -> None:
        """From now on the file `caf.filling` fills the next month of the Caf."""

    def put_in_force(self, filled: CafMonth) -> None:
        """Everyone now reads the rows up to `filled.number`; nothing is being filled any more."""

    def tidied(self, caf: CafMonth) -> None:
        """No row is left that nobody reads since the month `caf.number` was put in force."""

    def release(self, caf: CafMonth) -> None:
        """The file `caf.filling` fills the next month no longer."""


class DossierRows(Protocol):
    """The rows of dossiers as an import writes them. `limit` pages through the matricules of one Caf."""

    def held(self, caf: CafMonth, matricules: Sequence[str]) -> Mapping[str, Held]:
        """What is there of these dossiers; those without a row are left out."""

    def put(self, caf: CafMonth, rows: Sequence[Row]) -> None:
        """Write these into the month that is filled, in the place of what it had of them."""

    def take_back(self, caf: CafMonth, matricules: Sequence[str]) -> None:
        """The month that is filled no longer says anything of these."""

    def in_force(self, caf: CafMonth, after: str, limit: int) -> Sequence[str]:
        """The next matricules that have a row up to the number in force, in order."""

    def tidy(self, caf: CafMonth, after: str, limit: int) -> str:
        """Remove, of the next matricules, the rows that nobody reads; gives the last of them, "" at the end."""

    def discard(self, caf: CafMonth, limit: int) -> int:
        """Remove at most so many rows of the month that is filled; gives how many."""


class UnfinishedFiles(Protocol):
    """The files whose import has begun and not ended."""

    def find(self, digest: str) -> UnfinishedFile | None:
        """That with this digest."""

    def every(self) -> Sequence[UnfinishedFile]:
        """All, the oldest first."""

    def begin(self, file: UnfinishedFile) -> None:
        """Note it."""

    def take(self, file: UnfinishedFile, holder: str) -> bool:
        """Give it to another holder, if it has not moved since it was read as `file`."""

    def beat(self, digest: str, holder: str) -> bool:
        """Whether this holder still has it; others see that it is at work."""

    def give_up(self, digest: str) -> None:
        """What it filled is being removed from now on."""

    def reach(self, digest: str, line: int, offset: int, tally: Mapping[str, Any]) -> None:
        """It is read for good up to here."""

    def note(self, digest: str, odd: Sequence[OddRecord], seen: Mapping[str, bytes]) -> None:
        """Records set aside since the last time, and by Caf which matricules came until now."""

    def odd(self, digest: str) -> Sequence[OddRecord]:
        """The records set aside, by line."""

    def seen(self, digest: str) -> Mapping[str, bytes]:
        """As it was noted last."""

    def remove(self, digest: str) -> None:
        """It is at its end."""


class IncomingFile(Protocol):
    """A file of dossiers, one record per line."""

    name: str

    def digest(self) -> str:
        """SHA-256 of its content, in hexadecimal digits."""

    def lines(self, offset: int) -> Iterator[tuple[bytes, int]]:
        """The lines from this byte on, each with the byte after its end."""


class Holders(Protocol):
    """Processes that import, and time passing."""

    me: str

    def is_gone(self, holder: str) -> bool:
        """Whether that process surely has ended. False when it cannot be known from here."""

    def pause(self) -> None:
        """A second passes."""

    def seconds(self) -> float:
        """A clock that only goes forward."""
