"""Import a month of one Caf or of several: odd records are set aside, the others are in force together, Caf by Caf.

Lines go by chunks into the next month of their Caf, which nobody reads; memory does not grow with the file. At the end
one row per Caf puts its month in force, unless too large a share of the records had to be set aside: then nothing has
changed. A process that dies leaves a file half imported; the same file given again goes on after its last checkpoint.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from cdap.use_cases.caf_swap import discard, put_in_force, tidy
from cdap.use_cases.chunk_plan import ChunkPlan, plan_chunk
from cdap.use_cases.held_work import HeldWork
from cdap.use_cases.import_claims import Claims, ImportUnfinishedError, claimed
from cdap.use_cases.import_ports import CafMonth, Holders, IncomingFile, OddRecord, UnfinishedFile
from cdap.use_cases.import_report import KEPT_RECORDS, MOST_NAMED, CafOutcome, CafTally, ImportReport, Tally
from cdap.use_cases.incoming_lines import RightRecord, WrongRecord, read_line
from cdap.use_cases.ports import Repositories
from cdap.use_cases.seen_matricules import SEEN_BYTES, SeenMatricules
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock

CHUNK_LINES = 500
CHECKPOINT_LINES = 20_000
CHECKPOINT_BYTES_PER_LINE = 64  # what a checkpoint may cost: with a hundred Cafs it holds 125 MB and comes seldom


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportChoices:
    """What the operator decides. `percent`, 0 to 100: the largest share of odd records with which the others are
    imported. `month`, "2026-11" or "": the month of the file, said by a person; it may be before the one in force.
    `replace`: another file that is half imported for one of the Cafs is given up. `chunk_lines` are written together,
    after `checkpoint_lines` at least an interrupted import goes on."""

    percent: float = 1.0
    month: str = ""
    replace: bool = False
    chunk_lines: int = CHUNK_LINES
    checkpoint_lines: int = CHECKPOINT_LINES


@dataclass(slots=True, kw_only=True)
class _Run:
    """A file while it is imported."""

    file: UnfinishedFile
    work: HeldWork
    tally: Tally
    seen: dict[str, SeenMatricules]
    line: int
    offset: int
    cafs: dict[str, CafMonth] = field(default_factory=dict)
    odd: list[OddRecord] = field(default_factory=list)
    named: int = 0


class ImportDossiers:
    """Puts the dossiers of a file in force."""

    def __init__(
        self,
        work: RecordedWork[Repositories],
        clock: Clock,
        holders: Holders,
        choices: ImportChoices | None = None,
    ) -> None:
        """`holders` knows which processes are alive."""
        self._work = work
        self._clock = clock
        self._holders = holders
        self._choices = choices or ImportChoices()
        self._claims = Claims(work, clock, holders)

    def __call__(
        self,
        incoming: IncomingFile,
        progress: Callable[[int], None] = lambda _: None,
        tell: Callable[[OddRecord], None] = lambda _: None,
    ) -> ImportReport:
        """Import; `progress` is told how many lines were read, `tell` every odd record that the store names.

        Raises:
            ImportRunningError, ImportUnfinishedError, OlderMonthError, ImportTakenError: it may not go on.
            AuditUnavailableError, DependencyUnavailableError: what is in force is as it was; give the file again.
        """
        run = self._begin(incoming)
        resumed_after = run.line
        for chunk in self._chunks(run, incoming, progress):
            self._store(run, chunk)
        self._checkpoint(run)
        progress(run.line)
        report = ImportReport(set_aside_percent=self._choices.percent, tally=run.tally, resumed_after=resumed_after)
        self._tell(run, report, tell)
        if run.tally.may_go(self._choices.percent):
            for code in sorted(run.tally.cafs):
                self._end_caf(run, code)
            run.work.write(lambda repos: repos.files.remove(run.file.digest))
            self._forget_the_dead()
        else:
            self._give_up(run.file, run.work)
        return report

    def _begin(self, incoming: IncomingFile) -> _Run:
        file = self._claims.take(incoming.digest(), incoming.name)
        work = HeldWork(self._work, self._holders, file.digest)
        if file.is_given_up:  # the process that gave it up has died before its end
            self._give_up(file, work)
            file = self._claims.take(file.digest, incoming.name)
        seen = self._work.read(lambda repos: repos.files.seen(file.digest))
        bits = {caf: SeenMatricules(held) for caf, held in seen.items()}
        named = len(self._work.read(lambda repos: repos.files.odd(file.digest))) if file.line else 0
        return _Run(
            file=file,
            work=work,
            tally=Tally.from_json(file.tally),
            seen=bits,
            line=file.line,
            offset=file.offset,
            named=named,
        )

    def _chunks(
        self, run: _Run, incoming: IncomingFile, progress: Callable[[int], None]
    ) -> Iterator[list[RightRecord]]:
        chunk: list[RightRecord] = []
        reached = run.line
        for raw, end in incoming.lines(run.offset):
            run.line, run.offset = run.line + 1, end
            record = read_line(run.line, raw)
            run.tally.record_count += record is not None
            if isinstance(record, RightRecord):
                chunk.append(record)
            elif record is not None:
                _set_aside(run, record)
            if run.line % CHUNK_LINES == 0:
                progress(run.line)
                run.work.beat()
            if len(chunk) == self._choices.chunk_lines:
                yield chunk
                chunk = []
                if run.line - reached >= self._lines_to_checkpoint(run):
                    self._checkpoint(run)
                    reached = run.line
        if chunk:
            yield chunk
        if len(run.tally.cafs) == 1:  # then records that do not say their Caf are of this one
            next(iter(run.tally.cafs.values())).set_aside_count = run.tally.set_aside_count

    def _lines_to_checkpoint(self, run: _Run) -> int:
        further = (len(run.seen) - 1) * SEEN_BYTES // CHECKPOINT_BYTES_PER_LINE
        return max(self._choices.checkpoint_lines, further if self._choices.checkpoint_lines >= CHECKPOINT_LINES else 0)

    def _store(self, run: _Run, chunk: list[RightRecord]) -> None:
        by_caf = sorted(chunk, key=lambda record: record.key.caf)  # stable: lines of a Caf stay in order
        planned: list[tuple[CafMonth, ChunkPlan]] = []
        for code, group in groupby(by_caf, key=lambda record: record.key.caf):
            records = list(group)
            caf = self._caf(run, code, records[0].month)
            matricules = sorted({record.key.matricule for record in records})
            held = run.work.read(lambda repos, caf=caf, asked=matricules: repos.rows.held(caf, asked))  # type: ignore[misc]
            plan = plan_chunk(records, caf, held, run.tally.of(code), run.seen[code])
            for odd, count in plan.odd:
                _set_aside(run, WrongRecord(code, odd), count)
            planned.append((caf, plan))

        def store(repos: Repositories) -> None:
            for caf, plan in planned:
                repos.rows.take_back(caf, plan.take_back)
                repos.rows.put(caf, plan.put)
            if contradicted:  # what says so is a row: it is counted in the same transaction, or the next process
                self._reach(repos, run)  # would take the second one for a third

        contradicted = any(count > 1 for _, plan in planned for _, count in plan.odd)
        if any(plan.put or plan.take_back for _, plan in planned):
            run.work.write(store)
            run.odd = [] if contradicted else run.odd

    def _caf(self, run: _Run, code: str, month: str) -> CafMonth:
        known = run.cafs.get(code)
        if known is not None:
            return known
        asked = CafMonth(caf=code, filling_month=self._choices.month or month)
        for _ in range(2):  # the second time what was in the way has been given up
            self._finish_older(run, code)
            try:
                known = run.work.write(lambda repos: claimed(repos, run.file, asked, self._choices.month))
                break
            except ImportUnfinishedError:
                if not self._choices.replace:
                    raise
                self._replace(code)
        else:
            raise ImportUnfinishedError(f"Another import of the Caf {code} began meanwhile: wait until it has ended.")
        run.cafs[code] = known
        run.tally.of(code).month = known.filling_month
        run.seen.setdefault(code, SeenMatricules())
        return known

    def _finish_older(self, run: _Run, code: str) -> None:
        """Remove what nobody reads since the month before was put in force, if that import died before it did."""
        held = self._work.read(lambda repos: repos.months.of(code))
        if held is not None and not held.is_tidy and not held.filling:
            tidy(run.work.write, held)

    def _replace(self, code: str) -> None:
        held = self._work.read(lambda repos: repos.months.of(code))
        other = self._claims.take_abandoned(held.filling) if held is not None and held.filling else None
        if other is not None:
            self._give_up(other, HeldWork(self._work, self._holders, other.digest))

    def _checkpoint(self, run: _Run) -> None:
        run.work.write(lambda repos: self._reach(repos, run))
        run.odd = []

    def _reach(self, repos: Repositories, run: _Run) -> None:
        repos.files.note(run.file.digest, run.odd, {code: bits.to_bytes() for code, bits in run.seen.items()})
        _note_counts(repos, run)

    def _tell(self, run: _Run, report: ImportReport, tell: Callable[[OddRecord], None]) -> None:
        odd = run.work.read(lambda repos: repos.files.odd(run.file.digest))
        report.odd_records = list(odd[:KEPT_RECORDS])
        for record in odd:
            tell(record)

    def _end_caf(self, run: _Run, code: str) -> None:
        caf = run.work.read(lambda repos: repos.months.of(code))
        tally = run.tally.of(code)
        if caf is None:  # every record of it was odd: nothing began
            tally.outcome = CafOutcome.TOO_MANY_ODD.value
        elif caf.filling != run.file.digest:  # put in force before the process that did it died
            tally.outcome = tally.outcome or CafOutcome.IN_FORCE.value
            if not caf.is_tidy:
                tidy(run.work.write, caf)
        elif outcome := _why_not(tally, self._choices.percent):
            tally.outcome = outcome.value
            run.work.write(lambda repos: _note_counts(repos, run))
            discard(run.work, caf)
        else:
            tally.outcome = CafOutcome.IN_FORCE.value
            tidy(
                run.work.write,
                put_in_force(run.work, self._clock, caf, tally, run.seen[code], lambda repos: _note_counts(repos, run)),
            )

    def _forget_the_dead(self) -> None:
        """Files whose process died when they filled nothing yet, or nothing more."""
        files = self._work.read(lambda repos: repos.files.every())
        filling = {caf.filling for caf in self._work.read(lambda repos: repos.months.every())}
        for file in files:
            if file.digest not in filling and self._holders.is_gone(file.holder):
                self._work.write(lambda repos, digest=file.digest: repos.files.remove(digest))  # type: ignore[misc]

    def _give_up(self, file: UnfinishedFile, work: HeldWork) -> None:
        work.write(lambda repos: repos.files.give_up(file.digest))
        for caf in self._work.read(lambda repos: repos.months.every()):
            if caf.filling == file.digest:
                discard(work, caf)
        work.write(lambda repos: repos.files.remove(file.digest))


def _note_counts(repos: Repositories, run: _Run) -> None:
    repos.files.reach(run.file.digest, run.line, run.offset, run.tally.to_json())


def _why_not(tally: CafTally, percent: float) -> CafOutcome | None:
    """Why a Caf keeps what it has, by its own records."""
    if tally.dossier_count == 0 or tally.set_aside_count * 100 > percent * (
        tally.dossier_count + tally.set_aside_count
    ):
        return CafOutcome.TOO_MANY_ODD
    return CafOutcome.OTHER_MONTHS if tally.other_month_count * 2 > tally.dossier_count else None


def _set_aside(run: _Run, record: WrongRecord, count: int = 1) -> None:
    tally, reasons = run.tally, {reason for _, reason in record.odd.problems}
    tally.set_aside_count += count
    tally.reasons.update(reasons)
    tally.last_line_is_cut |= "TRUNCATED_LINE" in reasons
    if record.caf:
        tally.of(record.caf).set_aside_count += count
    if run.named < MOST_NAMED:
        run.named += 1
        run.odd.append(record.odd)
