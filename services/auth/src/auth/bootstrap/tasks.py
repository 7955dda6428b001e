"""The threads beside the requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta

from auth.bootstrap.people import session_limits
from auth.bootstrap.repositories import AuthWork
from auth.keys.adapters.crypto.key_changes import KeySchedule
from auth.keys_command import key_changes
from auth.people.adapters.background import LogoutWorker, QueueWatch
from auth.people.use_cases.end_lost_access import EndLostAccess
from auth.people.use_cases.forget_old import FORGET_EVERY, ForgetOld
from auth.people.use_cases.keep_session import SweepSessions
from auth.people.use_cases.send_mails import SendMails
from auth.people.use_cases.watch_queues import WatchQueues
from auth.settings import AuthSettings
from servicekit.background import Repeating, Rhythm, each_apart
from servicekit.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """Every repeating thread of auth. Tests plant a failure in each; `all` is what the process starts."""

    logout: LogoutWorker
    mails: Repeating
    sweeper: Repeating
    forgetting: Repeating
    schedule: Repeating
    watch: Repeating

    def all(self) -> tuple[Repeating, ...]:
        """In order of start."""
        return tuple(getattr(self, one.name) for one in fields(self))


class LostAccess:
    """The end of lost rights, with the thread that looks for it."""

    def __init__(self, end: EndLostAccess) -> None:
        """Not started."""
        self.end = end
        self.thread = Repeating("lost-access", end, Rhythm(every=timedelta(seconds=0.5)))


def build_tasks(settings: AuthSettings, work: AuthWork, mails: SendMails, clock: Clock, logout: LogoutWorker) -> Tasks:
    """The threads beside the requests, not started."""
    limits = session_limits(settings)

    def repeating(name: str, task: Callable[[], object], every: timedelta) -> Repeating:
        return Repeating(name, task, Rhythm(every=every))

    return Tasks(
        logout=logout,
        mails=repeating("mails", mails, timedelta(seconds=1)),
        sweeper=repeating("session-sweeper", SweepSessions(work, clock, limits, each_apart), timedelta(seconds=30)),
        forgetting=repeating("forgetting", ForgetOld(work, clock), FORGET_EVERY),
        schedule=repeating("key-schedule", KeySchedule(key_changes(settings, clock)), timedelta(minutes=1)),
        watch=repeating("queue-watch", QueueWatch(WatchQueues(work, clock)), timedelta(minutes=10)),
    )
