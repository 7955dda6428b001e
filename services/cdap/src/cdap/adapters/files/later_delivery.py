"""For commands: events stay in the outbox, and the service delivers them when it runs."""

from collections.abc import Sequence

from servicekit.errors import DependencyUnavailableError
from servicekit.outbox import Receipt


class LaterDelivery:
    """Implements servicekit.outbox.AuditSink by never delivering."""

    def append(self, _events: Sequence[bytes]) -> Sequence[Receipt]:
        """Leave the events where they are.

        Raises:
            DependencyUnavailableError: always.
        """
        raise DependencyUnavailableError("the service delivers the outbox", reason="DELIVERED_LATER")
