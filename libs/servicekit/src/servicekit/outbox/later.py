"""For commands: events are committed with what they tell of, and the service delivers them when it runs.

A command is the operator's own act, often the first before any service runs: it is never held back because nobody
delivers yet. Room and disk are still asked for, so that it cannot fill them.
"""

from collections.abc import Callable, Sequence

from servicekit.audit_events import OwnerOf
from servicekit.clock import Clock
from servicekit.database.contract import Database
from servicekit.errors import DependencyUnavailableError
from servicekit.event_words import Word
from servicekit.outbox.delivery import Ticket
from servicekit.outbox.relay import OutboxRelay
from servicekit.outbox.sink import Numbers, Receipt


class _Nowhere:
    """Implements `AuditSink` by never delivering."""

    def append(self, events: Sequence[bytes]) -> Sequence[Receipt]:
        """Leaves the events where they are.

        Raises:
            DependencyUnavailableError: always.
        """
        raise DependencyUnavailableError(f"{len(events)} events stay in the outbox", reason="DELIVERED_LATER")

    def missing(self, held: Sequence[Numbers]) -> Sequence[Numbers]:
        """Never asked: a command has no thread.

        Raises:
            DependencyUnavailableError: always.
        """
        raise DependencyUnavailableError(f"{len(held)} parts are not asked about", reason="DELIVERED_LATER")

    def describe(self, words: Sequence[Word]) -> None:
        """The service tells it when it runs.

        Raises:
            DependencyUnavailableError: always.
        """
        raise DependencyUnavailableError(f"{len(words)} words are told later", reason="DELIVERED_LATER")

    def ask(self) -> None:
        """Nobody is there.

        Raises:
            DependencyUnavailableError: always.
        """
        raise DependencyUnavailableError("events are delivered later", reason="DELIVERED_LATER")


class LaterDelivery(OutboxRelay):
    """The `Delivery` of a command: records, and waits for nobody. It has no thread."""

    def __init__(
        self, database: Database, service: str, clock: Clock, *, owner_of: Callable[[OwnerOf], str] | None = None
    ) -> None:
        """`service` is the producer's name in the journal; `owner_of` as for `OutboxRelay`."""
        super().__init__(database, service, _Nowhere(), clock, owner_of=owner_of)

    def confirm(self, ticket: Ticket) -> None:
        """The act is done: it and its events are on disk together."""
        self._tickets.forget(ticket)
