"""Stories of signing in: what opens a session, what does not, and what is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auth.ground.domain.errors import (
    AccountClosedError,
    InvalidCredentialsError,
    PasswordRefusedError,
    SessionEndedError,
    TooManyAttemptsError,
)
from auth.people.domain.accounts import ProvisionalPassword
from auth.people.domain.steps import Step
from tests.auth.builders import DIRECTOR, PASSWORD, Provider, an_account

PROVISIONAL = "ABCD-EFGH-JKLM-NPQR"
NEW = "brouette lampe nuage"


def a_provisional(provider: Provider) -> ProvisionalPassword:
    return ProvisionalPassword(provider.passwords.hash(PROVISIONAL), provider.clock.now() + timedelta(hours=72))


def test_a_sign_in_opens_a_session_and_is_recorded(provider: Provider) -> None:
    signed_in = provider.sign_in()
    assert signed_in.session.organisation_id == "org-commune"
    event = provider.work.events[-1]
    assert (event.type, event.decision, event.policy) == ("auth.session.opened", "granted", "buffered")
    assert (event.actor_id, event.subject) == (DIRECTOR, f"account:{DIRECTOR}")
    assert event.payload["ip"] == "192.0.2.1"
    assert PASSWORD not in repr(provider.work.events)
    assert provider.people.find_session(signed_in.cookie) is not None


@pytest.mark.parametrize(
    ("username", "changes"),
    [("cdurand-4821", {}), ("nobody-0000", {}), ("cdurand-4821", {"reset": True})],
)
def test_every_refusal_costs_one_comparison_and_is_recorded(
    provider: Provider, username: str, changes: dict[str, bool]
) -> None:
    account = provider.read(lambda repos: repos.accounts.find(DIRECTOR))
    if "reset" in changes:
        provider.work.write(lambda repos: repos.accounts.save(replace(account, password_hash=None)))
    with pytest.raises(InvalidCredentialsError):
        provider.sign_in(username, PASSWORD if changes else "wrong")
    assert provider.passwords.comparisons == 1
    event = provider.work.events[-1]
    assert (event.type, event.decision, event.reason) == ("auth.login.refused", "refused", "INVALID_CREDENTIALS")


def test_the_identifier_is_taken_with_its_spaces_and_capitals(provider: Provider) -> None:
    assert provider.sign_in("  CDurand-4821 ").session.account_id == DIRECTOR


def test_after_three_failures_the_delay_grows(provider: Provider) -> None:
    for _ in range(3):
        with pytest.raises(InvalidCredentialsError):
            provider.sign_in(password="wrong")
    with pytest.raises(TooManyAttemptsError) as refused:
        provider.sign_in()
    assert refused.value.retry_after == timedelta(seconds=1)
    assert provider.work.events[-1].reason == "TOO_MANY_ATTEMPTS"
    provider.clock.advance(timedelta(seconds=1))
    assert provider.sign_in().session.account_id == DIRECTOR


def test_after_ten_failures_nothing_is_tried_for_the_rest_of_the_window(provider: Provider) -> None:
    for _ in range(10):
        with pytest.raises(InvalidCredentialsError):
            provider.sign_in(password="wrong")
        provider.clock.advance(timedelta(seconds=70))
    comparisons = provider.passwords.comparisons
    with pytest.raises(TooManyAttemptsError) as refused:
        provider.sign_in()
    assert provider.passwords.comparisons == comparisons
    assert refused.value.retry_after == timedelta(minutes=15) - 10 * timedelta(seconds=70)
    provider.clock.advance(refused.value.retry_after)
    assert provider.sign_in().session.account_id == DIRECTOR


def test_one_address_cannot_try_many_accounts(provider: Provider) -> None:
    for number in range(50):
        with pytest.raises(InvalidCredentialsError):
            provider.sign_in(f"nobody-{number:04d}")
    with pytest.raises(TooManyAttemptsError):
        provider.sign_in("nobody-9999")


def test_a_provisional_password_opens_a_restricted_session_once(provider: Provider) -> None:
    provider.add(an_account("a2", "amartin-0007", password_hash=None, provisional=a_provisional(provider)))
    assert Step.CHOOSE_PASSWORD in provider.sign_in("amartin-0007", f" {PROVISIONAL.lower()} ").session.pending
    with pytest.raises(AccountClosedError, match="right") as refused:
        provider.sign_in("amartin-0007", PROVISIONAL)
    assert refused.value.reason == "PROVISIONAL_USED"


def test_a_provisional_password_lives_72_hours(provider: Provider) -> None:
    provider.add(an_account("a2", "amartin-0007", password_hash=None, provisional=a_provisional(provider)))
    provider.clock.advance(timedelta(hours=72))
    with pytest.raises(AccountClosedError) as refused:
        provider.sign_in("amartin-0007", PROVISIONAL)
    assert refused.value.reason == "PROVISIONAL_EXPIRED"
    with pytest.raises(InvalidCredentialsError):
        provider.sign_in("amartin-0007", "ABCD-EFGH-JKLM-NPQS")


def test_a_provisional_password_is_used_up_even_beside_one_in_use(provider: Provider) -> None:
    provider.add(an_account("a2", "amartin-0007", provisional=a_provisional(provider)))
    assert Step.CHOOSE_PASSWORD in provider.sign_in("amartin-0007", PROVISIONAL).session.pending
    with pytest.raises(AccountClosedError):
        provider.sign_in("amartin-0007", PROVISIONAL)
    assert Step.CHOOSE_PASSWORD not in provider.sign_in("amartin-0007").session.pending


def test_choosing_a_password_ends_the_other_sessions_under_new_names(provider: Provider) -> None:
    elsewhere = provider.sign_in()
    here = provider.sign_in()
    chosen = provider.people.choose_password(here.session, NEW, NEW, PASSWORD)
    assert chosen.session.session_id not in {here.session.session_id, elsewhere.session.session_id}
    assert provider.people.find_session(elsewhere.cookie) is None
    assert provider.people.find_session(here.cookie) is None
    assert provider.people.find_session(chosen.cookie) is not None
    assert provider.sign_in(password="brouette lampe nuage").session.account_id == DIRECTOR
    assert "auth.password.chosen" in provider.event_types()


@pytest.mark.parametrize(
    ("password", "reason"),
    [("court", "TOO_SHORT"), ("cdurand-4821!", "CONTEXT"), ("ABCD-EFGH-JKLM-NPQR", "PROVISIONAL_SHAPE")],
)
def test_a_password_that_breaks_a_rule_changes_nothing(provider: Provider, password: str, reason: str) -> None:
    session = provider.sign_in().session
    with pytest.raises(PasswordRefusedError) as refused:
        provider.people.choose_password(session, password, password)
    assert refused.value.fields == {"password": reason}
    assert "auth.password.chosen" not in provider.event_types()


def test_signing_in_again_in_the_same_browser_keeps_the_session_under_a_new_cookie(provider: Provider) -> None:
    first = provider.sign_in()
    again = provider.sign_in(cookie=first.cookie)
    assert again.session.session_id == first.session.session_id
    assert provider.people.find_session(first.cookie) is None


def test_another_person_in_the_same_browser_ends_the_session_before(provider: Provider) -> None:
    provider.add(an_account("account-social-worker", "amartin-0007"))
    first = provider.sign_in()
    provider.sign_in("amartin-0007", cookie=first.cookie)
    ended = provider.read(lambda repos: repos.ended_sessions.rows)
    assert [(end.session_id, end.reason) for end in ended] == [(first.session.session_id, "REPLACED")]


def test_without_fresh_rights_one_signs_in_but_nothing_opens(provider: Provider) -> None:
    provider.replica.age = timedelta(minutes=1)
    assert provider.sign_in().session.organisation_id is None


@pytest.mark.parametrize("current", ["", "another one", NEW])
def test_a_session_alone_does_not_change_the_password(provider: Provider, current: str) -> None:
    session = provider.sign_in().session
    with pytest.raises(PasswordRefusedError) as refused:
        provider.people.choose_password(session, NEW, NEW, current)
    assert refused.value.fields == {"current": "WRONG"}
    assert provider.sign_in().session.account_id == DIRECTOR
    assert provider.event_types().count("auth.password.refused") == 1


def test_the_password_in_use_cannot_be_guessed_where_it_is_changed(provider: Provider) -> None:
    session = provider.sign_in().session
    for _ in range(3):
        with pytest.raises(PasswordRefusedError):
            provider.people.choose_password(session, NEW, NEW, "wrong")
    comparisons = provider.passwords.comparisons
    with pytest.raises(TooManyAttemptsError):
        provider.people.choose_password(session, NEW, NEW, PASSWORD)
    assert provider.passwords.comparisons == comparisons
    assert provider.sign_in().session.account_id == DIRECTOR


def test_a_session_that_ended_meanwhile_chooses_no_password(provider: Provider) -> None:
    session = provider.sign_in().session
    provider.people.disown_login(session)
    provider.work.write(
        lambda repos: repos.accounts.save(
            replace(repos.accounts.find(DIRECTOR), password_hash=provider.passwords.hash(PASSWORD))
        )
    )
    with pytest.raises(SessionEndedError):
        provider.people.choose_password(session, NEW, NEW, PASSWORD)
    with pytest.raises(InvalidCredentialsError):
        provider.sign_in(password=NEW)


def test_one_provisional_password_chooses_one_password(provider: Provider) -> None:
    provider.add(an_account("a2", "amartin-0007", password_hash=None, provisional=a_provisional(provider)))
    restricted = provider.sign_in("amartin-0007", PROVISIONAL).session
    provider.people.choose_password(restricted, NEW, NEW)
    with pytest.raises(SessionEndedError):
        provider.people.choose_password(restricted, "une autre suite de mots", "une autre suite de mots")


@pytest.mark.parametrize("age", [timedelta(minutes=31), timedelta(hours=10)])
def test_a_session_whose_time_is_over_is_not_renewed_by_signing_in(provider: Provider, age: timedelta) -> None:
    first = provider.sign_in()
    provider.clock.advance(age)
    again = provider.sign_in(cookie=first.cookie)
    assert again.session.session_id != first.session.session_id
    assert provider.people.find_session(again.cookie) is not None
    assert [end.reason for end in provider.read(lambda repos: repos.ended_sessions.rows)] == ["EXPIRED"]


def test_a_hash_made_with_older_parameters_is_made_again_at_sign_in(provider: Provider) -> None:
    account = provider.read(lambda repos: repos.accounts.find(DIRECTOR))
    old = replace(account, password_hash=f"old {account.password_hash}")
    provider.work.write(lambda repos: repos.accounts.save(old))
    provider.sign_in()
    assert provider.read(lambda repos: repos.accounts.find(DIRECTOR)).password_hash == account.password_hash
    assert provider.sign_in().session.account_id == DIRECTOR
