"""Argon2id (RFC 9106; OWASP: m=19 MiB, t=2, p=1). As many at once as there are cores: more makes all of them late."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from auth.domain.errors import PasswordChecksOverloadedError
from servicekit.identifiers import new_secret

MEMORY_KIB = 19 * 1024
TIME_COST = 2
PARALLELISM = 1


class Argon2Passwords:
    """Implements `ports.Passwords`."""

    def __init__(self, *, at_once: int | None = None, longest_wait: timedelta = timedelta(seconds=2)) -> None:
        """`at_once`: hashes computed at the same time (default: cores); `longest_wait` for one's turn."""
        self._hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=PARALLELISM)
        self._turns = threading.BoundedSemaphore(at_once or len(os.sched_getaffinity(0)))
        self._longest_wait_s = longest_wait.total_seconds()
        self._dummy = self._hasher.hash(new_secret())

    def hash(self, password: str) -> str:
        """See the port."""
        with self._turn():
            return self._hasher.hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """See the port: the dummy costs the same and never matches."""
        with self._turn():
            try:
                self._hasher.verify(password_hash or self._dummy, password)
            except (VerificationError, InvalidHashError):
                return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """See the port."""
        return self._hasher.check_needs_rehash(password_hash)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._longest_wait_s):
            raise PasswordChecksOverloadedError("every core is hashing a password")
        try:
            yield
        finally:
            self._turns.release()
