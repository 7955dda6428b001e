"""A job is done once each time it is due, however many copies of a service look for it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import MetaData

from servicekit.database import Database
from servicekit.database.jobs import DueOnce, Job, job_table
from servicekit.steady_clock import ClockJumpedError
from tests.architecture.tree import ROOT
from tests.promises import promise
from tests.servicekit.fakes import FixedClock

JOB = Job("what-is-due", every=timedelta(hours=1), lease=timedelta(minutes=10))
COPIES = 6
KILLED = """
import os, sys
from servicekit.database import open_database
from servicekit.database.jobs import DueOnce
from tests.servicekit.database.test_jobs import JOB
from tests.servicekit.fakes import FixedClock
database = open_database(sys.argv[1], threads=1)
DueOnce(database, FixedClock(), JOB, lambda: os._exit(9))()
"""


@pytest.fixture
def jobs(database: Database) -> Database:
    metadata = MetaData()
    job_table(metadata)
    database.write(metadata.create_all)
    return database


class Copies:
    """Several copies of a service with one clock; `done` counts what they did."""

    def __init__(self, database: Database) -> None:
        self.clock = FixedClock()
        self.done = 0
        self.all = [DueOnce(database, self.clock, JOB, self.work) for _ in range(COPIES)]

    def work(self) -> None:
        self.done += 1

    def refuse(self) -> None:
        """None of them believes the clock."""
        for one in self.all:
            with pytest.raises(ClockJumpedError):
                one()

    def look(self) -> int:
        with ThreadPoolExecutor(COPIES) as threads:
            return sum(threads.map(lambda one: one(), self.all))


@promise("clock:each-due-thing-once")
def test_of_several_copies_that_look_at_once_one_does_it(jobs: Database) -> None:
    copies = Copies(jobs)
    for time in range(1, 4):
        assert (copies.look(), copies.done) == (1, time)
        assert (copies.look(), copies.done) == (0, time), "not due again yet"
        copies.clock.advance(timedelta(hours=1))


@promise("clock:each-due-thing-once")
def test_what_was_missed_for_days_is_made_up_for_once(jobs: Database) -> None:
    copies = Copies(jobs)
    copies.look()
    copies.clock.advance(timedelta(days=9))
    assert (copies.look(), copies.look(), copies.done) == (1, 0, 2)


@promise("clock:each-due-thing-once")
def test_a_clock_that_jumps_back_repeats_nothing_and_does_not_stop_it_for_long(jobs: Database) -> None:
    copies = Copies(jobs)
    copies.look()
    copies.clock.set(copies.clock.now() - timedelta(days=30))
    copies.refuse()
    copies.clock.advance(timedelta(hours=1))
    assert (copies.look(), copies.done) == (0, 1)
    copies.clock.advance(timedelta(hours=1))
    assert (copies.look(), copies.done) == (1, 2)


@promise("clock:a-jump-decides-nothing")
def test_a_clock_that_jumps_a_month_ahead_and_comes_back_within_the_hour_has_done_nothing(jobs: Database) -> None:
    copies = Copies(jobs)
    copies.look()
    for jump in (timedelta(days=30), timedelta(days=-30)):
        copies.clock.set(copies.clock.now() + jump)
        for _ in range(5):
            copies.refuse()
            copies.clock.advance(timedelta(minutes=10))
    copies.clock.advance(timedelta(minutes=10))
    assert (copies.look(), copies.done) == (1, 2), "an hour after it came back"


@promise("clock:a-dead-holder-is-replaced")
def test_a_copy_that_is_killed_in_the_middle_is_replaced_when_its_lease_ends(jobs: Database, database_url: str) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, database_url], cwd=ROOT, check=False, timeout=60)
    assert killed.returncode == 9
    copies = Copies(jobs)
    assert (copies.look(), copies.done) == (0, 0), "the dead one still holds it"
    copies.clock.advance(JOB.lease)
    assert (copies.look(), copies.done) == (1, 1)
    copies.clock.advance(JOB.every)
    assert (copies.look(), copies.done) == (1, 2)


@promise("clock:a-dead-holder-is-replaced")
def test_a_holder_that_says_nothing_any_more_is_replaced_when_its_lease_ends(jobs: Database) -> None:
    copies = Copies(jobs)
    looked: list[tuple[timedelta, bool]] = []

    def hangs() -> None:
        for wait in (timedelta(), timedelta(minutes=9), timedelta(minutes=1)):
            copies.clock.advance(wait)
            looked.append((wait, copies.all[0]()))

    assert DueOnce(jobs, copies.clock, JOB, hangs)()
    assert [found for _wait, found in looked] == [False, False, True]
    assert copies.done == 1
    assert copies.look() == 0, "what the first holder says at last changes nothing"


def test_work_that_fails_stays_due(jobs: Database) -> None:
    copies = Copies(jobs)

    def fails() -> None:
        raise ValueError("not today")

    with pytest.raises(ValueError, match="not today"):
        DueOnce(jobs, copies.clock, JOB, fails)()
    assert (copies.look(), copies.done) == (1, 1)
