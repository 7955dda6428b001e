"""What codes in events are called, by the service whose events they stand in.

Words are told by the producers and are for showing only: no evidence depends on them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from servicekit.event_words import STEP, TYPE, Word

SEPARATOR = "."


def service_of(event_type: str) -> str:
    """The service that a type of event belongs to."""
    return event_type.partition(SEPARATOR)[0]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words known now, by (service, kind, code)."""

    words: Mapping[tuple[str, str, str], Word]

    def find(self, service: str, kind: str, code: str) -> Word | None:
        """What `service` calls `code`; None when it never said so."""
        return self.words.get((service, kind, code))

    def find_anywhere(self, kind: str, code: str) -> Word | None:
        """What some service calls `code`, for what names things of several services: what an auditor asked for."""
        found = (word for (_, *place), word in self.words.items() if place == [kind, code])
        return next(found, None)

    def steps(self) -> tuple[str, ...]:
        """Types that are technical steps, sorted: searches leave them out unless they are asked for."""
        return tuple(sorted(code for (_, kind, code), word in self.words.items() if kind == TYPE and word.form == STEP))


def vocabulary_of(told: Iterable[tuple[str, Word]]) -> Vocabulary:
    """Words with their service; the last of several for one code is the one that counts."""
    return Vocabulary({(service, word.kind, word.code): word for service, word in told})
