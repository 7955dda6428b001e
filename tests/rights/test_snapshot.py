"""The snapshot: its digest, its indexes, and what it does with facts it does not know."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights.facts import KINDS, FactFormatError, Organisation, ServiceContract, User, canonical_json, read_fact
from rights.snapshot import (
    EMPTY_DIGEST,
    BrokenChainError,
    FactChange,
    Snapshot,
    SnapshotChange,
    digest_after,
    fact_digest,
)
from tests.promises import promise
from tests.rights.builders import the_commune, the_extension, told_by

KEYS = st.sampled_from(["user/1", "user/2", "grant/1", "service_contract/1", "thing_of_tomorrow/1", "odd"])
COMMUNE = the_commune()
VALUES = st.one_of(
    st.just(b""),
    st.sampled_from([replace(COMMUNE.creche_director, id=name).to_value() for name in ("1", "2")]),
    st.sampled_from([replace(COMMUNE.cdap_contract, id="1", state=state).to_value() for state in ("active", "ended")]),
    st.binary(min_size=1, max_size=8),
)
TRANSACTIONS = st.lists(st.lists(st.tuples(KEYS, VALUES), max_size=4), max_size=12)


@given(TRANSACTIONS)
def test_a_digest_kept_change_by_change_equals_one_computed_afresh(transactions: list[list[tuple[str, bytes]]]) -> None:
    snapshot, digest = Snapshot.empty(), EMPTY_DIGEST
    for transaction in transactions:
        for key, value in transaction:
            before = snapshot.value_of(key)
            digest = digest_after(digest, key, before, value)
            revision = snapshot.revision + 1
            snapshot = snapshot.apply(SnapshotChange(revision, revision - 1, (FactChange(key, value),)))
        afresh = Snapshot.load(snapshot.entries(), revision=snapshot.revision, epoch=1)
        total = sum(fact_digest(key, value) for key, value in snapshot.entries()) % 2**256
        assert snapshot.digest == digest == afresh.digest == total.to_bytes(32, "big")
        assert len(snapshot) == len(dict(snapshot.entries()))
        assert told_by(snapshot) == told_by(afresh)


@given(TRANSACTIONS)
def test_indexes_after_changes_equal_indexes_built_afresh(transactions: list[list[tuple[str, bytes]]]) -> None:
    snapshot = Snapshot.empty()
    for number, transaction in enumerate(transactions):
        facts = tuple(FactChange(key, value) for key, value in transaction)
        snapshot = snapshot.apply(SnapshotChange(number + 1, number, facts))
    afresh = Snapshot.load(snapshot.entries(), revision=snapshot.revision, epoch=1)
    account_id, organisation_id = COMMUNE.creche_director.account_id, COMMUNE.commune.id
    assert snapshot.users_of_account(account_id) == afresh.users_of_account(account_id)
    assert snapshot.service_contracts_of(organisation_id) == afresh.service_contracts_of(organisation_id)
    assert snapshot.all_of(User) == afresh.all_of(User)


def test_every_kind_keeps_its_content_through_canonical_json() -> None:
    seen = set()
    for fact in (*COMMUNE.facts(), the_extension()):
        value = fact.to_value()
        assert read_fact(fact.key, value) == fact
        assert canonical_json(json.loads(value)) == value
        seen.add(fact.fact_kind)
    assert seen == set(KINDS)


def test_lists_have_one_spelling() -> None:
    shuffled = replace(COMMUNE.cdap_contract, profiles=("T2", "T1", "T2"))
    assert shuffled.to_value() == COMMUNE.cdap_contract.to_value()


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.booleans(), st.none(), st.lists(st.text()))))
def test_the_spelling_of_facts_is_that_of_json_with_sorted_keys(content: dict[str, object]) -> None:
    assert canonical_json(content) == json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode("utf-8")


@pytest.mark.parametrize("indent", [None, 0, 2])
def test_a_fact_in_another_spelling_is_read_and_keeps_its_bytes(indent: int | None) -> None:
    director = COMMUNE.creche_director
    content = json.loads(director.to_value())
    other = json.dumps(dict(reversed(content.items())), indent=indent).encode()
    assert other != director.to_value()
    snapshot = Snapshot.load([(director.key, other)], revision=1, epoch=1)
    assert snapshot.find(User, director.id) == director
    assert (snapshot.value_of(director.key), dict(snapshot.entries())) == (other, {director.key: other})
    assert snapshot.digest == digest_after(EMPTY_DIGEST, director.key, None, other)
    after = snapshot.apply(SnapshotChange(2, 1, (FactChange(director.key, director.to_value()),)))
    assert after.digest == Snapshot.of([director]).digest
    assert after.value_of(director.key) == director.to_value()


def test_a_fact_of_an_unknown_kind_is_kept_and_counts() -> None:
    snapshot = COMMUNE.snapshot()
    later = snapshot.apply(SnapshotChange(43, 42, (FactChange("thing_of_tomorrow/1", b'{"a":1}'),)))
    assert later.value_of("thing_of_tomorrow/1") == b'{"a":1}'
    assert later.digest != snapshot.digest


@promise("rights:a-newer-fact-opens-nothing")
def test_a_fact_with_an_unknown_field_is_not_read_and_counts_in_the_digest() -> None:
    value = COMMUNE.commune.to_value()
    longer = value.replace(b"{", b'{"a_field_of_tomorrow":7,', 1)
    snapshot = Snapshot.load([(COMMUNE.commune.key, longer)], revision=1, epoch=1)
    assert snapshot.find(Organisation, COMMUNE.commune.id) is None
    assert snapshot.value_of(COMMUNE.commune.key) == longer
    assert snapshot.digest == fact_digest(COMMUNE.commune.key, longer).to_bytes(32, "big")


@pytest.mark.parametrize(
    "spoil",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"[" * 100_000,
        COMMUNE.cdap_contract.to_value().replace(b'"2026-01-01"', b'"2026-13-01"'),
        COMMUNE.cdap_contract.to_value().replace(b'["T1","T2"]', b'"T1"'),
        COMMUNE.cdap_contract.to_value().replace(b'["T1","T2"]', b"[1]"),
        COMMUNE.cdap_contract.to_value().replace(b'"sc-cdap"', b"7"),
    ],
    ids=range(9),
)
def test_an_unreadable_fact_says_so(spoil: bytes) -> None:
    with pytest.raises(FactFormatError):
        ServiceContract.from_value(spoil)


def test_a_fact_stored_under_another_key_is_not_read() -> None:
    assert read_fact("service_contract/other", COMMUNE.cdap_contract.to_value()) is None


@pytest.mark.parametrize(
    "change",
    [
        SnapshotChange(44, 43, (FactChange("a/1", b"{}"),)),
        SnapshotChange(42, 41, (FactChange("a/1", b"{}"),)),
        SnapshotChange(41, 42, (FactChange("a/1", b"{}"),)),
        SnapshotChange(42, 42, (FactChange("a/1", b"{}"),)),
    ],
    ids=["ahead", "behind", "backwards", "facts-without-revision"],
)
def test_a_change_that_does_not_follow_is_refused(change: SnapshotChange) -> None:
    with pytest.raises(BrokenChainError):
        COMMUNE.snapshot().apply(change)


def test_a_change_leaves_the_older_snapshot_as_it_was() -> None:
    before = COMMUNE.snapshot()
    digest = before.digest
    after = before.apply(SnapshotChange(43, 42, (FactChange(COMMUNE.creche_director.key, b""),)))
    assert after.users_of_account("account-creche-director") == ()
    assert before.users_of_account("account-creche-director") == (COMMUNE.creche_director,)
    assert before.digest == digest != after.digest


def test_a_user_that_changes_account_leaves_the_index_of_the_old_one() -> None:
    moved = replace(COMMUNE.creche_director, account_id="another")
    after = COMMUNE.snapshot().apply(SnapshotChange(43, 42, (FactChange.setting(moved),)))
    assert after.users_of_account("account-creche-director") == ()
    assert after.users_of_account("another") == (moved,)
