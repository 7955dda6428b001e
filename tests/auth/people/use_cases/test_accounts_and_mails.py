"""Stories of accounts: orders of habpps, the two mails, what a failing mail server changes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from auth.ground.domain.errors import AccountClosedError, AccountIdTakenError, AccountUnknownError
from auth.people.domain.accounts import AccountState
from auth.people.domain.steps import Step
from auth.people.use_cases.manage_accounts import NewPerson
from auth.people.use_cases.orders import Order
from auth.people.use_cases.read_ended_sessions import EpochChangedError, ReadEndedSessions
from servicekit.errors import InvalidInputError
from tests.auth.builders import DIRECTOR, Provider

PERSON = NewPerson(
    account_id="a-new",
    given_name="Benoît",
    family_name="Petit",
    email="benoit.petit@commune.example",
    organisation_name="Commune d'exemple",
)
ORDER = Order(command_id="c1", account_id="a-new", requested_by="account-partner-administrator")


def password_in(text: str) -> str:
    return re.search(r"(?:[A-Z0-9]{4}-){3}[A-Z0-9]{4}", text)[0]  # type: ignore[index]


def test_a_new_account_gets_two_separate_mails(provider: Provider) -> None:
    view = provider.people.manage_accounts.create(ORDER, PERSON)
    username = view.account.username
    assert re.fullmatch(r"bpetit-\d{4}", username)
    assert (view.account.state, view.mails_sent) == (AccountState.PROVISIONAL, False)
    assert provider.send_mails() == 2
    identifier, password = provider.mailer.sent
    assert username in identifier.text
    assert username not in password.text
    assert "Commune d’exemple" in identifier.text
    assert "http://localhost:8400" in password.text
    assert "72 heures" in password.text
    assert not re.search(r"([A-Z0-9]{4}-){3}[A-Z0-9]{4}", identifier.text)
    assert Step.CHOOSE_PASSWORD in provider.sign_in(username, password_in(password.text)).session.pending
    assert provider.people.manage_accounts.several(["a-new"])[0].mails_sent
    created = next(event for event in provider.work.events if event.type == "auth.account.created")
    assert created.actor_id == "account-partner-administrator"


def test_the_password_is_nowhere_in_clear(provider: Provider) -> None:
    provider.people.manage_accounts.create(ORDER, PERSON)
    assert "provisional=None" in repr(provider.read(lambda repos: repos.accounts.find("a-new")))
    provider.send_mails()
    password = password_in(provider.mailer.sent[1].text)
    hashed = provider.passwords.hash(password)
    kept = provider.read(lambda repos: repr(repos.accounts.rows) + repr(repos.mails.rows)).replace(hashed, "")
    assert password not in kept
    assert password not in repr(provider.work.events)


def test_a_broken_mail_server_delays_and_each_attempt_draws_a_new_password(provider: Provider) -> None:
    provider.people.manage_accounts.create(ORDER, PERSON)
    provider.mailer.broken = True
    assert provider.send_mails() == 0
    before = provider.read(lambda repos: repos.accounts.find("a-new").provisional.password_hash)
    provider.mailer.broken = False
    assert provider.send_mails() == 0
    provider.clock.advance(timedelta(seconds=2))
    assert provider.send_mails() == 2
    after = provider.read(lambda repos: repos.accounts.find("a-new").provisional.password_hash)
    assert before != after
    assert provider.send_mails() == 0


def test_a_repeated_creation_gives_the_same_account_and_no_more_mails(provider: Provider) -> None:
    first = provider.people.manage_accounts.create(ORDER, PERSON)
    second = provider.people.manage_accounts.create(replace(ORDER, command_id="c2"), PERSON)
    assert first.account == second.account
    assert len(provider.read(lambda repos: repos.mails.rows)) == 2


def test_an_account_id_is_not_given_to_someone_else(provider: Provider) -> None:
    provider.people.manage_accounts.create(ORDER, PERSON)
    with pytest.raises(AccountIdTakenError):
        provider.people.manage_accounts.create(ORDER, replace(PERSON, family_name="Grand"))


@pytest.mark.parametrize("email", ["", "no-at", "@host", "a b@c", "a@b\r\nBcc: all@c", "a@" + "b" * 300])
def test_a_malformed_address_is_refused(provider: Provider, email: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        provider.people.manage_accounts.create(ORDER, replace(PERSON, email=email))
    assert set(refused.value.fields) == {"email"}


def test_a_lock_ends_the_sessions_and_forbids_signing_in_until_unlocked(provider: Provider) -> None:
    session = provider.sign_in().session
    order = Order(command_id="c1", account_id=DIRECTOR, requested_by="admin", reason="LEFT")
    provider.people.manage_accounts.lock(order)
    provider.people.manage_accounts.lock(order)
    ended = provider.read(lambda repos: repos.ended_sessions.rows)
    assert [(end.session_id, end.reason) for end in ended] == [(session.session_id, "LOCKED")]
    assert provider.event_types().count("auth.account.locked") == 1
    with pytest.raises(AccountClosedError):
        provider.sign_in()
    provider.people.manage_accounts.unlock(Order(command_id="c2", account_id=DIRECTOR, requested_by="admin"))
    provider.clock.advance(timedelta(minutes=1))
    assert provider.sign_in().session.account_id == DIRECTOR


def test_a_reset_ends_the_sessions_and_sends_a_new_password(provider: Provider) -> None:
    provider.sign_in()
    provider.people.manage_accounts.reset_password(Order(command_id="c1", account_id=DIRECTOR, requested_by="admin"))
    assert provider.read(lambda repos: repos.sessions.open_of(DIRECTOR)) == []
    provider.send_mails()
    assert Step.CHOOSE_PASSWORD in provider.sign_in(password=password_in(provider.mailer.sent[0].text)).session.pending
    assert "auth.password.reset" in provider.event_types()


def test_ended_sessions_are_counted_once_per_command(provider: Provider) -> None:
    provider.sign_in()
    provider.sign_in()
    order = Order(command_id="c1", account_id=DIRECTOR, requested_by="admin", reason="SUSPECTED")
    assert provider.people.manage_accounts.end_sessions(order) == 2
    assert provider.people.manage_accounts.end_sessions(order) == 2
    assert provider.people.manage_accounts.end_sessions(replace(order, command_id="c2")) == 0


def test_orders_about_nobody_are_refused(provider: Provider) -> None:
    with pytest.raises(AccountUnknownError):
        provider.people.manage_accounts.lock(Order(command_id="c1", account_id="nobody", requested_by="admin"))
    assert provider.people.manage_accounts.several(["nobody"]) == []
    with pytest.raises(InvalidInputError):
        provider.people.manage_accounts.several(["x"] * 501)


def test_too_many_forgotten_passwords_send_no_more_mails(provider: Provider) -> None:
    for _ in range(5):
        provider.people.request_password("cdurand-4821", "192.0.2.1")
    assert len(provider.read(lambda repos: repos.mails.rows)) == 3
    assert provider.work.events[-1].reason == "TOO_MANY_ATTEMPTS"


def test_a_session_whose_time_is_over_ends_for_the_extranets_too(provider: Provider) -> None:
    session = provider.sign_in().session
    provider.work.write(lambda repos: repos.sessions.remember_client(session.session_id, "cdap"))
    provider.clock.advance(timedelta(minutes=29))
    assert provider.sweep() == 0
    provider.clock.advance(timedelta(minutes=1))
    assert provider.sweep() == 1
    assert provider.read(lambda repos: repos.ended_sessions.rows)[0].reason == "EXPIRED"
    assert provider.work.events[-1].type == "auth.session.ended"
    assert provider.deliver(session.session_id).done == 1


def test_a_logout_token_follows_the_standard(provider: Provider) -> None:
    from joserfc import jwt

    session = provider.sign_in().session
    provider.work.write(lambda repos: repos.sessions.remember_client(session.session_id, "cdap"))
    provider.people.sign_out(session.session_id)
    provider.deliver(session.session_id)
    ((address, logout_token),) = provider.calls.posted
    assert address == "http://localhost:8402/backchannel-logout"
    token = jwt.decode(logout_token, provider.keys.public, algorithms=["ES256"])
    assert token.header["typ"] == "logout+jwt"
    assert set(token.claims) == {"iss", "aud", "iat", "exp", "jti", "sid", "events"}
    assert token.claims["aud"] == "cdap"
    assert token.claims["sid"] == session.session_id
    assert token.claims["exp"] - token.claims["iat"] == 120
    assert token.claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}


def test_what_is_of_no_more_use_is_forgotten(provider: Provider) -> None:
    signed_in = provider.sign_in()
    ended_after = ReadEndedSessions(provider.work, provider.clock).after
    provider.people.sign_out(signed_in.session.session_id)
    provider.people.request_password("cdurand-4821", "192.0.2.1")
    provider.send_mails()
    provider.people.manage_accounts.lock(Order(command_id="command", account_id=DIRECTOR, requested_by="admin"))
    provider.send_mails()
    assert len(ended_after(0, "epoch").sessions) == 1
    provider.clock.advance(timedelta(days=1, hours=3))
    provider.sweep()
    repos = provider.work.repos
    assert not any((repos.sessions.rows, repos.ended_sessions.rows, repos.attempts.rows))
    assert repos.mails.rows
    assert repos.commands.rows
    with pytest.raises(EpochChangedError):
        ended_after(0, "epoch")
    assert ended_after(1, "epoch").sessions == ()
    provider.clock.advance(timedelta(days=30))
    provider.sweep()
    assert not any((repos.mails.rows, repos.commands.rows))


def test_a_mail_that_still_waits_is_not_forgotten(provider: Provider) -> None:
    provider.people.request_password("cdurand-4821", "192.0.2.1")
    provider.clock.advance(timedelta(days=40))
    provider.sweep()
    assert len(provider.work.repos.mails.rows) == 1
