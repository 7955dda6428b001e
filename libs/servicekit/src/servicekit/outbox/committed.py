"""Events that were just committed, on their way from the transactions to the relay without another read."""

import threading
from collections import deque
from collections.abc import Collection, Sequence

from servicekit.outbox.chain import ChainedEvent
from servicekit.outbox.store import PendingEvent


class CommittedEvents:
    """What the relay can send at once. Only a short cut: the outbox table knows all of it, and more."""

    def __init__(self) -> None:
        """Nothing waits."""
        self._lock = threading.Lock()
        self._waiting: deque[ChainedEvent] = deque()

    def add(self, events: Sequence[ChainedEvent]) -> None:
        """Called after COMMIT, in the order of each chain."""
        with self._lock:
            self._waiting.extend(events)

    def any(self) -> bool:
        """Whether something waits."""
        return bool(self._waiting)

    def clear(self) -> None:
        """The relay reads the table instead."""
        with self._lock:
            self._waiting.clear()

    def forget(self, event_ids: Collection[str]) -> None:
        """The table has just given these."""
        if event_ids and self._waiting:
            with self._lock:
                self._waiting = deque(one for one in self._waiting if one.event_id not in event_ids)

    def take(self, limit: int, byte_limit: int) -> list[PendingEvent]:
        """At most `limit` events of together `byte_limit` bytes (one is always taken), first come first served."""
        taken: list[PendingEvent] = []
        size = 0
        with self._lock:
            while self._waiting and len(taken) < limit:
                size += len(self._waiting[0].event)
                if taken and size > byte_limit:
                    break
                one = self._waiting.popleft()
                taken.append(PendingEvent(one.event_id, one.event))
        return taken
