"""The connections of a front: how many there are, whose, and which of them must end."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterable

from servicekit.front.answers import refusal
from servicekit.front.limits import LINGER_SECONDS, NEVER, FrontLimits
from servicekit.front.requests import RequestReader


class Connection:
    """One client. Whoever got its event owns it until it is armed again; the sweeper only touches what is armed."""

    __slots__ = (
        "address", "began", "deadline", "expired", "fd", "held", "lingers", "lock", "out", "reader", "since", "socket",
        "taken",
    )  # fmt: skip

    def __init__(self, client: socket.socket, address: str, limits: FrontLimits) -> None:
        """Just accepted."""
        now = time.monotonic()
        self.socket = client
        self.fd = client.fileno()
        self.address = address
        self.reader = RequestReader(limits.head_bytes, limits.body_bytes)
        self.lock = threading.Lock()
        self.out: memoryview | None = None
        self.taken = 0  # bytes of `out` that the client took
        self.held = 0  # bytes kept in memory for it
        self.deadline = now + limits.head_seconds
        self.began = 0.0  # when the request, body or answer under way began; 0: none
        self.since = now  # when it last sent a whole request
        self.expired = False
        self.lingers = False

    def own(self) -> bool:
        """Called with its event; False: it is over."""
        with self.lock:
            self.deadline = NEVER
            return not self.expired

    def expire(self, now: float) -> bool:
        """End it if its time is over: a first word if it began a request, then the event that its owner closes on."""
        with self.lock:
            if self.expired or self.deadline > now or self.deadline == NEVER:
                return False
            self.expired = True
            try:
                if self.out is None and not self.lingers and self.reader.begun:
                    self.socket.send(refusal(408))
                self.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it is gone already; the event comes all the same
            return True

    def wait_for_more(self, limits: FrontLimits, now: float) -> None:
        """Set the deadline of what it must do next."""
        reader = self.reader
        if self.lingers:
            self.began = self.began or now
            self.deadline = self.began + LINGER_SECONDS
        elif not reader.begun:
            self.began = 0.0
            self.deadline = now + limits.idle_seconds
        else:
            if not self.began:
                self.began = now
            if reader.in_body:
                self.deadline = limits.body_deadline(self.began, reader.body_bytes)
            else:
                self.deadline = self.began + limits.head_seconds


class Connections:
    """All of them, counted; the one that did nothing for the longest makes room for a new one."""

    def __init__(self, limits: FrontLimits) -> None:
        """None yet."""
        self._limits = limits
        self._lock = threading.Lock()
        self._all: dict[int, Connection] = {}
        self._per_address: Counter[str] = Counter()
        self._held = 0
        self.ended_slow = 0
        self.ended_for_room = 0
        self.refused = 0

    def __len__(self) -> int:
        return len(self._all)

    def get(self, fd: int) -> Connection | None:
        """The one with this descriptor."""
        return self._all.get(fd)

    def add(self, connection: Connection) -> bool:
        """Take a new one; False when there is no room, not even by ending an idle one."""
        limits = self._limits
        with self._lock:
            crowded = self._per_address[connection.address] >= limits.connections_per_address
            if crowded or len(self._all) >= limits.connections:
                candidates: Iterable[Connection] = self._all.values()
                if crowded:
                    candidates = (one for one in candidates if one.address == connection.address)
                if not self._make_room(candidates):
                    self.refused += 1
                    return False
            self._all[connection.fd] = connection
            self._per_address[connection.address] += 1
            return True

    def make_room(self) -> None:
        """End the one that did nothing for the longest."""
        with self._lock:
            self._make_room(self._all.values())

    def _make_room(self, candidates: Iterable[Connection]) -> bool:
        idle = [one for one in candidates if one.deadline != NEVER and not one.expired]
        for one in sorted(idle, key=lambda each: each.since):
            if one.expire(NEVER):
                self.ended_for_room += 1
                return True
        return False

    def forget(self, connection: Connection) -> None:
        """It is closed."""
        with self._lock:
            if self._all.pop(connection.fd, None) is not None:
                self._per_address[connection.address] -= 1
                if not self._per_address[connection.address]:
                    del self._per_address[connection.address]
            self._held -= connection.held
            connection.held = 0

    def hold(self, connection: Connection, number: int) -> bool:
        """Keep `number` bytes in memory for it, instead of those before; False when all together keep too much."""
        if number == connection.held:
            return True
        with self._lock:
            after = self._held - connection.held + number
            if number > connection.held and after > self._limits.held_bytes:
                return False
            self._held, connection.held = after, number
            return True

    def sweep(self) -> None:
        """End those whose time is over."""
        now = time.monotonic()
        for connection in list(self._all.values()):
            if connection.deadline <= now and connection.expire(now):
                self.ended_slow += 1

    def end_idle(self) -> None:
        """End those that no request is answered on (the process stops)."""
        for connection in list(self._all.values()):
            if connection.out is None:
                connection.expire(NEVER)

    def close_all(self) -> None:
        """Close what is left, when nobody looks at it any more."""
        for connection in list(self._all.values()):
            self.forget(connection)
            connection.socket.close()
