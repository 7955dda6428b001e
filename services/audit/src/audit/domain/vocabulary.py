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
    of_anybody: Mapping[tuple[str, str], Word]
    """By (kind, code): what some service says, for what names things of several services."""
    steps: tuple[str, ...]
    """Types that are technical steps, sorted: searches leave them out unless they are asked for."""

    def find(self, service: str, kind: str, code: str) -> Word | None:
        """What `service` calls `code`; None when it never said so."""
        return self.words.get((service, kind, code))

    def find_anywhere(self, kind: str, code: str) -> Word | None:
        """What some service calls `code`; None when none ever said so."""
        return self.of_anybody.get((kind, code))


def vocabulary_of(told: Iterable[tuple[str, Word]]) -> Vocabulary:
    """Words with their service; the last of several for one code is the one that counts."""
    words = {(service, word.kind, word.code): word for service, word in told}
    of_anybody = {(kind, code): words[service, kind, code] for service, kind, code in sorted(words, reverse=True)}
    steps = sorted(code for (_, kind, code), word in words.items() if kind == TYPE and word.form == STEP)
    return Vocabulary(words, of_anybody, tuple(steps))
