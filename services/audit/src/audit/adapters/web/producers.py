"""The services that write: the newest chain of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.domain.producer_chain import ProducerChain


@dataclass(frozen=True, slots=True)
class Writer:
    """A service and its newest chain. How much it wrote is not said: its events are of every Caf."""

    service: str
    newest: ProducerChain


def by_service(chains: Sequence[ProducerChain]) -> list[Writer]:
    """One writer per service, by name; `chains` come newest first."""
    found: dict[str, ProducerChain] = {}
    for chain in chains:
        found.setdefault(chain.service, chain)
    return [Writer(service, newest) for service, newest in sorted(found.items())]
