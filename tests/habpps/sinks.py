"""An audit service that acknowledges, and remembers what it was told."""

from collections.abc import Sequence

from partenaire.audit.v1 import journal_pb2
from servicekit.outbox import Receipt


class AcknowledgingSink:
    """Implements servicekit.outbox.AuditSink."""

    def __init__(self) -> None:
        self.events: list[journal_pb2.Event] = []

    def append(self, events: Sequence[bytes]) -> Sequence[Receipt]:
        messages = [journal_pb2.Event.FromString(event) for event in events]
        self.events.extend(messages)
        return [Receipt(message.event_id, "2026-11", place, bytes(32)) for place, message in enumerate(messages)]

    def types(self) -> list[str]:
        """The types of the events, in order."""
        return [event.type for event in self.events]
