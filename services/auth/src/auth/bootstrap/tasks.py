"""The threads beside the requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta

from auth.bootstrap.opened import Opened
from auth.bootstrap.people import session_limits
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
from servicekit.database.clean_up import clean_up
from servicekit.database.jobs import DueOnce, Job
from servicekit.outbox.forgetting import forget_delivered
from servicekit.web.session_tables import forget_form_answers

_LEASE = timedelta(minutes=5)
_BETWEEN_LOOKS = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Tasks:
    """Every repeating thread of auth. Tests plant a failure in each; `all` is what the process starts."""

    logout: LogoutWorker
    mails: Repeating
    sweeper: Repeating
    forgetting: Repeating
    schedule: Repeating
    watch: Repeating
    clean_up: Repeating

    def all(self) -> tuple[Repeating, ...]:
        """In order of start."""
        return tuple(getattr(self, one.name) for one in fields(self))


class LostAccess:
    """The end of lost rights, with the thread that looks for it."""

    def __init__(self, end: EndLostAccess) -> None:
        """Not started."""
        self.end = end
        why = "each copy compares with its own replica of the rights; a session that another ended is ended once"
        self.thread = Repeating("lost-access", end, Rhythm(every=timedelta(seconds=0.5)), in_every_copy=why)


def build_tasks(settings: AuthSettings, opened: Opened, mails: SendMails, clock: Clock, logout: LogoutWorker) -> Tasks:
    """The threads beside the requests, not started."""
    work, limits = opened.work, session_limits(settings)

    def once(name: str, task: Callable[[], object], every: timedelta) -> Repeating:
        """In one copy of auth at a time."""
        job = Job(name, every=every, lease=_LEASE)
        return Repeating(name, DueOnce(opened.database, clock, job, task), Rhythm(every=min(every, _BETWEEN_LOOKS)))

    def everywhere(name: str, task: Callable[[], object], every: timedelta, why: str) -> Repeating:
        return Repeating(name, task, Rhythm(every=every), in_every_copy=why)

    watch = QueueWatch(WatchQueues(work, clock))
    return Tasks(
        logout=logout,
        mails=everywhere("mails", mails, timedelta(seconds=1), "each mail is claimed before it is sent"),
        sweeper=once("session-sweeper", SweepSessions(work, clock, limits, each_apart), timedelta(seconds=30)),
        forgetting=once("forgetting", ForgetOld(work, clock), FORGET_EVERY),
        schedule=once("key-schedule", KeySchedule(key_changes(settings, clock)), timedelta(minutes=1)),
        watch=everywhere("queue-watch", watch, timedelta(minutes=10), "it reads, and writes the log of its own copy"),
        clean_up=clean_up(opened.database, clock, forget_delivered, forget_form_answers),
    )
