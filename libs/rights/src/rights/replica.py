"""The local copy of the rights: `RightsReplica.current()` gives the snapshot to decide on, and its confirmed age.

A change is applied only onto the revision it continues and only if the digest then agrees, else everything is taken
again. A feed whose revision or epoch goes back (a restored backup) is refused until the operator bumps the epoch. A
snapshot saved on disk speeds up the start and remembers how far history was; it never authorises.
"""

from pathlib import Path
from typing import Protocol
from uuid import uuid4

from rights.feed import DivergenceError, Feed, Position
from rights.replication import Pace, Replica
from rights.snapshot import BrokenChainError, Snapshot, SnapshotChange
from rights.snapshot_file import SnapshotFileError, load_snapshot, save_snapshot
from servicekit.clock import Clock
from servicekit.logging import get_logger

log = get_logger("rights.replica")


class RightsFeed(Feed[Snapshot, SnapshotChange], Protocol):
    """The port to habpps, the only writer of rights."""


def position_of(snapshot: Snapshot) -> Position:
    """Where a snapshot stands."""
    return Position(snapshot.revision, str(snapshot.epoch), snapshot.digest)


class RightsReplica(Replica[Snapshot, SnapshotChange]):
    """Keeps a snapshot of the rights fresh. Start it, ask `current()`, stop it."""

    name = "rights-replica"

    def __init__(
        self,
        feed: RightsFeed,
        clock: Clock,
        *,
        service: str = "replica",
        saved_at: Path | None = None,
        pace: Pace = Pace(),  # noqa: B008 - an immutable value
    ) -> None:
        """`service` names the replica towards habpps; `saved_at` is the file of the saved snapshot."""
        super().__init__(f"{service}-{uuid4()}", feed, clock, pace)
        self._saved_at = saved_at
        if saved_at is not None and saved_at.exists():
            self._restore(saved_at)

    def synchronise_once(self) -> None:
        """See `Replica.synchronise_once`; then save the snapshot."""
        super().synchronise_once()
        self.save()

    def stop(self) -> None:
        """End the threads, then save the snapshot for the next start."""
        super().stop()
        self.save()

    def save(self) -> None:
        """Write the snapshot to its file, unless it is not trusted."""
        snapshot, state_is_trusted = self.current()[0], not self._must_synchronise
        if self._saved_at is None or snapshot is None or not state_is_trusted:
            return
        try:
            save_snapshot(self._saved_at, snapshot)
        except OSError as error:
            log.warning("snapshot_not_saved", trouble=str(error))

    def _restore(self, path: Path) -> None:
        try:
            self._begin_with(lambda: load_snapshot(path))
        except SnapshotFileError as error:
            log.warning("saved_snapshot_ignored", trouble=str(error))

    def _position(self, state: Snapshot) -> Position:
        return position_of(state)

    def _is_behind(self, offered: Position, known: Position) -> bool:
        return (int(offered.epoch), offered.revision) < (int(known.epoch), known.revision)

    def _applied(self, state: Snapshot, change: SnapshotChange) -> Snapshot:
        is_heartbeat = change.revision == change.previous_revision
        if change.revision <= state.revision and not is_heartbeat:
            return state  # sent twice: already part of the state
        try:
            after = state.apply(change)
        except BrokenChainError as error:
            raise DivergenceError(str(error)) from error
        if change.digest is not None and change.digest != after.digest:
            raise DivergenceError(f"digests differ after revision {change.revision}")
        return state if is_heartbeat else after
