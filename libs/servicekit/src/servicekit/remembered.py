"""What was looked up or verified lately, for several threads: `cachetools` behind the lock that it asks for."""

import threading
from typing import Generic, TypeVar

from cachetools import Cache, LRUCache

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """At most `size` values; the one used longest ago goes first. Safe for threads."""

    def __init__(self, size: int) -> None:
        """`size` counts values; 0 keeps none."""
        self._lock = threading.Lock()
        self._values: Cache[K, V] = LRUCache(size)

    def get(self, key: K) -> V | None:
        """The value, which counts as used now."""
        with self._lock:
            try:
                return self._values[key]  # `get` looks for it three times
            except KeyError:
                return None

    def put(self, key: K, value: V) -> None:
        """Keeps it in place of any other under this key."""
        with self._lock:
            if self._values.maxsize:
                self._values[key] = value

    def drop(self, key: K) -> None:
        """Forgets it; no error where there is none."""
        with self._lock:
            self._values.pop(key, None)
