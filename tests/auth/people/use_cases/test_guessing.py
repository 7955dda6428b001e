"""Guessing passwords: the stranger waits, the owner does not, and nothing is learned from an answer or its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest

from auth.ground.domain.errors import (
    AccountClosedError,
    InvalidCredentialsError,
    PasswordChecksOverloadedError,
    TooManyAttemptsError,
)
from auth.people.adapters.crypto.passwords import Argon2Passwords
from auth.people.domain.accounts import ProvisionalPassword
from auth.people.domain.throttling import AttemptLimits, network_of, wait_before
from auth.people.use_cases.sign_in import SignedIn, SignInRequest
from tests.auth.builders import DIRECTOR, PASSWORD, Provider, an_account
from tests.promises import promise

OWNER, COLLEAGUE = "cdurand-4821", "amartin-0007"
HOME, STRANGER, OFFICE = "192.0.2.1", "198.51.100.66", "203.0.113.9"


def enter(provider: Provider, username: str, address: str, password: str = PASSWORD, device: str = "") -> SignedIn:
    return provider.people.sign_in(SignInRequest(username=username, password=password, address=address, device=device))


def fail(provider: Provider, username: str, address: str, times: int = 1, device: str = "") -> int:
    """How many wrong passwords were compared; a wait of seconds is waited for."""
    compared = 0
    for _ in range(times):
        try:
            enter(provider, username, address, "wrong", device)
        except InvalidCredentialsError:
            compared += 1
        except TooManyAttemptsError as error:
            provider.clock.advance(error.retry_after if error.retry_after < timedelta(minutes=2) else timedelta())
    return compared


@promise("people:owner-gets-in")
def test_a_stranger_who_guesses_waits_and_the_owner_elsewhere_does_not(provider: Provider) -> None:
    compared = fail(provider, OWNER, STRANGER, 30)
    assert compared == 10
    with pytest.raises(TooManyAttemptsError):
        enter(provider, OWNER, STRANGER)
    assert enter(provider, OWNER, HOME).session.account_id == DIRECTOR


@promise("people:owner-gets-in")
def test_a_browser_that_signed_in_before_is_kept_out_by_nobody_else(provider: Provider) -> None:
    for number in range(120):
        fail(provider, OWNER, f"198.51.100.{number}")
        fail(provider, f"nobody-{number:04d}", OFFICE)
    fail(provider, OWNER, OFFICE, 10)
    for address in (HOME, OFFICE):
        with pytest.raises(TooManyAttemptsError):
            enter(provider, OWNER, address)
        assert enter(provider, OWNER, address, device="of-the-owner").session.account_id == DIRECTOR


def test_a_known_browser_that_was_stolen_guesses_no_more_than_another(provider: Provider) -> None:
    assert fail(provider, OWNER, STRANGER, 30, device="stolen") == 10
    with pytest.raises(TooManyAttemptsError):
        enter(provider, OWNER, STRANGER, device="stolen")


@pytest.mark.parametrize("identifiers", [1, 40])
@promise("people:office-gets-in")
def test_one_wrong_machine_does_not_keep_an_office_out(provider: Provider, identifiers: int) -> None:
    provider.add(an_account("a2", COLLEAGUE))
    for _ in range(100 // identifiers):
        for number in range(identifiers):
            fail(provider, f"nobody-{number:04d}", OFFICE)
    assert enter(provider, COLLEAGUE, OFFICE).session.account_id == "a2"


@promise("people:office-gets-in")
def test_even_a_spraying_machine_does_not_keep_out_who_signed_in_from_this_office_before(provider: Provider) -> None:
    provider.add(an_account("a2", COLLEAGUE))
    enter(provider, COLLEAGUE, OFFICE)
    for number in range(200):
        fail(provider, f"nobody-{number:04d}", OFFICE)
    assert enter(provider, COLLEAGUE, OFFICE).session.account_id == "a2"
    with pytest.raises(TooManyAttemptsError):
        enter(provider, OWNER, OFFICE)


def test_many_networks_together_do_not_get_ten_guesses_each(provider: Provider) -> None:
    compared = sum(fail(provider, OWNER, f"198.51.{number // 250}.{number % 250}") for number in range(300))
    assert compared == 50


@promise("people:not-compared-not-counted")
def test_what_was_never_compared_is_not_counted(provider: Provider) -> None:
    provider.passwords.overloaded = True
    for _ in range(30):
        with pytest.raises(PasswordChecksOverloadedError):
            enter(provider, OWNER, HOME)
    provider.passwords.overloaded = False
    assert provider.read(lambda repos: repos.attempts.rows) == []
    assert enter(provider, OWNER, HOME).session.account_id == DIRECTOR


def test_attempts_are_kept_for_a_day_and_no_longer(provider: Provider) -> None:
    fail(provider, OWNER, STRANGER, 3)
    provider.clock.advance(timedelta(hours=24))
    provider.sweep()
    assert provider.read(lambda repos: repos.attempts.rows) != []
    provider.clock.advance(timedelta(hours=3))
    provider.sweep()
    assert provider.read(lambda repos: repos.attempts.rows) == []


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:" + "x" * 500, "unix:" + "x" * 59),
    ],
)
def test_an_ipv6_sender_is_its_whole_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize("jump", [timedelta(minutes=1), timedelta(days=40), timedelta(days=3650)])
def test_a_clock_that_was_ahead_for_a_while_keeps_nobody_out(provider: Provider, jump: timedelta) -> None:
    before = provider.clock.now()
    provider.clock.advance(jump)
    fail(provider, OWNER, HOME, 3)
    provider.clock.set(before)
    assert enter(provider, OWNER, HOME).session.account_id == DIRECTOR
    assert wait_before([before + jump] * 10, AttemptLimits(), before) is None


@pytest.mark.parametrize("state", ["locked", "expired", "used"])
@promise("people:told-after-the-right-password")
def test_after_the_right_password_the_person_is_told_and_after_a_wrong_one_nobody_is(
    provider: Provider, state: str
) -> None:
    now, typed = provider.clock.now(), PASSWORD if state == "locked" else "ABCD-EFGH-JKLM-NPQR"
    pending = ProvisionalPassword(provider.passwords.hash("ABCD-EFGH-JKLM-NPQR"), now, now if state == "used" else None)
    changes = {"locked_at": now, "locked_by": "a2"} if state == "locked" else {"provisional": pending}
    provider.add(an_account("a2", COLLEAGUE, given_name="Alice", family_name="Martin"))
    provider.add(an_account("account-partner-administrator", "cperrin-0001", given_name="Claire", family_name="Perrin"))
    account = provider.read(lambda repos: repos.accounts.find(DIRECTOR))
    provider.work.write(lambda repos: repos.accounts.save(replace(account, **changes)))
    comparisons = provider.passwords.comparisons
    with pytest.raises(AccountClosedError) as told:
        enter(provider, OWNER, HOME, typed)
    expected = {"locked": "ACCOUNT_LOCKED", "expired": "PROVISIONAL_EXPIRED", "used": "PROVISIONAL_USED"}
    assert told.value.reason == expected[state]
    assert told.value.closed_by == ("Alice Martin" if state == "locked" else "")
    assert told.value.helpers == ("Claire Perrin",)
    assert provider.work.events[-1].reason == expected[state]
    with pytest.raises(InvalidCredentialsError):
        enter(provider, OWNER, HOME, typed[:-1] + "S")
    assert provider.passwords.comparisons == comparisons + 2


@promise("people:wrong-passwords-tell-nothing")
def test_the_time_of_a_refusal_does_not_tell_whether_the_account_exists() -> None:
    """200 and 200 in turns, on real hashes: their middles differ by less than a quarter of one."""
    passwords = Argon2Passwords()
    known = passwords.hash("quatre mots sans lien")
    times: dict[str | None, list[float]] = {known: [], None: []}
    for _ in range(200):
        for kept, measured in times.items():
            begun = perf_counter()
            assert not passwords.verify(kept, "wrong")
            measured.append(perf_counter() - begun)
    of_known, of_unknown = (median(measured) for measured in times.values())
    assert abs(of_known - of_unknown) < 0.25 * of_known
