"""The chain of a producer: any order of arrival, what is missing is known exactly."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from audit.domain.event import NO_PREVIOUS, ProducerPlace
from audit.domain.producer_chain import Hole, Irregularity, ProducerChain


def hash_of(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def place(number: int) -> ProducerPlace:
    return ProducerPlace("cdap", "e", number, hash_of(number - 1) if number else NO_PREVIOUS)


@given(st.lists(st.integers(0, 40), min_size=1, unique=True))
def test_holes_are_exactly_the_numbers_that_did_not_arrive(numbers: list[int]) -> None:
    chain = ProducerChain("cdap", "e")
    for at, number in enumerate(numbers):
        chain, trouble = chain.accept(place(number), hash_of(number), at)
        assert trouble in (None, Irregularity.HOLE)
    missing = {number for hole in chain.holes for number in range(hole.first, hole.end)}
    assert missing == set(range(max(numbers))) - set(numbers)
    assert chain.next == max(numbers) + 1
    assert chain.holes == tuple(sorted(chain.holes))
    assert all(hole.first < hole.end for hole in chain.holes)


def test_a_hole_keeps_its_age_when_a_part_of_it_is_filled() -> None:
    chain, trouble = ProducerChain("cdap", "e").accept(place(9), hash_of(9), 100)
    assert trouble is Irregularity.HOLE
    chain, trouble = chain.accept(place(4), hash_of(4), 200)
    assert trouble is None
    assert chain.holes == (Hole(0, 4, 100), Hole(5, 9, 100))
    assert chain.last_received_at_us == 200


def test_a_wrong_link_and_a_number_used_twice_are_told() -> None:
    chain, trouble = ProducerChain("cdap", "e").accept(place(0), hash_of(0), 1)
    assert trouble is None
    wrong = ProducerPlace("cdap", "e", 1, b"x" * 32)
    grown, trouble = chain.accept(wrong, hash_of(1), 2)
    assert trouble is Irregularity.BROKEN_LINK
    assert grown.next == 2
    _, trouble = grown.accept(place(0), hash_of(7), 3)
    assert trouble is Irregularity.REUSED_NUMBER


def test_the_first_event_of_an_epoch_must_follow_nothing() -> None:
    _, trouble = ProducerChain("cdap", "e").accept(ProducerPlace("cdap", "e", 0, b"x" * 32), hash_of(0), 1)
    assert trouble is Irregularity.BROKEN_LINK
