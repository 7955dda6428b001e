"""The transaction of a use case, which cannot release a value without its audit record."""

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection

from servicekit.audit_events import AuditEvent, Outcome
from servicekit.database.contract import Database
from servicekit.outbox.delivery import Ticket

T = TypeVar("T")
Repos = TypeVar("Repos")


class Delivery(Protocol):
    """What the unit of work needs of the relay."""

    def require_room(self) -> None:
        """Raises AuditUnavailableError when nothing more can be recorded."""

    def stage(self, connection: Connection, events: Sequence[AuditEvent]) -> Ticket:
        """Writes `events` to the outbox in the transaction of `connection`."""

    def confirm(self, ticket: Ticket) -> None:
        """Waits for audit. Raises AuditUnavailableError when the policy forbids going on without it."""


class RecordingUnitOfWork(Generic[Repos]):
    """`servicekit.audit_events.RecordedWork` on a database and its outbox."""

    def __init__(self, database: Database, repositories: Callable[[Connection], Repos], delivery: Delivery) -> None:
        """`repositories` makes the repositories of one transaction; it is called for each and must be cheap."""
        self._database = database
        self._repositories = repositories
        self._delivery = delivery

    def read(self, work: Callable[[Repos], T], *, snapshot: bool = True) -> T:
        """See `RecordedWork.read`."""
        return self._database.read(lambda connection: work(self._repositories(connection)), snapshot=snapshot)

    def write(self, work: Callable[[Repos], T]) -> T:
        """See `RecordedWork.write`: technical writes only."""
        return self._database.write(lambda connection: work(self._repositories(connection)))

    def trial(self, work: Callable[[Repos], T]) -> T:
        """See `RecordedWork.trial`."""
        return self._database.trial(lambda connection: work(self._repositories(connection)))

    def record(self, work: Callable[[Repos], Outcome[T]]) -> T:
        """See `RecordedWork.record`.

        When audit does not acknowledge a strict event, the change and the event stay recorded and the value is not
        given: an event says "released" meaning "about to be", so the journal may over-count, never under-count.
        """

        def recorded(connection: Connection) -> tuple[T, Ticket]:
            outcome = work(self._repositories(connection))
            return outcome.value, self._delivery.stage(connection, outcome.events)

        self._delivery.require_room()
        value, ticket = self._database.write(recorded)
        self._delivery.confirm(ticket)
        return value
