"""Work that comes again and again and is done once, however many copies of a service run.

A row per job says when it is due next. Whoever sees it due claims it by one conditional UPDATE, with a lease: a holder
that dies gives it up when the lease ends. The next time is written only after the work was done, so that a time that
was missed is made up for, once. A copy whose clock jumped does nothing for an hour (`servicekit.steady_clock`), and one
that went back repeats nothing: the job is due one period after now at the latest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from servicekit.clock import Clock
from servicekit.database.contract import Database
from servicekit.database.types import UtcDateTime
from servicekit.identifiers import new_id
from servicekit.steady_clock import SteadyClock

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def job_table(metadata: MetaData) -> Table:
    """The table of the jobs of a service, for its own metadata and migration."""
    return Table(
        "job",
        metadata,
        Column("name", String(60), primary_key=True),
        Column("due_at", UtcDateTime, nullable=False),
        Column("lease_until", UtcDateTime, nullable=False),
        Column("holder", String(36), nullable=False),
    )


_table = job_table(MetaData())
_job = _table.c


@dataclass(frozen=True)
class Job:
    """`every`: from one time to the next. `lease`: after which a holder that says nothing is taken for dead."""

    name: str
    every: timedelta
    lease: timedelta


class DueOnce:
    """A task of a `Repeating`: does `work` when the job is due and no other copy does it."""

    def __init__(self, database: Database, clock: Clock, job: Job, work: Callable[[], object]) -> None:
        """Every copy has a name of its own as holder."""
        self.job = job
        self._database = database
        self._clock = clock
        self._steady = SteadyClock(clock)
        self._job = job
        self._work = work
        self._holder = new_id()

    def __call__(self) -> bool:
        """Look, and do the work if it is due; return whether it was done here.

        When the work fails, the job stays due for whoever looks next.

        Raises:
            ClockJumpedError: nothing is done by this clock yet.
        """
        now = self._steady.now()
        if not self._database.write(lambda connection: self._claim(connection, now)):
            return False
        done = False
        try:
            self._work()
            done = True
        finally:
            self._database.write(lambda connection: self._give_up(connection, done=done))
        return True

    def _claim(self, connection: Connection, now: datetime) -> bool:
        name = self._job.name
        if connection.execute(select(_job.name).where(_job.name == name)).first() is None:
            try:
                with connection.begin_nested():
                    first = {"name": name, "due_at": now, "lease_until": _LONG_AGO, "holder": ""}
                    connection.execute(insert(_table).values(**first))
            except IntegrityError:
                pass  # another copy was first
        is_free = or_(_job.lease_until <= now, _job.lease_until > now + self._job.lease)
        jumped = _job.due_at > now + self._job.every
        connection.execute(update(_table).where(_job.name == name, jumped).values(due_at=now + self._job.every))
        claimed = connection.execute(
            update(_table)
            .where(_job.name == name, _job.due_at <= now, is_free)
            .values(holder=self._holder, lease_until=now + self._job.lease)
        )
        return claimed.rowcount == 1

    def _give_up(self, connection: Connection, *, done: bool) -> None:
        now = self._clock.now()
        values = {"lease_until": _LONG_AGO, "holder": ""} | ({"due_at": now + self._job.every} if done else {})
        mine = (_job.name == self._job.name) & (_job.holder == self._holder)
        connection.execute(update(_table).where(mine).values(**values))
