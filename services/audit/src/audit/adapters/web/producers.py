"""The services that write: the newest chain of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.domain.producer_chain import Chain


@dataclass(frozen=True, slots=True)
class Writer:
    """A service and its newest chain. How much it wrote is not said: its events are of every Caf."""

    service: str
    newest: Chain


def by_service(chains: Sequence[Chain]) -> list[Writer]:
    """One writer per service, by name; `chains` come newest first."""
    found: dict[str, Chain] = {}
    for chain in chains:
        found.setdefault(chain.service, chain)
    return [Writer(service, newest) for service, newest in sorted(found.items())]
