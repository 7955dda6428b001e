"""What every service forgets: rows that are of no more use, by one copy of it at a time."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from servicekit.background import Repeating, Rhythm
from servicekit.clock import Clock
from servicekit.database.contract import Database
from servicekit.database.jobs import DueOnce, Job

EVERY = timedelta(minutes=1)
JOB = Job("clean-up", every=EVERY, lease=timedelta(minutes=5))
ROUNDS = 1_000
"""What is still there then waits for a minute: one copy does not hold the job for longer than its lease."""

Forgetter = Callable[[Connection, datetime], int]
"""Forgets in one transaction what is of no more use at a time, or some of it; how many rows."""


def clean_up(database: Database, clock: Clock, *forgetters: Forgetter) -> Repeating:
    """The thread that has each of them forget until nothing is left, each minute in one copy of the service."""

    def work() -> None:
        now = clock.now()
        for forget in forgetters:
            for _ in range(ROUNDS):
                if not database.write(lambda connection, forget=forget: forget(connection, now)):  # type: ignore[misc]
                    break

    return Repeating("clean-up", DueOnce(database, clock, JOB, work), Rhythm(every=EVERY))
