"""An audit service that acknowledges, and remembers what it was told."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from partenaire.audit.v1 import journal_pb2
from servicekit.event_words import Word
from servicekit.outbox import Receipt
from servicekit.outbox.sink import Numbers


class AcknowledgingSink:
    """Implements servicekit.outbox.AuditSink."""

    def __init__(self) -> None:
        self.events: list[journal_pb2.Event] = []
        self.words: tuple[Word, ...] = ()
        self._told = threading.Condition()
        self._thawed = threading.Event()
        self._thawed.set()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Nothing is acknowledged meanwhile."""
        self._thawed.clear()
        try:
            yield
        finally:
            self._thawed.set()

    def append(self, events: Sequence[bytes]) -> Sequence[Receipt]:
        assert self._thawed.wait(30)
        messages = [journal_pb2.Event.FromString(event) for event in events]
        with self._told:
            self.events.extend(messages)
            self._told.notify_all()
        return [Receipt(message.event_id, "2026-11", place, bytes(32)) for place, message in enumerate(messages)]

    def missing(self, held: Sequence[Numbers]) -> Sequence[Numbers]:
        """Lacks nothing."""
        return []

    def describe(self, words: Sequence[Word]) -> None:
        """Remembers what events are called."""
        self.words = tuple(words)

    def ask(self) -> None:
        """It is there."""

    def wait_for(self, event_type: str, seconds: float = 10.0) -> journal_pb2.Event:
        """The newest event of a type; a buffered one may come a moment after its act."""
        with self._told:
            assert self._told.wait_for(lambda: event_type in self.types(), seconds), self.types()
        return next(event for event in reversed(self.events) if event.type == event_type)

    def wait_until(self, event_type: str, times: int, seconds: float = 10.0) -> None:
        """Until an event of this type has come so many times; whatever was written before it has come too."""
        with self._told:
            assert self._told.wait_for(lambda: self.types().count(event_type) >= times, seconds), self.types()

    def types(self) -> list[str]:
        """The types of the events, in order."""
        return [event.type for event in self.events]
