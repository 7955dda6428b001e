"""Where events go, as a port: audit over gRPC in a service, a list in tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from servicekit.event_words import Word


@dataclass(frozen=True)
class Receipt:
    """audit's proof that it stored one event (`Receipt` in journal.proto)."""

    event_id: str
    shard: str  # month and retention class, "2026-11.access"
    index: int  # of the leaf, from 0
    leaf_hash: bytes  # RFC 6962, 32 bytes


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers first..end-1 of an epoch (`Numbers` in journal.proto)."""

    epoch: str
    first: int
    end: int


class EventsRefusedError(Exception):
    """audit answered, and will never take this batch as it is: one of its events is not what it accepts.

    The text names fields and codes, never what they hold.
    """


class AuditSink(Protocol):
    """Stores events durably. Appending the same event again is harmless."""

    def append(self, events: Sequence[bytes]) -> Sequence[Receipt]:
        """Stores serialised `partenaire.audit.v1.Event`, in the order of each producer's chain.

        An event without a receipt in the answer counts as not stored.

        Raises:
            EventsRefusedError: one of them will never be accepted; nothing is stored.
            ServiceError: not stored, or not known to be; the same events are sent again later.
        """

    def missing(self, held: Sequence[Numbers]) -> Sequence[Numbers]:
        """What audit lacks of `held`, 1 to 1 000 parts of the chains of this service; perhaps not all of it at once.

        Raises:
            ServiceError: audit does not say.
        """

    def describe(self, words: Sequence[Word]) -> None:
        """Tells what the events of this service are called; quick when audit has these words already.

        Raises:
            ServiceError: audit does not answer, or does not take them.
        """

    def ask(self) -> None:
        """Whether `append` would be answered now; quick.

        Raises:
            ServiceError: it would not.
        """
