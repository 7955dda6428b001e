"""Holding what was signed against the tree as it is computed again: the table, the guard, the published note."""

from collections.abc import Iterator
from dataclasses import dataclass

from audit.domain.checkpoint import TreeHead, vouched_head
from audit.domain.merkle import Frontier
from audit.domain.verification import Problem
from audit.use_cases.check_evidence import Evidence, evidence_problems
from audit.use_cases.ports import JournalScan, NoteVerifier


@dataclass(frozen=True, slots=True)
class _Row:
    size: int
    root: bytes
    signed: TreeHead | None


class CheckpointCheck:
    """Walks the checkpoints in step with the entries. One that is wrong makes the next ones wrong: only it is named."""

    def __init__(self, verifier: NoteVerifier, evidence: Evidence) -> None:
        """`evidence`: what was outside before the database was read."""
        self._verifier = verifier
        self._evidence = evidence
        guard = None if evidence.guarded is None else evidence.guarded.signed
        published = None if evidence.note is None else vouched_head(evidence.note, verifier)
        self._outside = {"guard": guard, "published checkpoint": published}
        self._newest_size = 0
        self._guarded_is_kept = False
        self._rows: Iterator[tuple[int, bytes, str]] = iter(())
        self._next: _Row | None = None
        self._previous_size = 0
        self._root_is_wrong = False
        self._seen: set[str] = set()
        self.count = 0

    def load(self, scan: JournalScan) -> Iterator[Problem]:
        """Begins; says what is wrong before any entry is read."""
        self._rows = scan.checkpoints()
        yield from self._advance()

    def at(self, frontier: Frontier) -> Iterator[Problem]:
        """To be called after each entry."""
        for name, head in self._outside.items():
            if head is not None and head.size == frontier.size:
                self._seen.add(name)
                if head.root != frontier.root():
                    yield self._broken(f"(file) {name}", head.size)
        while self._next is not None and self._next.size <= frontier.size:
            yield from self._compare(self._next, frontier)
            yield from self._advance()

    def rest(self, frontier: Frontier) -> Iterator[Problem]:
        """To be called after the last entry: what was signed and is not there."""
        yield from self.at(frontier)
        while self._next is not None:
            sentence = f"a tree of {self._next.size} entries is signed, there are {frontier.size}"
            yield Problem("checkpoint", "size", sentence, key=str(self._next.size))
            yield from self._advance()
        for name, head in self._outside.items():
            if head is not None and name not in self._seen and head.size > frontier.size:
                sentence = f"it signs {head.size} entries, there are {frontier.size}"
                yield Problem(f"(file) {name}", None, sentence)

    def missing(self, size: int, later: Evidence) -> Iterator[Problem]:
        """What is not there although it must be; `later` is what was outside after the database was read.

        The database may have grown meanwhile: it holds at least what was signed before, at most what is signed now.
        """
        for piece, sentence in evidence_problems(self._evidence, self._verifier, size):
            yield Problem(f"(file) {piece}", None, sentence)
        before, after = self._evidence.guarded, later.guarded
        if before is None:
            if size and not self.count:
                yield Problem("checkpoint", None, "there are entries and no checkpoint")
            return
        if before.signed.size and not self._guarded_is_kept:
            yield Problem("checkpoint", "size", "the one that the guard knows is missing", key=str(before.signed.size))
        if after is None:
            return
        most = after.checkpoints + (after.next is not None)
        if not before.checkpoints <= self.count <= most:
            yield Problem("checkpoint", None, f"{self.count} checkpoints are kept, {before.checkpoints} were signed")
        if self._newest_size > max(after.signed.size, 0 if after.next is None else after.next.size):
            yield Problem("(file) guard", None, f"it is older than the checkpoint of {self._newest_size} entries")

    def _advance(self) -> Iterator[Problem]:
        """Reads the next row of the table; rows that cannot be compared are named and passed over."""
        self._next = None
        for size, root, note in self._rows:
            self.count += 1
            self._note_size(size)
            signed = vouched_head(str(note), self._verifier)
            if signed is None:
                yield Problem("checkpoint", "signed_note", "not a note signed by the journal", key=str(size))
            elif signed.size != size:
                yield Problem("checkpoint", "size", f"the signed note says {signed.size}", key=str(size))
                continue
            self._next = _Row(size, root, signed)
            return

    def _compare(self, row: _Row, frontier: Frontier) -> Iterator[Problem]:
        if row.size != frontier.size:
            sentence = "no tree of this size was reached" if row.size else "an empty tree is never signed"
            yield Problem("checkpoint", "size", sentence, key=str(row.size))
            return
        root = frontier.root()
        if row.signed is not None and row.signed.root != root:
            yield from self._broken_once(row.size)
        elif row.root != root:
            yield Problem("checkpoint", "root", "not the root of the entries", key=str(row.size))
        if not self._root_is_wrong:
            self._previous_size = row.size

    def _broken_once(self, size: int) -> Iterator[Problem]:
        if not self._root_is_wrong:
            self._root_is_wrong = True
            yield self._broken("checkpoint", size)

    def _broken(self, table: str, size: int) -> Problem:
        between = f"entries {self._previous_size} to {size - 1} are not all those that were signed"
        return Problem(table, "signed_note" if table == "checkpoint" else None, between, key=str(size))

    def _note_size(self, size: object) -> None:
        if isinstance(size, int):
            self._newest_size = max(self._newest_size, size)
            guarded = self._evidence.guarded
            self._guarded_is_kept = self._guarded_is_kept or (guarded is not None and size == guarded.signed.size)
