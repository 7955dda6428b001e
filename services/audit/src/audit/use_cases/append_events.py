"""Appending a producer's events."""

from dataclasses import dataclass
from typing import Protocol

from audit.domain.event import SubmittedEvent, check_event
from audit.domain.refusals import InvalidEventError, ProducerNotCallerError
from audit.use_cases.record_batch import JournalPlace, Request

LARGEST_REQUEST = 512


class OrderedJournal(Protocol):
    """Records requests in one order: `Sequencer`."""

    def append(self, request: Request, timeout_seconds: float) -> tuple[JournalPlace, ...]:
        """Receipts in the order of the request."""


@dataclass(frozen=True)
class AppendEvents:
    """Checks the form of each event and that nobody speaks for another service, then records them."""

    journal: OrderedJournal

    def __call__(
        self, caller: str, events: tuple[SubmittedEvent, ...], timeout_seconds: float
    ) -> tuple[JournalPlace, ...]:
        """Receipts, once the events are on disk. Idempotent by event id.

        Raises:
            InvalidEventError: no event, more than 512, or one without the agreed form; nothing is written.
            ProducerNotCallerError: an event names another service than the caller.
            EventIdReusedError: an id is in the journal with other content.
            JournalBusyError: the queue is full.
            JournalUnavailableError: no answer within `timeout_seconds`.
        """
        if not 1 <= len(events) <= LARGEST_REQUEST:
            raise InvalidEventError(f"{len(events)} events in one request", fields={"events": "COUNT"})
        for event in events:
            check_event(event)
            if event.place.service != caller:
                raise ProducerNotCallerError(f"{caller} may not append events of {event.place.service}")
        return self.journal.append(events, timeout_seconds)
