"""Registered clients, kept in memory: every request of a client needs its description, which hardly ever changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from auth.clients.domain.clients import Client
from auth.clients.domain.redirects import origins_of
from auth.clients.use_cases.stores import KnownClientRows
from auth.ground.use_cases.shelves import HasClients
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock

_KEPT = timedelta(seconds=1)
_MOST = 4096
_ORIGINS_KEPT_S = 60
_UNREAD: tuple[float, frozenset[str]] = (float("-inf"), frozenset())


class Store(HasClients[KnownClientRows], Protocol):
    """What `KnownClients` sees of a transaction."""


class KnownClients:
    """Reads a description again after a second: a change, also by another process, holds everywhere by then."""

    def __init__(self, work: RecordedWork[Store], clock: Clock, kept: timedelta = _KEPT) -> None:
        """`kept`: how old a description may be."""
        self._work = work
        self._clock = clock
        self._kept_s = kept.total_seconds()
        self._origins = _UNREAD
        # Looked at twice in each request: a TTLCache of cachetools takes ten calls where this takes one.
        self._known: dict[str, tuple[float, Client]] = {}

    def __call__(self, client_id: str | None) -> Client | None:
        """The client, when it is registered and enabled."""
        if not client_id or not client_id.isprintable():  # PostgreSQL takes no NUL
            return None
        now = self._clock.boottime()
        known = self._known.get(client_id)
        if known is not None and now - known[0] < self._kept_s:
            return known[1]
        client = self._work.read(lambda repos: repos.clients.find(client_id))
        if client is None or not client.enabled:
            self._known.pop(client_id, None)
            return None
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[client_id] = (now, client)
        return client

    def has_origin(self, origin: str) -> bool:
        """Whether a client's redirect URI is of this web origin. A new one is known after a second; one that is no
        longer there is forgotten after a minute, as this alone opens nothing."""
        now = self._clock.boottime()
        read_at, origins = self._origins
        if origin in origins and now - read_at < _ORIGINS_KEPT_S:
            return True
        if now - read_at >= self._kept_s:
            clients = self._work.read(lambda repos: repos.clients.all())
            origins = frozenset(origin for client in clients if client.enabled for origin in origins_of(client))
            self._origins = (now, origins)
        return origin in origins

    def forget(self, client_id: str) -> None:
        """Its description has just changed in this process."""
        self._origins = _UNREAD
        self._known.pop(client_id, None)
