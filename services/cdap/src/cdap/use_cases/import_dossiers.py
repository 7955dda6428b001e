"""Import the dossiers of a month: odd records are set aside with their reasons, the others are in force together.

Lines go by chunks into a generation that nobody reads; memory does not grow with the file. At the end one row puts the
generation in force, unless too large a share of the records had to be set aside: then nothing has changed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from cdap.domain.dossier import Dossier, DossierKey
from cdap.domain.dossier_schema import schema_problems
from cdap.domain.incoming import cleaned
from cdap.use_cases.ports import ImportLine, Repositories
from partnerkit.matricule import Matricule
from partnerkit.text import clean_line
from servicekit.audit_events import NATIONAL, AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock

CHUNK_LINES = 500
REMOVED_AT_ONCE = 500
KEPT_RECORDS = 100
MAXIMUM_LINE_BYTES = 256 * 1024
DEFAULT_SET_ASIDE_PERCENT = 1.0
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SAFE_PATH = re.compile(r"[a-z_]{1,40}(?:\[[0-9]{1,4}\])?")
_LONGEST_PATH = 6  # levels of a path that are said
_MATRICULE = re.compile(r"[0-9]{7}")


@dataclass(frozen=True, slots=True)
class OddRecord:
    """A record that is set aside: number of its line (from 1), its matricule masked, (path, reason UPPER_SNAKE) pairs.

    No content: a path is made of names of fields, and a name that no dossier has is shown as "?".
    """

    line: int
    matricule: str
    problems: tuple[tuple[str, str], ...]


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """How the import ended. `odd_records` holds the first hundred; `set_aside_count` counts all."""

    set_aside_percent: float
    record_count: int = 0
    dossier_count: int = 0
    set_aside_count: int = 0
    last_line_is_cut: bool = False
    odd_records: list[OddRecord] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def is_in_force(self) -> bool:
        """Whether everyone now reads what was imported."""
        return self.dossier_count > 0 and self.set_aside_count * 100 <= self.set_aside_percent * self.record_count


class ImportDossiers:
    """Replaces every dossier by those of a file."""

    def __init__(
        self,
        work: RecordedWork[Repositories],
        clock: Clock,
        set_aside_percent: float = DEFAULT_SET_ASIDE_PERCENT,
    ) -> None:
        """`set_aside_percent`, 0 to 100: the largest share of odd records with which the others are imported."""
        self._work = work
        self._clock = clock
        self._set_aside_percent = set_aside_percent

    def __call__(
        self,
        lines: Iterable[bytes],
        source: str,
        progress: Callable[[int], None] = lambda _: None,
        tell: Callable[[OddRecord], None] = lambda _: None,
    ) -> ImportReport:
        """Import; `progress` is told how many lines were read, `tell` every odd record. `source` names the file.

        Raises:
            AuditUnavailableError, DependencyUnavailableError: nothing has changed for readers.
        """
        self._remove_what_is_not_in_force()
        generation = self._work.read(lambda repos: repos.generations.begin())
        tally = _Tally(ImportReport(set_aside_percent=self._set_aside_percent), tell)
        try:
            for chunk in _chunks(self._checked(lines, tally, progress)):
                self._store(generation, chunk, tally)
            if tally.report.is_in_force:
                self._put_in_force(generation, tally, source)
        finally:
            self._remove_what_is_not_in_force()
        return tally.report

    def _checked(
        self, lines: Iterable[bytes], tally: "_Tally", progress: Callable[[int], None]
    ) -> Iterator[tuple[int, ImportLine]]:
        number = 0
        for number, raw in enumerate(lines, start=1):
            line = raw.removeprefix(_BYTE_ORDER_MARK) if number == 1 else raw
            if number % CHUNK_LINES == 0:
                progress(number)
            ready = self._check_line(number, line, tally) if line.strip() else None
            if ready is not None:
                yield number, ready
        progress(number)

    def _check_line(self, number: int, line: bytes, tally: "_Tally") -> ImportLine | None:
        tally.report.record_count += 1
        value, problems = self._read(line)
        if problems:
            tally.set_aside(number, _masked_matricule(value), problems)
            return None
        dossier = Dossier(value)
        return ImportLine(dossier.key, dossier.name_keys, orjson.dumps(value, option=orjson.OPT_SORT_KEYS))

    def _read(self, line: bytes) -> tuple[Any, list[tuple[str, str]]]:
        if len(line) > MAXIMUM_LINE_BYTES:
            return None, [("line", "LINE_TOO_LONG")]
        try:
            value = cleaned(orjson.loads(line))
        except ValueError:
            return None, [("line", _why_not_json(line))]
        return value, schema_problems(value)

    def _store(self, generation: int, chunk: list[tuple[int, ImportLine]], tally: "_Tally") -> None:
        keys = [line.key for _, line in chunk]
        there = self._work.read(lambda repos: repos.generations.stored(generation, keys))
        new = tally.without_duplicates(chunk, there)
        wrong = [key for key in there if key in tally.contradicted]

        def store(repos: Repositories) -> None:
            repos.generations.remove(generation, wrong)
            repos.generations.add(generation, new)

        self._work.write(store)
        tally.report.dossier_count += len(new) - len(wrong)
        tally.cafs.update(line.key.caf for line in new)

    def _put_in_force(self, generation: int, tally: "_Tally", source: str) -> None:
        report = tally.report
        event = AuditEvent(
            type="cdap.dossiers.imported",
            decision="done",
            policy="buffered",
            owner=next(iter(tally.cafs)) if len(tally.cafs) == 1 else NATIONAL,
            actor_id=None,
            organisation_id=None,
            subject=f"generation:{generation}",
            payload={
                "dossier_count": report.dossier_count,
                "set_aside_count": report.set_aside_count,
                "source": clean_line(source),
            },
            occurred_at=self._clock.now(),
        )

        def put_in_force(repos: Repositories) -> Outcome[None]:
            repos.generations.put_in_force(generation, report.dossier_count)
            return Outcome(None, (event,))

        self._work.record(put_in_force)

    def _remove_what_is_not_in_force(self) -> None:
        keep = self._work.read(lambda repos: repos.generations.in_force())
        while self._work.write(lambda repos: repos.generations.remove_some(keep, REMOVED_AT_ONCE)):
            pass


class _Tally:
    """Counts while the file is read, and remembers the keys that came twice with different contents."""

    def __init__(self, report: ImportReport, tell: Callable[[OddRecord], None]) -> None:
        self.report = report
        self.contradicted: set[DossierKey] = set()
        self.cafs: set[str] = set()
        self._tell = tell

    def set_aside(self, number: int, matricule: str, problems: list[tuple[str, str]]) -> None:
        """Note a record that is not imported."""
        record = OddRecord(number, matricule, tuple((_safe_path(path), reason) for path, reason in problems))
        self.report.set_aside_count += 1
        for reason in {reason for _, reason in problems}:
            self.report.last_line_is_cut |= reason == "TRUNCATED_LINE"
            self.report.reasons[reason] = self.report.reasons.get(reason, 0) + 1
        if len(self.report.odd_records) < KEPT_RECORDS:
            self.report.odd_records.append(record)
        self._tell(record)

    def without_duplicates(
        self, chunk: list[tuple[int, ImportLine]], there: Mapping[DossierKey, bytes]
    ) -> list[ImportLine]:
        """The new ones. The same line again is set aside; two different ones of one dossier both are."""
        new: dict[DossierKey, ImportLine] = {}
        for number, line in chunk:
            first = new[line.key].document if line.key in new else there.get(line.key)
            masked = Matricule(line.key.matricule).masked
            if line.key in self.contradicted:
                self.set_aside(number, masked, [("reference", "DUPLICATE")])
            elif first is None:
                new[line.key] = line
            elif first == line.document:
                self.set_aside(number, masked, [("reference", "REPEATED")])
            else:
                self.contradicted.add(line.key)
                self.set_aside(number, masked, [("reference", "DUPLICATE")])
                self.report.set_aside_count += 1  # and the first one, which nobody can tell from a right one
        return [line for key, line in new.items() if key not in self.contradicted]


def _why_not_json(line: bytes) -> str:
    if not line.endswith(b"\n"):
        return "TRUNCATED_LINE"
    try:
        line.decode()
    except UnicodeDecodeError:
        return "NOT_UTF8"
    return "NOT_JSON"


def _masked_matricule(value: object) -> str:
    reference = value.get("reference") if isinstance(value, dict) else None
    matricule = reference.get("matricule") if isinstance(reference, dict) else None
    known = isinstance(matricule, str) and _MATRICULE.fullmatch(matricule)
    return Matricule(matricule).masked if known and isinstance(matricule, str) else ""


def _safe_path(path: str) -> str:
    return ".".join(part if _SAFE_PATH.fullmatch(part) else "?" for part in path.split(".")[:_LONGEST_PATH])


def _chunks(lines: Iterable[tuple[int, ImportLine]]) -> Iterator[list[tuple[int, ImportLine]]]:
    chunk: list[tuple[int, ImportLine]] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK_LINES:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
