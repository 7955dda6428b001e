"""What the second step is done with: added, taken away, lost, sealed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from auth.ground.domain.errors import (
    FactorUnknownError,
    SignInAgainError,
    SignInUnfinishedError,
    WrongCodeError,
)
from auth.people.domain.mails import MailKind
from auth.people.use_cases.orders import Order
from servicekit.web.secrets import WebSecrets
from tests.auth.builders import DIRECTOR, FACTORS_SECRET, PASSWORD, Provider, an_account
from tests.auth.second_step import Application, add_authenticator, kinds_of_mails, show
from tests.promises import promise

MFA = "https://refeds.org/profile/mfa"


@promise("second-step:changes-are-told")
def test_a_change_ends_the_other_sessions_and_is_told(provider: Provider) -> None:
    elsewhere, here = provider.sign_in().session, provider.sign_in().session
    added = add_authenticator(provider, here, "Téléphone du bureau")
    opened = provider.read(lambda repos: repos.sessions.open_of(DIRECTOR))
    assert [one.session_id for one in opened] == [here.session_id]
    assert opened[0].acr == MFA
    assert elsewhere.session_id not in {one.session_id for one in opened}
    held = provider.people.manage_factors.held(here)
    assert [one.kind.value for one in held] == ["totp", *["recovery_code"] * 10]
    assert held[0].name == "Téléphone du bureau"
    again = provider.people.manage_factors.renew_recovery_codes(here)
    assert set(again).isdisjoint(added.recovery)
    assert len(provider.people.manage_factors.held(here)) == 11
    provider.people.manage_factors.remove(here, held[0].credential_id)
    assert provider.people.manage_factors.held(here) == []
    assert kinds_of_mails(provider)[1:] == [
        MailKind.FACTOR_ADDED,
        MailKind.RECOVERY_CODES_MADE,
        MailKind.FACTOR_REMOVED,
    ]
    assert provider.sign_in().session.is_finished


def test_a_change_needs_a_fresh_and_finished_sign_in(provider: Provider, application: Application) -> None:
    manage = provider.people.manage_factors
    unfinished = provider.sign_in().session
    with pytest.raises(SignInUnfinishedError):
        manage.renew_recovery_codes(unfinished)
    session = show(provider, unfinished, application.code()).session
    offered = manage.new_authenticator(session)
    provider.clock.advance(timedelta(minutes=11))
    held = manage.held(session)[0].credential_id
    changes: list[Callable[[], object]] = [
        lambda: manage.renew_recovery_codes(session),
        lambda: manage.remove(session, held),
        lambda: manage.add_authenticator(session, offered.sealed, "123456", ""),
    ]
    for change in changes:
        with pytest.raises(SignInAgainError):
            change()
    assert len(manage.held(session)) == 11


def test_nobody_takes_away_what_is_anothers_or_gone(provider: Provider, application: Application) -> None:
    provider.add(an_account("account-social-worker", "amartin-0007"))
    stranger = provider.sign_in("amartin-0007").session
    mine = show(provider, provider.sign_in().session, application.code()).session
    held = provider.people.manage_factors.held(mine)
    for session, credential_id in (
        (stranger, held[0].credential_id),
        (mine, held[1].credential_id),
        (mine, "nothing"),
        (mine, f"password of {DIRECTOR}"),
    ):
        with pytest.raises(FactorUnknownError):
            provider.people.manage_factors.remove(session, credential_id)
    with pytest.raises(FactorUnknownError):
        provider.people.manage_factors.renew_recovery_codes(stranger)
    assert provider.people.manage_factors.held(mine) == held


@promise("second-step:reset-keeps-it")
def test_an_administrator_takes_a_lost_second_step_off_and_the_password_stays(
    provider: Provider, application: Application
) -> None:
    manage, order = provider.people.manage_accounts, Order(command_id="f", account_id=DIRECTOR, requested_by="admin")
    manage.reset_password(replace(order, command_id="r"))
    assert manage.several([DIRECTOR])[0].second_step, "another password leaves it in place"
    account = provider.read(lambda repos: repos.accounts.find(DIRECTOR))
    hashed = provider.passwords.hash(PASSWORD)
    provider.work.write(lambda repos: repos.accounts.save(replace(account, password_hash=hashed)))
    opened = show(provider, provider.sign_in().session, application.code()).session
    for _ in range(2):
        manage.forget_factors(order)
    assert not manage.several([DIRECTOR])[0].second_step
    assert provider.read(lambda repos: repos.sessions.find(opened.session_id)).ended_at is not None
    assert kinds_of_mails(provider).count(MailKind.FACTOR_REMOVED) == 1
    assert [event.type for event in provider.work.events].count("auth.factors.forgotten") == 1
    assert provider.sign_in().session.is_finished


def test_a_secret_is_offered_to_one_person_and_kept_with_its_first_code_only(provider: Provider) -> None:
    provider.add(an_account("account-social-worker", "amartin-0007"))
    manage, mine = provider.people.manage_factors, provider.sign_in().session
    offered = manage.new_authenticator(mine)
    other = provider.sign_in("amartin-0007").session
    assert manage.shown_again(other, offered.sealed) is None
    assert manage.shown_again(mine, offered.sealed + "x") is None
    assert manage.shown_again(mine, offered.sealed) == offered
    for code in ("", Application(provider, offered.secret).wrong_code(), "ABCD-EFGH-JKLM-NPQR"):
        with pytest.raises(WrongCodeError):
            manage.add_authenticator(mine, offered.sealed, code, "x")
    with pytest.raises(WrongCodeError):
        manage.add_authenticator(other, offered.sealed, Application(provider, offered.secret).code(), "x")
    assert manage.held(mine) == manage.held(other) == []


def test_a_second_step_that_is_used_is_sealed_with_the_newest_secret(
    provider: Provider, application: Application
) -> None:
    new = b"another secret of second steps, the newest"
    for secrets in ((new, FACTORS_SECRET), (new,)):
        provider.factors_secret = WebSecrets(*secrets)
        provider.restart(provider.secret)
        assert show(provider, provider.sign_in().session, application.next_code()).session.is_finished
    provider.factors_secret = WebSecrets(FACTORS_SECRET)
    provider.restart(provider.secret)
    with pytest.raises(WrongCodeError):
        show(provider, provider.sign_in().session, application.next_code())


def test_a_secret_whose_key_is_gone_takes_no_code_but_recovery_codes_do(
    provider: Provider, application: Application
) -> None:
    rows = provider.work.repos.credentials.rows
    for key, (one, kept) in list(rows.items()):
        if one.kind.value == "totp":
            rows[key] = (one, replace(kept, content="sealed by a key that is gone"))
    with pytest.raises(WrongCodeError):
        show(provider, provider.sign_in().session, application.code())
    assert show(provider, provider.sign_in().session, application.recovery[0]).session.is_finished
