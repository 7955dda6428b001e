"""The chain of one producer epoch: numbers 0, 1, 2, ... each event carrying the hash of the one before.

Nothing is ever refused here: an event out of order is kept, and what is wrong is said as an `Irregularity`. The
same function runs when events are written and when the journal is verified, so a verifier arrives at the same
state as the writer or names the difference.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from audit.domain.event import NO_PREVIOUS, ProducerPlace


class Irregularity(StrEnum):
    """What can be wrong with a place in a chain."""

    HOLE = "NUMBERS_MISSING"
    BROKEN_LINK = "PREVIOUS_HASH_DIFFERS"
    REUSED_NUMBER = "NUMBER_REUSED"


@dataclass(frozen=True, slots=True, order=True)
class Hole:
    """Numbers first..end-1 that have not arrived although later ones have, since that time (us since 1970)."""

    first: int
    end: int
    since_us: int


@dataclass(frozen=True, slots=True)
class ProducerNumbers:
    """Numbers first..end-1 of an epoch."""

    epoch: str
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class ProducerChain:
    """Where a producer epoch stands: the next number expected, the newest event's hash, the holes before it."""

    service: str
    epoch: str
    next: int = 0
    last_hash: bytes = NO_PREVIOUS
    last_received_at_us: int = 0
    holes: tuple[Hole, ...] = ()

    def accept(
        self, place: ProducerPlace, event_hash: bytes, received_at_us: int
    ) -> tuple["ProducerChain", Irregularity | None]:
        """The chain with one more event, and what is irregular about it."""
        if place.number >= self.next:
            return self._grow(place, event_hash, received_at_us)
        hole = next((hole for hole in self.holes if hole.first <= place.number < hole.end), None)
        if hole is None:
            return replace(self, last_received_at_us=received_at_us), Irregularity.REUSED_NUMBER
        parts = (replace(hole, end=place.number), replace(hole, first=place.number + 1))
        kept = [other for other in self.holes if other is not hole]
        holes = tuple(sorted(kept + [part for part in parts if part.first < part.end]))
        return replace(self, holes=holes, last_received_at_us=received_at_us), None

    def lacks(self, held: ProducerNumbers) -> tuple[ProducerNumbers, ...]:
        """The parts of `held` that did not arrive: inside the holes, and from the next number on."""
        absent = [(hole.first, hole.end) for hole in self.holes] + [(self.next, held.end)]
        cut = ((max(first, held.first), min(end, held.end)) for first, end in absent)
        return tuple(ProducerNumbers(self.epoch, first, end) for first, end in cut if first < end)

    def _grow(
        self, place: ProducerPlace, event_hash: bytes, received_at_us: int
    ) -> tuple["ProducerChain", Irregularity | None]:
        trouble, holes = None, self.holes
        if place.number > self.next:
            trouble = Irregularity.HOLE
            holes = (*holes, Hole(self.next, place.number, received_at_us))
        elif place.previous_hash != self.last_hash:
            trouble = Irregularity.BROKEN_LINK
        return ProducerChain(self.service, self.epoch, place.number + 1, event_hash, received_at_us, holes), trouble
