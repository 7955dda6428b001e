"""Wakes threads of this process: a counter and a condition."""

import threading
from collections.abc import Callable


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
