"""Import the dossiers of a month: every line is good and all are in force, or nothing has changed.

Lines go by chunks into a generation that nobody reads; memory does not grow with the file. At the first bad line
storing ends but reading goes on, so that one run reports every bad line. One row then puts the generation in force.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cdap.domain.dossier import Dossier, DossierKey
from cdap.domain.dossier_schema import schema_problems
from cdap.domain.nir import InvalidNirError, parse_nir
from cdap.use_cases.ports import Clock, ImportLine, Repositories
from servicekit.audit_events import NATIONAL, AuditEvent, Outcome, RecordedWork

CHUNK_LINES = 500
REMOVED_AT_ONCE = 500
REPORTED_PROBLEMS = 100
MAXIMUM_LINE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class BadLine:
    """One thing that is wrong: number of the line (from 1), path of the field, reason (UPPER_SNAKE). No content."""

    line: int
    path: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """How the import ended. `problems` holds the first hundred; `problem_count` counts all."""

    dossier_count: int = 0
    problem_count: int = 0
    problems: list[BadLine] = field(default_factory=list)

    @property
    def is_in_force(self) -> bool:
        """Whether everyone now reads what was imported."""
        return self.problem_count == 0

    def add(self, line: int, path: str, reason: str) -> None:
        """Note a problem."""
        self.problem_count += 1
        if len(self.problems) < REPORTED_PROBLEMS:
            self.problems.append(BadLine(line, path, reason))


class Codec(Protocol):
    """JSON, read and written canonically."""

    def read(self, line: bytes) -> Any:
        """The value. Raises ValueError: not JSON."""

    def write(self, value: Mapping[str, Any]) -> bytes:
        """Compact, sorted names, UTF-8."""


class ImportDossiers:
    """Replaces every dossier by those of a file."""

    def __init__(self, work: RecordedWork[Repositories], codec: Codec, nir_secret: bytes, clock: Clock) -> None:
        """`nir_secret` empty: the NIR is checked and forgotten."""
        self._work = work
        self._codec = codec
        self._nir_secret = nir_secret
        self._clock = clock

    def __call__(
        self, lines: Iterable[bytes], source: str, progress: Callable[[int], None] = lambda _: None
    ) -> ImportReport:
        """Import; `progress` is told how many lines were read. `source` names the file in the journal.

        Raises:
            AuditUnavailableError, DependencyUnavailableError: nothing has changed for readers.
        """
        self._remove_what_is_not_in_force()
        generation = self._work.read(lambda repos: repos.generations.begin())
        report = ImportReport()
        try:
            for chunk in _chunks(self._checked(lines, report, progress)):
                self._store(generation, chunk, report)
            if report.problem_count == 0 and report.dossier_count == 0:
                report.add(1, "file", "NO_DOSSIER")
            if report.is_in_force:
                self._put_in_force(generation, report.dossier_count, source)
        finally:
            self._remove_what_is_not_in_force()
        return report

    def _checked(
        self, lines: Iterable[bytes], report: ImportReport, progress: Callable[[int], None]
    ) -> Iterator[tuple[int, ImportLine]]:
        number = 0
        for number, line in enumerate(lines, start=1):
            if number % CHUNK_LINES == 0:
                progress(number)
            ready = self._check_line(number, line, report) if line.strip() else None
            if ready is not None:
                yield number, ready
        progress(number)

    def _check_line(self, number: int, line: bytes, report: ImportReport) -> ImportLine | None:
        if len(line) > MAXIMUM_LINE_BYTES:
            report.add(number, "line", "LINE_TOO_LONG")
            return None
        try:
            value = self._codec.read(line)
        except ValueError:
            report.add(number, "line", "NOT_JSON")
            return None
        problems = schema_problems(value)
        nir_hash = self._take_nir(value, problems) if not problems else None
        for path, reason in problems:
            report.add(number, path, reason)
        if problems:
            return None
        dossier = Dossier(value)
        return ImportLine(dossier.key, dossier.name_keys, nir_hash, self._codec.write(value))

    def _take_nir(self, value: dict[str, Any], problems: list[tuple[str, str]]) -> str | None:
        text = value.pop("nir", None)
        if text is None:
            return None
        try:
            nir = parse_nir(text)
        except InvalidNirError as error:
            problems.append(("nir", error.reason))
            return None
        return nir.hashed(self._nir_secret) if self._nir_secret else None

    def _store(self, generation: int, chunk: list[tuple[int, ImportLine]], report: ImportReport) -> None:
        seen = self._work.read(
            lambda repos: repos.generations.already_there(generation, [line.key for _, line in chunk])
        )
        known: set[DossierKey] = set(seen)
        for number, line in chunk:
            if line.key in known:
                report.add(number, "reference", "DUPLICATE")
            known.add(line.key)
        report.dossier_count += len(chunk)
        if report.problem_count == 0:
            lines = [line for _, line in chunk]
            self._work.write(lambda repos: repos.generations.add(generation, lines))

    def _put_in_force(self, generation: int, count: int, source: str) -> None:
        event = AuditEvent(
            type="cdap.dossiers.imported",
            decision="done",
            policy="buffered",
            owner=NATIONAL,
            actor_id=None,
            organisation_id=None,
            subject=f"generation:{generation}",
            payload={"dossier_count": count, "source": source},
            occurred_at=self._clock.now(),
        )

        def put_in_force(repos: Repositories) -> Outcome[None]:
            repos.generations.put_in_force(generation, count)
            return Outcome(None, (event,))

        self._work.record(put_in_force)

    def _remove_what_is_not_in_force(self) -> None:
        keep = self._work.read(lambda repos: repos.generations.in_force())
        while self._work.write(lambda repos: repos.generations.remove_some(keep, REMOVED_AT_ONCE)):
            pass


def _chunks(lines: Iterable[tuple[int, ImportLine]]) -> Iterator[list[tuple[int, ImportLine]]]:
    chunk: list[tuple[int, ImportLine]] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK_LINES:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
