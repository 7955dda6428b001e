"""Says how far the end of client sessions is that an act of habpps asked for: ended here, told to the extranets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from auth.clients.use_cases.stores import ClientsById
from auth.ground.use_cases.shelves import HasClients, HasLogoutNotices
from auth.people.use_cases.end_lost_access import EndLostAccess
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.stores.queues import NoticesOfChange
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock


class Store(HasLogoutNotices[NoticesOfChange], HasClients[ClientsById], Protocol):
    """What `FollowEnding` sees of a transaction."""


@dataclass(frozen=True)
class EndingReport:
    """`looked`: every client session was compared with the revision. `late`: extranets that did not confirm."""

    looked: bool
    ended: int
    told: int
    late: tuple[str, ...]
    told_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Nothing is to be waited for."""
        return self.looked and self.told == self.ended


WaitUntil = Callable[[Callable[[], bool], timedelta], bool]
"""Waits until a condition holds, at most so long."""


class FollowEnding:
    """Reads; the ending itself is done by `EndLostAccess` and `TellClients`, in this process or another."""

    def __init__(  # noqa: PLR0913 - a constructor
        self,
        work: RecordedWork[Store],
        rights: PersonRights,
        lost: EndLostAccess,
        clock: Clock,
        *,
        looking: WaitUntil,
        telling: WaitUntil,
    ) -> None:
        """`rights` names extranets; `looking` and `telling` wait for rounds of those who do it."""
        self._work = work
        self._rights = rights
        self._lost = lost
        self._clock = clock
        self._looking = looking
        self._telling = telling

    def __call__(self, revision: int, epoch: int, timeout: timedelta) -> EndingReport:
        """Waits until it is over, at most `timeout`."""
        deadline = self._clock.boottime() + timeout.total_seconds()
        if self._looking(lambda: self._lost.has_looked(revision, epoch), timeout):
            left = timedelta(seconds=max(0.0, deadline - self._clock.boottime()))
            self._telling(lambda: self._report(revision, epoch).is_over, left)
        return self._report(revision, epoch)

    def _report(self, revision: int, epoch: int) -> EndingReport:
        if not self._lost.has_looked(revision, epoch):
            return EndingReport(looked=False, ended=0, told=0, late=(), told_at=None)

        def read(repos: Store) -> EndingReport:
            notices = repos.logout_notices.of_change(revision)
            waiting = {notice.client_id for notice in notices if notice.delivered_at is None}
            clients = [repos.clients.find(client_id) for client_id in sorted(waiting)]
            late = [self._rights.label_of(one.extranet) if one.extranet else one.name for one in clients if one]
            told_at = [notice.delivered_at for notice in notices if notice.delivered_at is not None]
            return EndingReport(
                looked=True,
                ended=len(notices),
                told=len(told_at),
                late=tuple(dict.fromkeys(late)),
                told_at=max(told_at, default=None),
            )

        return self._work.read(read)
