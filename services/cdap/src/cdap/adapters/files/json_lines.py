"""JSON Lines: reading and writing dossiers, the progress bar, and the report of bad lines for the operator."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, BinaryIO, TextIO

import orjson

from cdap.use_cases.import_dossiers import MAXIMUM_LINE_BYTES, ImportReport
from servicekit.errors import StartError

_BAR_WIDTH = 30
_REDRAW_SECONDS = 0.2

REASONS = {
    "NOT_JSON": "n'est pas un objet JSON lisible",
    "LINE_TOO_LONG": f"dépasse {MAXIMUM_LINE_BYTES // 1024} Kio",
    "NOT_AN_OBJECT": "doit être un objet",
    "MISSING": "manque",
    "UNKNOWN_FIELD": "n'est pas un champ du dossier, ou n'a pas le droit d'y être",
    "UNKNOWN_CODE": "n'est pas un code connu",
    "NOT_A_TEXT": "doit être un texte",
    "EMPTY": "est vide",
    "TOO_LONG": "est trop long",
    "CONTROL_CHARACTER": "contient un caractère de contrôle",
    "NOT_A_MONTH": "doit être un mois, par exemple 2026-11",
    "NOT_A_DATE": "doit être une date, par exemple 2026-11-23",
    "NOT_A_COG_CODE": "doit être un code commune ou pays de l'INSEE",
    "NOT_A_CAF_CODE": "doit être un code de Caf à trois caractères",
    "NOT_A_MATRICULE": "doit avoir sept chiffres",
    "NOT_A_LETTER": "doit être une lettre majuscule",
    "NOT_AN_AMOUNT": "doit être un montant en centimes, entier et positif",
    "NOT_TRUE_OR_FALSE": "doit être true ou false",
    "NOT_IN_RANGE": "est hors des limites",
    "NOT_A_LIST": "doit être une liste",
    "WRONG_NUMBER_OF_ITEMS": "n'a pas le bon nombre d'éléments",
    "NOT_ONE_ALLOCATAIRE": "doit avoir un allocataire et au plus un conjoint",
    "NAME_WITHOUT_LETTER": "ne contient aucune lettre",
    "BORN_AFTER_THE_MONTH": "est après le mois du dossier",
    "MORE_THAN_THE_CHILDREN": "dépasse le nombre d'enfants du dossier",
    "DOES_NOT_BEGIN_WITH_THE_VALUE": "doit commencer par le quotient familial du mois",
    "SAME_CAF": "est la Caf du dossier elle-même",
    "DUPLICATE": "est déjà dans le fichier : même Caf et même matricule",
    "NIR_LENGTH": "doit avoir 13 caractères, ou 15 avec la clé",
    "NIR_FORMAT": "a un caractère qui ne convient pas (la Corse s'écrit 2A ou 2B)",
    "NIR_KEY": "a une clé qui ne correspond pas",
    "NO_DOSSIER": "ne contient aucun dossier",
}


class JsonCodec:
    """Canonical JSON: sorted names, no spaces, UTF-8."""

    def read(self, line: bytes) -> Any:
        """The value of a line. Raises ValueError: not JSON."""
        return orjson.loads(line)

    def write(self, value: Mapping[str, Any]) -> bytes:
        """One line, without its end."""
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


class DossierFile:
    """A file of dossiers that knows how far it has been read."""

    def __init__(self, path: Path) -> None:
        """Opens the file.

        Raises:
            StartError: it cannot be read.
        """
        try:
            self.size = path.stat().st_size
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise StartError(f"The file {path} cannot be read: {error.strerror}.") from error
        self.read_bytes = 0

    def __enter__(self) -> "DossierFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def lines(self) -> Iterator[bytes]:
        """The lines; of one that is too long, only its beginning, so that memory stays bounded."""
        while line := self._file.readline(MAXIMUM_LINE_BYTES + 1):
            self.read_bytes += len(line)
            if len(line) > MAXIMUM_LINE_BYTES:
                self._skip_rest_of_line(line)
            yield line

    def _skip_rest_of_line(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._file.readline(MAXIMUM_LINE_BYTES)
            self.read_bytes += len(line)


class ProgressBar:
    """Drawn on a terminal; anywhere else, one line at the end."""

    def __init__(self, file: DossierFile, stream: TextIO | None = None) -> None:
        """On stderr, unless told otherwise."""
        self._file = file
        self._stream = stream or sys.stderr
        self._started = monotonic()
        self._drawn = 0.0
        self._lines = 0

    def __call__(self, lines: int) -> None:
        """So many lines are read."""
        self._lines = lines
        if self._stream.isatty() and monotonic() - self._drawn >= _REDRAW_SECONDS:
            self._drawn = monotonic()
            self._stream.write(f"\r{self._text()}")
            self._stream.flush()

    def end(self) -> None:
        """Draw it a last time."""
        start = "\r" if self._stream.isatty() else ""
        self._stream.write(f"{start}{self._text()}\n")

    def _text(self) -> str:
        part = min(1.0, self._file.read_bytes / self._file.size) if self._file.size else 1.0
        done = round(part * _BAR_WIDTH)
        rate = self._lines / max(monotonic() - self._started, 0.001)
        bar = "#" * done + "." * (_BAR_WIDTH - done)
        return f"[{bar}] {part:4.0%}  {self._lines} lignes lues, {rate:.0f} lignes/s"


def write_report(report: ImportReport, stream: TextIO) -> None:
    """Every problem as "ligne 12 : persons[0].birth_on doit être une date…"; never the content of a line."""
    for problem in report.problems:
        stream.write(f"ligne {problem.line} : {problem.path} {REASONS[problem.reason]}\n")
    unseen = report.problem_count - len(report.problems)
    if unseen:
        stream.write(f"… et {unseen} autres problèmes\n")
    if report.is_in_force:
        stream.write(f"{report.dossier_count} dossiers importés.\n")
    else:
        stream.write(f"{report.problem_count} problèmes : rien n'est importé, les dossiers en place ne changent pas.\n")
