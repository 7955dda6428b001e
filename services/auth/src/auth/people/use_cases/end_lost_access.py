"""A right that was lost ends what stands on it: the sessions that people have in extranets they may no longer enter.

Whatever the way (a contract suspended, a group closed, a date that passed, an extranet or a client closed), the rights
of today are compared with every open client session: at each revision of the rights, at midnight, at each change of a
client, and again a little later, for tokens that were being made from the revision before. The session at the provider
goes on, unless its person has no organisation left. What each change ended stays known until its notices are forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Protocol

from auth.clients.domain.clients import Client
from auth.clients.use_cases.stores import ClientsWithMark
from auth.ground.domain.errors import RightsStaleError
from auth.ground.use_cases.shelves import (
    HasClients,
    HasCodes,
    HasDeviceRequests,
    HasEndedSessions,
    HasLogoutNotices,
    HasRefreshTokens,
    HasRevokedTokens,
    HasSessions,
)
from auth.people.domain.sessions import ClientSession, EndReason, RightsChange
from auth.people.use_cases import events
from auth.people.use_cases.ending import end_client_session, end_session
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.stores.grants import DeniedDevices, FamiliesOfSession, RevokedTokens, SpentCodes
from auth.people.use_cases.stores.queues import QueueOfNotices
from auth.people.use_cases.stores.sessions import ClientsInSessions, FeedOfBoth
from partnerkit.days import french_day
from servicekit.audit_events import AuditEvent, Outcome, RecordedWork
from servicekit.clock import Clock

_READ_AT_ONCE = 1_000
_END_AT_ONCE = 50
AGAIN_AFTER = timedelta(seconds=2)
"""Longer than it takes to make tokens of rights that were good when it began."""
EVERY = timedelta(seconds=60)


class Store(
    HasClients[ClientsWithMark],
    HasSessions[ClientsInSessions],
    HasEndedSessions[FeedOfBoth],
    HasRefreshTokens[FamiliesOfSession],
    HasCodes[SpentCodes],
    HasDeviceRequests[DeniedDevices],
    HasRevokedTokens[RevokedTokens],
    HasLogoutNotices[QueueOfNotices],
    Protocol,
):
    """What `EndLostAccess` sees of a transaction."""


@dataclass(frozen=True)
class _Looked:
    """What the last comparison was made with, and when, on the boot-time clock."""

    epoch: int
    revision: int
    day: date
    clients: tuple[int, int]

    def is_as_new_as(self, revision: int, epoch: int) -> bool:
        return (self.epoch, self.revision) >= (epoch, revision)


class EndLostAccess:
    """Call it again and again, and at once when the rights or a client changed."""

    def __init__(self, work: RecordedWork[Store], rights: PersonRights, clock: Clock, tell: Callable[[], None]) -> None:
        """`tell` wakes whoever delivers the notices."""
        self._work = work
        self._rights = rights
        self._clock = clock
        self._tell = tell
        self._looked: _Looked | None = None
        self._change = RightsChange()
        self._again_at: list[float] = []

    def __call__(self) -> int:
        """Compares when something changed; gives how many client sessions ended. Nothing on rights that are stale."""
        try:
            rights, snapshot = self._rights.pinned()
        except RightsStaleError:
            return 0
        now = self._clock.now()
        mark = self._work.read(lambda repos: repos.clients.mark())
        here = _Looked(snapshot.epoch, snapshot.revision, french_day(now), mark)
        if not self._is_due(here):
            return 0
        ended = sum(self._end(batch, now) for batch in _batches(self._lost(rights)))
        self._looked = here
        if ended:
            self._tell()
        return ended

    def has_looked(self, revision: int, epoch: int) -> bool:
        """Whether everything was compared with this revision, or a later one."""
        return self._looked is not None and self._looked.is_as_new_as(revision, epoch)

    def _is_due(self, here: _Looked) -> bool:
        before, moment = self._looked, self._clock.boottime()
        if before != here:
            if before is None or before.epoch != here.epoch:
                self._change = RightsChange(0, here.revision)
            elif before.revision != here.revision:
                self._change = RightsChange(before.revision, here.revision)
            self._again_at = [moment + AGAIN_AFTER.total_seconds(), moment + EVERY.total_seconds()]
            return True
        if moment < self._again_at[0]:
            return False
        self._again_at = [*self._again_at[1:], moment + EVERY.total_seconds()]
        return True

    def _lost(self, rights: PersonRights) -> Iterator[ClientSession]:
        known = self._work.read(lambda repos: {client.client_id: client for client in repos.clients.all()})
        after = ("", "")
        while page := self._page(after):
            yield from (held for held in page if _is_lost(rights, known, held))
            after = page[-1].session.session_id, page[-1].client_id

    def _page(self, after: tuple[str, str]) -> list[ClientSession]:
        return list(self._work.read(lambda repos: repos.sessions.with_clients(after, _READ_AT_ONCE)))

    def _end(self, lost: tuple[ClientSession, ...], now: datetime) -> int:
        change, rights = self._change, self._rights

        def end(repos: Store) -> Outcome[int]:
            told: list[AuditEvent] = []
            for held in lost:
                told += end_client_session(repos, held, now, change)
            ended = len(told)
            for session in {held.session.session_id: held.session for held in lost}.values():
                if not rights.organisations(session.account_id):
                    told += end_session(repos, session, EndReason.RIGHTS_LOST, now, change=change).events
            seen = events.done("session.checked", lost[0].session.account_id, now)  # another process was first
            return Outcome(ended, tuple(told) or (seen,))

        return self._work.record(end)


def _batches(lost: Iterator[ClientSession]) -> Iterator[tuple[ClientSession, ...]]:
    while batch := tuple(islice(lost, _END_AT_ONCE)):
        yield batch


def _is_lost(rights: PersonRights, known: Mapping[str, Client], held: ClientSession) -> bool:
    client = known.get(held.client_id)
    return client is None or not client.enabled or not rights.may_enter(held.session, client.checked_extranet)
