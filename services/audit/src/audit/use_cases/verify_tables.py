"""Holding the smaller tables against what the pass over the entries found."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from audit.domain.merkle import Frontier
from audit.domain.producer_chain import ProducerChain
from audit.domain.verification import Problem
from audit.use_cases.ports import JournalScan, RawState
from audit.use_cases.verify_entries import UNKNOWN_HASH

ChainsByPlace = Mapping[tuple[str, str], ProducerChain]


def compare_state(state: RawState | None, frontier: Frontier, last_received_at_us: int) -> Iterator[Problem]:
    """The row of the tree's state."""
    if state is None:
        yield Problem("tree_state", None, "there must be exactly one row")
        return
    expected = RawState(1, frontier.size, frontier.to_bytes(), last_received_at_us)
    for column in ("id", "size", "frontier", "last_received_at_us"):
        if getattr(state, column) != getattr(expected, column):
            yield Problem("tree_state", column, "not what the entries give", key="1")


def compare_chains(scan: JournalScan, computed: ChainsByPlace) -> Iterator[Problem]:
    """The producers and their holes."""
    expected = dict(computed)
    for chain in scan.chains():
        truth = expected.pop((chain.service, chain.epoch), None)
        if truth is None:
            sentence = "no event of this producer is in the journal"
            yield Problem("producer_state", "service or epoch", sentence, key=f"{chain.service} {chain.epoch}")
        else:
            yield from _chain_differences(chain, truth)
    for service, epoch in expected:
        yield Problem("producer_state", "service or epoch", "the producer is missing", key=f"{service} {epoch}")
    yield from _compare_holes(scan, computed)


def _chain_differences(chain: ProducerChain, truth: ProducerChain) -> Iterator[Problem]:
    for column in ("next", "last_hash", "last_received_at_us"):
        value = getattr(truth, column)
        if value != UNKNOWN_HASH and getattr(chain, column) != value:
            yield Problem("producer_state", column, "not what the entries give", key=f"{chain.service} {chain.epoch}")


def _compare_holes(scan: JournalScan, computed: ChainsByPlace) -> Iterator[Problem]:
    expected = {(*place, hole.first): hole for place, chain in computed.items() for hole in chain.holes}
    for service, epoch, hole in scan.holes():
        key = f"{service} {epoch} {hole.first}"
        truth = expected.pop((service, epoch, hole.first), None)
        if truth is None:
            yield Problem("producer_hole", "service, epoch or first", "no number is missing there", key=key)
        elif hole != truth:
            column = "end" if hole == replace(truth, end=hole.end) else "hole_since_us"
            yield Problem("producer_hole", column, "not what the entries give", key=key)
    for service, epoch, first in expected:
        sentence = "numbers are missing and it is not said"
        yield Problem("producer_hole", "service, epoch or first", sentence, key=f"{service} {epoch} {first}")
