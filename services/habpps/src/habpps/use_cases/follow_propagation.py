"""Tells whether a revision is in force everywhere: every live replica decides on it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from habpps.use_cases.client_sessions import ClientSessions, ClientSessionsEnding
from habpps.use_cases.ports import FeedReader, ReplicaProgress, Replicas, Signal
from rights.facts import READER_VERSION
from servicekit.clock import Clock
from servicekit.errors import ServiceError

ALIVE_FOR = timedelta(seconds=5)
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Propagation:
    """`late`: names of the replicas that have not come so far. `in_force_at`: when the last one did, if all did.

    `older`: those that cannot read everything that is published: they refuse those whose rights they do not know.

    `ending`: what became of the sessions in extranets that people may no longer enter; None: auth does not say.
    """

    revision: int
    replicas: int
    late: tuple[str, ...]
    in_force_at: datetime | None
    ending: ClientSessionsEnding | None = None
    older: tuple[str, ...] = ()

    @property
    def everyone(self) -> bool:
        """No live replica is late."""
        return not self.late

    @property
    def is_over(self) -> bool:
        """No live replica is late, and every session that the act closes in an extranet is closed."""
        return self.everyone and self.replicas > 0 and self.ending is not None and self.ending.is_over


class FollowPropagation:
    """Keeps the register of live replicas (seen within five seconds) and waits for them."""

    def __init__(
        self, replicas: Replicas, feed: FeedReader, signal: Signal, clock: Clock, client_sessions: ClientSessions
    ) -> None:
        """`signal` is announced at each acknowledgement in this process."""
        self._client_sessions = client_sessions
        self._replicas = replicas
        self._feed = feed
        self._signal = signal
        self._clock = clock

    def acknowledge(self, replica: str, revision: int, epoch: int, reader_version: int) -> None:
        """Note how far a replica has come, and what it can read."""
        now = self._clock.now()
        self._replicas.acknowledge(ReplicaProgress(replica, revision, epoch, now, now, reader_version))
        self._signal.announce()

    def wait(self, revision: int, timeout: timedelta) -> Propagation:
        """Wait until every live replica has the revision, at most `timeout`."""
        deadline = self._clock.boottime() + timeout.total_seconds()
        while True:
            seen = self._signal.count()
            report = self._report(revision)
            left = deadline - self._clock.boottime()
            if report.everyone or left <= 0:
                return report
            self._signal.wait(seen, min(left, POLL_SECONDS))

    def wait_everywhere(self, revision: int, timeout: timedelta) -> Propagation:
        """As `wait`, and until every session that the act closes in an extranet is closed there too."""
        deadline = self._clock.boottime() + timeout.total_seconds()
        report = self.wait(revision, timeout)
        left = timedelta(seconds=max(0.0, deadline - self._clock.boottime()))
        try:
            ending = self._client_sessions.follow(revision, self._feed.state().epoch, left)
        except ServiceError:
            return report
        moments = [at for at in (report.in_force_at, ending.told_at) if at is not None]
        in_force_at = max(moments, default=None) if report.everyone else None
        return replace(report, ending=ending, in_force_at=in_force_at)

    def older_readers(self) -> str | None:
        """Say which live replicas cannot read everything that is published; None: none."""
        older = _older(self._live())
        if not older:
            return None
        return (
            f"{', '.join(older)}: of an older version, which reads less than is published (version {READER_VERSION}) "
            "and refuses what it cannot read; upgrade it"
        )

    def is_known(self, revision: int) -> bool:
        """Say whether a revision was ever committed: nobody waits for one that was not."""
        return revision <= self._feed.state().revision

    def _report(self, revision: int) -> Propagation:
        epoch = self._feed.state().epoch
        live = self._live()
        late = tuple(one.replica for one in live if one.epoch != epoch or one.revision < revision)
        in_force_at = None if late else max((one.advanced_at for one in live), default=None)
        return Propagation(revision, len(live), late, in_force_at, older=_older(live))

    def _live(self) -> tuple[ReplicaProgress, ...]:
        return self._replicas.seen_since(self._clock.now() - ALIVE_FOR)


def _older(live: Iterable[ReplicaProgress]) -> tuple[str, ...]:
    return tuple(one.replica for one in live if one.reader_version < READER_VERSION)
