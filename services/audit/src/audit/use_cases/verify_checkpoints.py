"""Holding what was signed against the tree as it is computed again: the table, the guard, the published note."""

from collections.abc import Iterator
from dataclasses import dataclass

from audit.domain.checkpoint import MalformedNoteError, TreeHead, note_text, parse_note
from audit.domain.merkle import Frontier
from audit.domain.verification import Problem
from audit.use_cases.ports import JournalScan, NoteVerifier


@dataclass(frozen=True, slots=True)
class _Row:
    size: int
    root: bytes
    signed: TreeHead | None


class CheckpointCheck:
    """Walks the checkpoints in step with the entries. One that is wrong makes the next ones wrong: only it is named."""

    def __init__(self, verifier: NoteVerifier, guard: TreeHead | None, published: str | None) -> None:
        self._verifier = verifier
        self._outside = {"guard": guard, "published checkpoint": None if published is None else self._head(published)}
        self._published_is_wrong = published is not None and self._outside["published checkpoint"] is None
        self._rows: Iterator[tuple[int, bytes, str]] = iter(())
        self._next: _Row | None = None
        self._previous_size = 0
        self._root_is_wrong = False
        self._seen: set[str] = set()
        self.count = 0

    def load(self, scan: JournalScan) -> Iterator[Problem]:
        """Begins; says what is wrong before any entry is read."""
        self._rows = scan.checkpoints()
        if self._published_is_wrong:
            yield Problem("(file) checkpoint", None, "the published note is not signed by the journal")
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

    def _advance(self) -> Iterator[Problem]:
        """Reads the next row of the table; rows that cannot be compared are named and passed over."""
        self._next = None
        for size, root, note in self._rows:
            self.count += 1
            signed = self._head(note)
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

    def _head(self, note: str) -> TreeHead | None:
        """The tree head of a note that the journal signed."""
        key = self._verifier.verifier_key
        try:
            head, signature = parse_note(str(note), key)
        except MalformedNoteError:
            return None
        return head if self._verifier.holds(note_text(key.name, head), signature) else None
