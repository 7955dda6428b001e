"""Registered clients, kept in memory: every request of a client needs its description, which hardly ever changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import timedelta

from auth.domain.clients import Client
from auth.use_cases.ports import AuthWork
from servicekit.clock import Clock

_KEPT = timedelta(seconds=1)
_MOST = 4096


class KnownClients:
    """Reads a description again after a second: a change, also by another process, holds everywhere by then."""

    def __init__(self, work: AuthWork, clock: Clock, kept: timedelta = _KEPT) -> None:
        """`kept`: how old a description may be."""
        self._work = work
        self._clock = clock
        self._kept_s = kept.total_seconds()
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[float, Client]] = OrderedDict()

    def __call__(self, client_id: str | None) -> Client | None:
        """The client, when it is registered and enabled."""
        if not client_id or not client_id.isprintable():  # PostgreSQL takes no NUL
            return None
        now = self._clock.boottime()
        entry = self._known.get(client_id)
        if entry is not None and now - entry[0] < self._kept_s:
            return entry[1]
        client = self._work.read(lambda repos: repos.clients.find(client_id))
        with self._lock:
            self._known.pop(client_id, None)
            if client is None or not client.enabled:
                return None
            self._known[client_id] = (now, client)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return client

    def forget(self, client_id: str) -> None:
        """Its description has just changed in this process."""
        with self._lock:
            self._known.pop(client_id, None)
