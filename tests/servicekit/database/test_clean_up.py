"""Rows of no more use are forgotten until none is left, by one copy."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, MetaData

from servicekit.database import Database
from servicekit.database.clean_up import clean_up
from servicekit.database.jobs import job_table
from tests.servicekit.fakes import FixedClock


def test_each_forgetter_is_asked_until_it_has_nothing_left_and_one_copy_does_it(database: Database) -> None:
    metadata = MetaData()
    job_table(metadata)
    database.write(metadata.create_all)
    clock, left, asked = FixedClock(), [2, 2, 1, 0], []

    def forget(_connection: Connection, now: datetime) -> int:
        asked.append(now)
        return left.pop(0)

    def nothing(_connection: Connection, now: datetime) -> int:
        asked.append(now)
        return 0

    first, other = (clean_up(database, clock, forget, nothing) for _ in range(2))
    assert (first.task(), other.task()) == (True, False)
    assert (left, asked) == ([], [clock.now()] * 5)
    left.append(0)
    clock.advance(timedelta(minutes=1))
    assert (other.task(), first.task()) == (True, False)
    assert len(asked) == 7
