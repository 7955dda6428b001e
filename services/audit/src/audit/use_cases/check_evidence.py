"""What the journal left outside its database, held against the database: a missing piece is a problem, never a pass.

Three pieces say how far the tree was signed: the guard, the published checkpoint, the rows of the table. Each knows the
newest, so that one that was removed or is of another day is contradicted by the two others; without any of them nothing
is known of what may be gone. Only a journal that never had an entry may have none.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from audit.domain.checkpoint import SignedCheckpoint, TreeHead, vouched_head
from audit.domain.clock_check import TOLERANCE_US
from audit.domain.merkle import EMPTY_FRONTIER
from audit.domain.proofs import root_at
from audit.domain.refusals import JournalDamagedError
from audit.domain.retention import Retention
from audit.domain.tiles import TileNodes
from audit.use_cases.ports import (
    Guard,
    Guarded,
    JournalStore,
    NoteVerifier,
    PublishedCheckpoint,
    Repositories,
    ShardKeys,
)
from audit.use_cases.times import microseconds
from servicekit.clock import Clock

HOW_TO_GO_ON = "Going on is a decision: `python -m audit accept-restored-journal` (docs/operate.md, Backup and restore)"
EMPTY_TREE = TreeHead(0, EMPTY_FRONTIER.root())


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is outside the database at one moment, read while nobody signs."""

    guarded: Guarded | None
    note: str | None


def read_evidence(guard: Guard, published: PublishedCheckpoint) -> Evidence:
    """Both pieces of one moment.

    Raises:
        JournalDamagedError: the guard cannot be understood.
    """
    with guard.turn(wait=True):
        return Evidence(guard.read(), published.read())


def evidence_problems(evidence: Evidence, verifier: NoteVerifier, size: int) -> Iterator[tuple[str, str]]:
    """(piece, sentence) of what is missing or contradicts itself outside the database; `size` is that of the tree."""
    guarded = evidence.guarded
    if guarded is None and (size or evidence.note is not None):
        yield "guard", "it is missing, so nobody knows how many entries were signed"
    if evidence.note is None:
        if size and (guarded is None or guarded.signed.size):
            yield "published checkpoint", "it is missing"
        return
    head = vouched_head(evidence.note, verifier)
    if head is None:
        yield "published checkpoint", "the published note is not signed by the journal"
    elif guarded is not None and head not in (guarded.signed, guarded.next):
        yield "published checkpoint", f"it signs {head.size} entries, the guard {guarded.signed.size}"


@dataclass(frozen=True)
class CheckEvidence:
    """Compares the database with what was signed, before the service starts; a new journal gets its guard."""

    store: JournalStore
    guard: Guard
    published: PublishedCheckpoint
    verifier: NoteVerifier
    keys: ShardKeys
    clock: Clock

    def __call__(self) -> None:
        """Passes when every piece is there and the database continues what was signed.

        Raises:
            JournalDamagedError: a piece is missing, is of another journal or another day, or the database is smaller
                than what was signed, or its beginning has changed.
        """
        problems = self.problems()
        if problems:
            raise JournalDamagedError(f"{'; '.join(problems)}. {HOW_TO_GO_ON}")
        with self.guard.turn(wait=True):
            if self.guard.read() is None:
                self.guard.write(Guarded(EMPTY_TREE, 0))

    def problems(self) -> list[str]:
        """A sentence for each thing that keeps the service from starting."""
        try:
            evidence = read_evidence(self.guard, self.published)
        except JournalDamagedError as error:
            return [str(error)]
        return self.store.read(lambda repositories: list(self._problems(repositories, evidence)))

    def _problems(self, repositories: Repositories, evidence: Evidence) -> Iterator[str]:
        size = repositories.tree.state().frontier.size
        for piece, sentence in evidence_problems(evidence, self.verifier, size):
            yield f"{piece}: {sentence}"
        newest = repositories.checkpoints.newest()
        if evidence.guarded is not None:
            yield from _guard_problems(evidence.guarded, newest, repositories)
        elif size and newest is None:
            yield "checkpoint: there are entries and no checkpoint"
        if newest is not None and vouched_head(newest.note, self.verifier) != newest.head:
            yield f"checkpoint: that of {newest.head.size} entries is not signed with the key of this journal"
        yield from self._key_problems(repositories)
        ahead_us = repositories.tree.state().last_received_at_us - microseconds(self.clock.now())
        if ahead_us > TOLERANCE_US:
            yield f"clock: the newest entry is {ahead_us // 60_000_000} minutes later than the clock"

    def _key_problems(self, repositories: Repositories) -> Iterator[str]:
        """The newest month must have its keys, and so must what says what became of the journal."""
        shards = [shard for shard in repositories.shards.all() if shard.destroyed_by is None]
        newest = max((shard.name.partition(".")[0] for shard in shards), default="")
        for shard in shards:
            month, _, retention = shard.name.partition(".")
            if month != newest and retention != Retention.EVIDENCE:
                continue
            key = self.keys.get(shard.name)
            if key is None or key.check != shard.key_check:
                yield f"key: the key of {shard.name} is not the one the month began with, or is missing"


def _guard_problems(guarded: Guarded, newest: SignedCheckpoint | None, repositories: Repositories) -> Iterator[str]:
    try:
        check_against(guarded.signed, repositories)
    except JournalDamagedError as error:
        yield str(error)
    rows, count = repositories.checkpoints.count(), guarded.checkpoints
    if rows not in (count, count if guarded.next is None else count + 1):
        yield f"checkpoint: {rows} checkpoints are kept, {count} were signed"
    signed = newest.head if newest is not None else EMPTY_TREE
    if signed not in (guarded.signed, guarded.next):
        yield f"guard: it says {guarded.signed.size} entries, the newest checkpoint {signed.size}"


def check_against(signed: TreeHead, repositories: Repositories) -> None:
    """Passes when the tree continues `signed`.

    Raises:
        JournalDamagedError: it does not.
    """
    size = repositories.tree.state().frontier.size
    if size < signed.size:
        raise JournalDamagedError(f"the journal holds {size} entries but {signed.size} were signed")
    if signed.size and root_at(signed.size, TileNodes(repositories.tree.tile)) != signed.root:
        raise JournalDamagedError(f"the first {signed.size} entries are not those that were signed")
