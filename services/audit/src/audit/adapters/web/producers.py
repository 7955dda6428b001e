"""The services that write: the present start of each, its earlier ones apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.domain.producer_chain import Chain


@dataclass(frozen=True, slots=True)
class Writer:
    """A service: its newest chain, and those of its earlier starts, newest first."""

    service: str
    newest: Chain
    earlier: tuple[Chain, ...]


def by_service(chains: Sequence[Chain]) -> list[Writer]:
    """One writer per service, by name; `chains` come newest first."""
    found: dict[str, list[Chain]] = {}
    for chain in chains:
        found.setdefault(chain.service, []).append(chain)
    return [Writer(service, newest, tuple(earlier)) for service, (newest, *earlier) in sorted(found.items())]
