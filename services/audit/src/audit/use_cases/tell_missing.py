"""Telling a producer what the journal lacks of its events: acknowledged before a restore, gone since."""

from dataclasses import dataclass

from audit.domain.producer_chain import ProducerChain, ProducerNumbers
from audit.domain.refusals import InvalidEventError
from audit.use_cases.ports import JournalStore

MOST_PARTS = 1000
_LARGEST_NUMBER = 2**63 - 1
_LONGEST_EPOCH = 64


@dataclass(frozen=True)
class TellMissing:
    """Answers from the state of the chains alone: no entry is read."""

    store: JournalStore

    def __call__(self, caller: str, held: tuple[ProducerNumbers, ...]) -> tuple[ProducerNumbers, ...]:
        """What is missing of `held`, parts of the chains of `caller`; at most 1 000 parts.

        Raises:
            InvalidEventError: no part, more than 1 000, or one that is none.
            DependencyUnavailableError: the database does not answer.
        """
        if not 1 <= len(held) <= MOST_PARTS:
            raise InvalidEventError(f"{len(held)} parts in one question", fields={"held": "COUNT"})
        if not all(_is_part(one) for one in held):
            raise InvalidEventError("a part of a chain is malformed", fields={"held": "MALFORMED"})
        chains = self._chains(caller, {one.epoch for one in held})
        missing = [part for one in held for part in chains[one.epoch].lacks(one)]
        return tuple(missing[:MOST_PARTS])

    def _chains(self, caller: str, epochs: set[str]) -> dict[str, ProducerChain]:
        places = {(caller, epoch) for epoch in epochs}
        chains = self.store.read(lambda repositories: repositories.producers.load(places))
        return {epoch: chain for (_, epoch), chain in chains.items()}


def _is_part(one: ProducerNumbers) -> bool:
    return 1 <= len(one.epoch) <= _LONGEST_EPOCH and 0 <= one.first < one.end <= _LARGEST_NUMBER
