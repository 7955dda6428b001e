"""Wakes threads of this process: a counter and a condition."""

import threading


class Wakeup:
    """Implements ports.Signal."""

    def __init__(self) -> None:
        """Nothing was announced yet."""
        self._condition = threading.Condition()
        self._count = 0

    def announce(self) -> None:
        """Say that something happened."""
        with self._condition:
            self._count += 1
            self._condition.notify_all()

    def count(self) -> int:
        """Return how many announcements there have been."""
        with self._condition:
            return self._count

    def wait(self, after: int, timeout: float) -> int:
        """Wait until there are more than `after`, at most `timeout` seconds; return the count."""
        with self._condition:
            self._condition.wait_for(lambda: self._count > after, timeout)
            return self._count
