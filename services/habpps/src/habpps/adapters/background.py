"""What Habpps does beside the requests: commands to auth, what is due on a day, and the signals that wake who waits."""

import threading
from collections.abc import Callable
from datetime import timedelta

from servicekit.background import Repeating, Rhythm
from servicekit.clock import Clock
from servicekit.database import Database
from servicekit.database.jobs import DueOnce, Job


class Wakeup:
    """Implements ports.Signal."""

    def __init__(self) -> None:
        """Nothing was announced yet."""
        self._condition = threading.Condition()
        self._count = 0
        self._listeners: list[Callable[[], None]] = []

    def tell(self, listener: Callable[[], None]) -> None:
        """Have `listener` called at each announcement; it must be quick."""
        self._listeners.append(listener)

    def announce(self) -> None:
        """Say that something happened."""
        with self._condition:
            self._count += 1
            self._condition.notify_all()
        for listener in self._listeners:
            listener()

    def count(self) -> int:
        """Return how many announcements there have been."""
        with self._condition:
            return self._count

    def wait(self, after: int, timeout: float) -> int:
        """Wait until there are more than `after`, at most `timeout` seconds; return the count."""
        with self._condition:
            self._condition.wait_for(lambda: self._count > after, timeout)
            return self._count


LONGEST_PAUSE = timedelta(seconds=2)
BETWEEN_LOOKS, BETWEEN_ROUNDS, LONGEST_ROUND = timedelta(minutes=1), timedelta(hours=1), timedelta(minutes=10)


def account_relay(push: Callable[[], object]) -> Repeating:
    """Return the repeating thread of a `PushAccountCommands`; whoever announces an act wakes it."""
    why = "auth carries out each command once, whichever copy sends it"
    return Repeating("account-relay", push, Rhythm(every=LONGEST_PAUSE), in_every_copy=why)


def clock_work(database: Database, clock: Clock, work: Callable[[], object]) -> Repeating:
    """Return the repeating thread of a `DoWhatIsDue`: each hour in one copy of the service."""
    job = Job("what-is-due", every=BETWEEN_ROUNDS, lease=LONGEST_ROUND)
    return Repeating("clock", DueOnce(database, clock, job, work), Rhythm(every=BETWEEN_LOOKS))
