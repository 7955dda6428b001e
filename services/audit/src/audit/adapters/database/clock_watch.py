"""`ClockWatch` in SQL: one row."""

from sqlalchemy import Connection, delete, insert, select

from audit.adapters.database.tables import clock_watch
from audit.domain.clock_check import ClockMark, Reading, WatchedClock


class SqlClockWatch:
    """The table `clock_watch`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self) -> WatchedClock | None:
        """See `ClockWatch.read`."""
        row = self._connection.execute(select(clock_watch)).first()
        if row is None:
            return None
        mark = ClockMark(Reading(row.now_us, row.ticks_us), row.start)
        return WatchedClock(mark, row.problem, row.suspended_at_us)

    def save(self, watched: WatchedClock) -> None:
        """See `ClockWatch.save`."""
        reading = watched.mark.reading
        row = {
            "id": 1,
            "now_us": reading.now_us,
            "ticks_us": reading.ticks_us,
            "start": watched.mark.start,
            "problem": watched.problem,
            "suspended_at_us": watched.suspended_at_us,
        }
        self._connection.execute(delete(clock_watch))
        self._connection.execute(insert(clock_watch).values(row))
