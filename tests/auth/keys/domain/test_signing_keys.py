"""The life of a signing key: which one signs, which ones are believed, what the schedule does and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.keys.domain.signing_keys import (
    ALGORITHMS,
    ES256,
    RS256,
    BringForward,
    ForgetKey,
    KeyPolicy,
    KeyRecord,
    KeyState,
    MakeKey,
    RetireKey,
    SigningKeyUnknownError,
    Step,
    brought_forward,
    changes_at,
    find_key,
    is_published,
    next_number,
    prepared_key,
    published_keys,
    retired,
    signing_key,
    state_of,
    wanted_now,
    with_record,
    withdrawn,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = KeyPolicy()


def a_key(kid: str, signs_from: datetime = NOW, algorithm: str = ES256, number: int = 1) -> KeyRecord:
    return KeyRecord(kid=kid, algorithm=algorithm, number=number, created_at=signs_from, signs_from=signs_from)


RSA = a_key("rsa", NOW - timedelta(hours=1), algorithm=RS256)


def test_the_newest_key_whose_time_has_come_signs() -> None:
    old, new, coming = a_key("old", NOW - DAY), a_key("new", NOW, number=2), a_key("coming", NOW + DAY, number=3)
    records = (coming, old, new, RSA)
    assert signing_key(records, ES256, NOW) == new
    assert signing_key(records, ES256, NOW - timedelta(seconds=1)) == old
    assert prepared_key(records, ES256, NOW) == coming
    assert signing_key(records, ES256, NOW + DAY) == coming
    assert signing_key(records, RS256, NOW) == RSA


def test_a_retired_or_withdrawn_key_never_signs() -> None:
    key = a_key("one")
    assert signing_key((retired(key, NOW, POLICY),), ES256, NOW) is None
    assert signing_key((withdrawn(key, NOW),), ES256, NOW) is None
    assert prepared_key((withdrawn(a_key("next", NOW + DAY), NOW),), ES256, NOW) is None


def test_a_retired_key_is_published_until_nothing_it_signed_is_alive() -> None:
    key = retired(a_key("one"), NOW, POLICY)
    assert is_published(key, NOW + POLICY.kept - timedelta(seconds=1))
    assert not is_published(key, NOW + POLICY.kept)


def test_a_withdrawn_key_is_published_no_more_even_when_it_was_retired() -> None:
    assert not is_published(withdrawn(retired(a_key("one"), NOW, POLICY), NOW), NOW)


def test_the_jwks_begins_with_the_key_that_signs() -> None:
    old, new, coming = retired(a_key("old"), NOW, POLICY), a_key("new", number=2), a_key("coming", NOW + DAY, number=3)
    assert [key.kid for key in published_keys((RSA, coming, old, new), NOW)] == ["new", "coming", "old", "rsa"]


def test_the_next_key_is_made_a_day_before_the_present_one_ends() -> None:
    due = NOW + timedelta(days=89)
    records = (a_key("one"), a_key("rsa", algorithm=RS256))
    assert wanted_now(records, due - timedelta(seconds=1), POLICY) == ()
    assert wanted_now(records, due, POLICY) == (MakeKey(ES256, due + DAY), MakeKey(RS256, due + DAY))
    assert wanted_now((*records, a_key("two", due + DAY, number=2)), due, POLICY) == (MakeKey(RS256, due + DAY),)


def test_a_life_without_end_makes_no_next_key() -> None:
    assert wanted_now((a_key("one"), RSA), NOW + timedelta(days=3650), KeyPolicy(life=None)) == ()


def test_the_old_key_is_retired_once_the_next_one_signs() -> None:
    records = (a_key("old", NOW - DAY), a_key("new", NOW, number=2), RSA)
    assert wanted_now(records, NOW - timedelta(seconds=1), POLICY) == ()
    assert wanted_now(records, NOW, POLICY) == (RetireKey("old", "new"),)


def test_a_key_past_its_publication_is_forgotten_and_a_withdrawn_one_stays_on_record() -> None:
    over = retired(a_key("over"), NOW - DAY, POLICY)
    gone = withdrawn(retired(a_key("gone"), NOW - DAY, POLICY), NOW - DAY)
    assert wanted_now((over, gone, a_key("new", number=3), RSA), NOW, POLICY) == (ForgetKey("over"),)


def test_where_nothing_signs_the_prepared_key_or_a_new_one_does_at_once() -> None:
    assert wanted_now((), NOW, POLICY) == (MakeKey(ES256, NOW), MakeKey(RS256, NOW))
    coming = a_key("coming", NOW + DAY)
    assert wanted_now((coming, RSA), NOW, POLICY) == (BringForward("coming"),)
    assert signing_key((brought_forward(coming, NOW),), ES256, NOW) is not None


def test_states_are_told_apart() -> None:
    old, new, coming = a_key("old", NOW - DAY), a_key("new", number=2), a_key("coming", NOW + DAY, number=3)
    gone, over = withdrawn(a_key("gone"), NOW), retired(a_key("over"), NOW - DAY, POLICY)
    leaving = retired(a_key("leaving"), NOW, POLICY)
    records = (old, new, coming, gone, over, leaving)
    assert [state_of(record, records, NOW) for record in records] == [
        KeyState.REPLACED,
        KeyState.SIGNING,
        KeyState.PREPARED,
        KeyState.WITHDRAWN,
        KeyState.OVER,
        KeyState.RETIRED,
    ]


def test_the_next_change_by_time_alone_is_known() -> None:
    leaving, coming = retired(a_key("leaving"), NOW, POLICY), a_key("coming", NOW + DAY)
    assert changes_at((leaving, coming), NOW) == NOW + POLICY.kept
    assert changes_at((leaving, coming), NOW + POLICY.kept) == NOW + DAY
    assert changes_at((leaving, coming), NOW + DAY) is None


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(SigningKeyUnknownError, match="nobody"):
        find_key((RSA,), "nobody")


def test_a_withdrawal_keeps_its_first_date() -> None:
    gone = withdrawn(a_key("one"), NOW)
    assert withdrawn(gone, NOW + DAY) == gone


class Folder:
    """Carries the steps out as the files would be, with a check after each."""

    def __init__(self) -> None:
        self.records: tuple[KeyRecord, ...] = ()

    def run(self, now: datetime, policy: KeyPolicy) -> None:
        for step in wanted_now(self.records, now, policy):
            self.carry_out(step, now, policy)

    def carry_out(self, step: Step, now: datetime, policy: KeyPolicy) -> None:
        if isinstance(step, MakeKey):
            number = next_number(self.records, step.algorithm)
            made = a_key(f"{step.algorithm}-{number}", step.signs_from, step.algorithm, number)
            self.records = (*self.records, replace(made, created_at=now))
        elif isinstance(step, BringForward):
            self.records = with_record(self.records, brought_forward(find_key(self.records, step.kid), now))
        elif isinstance(step, RetireKey):
            self.records = with_record(self.records, retired(find_key(self.records, step.kid), now, policy))
        else:
            self.records = tuple(record for record in self.records if record.kid != step.kid)


@given(st.lists(st.integers(1, 200), min_size=1, max_size=60), st.integers(0, 30))
def test_whenever_the_schedule_runs_one_key_signs_and_was_announced(hours: list[int], life_days: int) -> None:
    folder, now = Folder(), NOW
    policy = KeyPolicy(life=timedelta(days=life_days) if life_days else None)
    folder.run(now, policy)
    first = {record.kid for record in folder.records}
    for pause in hours:
        now += timedelta(hours=pause)
        folder.run(now, policy)
        assert wanted_now(folder.records, now, policy) == ()
        for algorithm in ALGORITHMS:
            signing = signing_key(folder.records, algorithm, now)
            assert signing is not None
            assert is_published(signing, now)
            assert signing.kid in first or signing.signs_from - signing.created_at >= policy.announced
        assert len({record.kid for record in folder.records}) == len(folder.records) <= 6
