"""Who answers a request, and who waits: bounded threads and a bounded queue for each lane."""

from __future__ import annotations

import threading
import time
from collections import deque
from enum import Enum

from servicekit.front.connections import Connection
from servicekit.front.limits import Lane, LaneLimits
from servicekit.front.requests import Request

Job = tuple[Connection, Request]


class Verdict(Enum):
    """What becomes of a request offered to a lane."""

    NOW = "now"
    """The caller answers it, then calls `next`."""
    QUEUED = "queued"
    FULL = "full"


class Turns:
    """At most `threads` jobs at the same time, the others wait in order."""

    def __init__(self, lane: Lane, limits: LaneLimits) -> None:
        """Nothing runs."""
        self.lane = lane
        self.limits = limits
        self.refused = 0
        """Requests that found no room or waited for too long."""
        self._lock = threading.Lock()
        self._running = 0
        self._waiting: deque[Job] = deque()

    def offer(self, job: Job) -> Verdict:
        """Take it, queue it or refuse it."""
        with self._lock:
            if self._running < self.limits.threads:
                self._running += 1
                return Verdict.NOW
            if len(self._waiting) >= self.limits.queued:
                self.refused += 1
                return Verdict.FULL
            job[1].queued_at = time.monotonic()
            self._waiting.append(job)
            return Verdict.QUEUED

    def next(self) -> Job | None:
        """The caller has answered one: here is another, which it must answer, or None."""
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._running -= 1
            return None

    def is_late(self, request: Request) -> bool:
        """Whether it waited longer than anybody should."""
        return bool(request.queued_at) and time.monotonic() - request.queued_at > self.limits.longest_wait

    @property
    def running(self) -> int:
        """How many are being answered."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many wait for a thread."""
        return len(self._waiting)

    @property
    def busy(self) -> bool:
        """Whether anything runs or waits."""
        return bool(self._running or self._waiting)


class Lead:
    """Which of the doors reads. The one that leads gives it on before it may be held up."""

    def __init__(self) -> None:
        """Nobody leads."""
        self._free = threading.Lock()
        self._guard = threading.Lock()
        self._holder = 0
        self.busy_since = 0.0
        """When the one that leads began to answer a request; 0: it does not."""

    def take(self) -> None:
        """Wait for the lead."""
        self._free.acquire()
        self._holder = threading.get_ident()

    def is_mine(self) -> bool:
        """Whether this thread leads."""
        return self._holder == threading.get_ident()

    def give(self) -> None:
        """Another may lead; nothing happens when this thread does not."""
        if self._holder == threading.get_ident():
            self._release(threading.get_ident())

    def ends(self) -> None:
        """The answer is given; nothing happens when this thread does not lead any more."""
        if self._holder == threading.get_ident():
            self.busy_since = 0.0

    def take_away(self, longest: float) -> None:
        """From one that has answered the same request for `longest` seconds: it waits for something and did not say."""
        holder, since = self._holder, self.busy_since
        if holder and since and time.monotonic() - since > longest:
            self._release(holder, since)

    def _release(self, holder: int, since: float | None = None) -> None:
        with self._guard:
            if self._holder != holder or (since is not None and self.busy_since != since):
                return
            self._holder, self.busy_since = 0, 0.0
        self._free.release()
