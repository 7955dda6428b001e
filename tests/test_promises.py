"""Every promise has a test or a reason, and every test names a promise that exists."""

import pytest

from tests.promise_lists.promise import Reader
from tests.promises import BY_READER, PROMISES, keepers


def test_every_promise_has_a_test_or_says_why_not() -> None:
    kept = {identifier for keeper in keepers() for identifier in keeper.ids}
    assert [item.id for item in PROMISES if item.id not in kept and not item.gap] == []


def test_every_declared_promise_exists() -> None:
    known = {item.id for item in PROMISES}
    assert {identifier for keeper in keepers() for identifier in keeper.ids} - known == set()


def test_a_promise_with_a_test_claims_no_gap() -> None:
    kept = {identifier for keeper in keepers() for identifier in keeper.ids}
    assert [item.id for item in PROMISES if item.id in kept and item.gap] == []


def test_identifiers_are_unique() -> None:
    assert len({item.id for item in PROMISES}) == len(PROMISES)


@pytest.mark.parametrize("reader", Reader)
def test_something_is_promised_to_every_reader(reader: Reader) -> None:
    assert BY_READER[reader]


def test_the_product_comes_before_the_standards() -> None:
    *product, standards = BY_READER
    assert standards is Reader.STANDARDS
    of_standards = ("oidf:", "fapi2", "rfc")
    assert not [item.id for reader in product for item in BY_READER[reader] if item.id.startswith(of_standards)]
