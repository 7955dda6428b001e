"""QueueFigures for audit's acknowledgement, and what to do when it does not come: the policies strict and buffered."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from servicekit.audit_events import AuditEvent, AuditUnavailableError
from servicekit.clock import Clock
from servicekit.database.contract import Database
from servicekit.outbox import store
from servicekit.outbox.settings import OutboxSettings
from servicekit.queues import QueueFigures
from servicekit.waiting import about_to_wait


class Ticket:
    """One act's wait for the acknowledgement of its events."""

    def __init__(self, events: Sequence[AuditEvent]) -> None:
        """Made before the commit, so that an acknowledgement cannot be missed."""
        self.strict = any(event.policy == "strict" for event in events)
        self.event_ids = {event.event_id for event in events}
        self._missing = set(self.event_ids)
        self._complete = threading.Lock()  # a third of the cost of an Event; held until everything is acknowledged
        self._complete.acquire()

    def acknowledge(self, event_id: str) -> None:
        """Notes one event, once. Called by `Tickets` only."""
        self._missing.remove(event_id)
        if not self._missing:
            self._complete.release()

    def wait(self, seconds: float) -> bool:
        """Whether everything was acknowledged within `seconds`. Asked once."""
        about_to_wait()
        return self._complete.acquire(timeout=seconds)


NOBODY_WAITS = Ticket(())
"""Of an act whose events are all buffered."""


class Tickets:
    """Who waits for which event."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._lock = threading.Lock()
        self._by_event: dict[str, Ticket] = {}

    def expect(self, ticket: Ticket) -> None:
        """Has `ticket` told of its events from now on."""
        with self._lock:
            self._by_event.update(dict.fromkeys(ticket.event_ids, ticket))

    def forget(self, ticket: Ticket) -> None:
        """Nobody waits with `ticket` any more."""
        with self._lock:
            for event_id in ticket.event_ids:
                if self._by_event.get(event_id) is ticket:
                    del self._by_event[event_id]

    def acknowledge(self, event_ids: Iterable[str]) -> None:
        """Tells those who wait."""
        with self._lock:
            for event_id in event_ids:
                ticket = self._by_event.pop(event_id, None)
                if ticket is not None:
                    ticket.acknowledge(event_id)


@dataclass(frozen=True)
class _Measured:
    backlog: store.Backlog
    free_fraction: float
    measured_at_seconds: float


class BacklogLimits:
    """How much may wait for audit before nothing more is accepted."""

    def __init__(self, database: Database, clock: Clock, settings: OutboxSettings) -> None:
        """Measures on first use, and again when what is known is older than `settings.backlog_refresh`."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self._lock = threading.Lock()
        self._refresh_seconds = settings.backlog_refresh.total_seconds()
        self._measured: _Measured | None = None

    def backlog(self) -> store.Backlog:
        """What waits, at most `backlog_refresh` ago.

        Raises:
            DatabaseUnavailableError: the database does not answer.
        """
        return self._measure().backlog

    def _measure(self) -> _Measured:
        known = self._measured
        if known is not None and self._clock.boottime() - known.measured_at_seconds < self._refresh_seconds:
            return known
        with self._lock:
            now = self._clock.boottime()
            known = self._measured
            if known is None or now - known.measured_at_seconds >= self._refresh_seconds:
                limit = self._settings.backlog_rows
                backlog = self._database.read(lambda connection: store.backlog(connection, limit))
                self._measured = known = _Measured(backlog, self._database.free_fraction(), now)
            return known

    def require_room(self) -> None:
        """Before an act, whatever its policy.

        Raises:
            AuditUnavailableError: too many events wait, or the disk is nearly full.
        """
        measured = self._measure()
        if measured.backlog.rows >= self._settings.backlog_rows:
            raise AuditUnavailableError(
                f"{self._settings.backlog_rows} events wait for audit: nothing more is accepted"
            )
        if measured.free_fraction < self._settings.disk_free:
            raise AuditUnavailableError("the disk of the outbox is nearly full: nothing more is accepted")

    def require_recent(self) -> None:
        """After a buffered act that was not acknowledged.

        Raises:
            AuditUnavailableError: an event waits for too long.
        """
        seconds = self.oldest_seconds()
        if seconds > self._settings.buffered_age.total_seconds():
            raise AuditUnavailableError(f"an event waits for audit since {seconds:.0f} s")

    def waiting(self) -> QueueFigures:
        """The figures of the outbox as a queue.

        Raises:
            DatabaseUnavailableError: the database does not answer.
        """
        backlog = self.backlog()
        return QueueFigures(backlog.rows, self.oldest_seconds(), backlog.set_aside)

    def oldest_seconds(self) -> float:
        """How long the oldest event has been waiting; 0 when none waits."""
        oldest_at = self.backlog().oldest_at
        return 0.0 if oldest_at is None else (self._clock.now() - oldest_at).total_seconds()
