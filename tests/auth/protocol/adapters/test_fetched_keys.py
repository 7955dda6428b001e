"""Key sets at the address of a client: how long they are kept, and what happens when the address does not answer."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from auth.protocol.adapters.crypto.client_tokens import JoseClientTokens
from auth.protocol.domain.client_tokens import SignedClaims
from tests.auth.protocol.adapters.test_client_tokens import (
    ALL,
    AT_ADDRESS,
    EC_KEY,
    OKP_KEY,
    OTHER_KEY,
    Publisher,
    key_set,
    public,
    refusal,
    signed,
    tokens,
)
from tests.servicekit.fakes import FixedClock


def test_keys_at_an_address_are_fetched_once_and_kept_ten_minutes() -> None:
    publisher, clock = Publisher(EC_KEY), FixedClock()
    verifier = tokens(publisher, clock)
    for _ in range(3):
        verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    clock.advance(timedelta(minutes=9))
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    assert publisher.asked == 1
    clock.advance(timedelta(minutes=1))
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    assert publisher.asked == 2


def test_a_new_key_is_found_at_once_and_an_invented_one_costs_a_fetch_in_thirty_seconds() -> None:
    publisher, clock = Publisher(EC_KEY), FixedClock()
    verifier = tokens(publisher, clock)
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    clock.advance(timedelta(seconds=30))
    publisher.answer = key_set(EC_KEY, OTHER_KEY)
    verifier.verified(AT_ADDRESS, signed(OTHER_KEY, "ES256"), ALL)
    assert publisher.asked == 2
    for _ in range(5):
        assert refusal(verifier, AT_ADDRESS, signed(OKP_KEY, "EdDSA")) == "KEY_UNKNOWN"
        clock.advance(timedelta(seconds=5))
    assert publisher.asked == 2
    clock.advance(timedelta(seconds=5))
    assert refusal(verifier, AT_ADDRESS, signed(OKP_KEY, "EdDSA")) == "KEY_UNKNOWN"
    assert publisher.asked == 3


def test_a_wrong_signature_under_a_known_name_costs_no_fetch() -> None:
    publisher, clock = Publisher(EC_KEY), FixedClock()
    verifier = tokens(publisher, clock)
    assert refusal(verifier, AT_ADDRESS, signed(OTHER_KEY, "ES256", kid="ec")) == "SIGNATURE"
    clock.advance(timedelta(seconds=31))
    assert refusal(verifier, AT_ADDRESS, signed(OTHER_KEY, "ES256", kid="ec")) == "SIGNATURE"
    assert publisher.asked == 1


def test_a_client_that_names_no_key_may_change_it_too() -> None:
    publisher, clock = Publisher(public(EC_KEY, kid=None)), FixedClock()
    verifier = tokens(publisher, clock)
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256", kid=None), ALL)
    publisher.answer = key_set(public(OTHER_KEY, kid=None))
    clock.advance(timedelta(seconds=31))
    verifier.verified(AT_ADDRESS, signed(OTHER_KEY, "ES256", kid=None), ALL)
    assert refusal(verifier, AT_ADDRESS, signed(EC_KEY, "ES256", kid=None)) == "SIGNATURE"


def test_keys_are_believed_an_hour_while_the_client_does_not_answer() -> None:
    publisher, clock = Publisher(EC_KEY), FixedClock()
    verifier = tokens(publisher, clock)
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    publisher.answer = None
    clock.advance(timedelta(minutes=59))
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    assert publisher.asked == 2  # one try in thirty seconds
    clock.advance(timedelta(minutes=1))
    assert refusal(verifier, AT_ADDRESS, signed(EC_KEY, "ES256")) == "KEYS_UNREACHABLE"
    publisher.answer = key_set(EC_KEY)
    assert refusal(verifier, AT_ADDRESS, signed(EC_KEY, "ES256")) == "KEYS_UNREACHABLE"
    clock.advance(timedelta(seconds=5))
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)


def test_a_calendar_that_is_corrected_does_not_age_the_keys() -> None:
    publisher, clock = Publisher(EC_KEY), FixedClock()
    verifier = tokens(publisher, clock)
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    clock.set(clock.now() + timedelta(days=1))
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    assert publisher.asked == 1


@pytest.mark.parametrize("answer", [{}, {"keys": "x"}, {"keys": [1]}, {"keys": [public(EC_KEY)] * 33}])
def test_an_answer_that_is_no_key_set_is_no_answer(answer: Mapping[str, Any]) -> None:
    publisher, clock = Publisher(EC_KEY), FixedClock()
    publisher.answer = answer
    verifier = tokens(publisher, clock)
    assert refusal(verifier, AT_ADDRESS, signed(EC_KEY, "ES256")) == "KEYS_UNREACHABLE"
    publisher.answer = key_set(EC_KEY)
    clock.advance(timedelta(seconds=5))
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    publisher.answer = answer
    clock.advance(timedelta(minutes=10))
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)


def test_keys_that_the_client_took_back_are_gone() -> None:
    publisher, clock = Publisher(EC_KEY), FixedClock()
    verifier = tokens(publisher, clock)
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    publisher.answer = {"keys": []}
    clock.advance(timedelta(minutes=10))
    assert refusal(verifier, AT_ADDRESS, signed(EC_KEY, "ES256")) == "KEY_UNKNOWN"


def test_many_threads_cause_one_fetch_and_those_with_keys_do_not_wait_for_it() -> None:
    clock, entered, leave = FixedClock(), threading.Event(), threading.Event()
    publisher = Publisher(EC_KEY)

    def fetch(url: str) -> Mapping[str, Any]:
        entered.set()
        assert leave.wait(30)
        return publisher(url)

    verifier = JoseClientTokens(fetch, clock)
    believed: list[SignedClaims] = []

    def verify() -> None:
        believed.append(verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL))

    threads = [threading.Thread(target=verify) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert entered.wait(30)
    leave.set()
    for thread in threads:
        thread.join(30)
    assert (len(believed), publisher.asked) == (8, 1)
    clock.advance(timedelta(minutes=10))
    entered.clear()
    leave.clear()
    slow = threading.Thread(target=verify)
    slow.start()
    assert entered.wait(30)
    verify()  # with the keys kept, while the other thread fetches
    assert (len(believed), publisher.asked) == (9, 1)
    leave.set()
    slow.join(30)
    assert publisher.asked == 2
