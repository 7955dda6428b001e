"""Signing the tree, at most once a second, and never two trees that contradict one another.

The guard, a file outside the database, remembers the last signed tree. It moves before anything is signed: if the
process dies in between, the same tree is signed again at the next start, which contradicts nothing.
"""

from dataclasses import dataclass

from audit.domain.checkpoint import SignedCheckpoint, TreeHead, note_text, signed_note
from audit.domain.proofs import root_at
from audit.domain.refusals import JournalDamagedError
from audit.use_cases.ports import Guard, JournalStore, NoteSigner, PublishedCheckpoint, Repositories


@dataclass(frozen=True)
class CheckGuard:
    """Compares the database with the last signed tree, before the service starts."""

    store: JournalStore
    guard: Guard

    def __call__(self) -> None:
        """Passes when the database holds the last signed tree.

        Raises:
            JournalDamagedError: the database is smaller than what was signed, or its beginning has changed.
        """
        signed = self.guard.read()
        if signed is not None:
            self.store.read(lambda repositories: check_against(signed, repositories))


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
            JournalDamagedError: the tree does not continue the last signed one.
            DependencyUnavailableError: the database does not answer.
        """
        signed = self.guard.read()
        head, newest = self.store.read(lambda repositories: _current(repositories, signed))
        if head.size == 0 or (newest is not None and newest.head.size >= head.size):
            return None
        if not self.guard.advance(signed, head):
            return None
        key = self.signer.verifier_key
        note = signed_note(key, head, self.signer.sign(note_text(key.name, head)))
        checkpoint = SignedCheckpoint(head, note)
        self.store.write(lambda repositories: repositories.checkpoints.add(checkpoint))
        self.published.publish(note)
        return checkpoint


def check_against(signed: TreeHead, repositories: Repositories) -> None:
    """Passes when the tree continues `signed`.

    Raises:
        JournalDamagedError: it does not.
    """
    size = repositories.tree.state().frontier.size
    if size < signed.size:
        raise JournalDamagedError(f"the journal holds {size} entries but {signed.size} were signed")
    if root_at(signed.size, repositories.tree.nodes()) != signed.root:
        raise JournalDamagedError(f"the first {signed.size} entries are not those that were signed")


def _current(repositories: Repositories, signed: TreeHead | None) -> tuple[TreeHead, SignedCheckpoint | None]:
    frontier = repositories.tree.state().frontier
    newest = repositories.checkpoints.newest()
    head = TreeHead(frontier.size, frontier.root())
    if signed is not None and (newest is None or newest.head.size < head.size):
        check_against(signed, repositories)
    return head, newest
