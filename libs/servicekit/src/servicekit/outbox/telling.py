"""Telling audit what the events of this service are called (`servicekit.event_words`).

Asked for at the start, after each failure and every minute, as audit may be another one or a restored one since; the
words themselves go only when audit has not these. Events never wait for it.
"""

from collections.abc import Sequence

from servicekit.clock import Clock
from servicekit.errors import ServiceError
from servicekit.event_words import Word
from servicekit.logging import get_logger
from servicekit.outbox.settings import OutboxSettings
from servicekit.outbox.sink import AuditSink

log = get_logger("outbox")


class Telling:
    """Keeps audit's words of this service up to date. For the thread of the relay alone."""

    def __init__(self, sink: AuditSink, words: Sequence[Word], clock: Clock, settings: OutboxSettings) -> None:
        """Without words nothing is told."""
        self._sink = sink
        self._words = tuple(words)
        self._clock = clock
        self._settings = settings
        self._at_seconds = clock.boottime()

    def soon(self) -> None:
        """Audit may be another one since: it is told at the next step."""
        self._at_seconds = self._clock.boottime()

    def step(self) -> None:
        """Tells when it is time; a failure is said and tried again later."""
        if not self._words or self._clock.boottime() < self._at_seconds:
            return
        wait = self._settings.gaps_interval
        try:
            self._sink.describe(self._words)
        except ServiceError as error:
            log.warning("audit does not take what events are called", reason=error.reason, problem=str(error))
            wait = self._settings.gaps_retry
        self._at_seconds = self._clock.boottime() + wait.total_seconds()
