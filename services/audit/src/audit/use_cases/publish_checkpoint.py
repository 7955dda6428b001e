"""Signing the tree, at most once a second, and never two trees that contradict one another.

The guard, a file outside the database, remembers the last signed tree. Before anything is signed it says which tree
comes next, afterwards that it is signed: if the process dies in between, the same tree is signed again, which
contradicts nothing, and whoever compares knows that this one may be half done. One process signs at a time.
"""

from dataclasses import dataclass

from audit.domain.checkpoint import SignedCheckpoint, TreeHead, note_text, signed_note
from audit.domain.proofs import root_at
from audit.domain.refusals import JournalDamagedError
from audit.domain.tiles import TileNodes
from audit.use_cases.check_evidence import HOW_TO_GO_ON, check_against
from audit.use_cases.ports import Guard, Guarded, JournalStore, NoteSigner, PublishedCheckpoint, Repositories


@dataclass(frozen=True)
class PublishCheckpoint:
    """Signs and publishes the tree when it has grown."""

    store: JournalStore
    guard: Guard
    signer: NoteSigner
    published: PublishedCheckpoint

    def __call__(self) -> SignedCheckpoint | None:
        """The new checkpoint; None when the tree has not grown or another process is signing.

        Raises:
            JournalDamagedError: the tree does not continue the last signed one, or nobody knows which that was.
            DependencyUnavailableError: the database does not answer.
        """
        with self.guard.turn(wait=False) as is_mine:
            return self._sign() if is_mine else None

    def _sign(self) -> SignedCheckpoint | None:
        guarded = self.guard.read()
        if guarded is None:
            raise JournalDamagedError(f"the guard is missing. {HOW_TO_GO_ON}")
        head = self.store.read(lambda repositories: _next(repositories, guarded))
        return None if head is None else sign_tree(self, guarded, head)


def sign_tree(publisher: PublishCheckpoint, guarded: Guarded, head: TreeHead) -> SignedCheckpoint:
    """Signs `head` in one's turn, keeps and publishes it; the guard says so before and after."""
    publisher.guard.write(Guarded(guarded.signed, guarded.checkpoints, head))
    key = publisher.signer.verifier_key
    note = signed_note(key, head, publisher.signer.sign(note_text(key.name, head)))
    checkpoint = SignedCheckpoint(head, note)
    publisher.store.write(lambda repositories: repositories.checkpoints.add(checkpoint))
    publisher.published.publish(note)
    publisher.guard.write(Guarded(head, guarded.checkpoints + 1))
    return checkpoint


def _next(repositories: Repositories, guarded: Guarded) -> TreeHead | None:
    """The tree to sign: the one begun, else the present one when it has grown."""
    frontier = repositories.tree.state().frontier
    if guarded.next is None and frontier.size == guarded.signed.size:
        return None
    check_against(guarded.signed, repositories)
    if guarded.next is None:
        present = TreeHead(frontier.size, frontier.root())
        check_against(present, repositories)
        return present
    check_against(guarded.next, repositories)
    return TreeHead(guarded.next.size, root_at(guarded.next.size, TileNodes(repositories.tree.tile)))
