"""Numbers without gap and the hash chain of a producer, so that audit can see a loss.

A chain has an epoch and gives its events the numbers 0, 1, 2, …; each event carries the SHA-256 of the serialised event
before it. A transaction borrows one chain until it ends, so the numbers of an epoch are committed in order:

* SQLite writes one transaction at a time and therefore uses one chain;
* PostgreSQL has as many chains as transactions that ever recorded at the same moment: none waits for another.

Invariant: what is rolled back gives its numbers back. Where nobody knows whether COMMIT took effect, the chain ends
and a new epoch begins: whichever way it went, neither has a hole.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection

from partenaire.audit.v1 import journal_pb2
from servicekit.audit_events import AuditEvent, Decision, InvalidAuditEventError, OwnerOf
from servicekit.database.contract import TransactionEnd, on_end
from servicekit.database.types import to_microseconds
from servicekit.identifiers import new_id

FIRST_PREVIOUS_HASH = bytes(32)

_DECISIONS: dict[Decision, journal_pb2.Decision.ValueType] = {
    "granted": journal_pb2.DECISION_GRANTED,
    "refused": journal_pb2.DECISION_REFUSED,
    "done": journal_pb2.DECISION_DONE,
}


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    """An event in its place."""

    event_id: str
    epoch: str
    number: int
    event: bytes  # serialised partenaire.audit.v1.Event


class Chain:
    """One epoch's next number and previous hash. Not for several threads at once."""

    def __init__(self, service: str) -> None:
        """Draws an epoch for `service`."""
        self._service = service
        self.begin_epoch()

    def begin_epoch(self) -> None:
        """Leaves the epoch for a new one."""
        self.epoch = new_id()
        self._number = 0
        self._previous_hash = FIRST_PREVIOUS_HASH

    def position(self) -> tuple[str, int, bytes]:
        """Where the chain stands, for `go_back`."""
        return self.epoch, self._number, self._previous_hash

    def go_back(self, position: tuple[str, int, bytes]) -> None:
        """Returns to an earlier position of the same epoch: what came after it was not kept."""
        if position[0] == self.epoch:
            _, self._number, self._previous_hash = position

    def append(self, event: AuditEvent) -> ChainedEvent:
        """Gives `event` the next place.

        Raises:
            InvalidAuditEventError: the owner of the event was not looked up.
        """
        if isinstance(event.owner, OwnerOf):
            raise InvalidAuditEventError(f"{event.type}: nobody looked up whose event it is")
        message = journal_pb2.Event(
            event_id=event.event_id,
            type=event.type,
            occurred_at_us=to_microseconds(event.occurred_at),
            producer=journal_pb2.Producer(
                service=self._service, epoch=self.epoch, number=self._number, previous_hash=self._previous_hash
            ),
            actor_id=event.actor_id or "",
            organisation_id=event.organisation_id or "",
            subject=event.subject or "",
            decision=_DECISIONS[event.decision],
            reason=event.reason or "",
            rights_revision=event.rights_revision or 0,
            payload=event.payload_bytes,
            owner=event.owner,
            reference=event.reference,
        )
        serialised = message.SerializeToString(deterministic=True)
        chained = ChainedEvent(event.event_id, self.epoch, self._number, serialised)
        self._number += 1
        self._previous_hash = sha256(serialised).digest()
        return chained


class Chains:
    """The chains of this process, each lent to one transaction at a time."""

    def __init__(self, service: str) -> None:
        """No chain yet: the first transaction draws one."""
        self._service = service
        self._lock = threading.Lock()
        self._free: list[Chain] = []
        self._lent: dict[Connection, tuple[Chain, list[object]]] = {}
        self._epochs: set[str] = set()

    def epochs(self) -> frozenset[str]:
        """Every epoch this process has begun."""
        with self._lock:
            return frozenset(self._epochs)

    def append(self, connection: Connection, events: Sequence[AuditEvent]) -> list[ChainedEvent]:
        """Puts `events` in the chain lent to the transaction of `connection`.

        Raises:
            RuntimeError: `connection` does not come from `Database.write`.
        """
        token = object()
        chain = self._lend(connection, token)
        position = chain.position()

        def ended(end: TransactionEnd) -> None:
            if end is TransactionEnd.ROLLED_BACK:
                chain.go_back(position)
            elif end is TransactionEnd.UNKNOWN:
                chain.begin_epoch()
            self._give_back(connection, token)

        on_end(connection, ended)
        return [chain.append(event) for event in events]

    def _lend(self, connection: Connection, token: object) -> Chain:
        with self._lock:
            chain, holders = self._lent.get(connection) or (self._free.pop() if self._free else self._new(), [])
            holders.append(token)
            self._lent[connection] = chain, holders
            return chain

    def _give_back(self, connection: Connection, token: object) -> None:
        with self._lock:
            chain, holders = self._lent[connection]
            holders.remove(token)
            self._epochs.add(chain.epoch)
            if not holders:
                del self._lent[connection]
                self._free.append(chain)

    def _new(self) -> Chain:
        chain = Chain(self._service)
        self._epochs.add(chain.epoch)
        return chain
