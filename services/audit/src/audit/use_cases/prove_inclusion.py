"""Proving that one event is in the journal, and handing out the newest checkpoint."""

from dataclasses import dataclass

from audit.domain.checkpoint import SignedCheckpoint
from audit.domain.entry import parse_entry
from audit.domain.proofs import inclusion_path, root_at
from audit.domain.refusals import EventUnknownError, NotYetInTreeError, TreeSizeUnknownError
from audit.domain.tiles import TileNodes
from audit.use_cases.ports import EntryRow, JournalStore, Repositories


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """An audit path of RFC 6962 §2.1.1 with all that is needed to check it."""

    index: int
    tree_size: int
    leaf_hash: bytes
    path: tuple[bytes, ...]
    root: bytes
    entry: bytes


@dataclass(frozen=True)
class ProveInclusion:
    """Makes inclusion proofs."""

    store: JournalStore

    def __call__(self, caller: str, event_id: str, tree_size: int) -> InclusionProof:
        """The proof against the tree of `tree_size` leaves, 0 meaning the newest checkpoint.

        Raises:
            EventUnknownError: no such event, or not one of the calling service.
            NotYetInTreeError: the event is not in that tree, or nothing is signed yet.
            TreeSizeUnknownError: the journal has never been that large.
            DependencyUnavailableError: the database does not answer.
        """
        return self.store.read(lambda repositories: _prove(repositories, caller, event_id, tree_size))


@dataclass(frozen=True)
class NewestCheckpoint:
    """Hands out the newest checkpoint."""

    store: JournalStore

    def __call__(self) -> SignedCheckpoint:
        """The newest signed checkpoint.

        Raises:
            NotYetInTreeError: nothing is signed yet.
            DependencyUnavailableError: the database does not answer.
        """
        newest = self.store.read(lambda repositories: repositories.checkpoints.newest())
        if newest is None:
            raise NotYetInTreeError("nothing is signed yet")
        return newest


def _prove(repositories: Repositories, caller: str, event_id: str, tree_size: int) -> InclusionProof:
    row = repositories.entries.by_event_ids([event_id]).get(event_id)
    if row is None or parse_entry(row.data).service != caller:
        raise EventUnknownError("no such event of this service")
    size = tree_size or _signed_size(repositories)
    if not 0 < size <= repositories.tree.state().frontier.size:
        raise TreeSizeUnknownError("the journal never had that size", fields={"tree_size": "TREE_SIZE_UNKNOWN"})
    return prove(repositories, row, size)


def prove(repositories: Repositories, row: EntryRow, size: int) -> InclusionProof:
    """The proof for an entry already read.

    Raises:
        NotYetInTreeError: the entry lies beyond `size`.
    """
    if row.index >= size:
        raise NotYetInTreeError(f"entry {row.index} is not in the tree of {size}")
    nodes = TileNodes(repositories.tree.tile)
    path = inclusion_path(row.index, size, nodes)
    return InclusionProof(row.index, size, row.leaf_hash, path, root_at(size, nodes), row.data)


def _signed_size(repositories: Repositories) -> int:
    newest = repositories.checkpoints.newest()
    if newest is None:
        raise NotYetInTreeError("nothing is signed yet")
    return newest.head.size
