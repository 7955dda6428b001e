"""The queues of a process, as operators see them: what waits, since when, and what is set aside.

Each queue of a service is one `Queue` of its `Process`: health says in a note when something is set aside, the metrics
show the figures. Whoever works a queue off calls `servicekit.background.each_apart` with the same name.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LOOKED_AT_FOR_S = 2.0


@dataclass(frozen=True)
class QueueFigures:
    """Figures of a queue at one moment."""

    waiting: int
    oldest_seconds: float
    """How long the oldest of them has been waiting; 0 when none does."""
    set_aside: int
    """Items that are not tried any more until an operator says so."""


class Queue:
    """One queue, looked at now and then only: health asks four times a second."""

    def __init__(
        self, name: str, look: Callable[[], QueueFigures], remedy: str, *, known_for_s: float = LOOKED_AT_FOR_S
    ) -> None:
        """`remedy`: what the operator runs or reads when something is set aside; `known_for_s`: 0 when `look` costs
        nothing."""
        self._known_for_s = known_for_s
        self.name = name
        self._look = look
        self._remedy = remedy
        self._lock = threading.Lock()
        self._seen: tuple[float, QueueFigures] | None = None

    def state(self) -> QueueFigures:
        """The figures, at most `known_for_s` old.

        Raises:
            Exception: whatever looking at it raises: the database does not answer, a row cannot be read.
        """
        with self._lock:
            now = time.monotonic()
            if self._seen is None or now - self._seen[0] >= self._known_for_s:
                self._seen = (now, self._look())
            return self._seen[1]

    def note(self) -> str | None:
        """A sentence while something is set aside, for `notes` of /healthz."""
        apart = self.state().set_aside
        return f"{self.name}: {apart} set aside ({self._remedy})" if apart else None


def figures(queues: tuple[Queue, ...], read: Callable[[QueueFigures], float]) -> Mapping[str, float]:
    """One figure of each queue, by its name; not a number for one that cannot be looked at (`Queue.note` says why)."""
    return {queue.name: _figure(queue, read) for queue in queues}


def _figure(queue: Queue, read: Callable[[QueueFigures], float]) -> float:
    try:
        return read(queue.state())
    except Exception:  # noqa: BLE001 - one queue must not hide the others
        return math.nan
