"""The audit sink of a command: it delivers nothing; the service does when it starts."""

from __future__ import annotations

from collections.abc import Sequence

from servicekit.errors import DependencyUnavailableError
from servicekit.outbox import Receipt


class DeliveredLaterError(DependencyUnavailableError):
    """A command only records."""

    reason = "DELIVERED_LATER"


class LaterDelivery:
    """Implements `AuditSink` without delivering."""

    def append(self, events: Sequence[bytes]) -> Sequence[Receipt]:
        """Raises:
        DeliveredLaterError: always.
        """
        raise DeliveredLaterError(f"{len(events)} events stay in the outbox")
