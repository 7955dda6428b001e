"""An audit service that acknowledges and remembers, or does not answer."""

from collections.abc import Sequence

import orjson

from partenaire.audit.v1 import journal_pb2
from servicekit.errors import DependencyUnavailableError
from servicekit.event_words import Word
from servicekit.outbox import Receipt
from servicekit.outbox.sink import Numbers


class JournalOfTheTest:
    """Implements servicekit.outbox.AuditSink."""

    def __init__(self) -> None:
        self.events: list[journal_pb2.Event] = []
        self.available = True
        self.words: tuple[Word, ...] = ()

    def append(self, events: Sequence[bytes]) -> Sequence[Receipt]:
        if not self.available:
            raise DependencyUnavailableError("the journal of the test is away", reason="AUDIT_UNREACHABLE")
        messages = [journal_pb2.Event.FromString(event) for event in events]
        self.events.extend(messages)
        return [Receipt(message.event_id, "2026-11", place, bytes(32)) for place, message in enumerate(messages)]

    def missing(self, held: Sequence[Numbers]) -> Sequence[Numbers]:
        """Lacks nothing."""
        return []

    def describe(self, words: Sequence[Word]) -> None:
        """Remembers what events are called."""
        self.words = tuple(words)

    def ask(self) -> None:
        if not self.available:
            raise DependencyUnavailableError("the journal of the test is away", reason="AUDIT_UNREACHABLE")

    def told(self) -> list[tuple[str, str]]:
        """Type and reason of each event, in order."""
        return [(event.type, event.reason) for event in self.events]

    def payload(self, position: int = -1) -> dict[str, object]:
        """The payload of an event."""
        return dict(orjson.loads(self.events[position].payload))
