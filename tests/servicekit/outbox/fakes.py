"""An audit in memory that can lose, delay, cut short and refuse."""

import threading
from collections.abc import Callable, Sequence

from partenaire.audit.v1 import journal_pb2
from servicekit.errors import DependencyUnavailableError
from servicekit.event_words import Word
from servicekit.outbox import Receipt
from servicekit.outbox.sink import EventsRefusedError, Numbers


class InMemoryAudit:
    """`AuditSink`: keeps each event once, by its id, as audit does."""

    def __init__(self) -> None:
        self.events: list[journal_pb2.Event] = []
        self.batches: list[list[str]] = []
        self.available = True
        self.says_nothing = False  # what it lacks
        self.refuses: set[str] = set()  # ids of events that it will never take
        self.breaks = 0  # how many of the next calls end by a mistake in the program
        self.loses_answers = 0  # how many of the next answers get lost after the events were stored
        self.answers_at_most: int | None = None
        self.before_answer: Callable[[], None] = lambda: None
        self.words: tuple[Word, ...] = ()
        self.tellings = 0  # how often it was told, or should have been
        self.refuses_words = False
        self._changed = threading.Condition()

    def append(self, events: Sequence[bytes]) -> Sequence[Receipt]:
        received = [journal_pb2.Event.FromString(event) for event in events]
        with self._changed:
            self.batches.append([event.event_id for event in received])
            self._changed.notify_all()
            if not self.available:
                raise DependencyUnavailableError("audit is down", reason="AUDIT_UNREACHABLE")
            if self.breaks:
                self.breaks -= 1
                raise ArithmeticError("a mistake")
            if self.refuses & {event.event_id for event in received}:
                raise EventsRefusedError("INVALID_ARGUMENT malformed event: subject")
        receipts = [self._store(event) for event in received[: self.answers_at_most]]
        self.before_answer()
        with self._changed:
            if self.loses_answers:
                self.loses_answers -= 1
                raise DependencyUnavailableError("the answer was lost", reason="AUDIT_UNREACHABLE")
        return receipts

    def missing(self, held: Sequence[Numbers]) -> Sequence[Numbers]:
        with self._changed:
            if self.says_nothing or not self.available:
                raise DependencyUnavailableError("audit is down", reason="AUDIT_UNREACHABLE")
            known = {(event.producer.epoch, event.producer.number) for event in self.events}
            return [
                Numbers(part.epoch, number, number + 1)
                for part in held
                for number in range(part.first, part.end)
                if (part.epoch, number) not in known
            ]

    def describe(self, words: Sequence[Word]) -> None:
        with self._changed:
            self.tellings += 1
            self._changed.notify_all()
            if self.refuses_words or not self.available:
                raise DependencyUnavailableError("INVALID_ARGUMENT", reason="AUDIT_UNREACHABLE")
            self.words = tuple(words)

    def wait_for_tellings(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.tellings >= count, timeout=20), "no words were told"

    def ask(self) -> None:
        if not self.available:
            raise DependencyUnavailableError("audit is down", reason="AUDIT_UNREACHABLE")

    def wait_for_batches(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.batches) >= count, timeout=20), "nothing was sent"

    def wait_for_events(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.events) >= count, timeout=20), "events are missing"

    def _store(self, event: journal_pb2.Event) -> Receipt:
        with self._changed:
            if all(known.event_id != event.event_id for known in self.events[-2_000:]):
                self.events.append(event)
            self._changed.notify_all()
            return Receipt(event.event_id, "2026-11", len(self.events) - 1, bytes(32))
