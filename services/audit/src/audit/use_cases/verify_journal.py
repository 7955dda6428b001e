"""Verifying the whole journal: everything is computed again from the bytes of the entries, then compared.

`verify_entries` makes the pass over the entries with `verify_checkpoints` in step, `verify_tables` compares the rest.
Numbers of a producer that never came are a problem until a person accepts the loss
(`accept_restored`). That a producer was irregular otherwise (a late number, a broken chain) is reported as a note.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from audit.domain.verification import Irregular, Problem
from audit.use_cases.check_evidence import read_evidence
from audit.use_cases.ports import (
    Guard,
    JournalScan,
    NoteVerifier,
    PayloadCipher,
    PublishedCheckpoint,
    ShardKeys,
    UnreadableTableError,
)
from audit.use_cases.verify_checkpoints import CheckpointCheck
from audit.use_cases.verify_entries import EntriesPass, InStep, Progress
from audit.use_cases.verify_erasures import ErasureCheck
from audit.use_cases.verify_tables import compare_chains, compare_state
from audit.use_cases.verify_tiles import TileCheck

PROBLEMS_LISTED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome. Only the first 1 000 problems are listed, all are counted."""

    size: int
    root: bytes
    checkpoints: int
    problems: tuple[Problem, ...]
    problem_count: int
    irregularities: tuple[Irregular, ...]
    redacted: int = 0
    """Payloads that a recorded decision erased."""
    expired: int = 0
    """Payloads whose key was destroyed at the end of its term."""

    @property
    def is_intact(self) -> bool:
        """Whether everything is as it was written and signed."""
        return self.problem_count == 0


@dataclass(frozen=True)
class Outside:
    """What the journal keeps outside its database."""

    keys: ShardKeys
    verifier: NoteVerifier
    guard: Guard
    published: PublishedCheckpoint


@dataclass(frozen=True)
class VerifyJournal:
    """Verifies a journal, also while the service writes to it."""

    scan: Callable[[Callable[[JournalScan], Report]], Report]
    """Runs its argument over one consistent view of the tables, read-only."""
    outside: Outside
    cipher: PayloadCipher

    def __call__(self, progress: Progress) -> Report:
        """The report.

        Raises:
            DependencyUnavailableError: the database does not answer.
            JournalDamagedError: the guard cannot be understood.
        """
        # What is outside is read first: the database can only be ahead of it.
        evidence = read_evidence(self.outside.guard, self.outside.published)
        checkpoints = CheckpointCheck(self.outside.verifier, evidence)
        return self.scan(lambda tables: self._verify(tables, checkpoints, progress))

    def _verify(self, scan: JournalScan, checkpoints: CheckpointCheck, progress: Progress) -> Report:
        tiles, erasures = TileCheck(), ErasureCheck(self.outside.keys)
        entries = EntriesPass(self.outside.keys, self.cipher, InStep(checkpoints, tiles, erasures))
        found = _Findings()
        found.take(_storage(scan))
        found.take(checkpoints.load(scan))
        found.take(tiles.load(scan))
        found.take(erasures.load(scan))
        found.take(entries.run(scan, progress))
        found.take(tiles.rest())
        found.take(checkpoints.rest(entries.frontier))
        later = read_evidence(self.outside.guard, self.outside.published)
        found.take(checkpoints.missing(entries.frontier.size, later))
        found.take(entries.missing_numbers())
        found.take(_state(scan, entries))
        found.take(compare_chains(scan, entries.chains))
        found.take(erasures.rest(entries.shards))
        return Report(
            size=entries.frontier.size,
            root=entries.frontier.root(),
            checkpoints=checkpoints.count,
            problems=tuple(found.listed),
            problem_count=found.count,
            irregularities=tuple(entries.irregular),
            redacted=erasures.redacted,
            expired=erasures.expired,
        )


class _Findings:
    """Counts all, keeps the first."""

    def __init__(self) -> None:
        self.listed: list[Problem] = []
        self.count = 0

    def take(self, section: Iterator[Problem]) -> None:
        """Everything a section finds; a table that cannot be read ends the section and is a finding itself."""
        try:
            for problem in section:
                self._add(problem)
        except UnreadableTableError as error:
            self._add(Problem(error.table, None, str(error)))

    def _add(self, problem: Problem) -> None:
        self.count += 1
        if len(self.listed) < PROBLEMS_LISTED:
            self.listed.append(problem)


def _storage(scan: JournalScan) -> Iterator[Problem]:
    for message in scan.storage_problems():
        yield Problem("(file)", None, message)


def _state(scan: JournalScan, entries: EntriesPass) -> Iterator[Problem]:
    yield from compare_state(scan.state(), entries.frontier, entries.last_received_at_us)
