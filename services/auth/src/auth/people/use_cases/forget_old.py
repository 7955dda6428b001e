"""Forgets what is of no more use: each kind of row after its time."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from auth.ground.use_cases.shelves import (
    HasAttempts,
    HasCodes,
    HasCommands,
    HasDeviceRequests,
    HasEndedSessions,
    HasKnownDevices,
    HasLinks,
    HasLogoutNotices,
    HasMails,
    HasPushedRequests,
    HasRefreshTokens,
    HasRevokedTokens,
    HasSeenTokens,
    HasSessions,
    HasSignIns,
)
from auth.people.domain.sign_ins import KEEP_DEVICES, KEEP_HISTORY
from auth.people.use_cases.stores.queues import Forgetting, ForgettingAttempts
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock

FORGET_EVERY = timedelta(minutes=10)
_KEEP_GRANTS = timedelta(days=1)
_KEEP_ATTEMPTS = timedelta(hours=26)  # the longest window is a day
_KEEP_ORIGINS = timedelta(days=180)
_KEEP_ENDED = timedelta(days=1)  # every token of an ended session is dead long before
_KEEP_MAILS = timedelta(days=30)  # what the audit log keeps is kept there


class Store(
    HasCodes[Forgetting],
    HasRefreshTokens[Forgetting],
    HasAttempts[ForgettingAttempts],
    HasPushedRequests[Forgetting],
    HasDeviceRequests[Forgetting],
    HasSeenTokens[Forgetting],
    HasRevokedTokens[Forgetting],
    HasLogoutNotices[Forgetting],
    HasSessions[Forgetting],
    HasEndedSessions[Forgetting],
    HasSignIns[Forgetting],
    HasKnownDevices[Forgetting],
    HasMails[Forgetting],
    HasLinks[Forgetting],
    HasCommands[Forgetting],
    Protocol,
):
    """What `ForgetOld` sees of a transaction."""


class ForgetOld:
    """Call it every `FORGET_EVERY`."""

    def __init__(self, work: RecordedWork[Store], clock: Clock) -> None:
        """One transaction."""
        self._work = work
        self._clock = clock

    def __call__(self) -> None:
        """Forgets once."""
        self._work.write(self._forget)

    def _forget(self, repos: Store) -> None:
        now = self._clock.now()
        repos.codes.forget_before(now - _KEEP_GRANTS)
        repos.refresh_tokens.forget_before(now - _KEEP_GRANTS)
        repos.attempts.forget_before(now - _KEEP_ATTEMPTS)
        repos.attempts.forget_origins_before(now - _KEEP_ORIGINS)
        repos.pushed_requests.forget_before(now - FORGET_EVERY)
        repos.device_requests.forget_before(now - FORGET_EVERY)
        repos.seen_tokens.forget_before(now)
        repos.revoked_tokens.forget_before(now)
        repos.logout_notices.forget_before(now - _KEEP_GRANTS)
        repos.sessions.forget_before(now - _KEEP_ENDED)
        repos.ended_sessions.forget_before(now - _KEEP_ENDED)
        repos.sign_ins.forget_before(now - KEEP_HISTORY)
        repos.known_devices.forget_before(now - KEEP_DEVICES)
        repos.mails.forget_before(now - _KEEP_MAILS)
        repos.links.forget_before(now)
        repos.commands.forget_before(now - _KEEP_MAILS)
