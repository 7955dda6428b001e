"""What codes in events are called, by the service whose events they stand in.

Words are told by the producers, for showing and to say how long an event is kept: no evidence depends on them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audit.domain.event import OWN_SERVICE
from audit.domain.retention import Retention
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

    def retention(self, event_type: str) -> Retention:
        """The class of a type; only the journal itself can say that something is kept as long as the journal."""
        service = service_of(event_type)
        word = self.find(service, TYPE, event_type)
        told = set() if word is None else set(word.form.split())
        if Retention.EVIDENCE in told and service == OWN_SERVICE:
            return Retention.EVIDENCE
        return Retention.CONNECTION if Retention.CONNECTION in told else Retention.ACCESS


def vocabulary_of(told: Iterable[tuple[str, Word]]) -> Vocabulary:
    """Words with their service; the last of several for one code is the one that counts."""
    words = {(service, word.kind, word.code): word for service, word in told}
    of_anybody = {(kind, code): words[service, kind, code] for service, kind, code in sorted(words, reverse=True)}
    steps = sorted(code for (_, kind, code), word in words.items() if kind == TYPE and STEP in word.form.split())
    return Vocabulary(words, of_anybody, tuple(steps))
