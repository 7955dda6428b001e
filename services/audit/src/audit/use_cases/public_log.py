"""The journal for outsiders: signed checkpoint, tiles and bundles of entries, which name nobody (C2SP tlog-tiles).

What is written is a folder that a plain HTTP server serves as it is. Writing it again adds what is new; the checkpoint
is replaced last, so that a reader always finds the tiles that it needs. Nothing that is not signed yet is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from audit.domain.checkpoint import MalformedNoteError, SignedCheckpoint, TreeHead, note_text, parse_note, vouched_head
from audit.domain.merkle import EMPTY_FRONTIER, HASH_SIZE, KEPT_LEVEL_STEP, Frontier, leaf_hash
from audit.domain.refusals import JournalDamagedError, NotYetInTreeError
from audit.domain.tiles import TILE_WIDTH, TilePlace, bundle, tiles_of, unbundled
from audit.use_cases.check_evidence import check_against
from audit.use_cases.ports import JournalStore, NoteVerifier, Repositories

CHECKPOINT = "checkpoint"


class PublicFolder(Protocol):
    """A folder of the layout of tlog-tiles."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a resource; None when it is not there."""

    def write(self, path: str, data: bytes) -> None:
        """Writes a resource whole and durably."""

    def forget_partial(self, place: TilePlace) -> None:
        """Removes the partial forms of a tile that is there in full."""


@dataclass(frozen=True, slots=True)
class ExportedLog:
    """What an export did."""

    head: TreeHead
    resources: int


@dataclass(frozen=True)
class WritePublicLog:
    """Writes what is signed and not in the folder yet."""

    store: JournalStore
    verifier: NoteVerifier

    def __call__(self, folder: PublicFolder) -> ExportedLog:
        """The tree that the folder holds afterwards.

        Raises:
            NotYetInTreeError: nothing is signed yet.
            JournalDamagedError: the folder holds another journal, or a signed tree that this one does not continue.
            DependencyUnavailableError: the database does not answer.
        """
        there = folder.read(CHECKPOINT)
        checkpoint, since = self.store.read(lambda repositories: self._begin(repositories, there))
        places = list(tiles_of(checkpoint.head.size, since=since))
        for place in places:
            folder.write(place.path(), self._resource(place))
        folder.write(CHECKPOINT, checkpoint.note.encode())
        for place in places:
            if place.width == TILE_WIDTH:
                folder.forget_partial(place)
        return ExportedLog(checkpoint.head, len(places))

    def _begin(self, repositories: Repositories, there: bytes | None) -> tuple[SignedCheckpoint, int]:
        """The checkpoint to publish, and the size of the tree that the folder holds."""
        newest = repositories.checkpoints.newest()
        if newest is None:
            raise NotYetInTreeError("nothing is signed yet")
        check_against(newest.head, repositories)
        if there is None:
            return newest, 0
        head = vouched_head(there.decode(errors="replace"), self.verifier)
        if head is None:
            raise JournalDamagedError("the checkpoint in the folder is not signed by this journal")
        check_against(head, repositories)
        return newest, head.size

    def _resource(self, place: TilePlace) -> bytes:
        return self.store.read(lambda repositories: resource(repositories, place))


def resource(repositories: Repositories, place: TilePlace) -> bytes:
    """The bytes of a tile or bundle that the tree has.

    Raises:
        JournalDamagedError: they are not there.
    """
    first, end = place.number * TILE_WIDTH, place.number * TILE_WIDTH + place.width
    if place.level is None:
        entries = repositories.entries.data_between(first, end)
        if len(entries) != place.width:
            raise JournalDamagedError(f"entries {first} to {end - 1} are not all there")
        return bundle(entries)
    hashes = repositories.tree.tile(place.level, place.number)[: place.width * HASH_SIZE]
    if len(hashes) != place.width * HASH_SIZE:
        raise JournalDamagedError(f"{place.path()} is not there in full")
    return hashes


@dataclass(frozen=True, slots=True)
class PublicReport:
    """What was found in a folder: the tree its checkpoint signs, and a sentence for each thing that is wrong."""

    head: TreeHead | None
    problems: tuple[str, ...]


def check_public_log(folder: PublicFolder, verifier: NoteVerifier) -> PublicReport:
    """Computes every tile and the root again from the entries of a folder; it needs nothing but the public key."""
    note = (folder.read(CHECKPOINT) or b"").decode(errors="replace")
    head = vouched_head(note, verifier)
    if head is None:
        return PublicReport(None, (_why_not_signed(note, verifier),))
    frontier, problems = EMPTY_FRONTIER, []
    levels: dict[int, list[bytes]] = {}
    for place in tiles_of(head.size):
        if place.level is None:
            try:
                entries = unbundled(folder.read(place.path()) or b"")
            except ValueError:
                entries = []
            if len(entries) != place.width:
                problems.append(f"{place.path()}: it does not hold {place.width} entries")
            frontier = _extended(frontier, entries, levels)
        elif folder.read(place.path()) != _expected(levels, place):
            problems.append(f"{place.path()}: not the hashes of the entries")
    if (frontier.size, frontier.root()) != (head.size, head.root):
        problems.append(f"{CHECKPOINT}: the {head.size} entries are not those that were signed")
    return PublicReport(head, tuple(problems))


def _why_not_signed(note: str, verifier: NoteVerifier) -> str:
    try:
        head, _ = parse_note(note, verifier.verifier_key)
    except MalformedNoteError:
        return f"{CHECKPOINT}: it is missing, or not a checkpoint under this key"
    return f"{CHECKPOINT}: the signature does not hold for {note_text(verifier.verifier_key.name, head)!r}"


def _extended(frontier: Frontier, entries: Sequence[bytes], levels: dict[int, list[bytes]]) -> Frontier:
    leaves = [leaf_hash(entry) for entry in entries]
    levels.setdefault(0, []).extend(leaves)
    frontier, completed = frontier.extend(leaves)
    for node in completed:
        levels.setdefault(node.level // KEPT_LEVEL_STEP, []).append(node.hash)
    return frontier


def _expected(levels: dict[int, list[bytes]], place: TilePlace) -> bytes:
    first = place.number * TILE_WIDTH
    return b"".join(levels.get(place.level or 0, [])[first : first + place.width])
