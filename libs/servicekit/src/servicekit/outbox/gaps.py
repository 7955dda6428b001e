"""Sending again what audit acknowledged and has no more: it was restored from a backup.

The rows stay acknowledged, so that nothing looks late and nobody is held back: they are sent beside the new events, a
few in one call. Audit knows events by their id, so that one that it has already changes nothing.
"""

from collections import deque
from collections.abc import Callable, Sequence

from servicekit.clock import Clock
from servicekit.database.contract import Database
from servicekit.errors import ServiceError
from servicekit.logging import get_logger
from servicekit.outbox import store
from servicekit.outbox.settings import OutboxSettings
from servicekit.outbox.sink import AuditSink, Numbers

log = get_logger("outbox")
_PARTS_IN_A_QUESTION = 1000


class Gaps:
    """What audit lacks. For the thread of the relay alone."""

    def __init__(
        self,
        database: Database,
        sink: AuditSink,
        clock: Clock,
        settings: OutboxSettings,
        send: Callable[[Sequence[store.PendingEvent]], None],
    ) -> None:
        """`send` delivers a batch as the relay does; audit is asked at the first step."""
        self._database = database
        self._sink = sink
        self._clock = clock
        self._settings = settings
        self._send = send
        self._missing: deque[Numbers] = deque()
        self._ask_at_seconds = clock.boottime()

    def ask_soon(self) -> None:
        """Audit may be another one since: what it lacks is asked at the next step."""
        self._missing.clear()
        self._ask_at_seconds = self._clock.boottime()

    def step(self) -> bool:
        """Asks when it is time, and sends one batch again; whether more is to be sent.

        A failure is told and tried again later: it must not keep new events from going.
        """
        try:
            if not self._missing and self._clock.boottime() >= self._ask_at_seconds:
                self._ask()
            while self._missing:
                if self._send_again(self._missing.popleft()):
                    break
        except ServiceError as error:
            log.warning("audit does not say what it lacks, or does not take it", reason=error.reason)
            self._missing.clear()
            self._ask_at_seconds = self._clock.boottime() + self._settings.gaps_retry.total_seconds()
        return bool(self._missing)

    def _ask(self) -> None:
        self._ask_at_seconds = self._clock.boottime() + self._settings.gaps_interval.total_seconds()
        held = self._database.read(store.held)
        for start in range(0, len(held), _PARTS_IN_A_QUESTION):
            self._missing += self._sink.missing(held[start : start + _PARTS_IN_A_QUESTION])

    def _send_again(self, part: Numbers) -> bool:
        """Sends the first rows of `part`, leaves the rest for the next step; whether there were any."""
        limit = self._settings.gap_events
        rows = self._database.read(lambda connection: store.acknowledged(connection, part, limit), snapshot=False)
        if not rows:
            return False  # not acknowledged yet: the relay sends them; or not kept any more
        if len(rows) == limit:
            self._missing.appendleft(Numbers(part.epoch, rows[-1][0] + 1, part.end))
        self._send([one for _, one in rows])
        told = {"epoch": part.epoch, "first": rows[0][0], "last": rows[-1][0], "events": len(rows)}
        log.warning("audit lacked events that it had acknowledged, they were sent again", **told)
        return True
