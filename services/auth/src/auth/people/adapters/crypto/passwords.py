"""Argon2id (RFC 9106; OWASP: m=19 MiB, t=2, p=1) on threads of its own, so that nothing waits behind it.

The threads stand back: they leave the core that the process is kept on (hashing does not need the interpreter) and have
a lower priority than everything else. What does not fit in their queue is refused at once.
"""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from auth.ground.domain.errors import PasswordChecksOverloadedError
from servicekit.cores import leave_core, usable_cores
from servicekit.identifiers import new_secret
from servicekit.metrics import Timed

MEMORY_KIB = 19 * 1024
TIME_COST = 2
PARALLELISM = 1
_POLITENESS = 5
"""What is added to the niceness of the threads."""

T = TypeVar("T")

HASHING = Timed(
    "partenaire_hashing_seconds",
    "Passwords that waited for a thread, were hashed, were refused.",
    ("step",),
)


@dataclass(frozen=True)
class HashingLimits:
    """`threads` hash at the same time, `queued` more wait, at most `longest_wait` each."""

    threads: int = max(1, usable_cores() - 1)
    queued: int = 8
    longest_wait: timedelta = timedelta(seconds=2)


class Argon2Passwords:
    """Implements `ports.Passwords`."""

    def __init__(self, limits: HashingLimits | None = None) -> None:
        """The threads start with the first password."""
        self._limits = limits or HashingLimits()
        self._hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=PARALLELISM)
        self._room = threading.BoundedSemaphore(self._limits.threads + self._limits.queued)
        self._pool = ThreadPoolExecutor(self._limits.threads, "hashing", initializer=_stand_back)
        self._counting = threading.Lock()
        self._accepted = 0
        self._dummy = self._hasher.hash(new_secret())

    def hash(self, password: str) -> str:
        """See the port."""
        return self._run(lambda: self._hasher.hash(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """See the port: the dummy costs the same and never matches."""
        return self._run(lambda: self._matches(password_hash or self._dummy, password)) and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """See the port."""
        return self._hasher.check_needs_rehash(password_hash)

    def _left(self, _future: object) -> None:
        with self._counting:
            self._accepted -= 1
        self._room.release()

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    @property
    def waiting(self) -> int:
        """Passwords that wait for a thread."""
        return max(0, self._accepted - self._limits.threads)

    def _run(self, work: Callable[[], T]) -> T:
        if not self._room.acquire(blocking=False):
            HASHING.took(0.0, "refused")
            raise PasswordChecksOverloadedError("too many passwords wait to be checked")
        with self._counting:
            self._accepted += 1
        future: Future[T] = self._pool.submit(_timed, work, time.perf_counter())
        future.add_done_callback(self._left)
        try:
            return future.result(self._limits.longest_wait.total_seconds())
        except TimeoutError:
            future.cancel()
            raise PasswordChecksOverloadedError("the password was not checked in time") from None


def _timed(work: Callable[[], T], queued_at: float) -> T:
    """How long it waited for the thread, and how long it took."""
    began = time.perf_counter()
    HASHING.took(began - queued_at, "waiting")
    try:
        return work()
    finally:
        HASHING.took(time.perf_counter() - began, "hashing")


def _stand_back() -> None:
    thread = threading.get_native_id()
    leave_core()
    with suppress(OSError):  # a container may forbid it; passwords are checked all the same
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + _POLITENESS)
