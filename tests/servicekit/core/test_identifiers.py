"""Identifiers, secrets and the clock."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from servicekit.clock import Clock, SystemClock
from servicekit.identifiers import hash_secret, new_id, new_secret


def test_an_id_is_a_uuid_of_version_7_that_tells_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    text = new_id()
    identifier = uuid.UUID(text)
    assert text == str(identifier)
    assert (identifier.version, identifier.variant) == (7, uuid.RFC_4122)
    assert before <= identifier.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_later_ids_sort_after_earlier_ones() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_threads_never_make_the_same_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: [new_id() for _ in range(1000)], range(8)))
    assert len({made for batch in batches for made in batch}) == 8000
    assert all(batch == sorted(batch) for batch in batches)


def test_a_secret_has_the_bytes_asked_for_and_is_safe_in_an_address() -> None:
    assert len(new_secret()) == 43
    assert len(new_secret(16)) == 22
    assert len({new_secret() for _ in range(1000)}) == 1000
    assert all(character.isalnum() or character in "-_" for character in new_secret(1000))


@given(st.text(), st.text())
def test_two_secrets_have_one_hash_only_when_they_are_the_same(one: str, other: str) -> None:
    assert (hash_secret(one) == hash_secret(other)) is (one == other)
    assert len(hash_secret(one)) == 64


def test_the_clock_is_aware_and_its_boot_time_only_goes_forward() -> None:
    clock: Clock = SystemClock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.now().utcoffset() == timedelta()
    first = clock.boottime()
    assert clock.boottime() >= first > 0
