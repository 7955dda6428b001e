"""The second step of a sign-in: what is taken, once, from whom, and how often it may be tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from auth.ground.domain.errors import (
    SessionEndedError,
    SignInUnfinishedError,
    TooManyAttemptsError,
    WrongCodeError,
)
from auth.people.domain.accounts import ProvisionalPassword
from auth.people.domain.factors import FactorKind
from auth.people.domain.mails import MailKind
from auth.people.domain.one_time_codes import typed_code
from auth.people.domain.steps import Step
from auth.people.use_cases.show_second_factor import TOLD_AFTER
from servicekit.identifiers import hash_secret
from tests.auth.builders import DIRECTOR, PASSWORD, Provider, an_account
from tests.auth.second_step import Application, add_authenticator, kinds_of_mails, show
from tests.promises import promise

MFA, SFA = "https://refeds.org/profile/mfa", "https://refeds.org/profile/sfa"
HOME = "192.0.2.1"


@promise("second-step:both-or-nothing")
def test_the_password_alone_opens_nothing_any_more(provider: Provider, application: Application) -> None:
    opened = provider.sign_in().session
    assert opened.pending == (Step.SECOND_FACTOR,)
    assert opened.acr == SFA
    finished = show(provider, opened, application.code())
    assert finished.session.is_finished
    assert finished.session.acr == MFA
    assert finished.session.amr == ("pwd", "otp")
    assert finished.cookie
    assert finished.session.cookie_hash == hash_secret(finished.cookie) != opened.cookie_hash


@promise("second-step:a-code-serves-once")
@pytest.mark.parametrize("taken_at", [-1, 0, 1])
def test_a_code_and_every_older_one_serve_no_more(provider: Provider, application: Application, taken_at: int) -> None:
    show(provider, provider.sign_in().session, application.code(taken_at))
    for steps in range(-1, taken_at + 1):
        with pytest.raises(WrongCodeError):
            show(provider, provider.sign_in().session, application.code(steps))


@promise("second-step:a-code-serves-once")
def test_a_code_serves_once_also_where_one_secret_was_added_from_two_tabs(provider: Provider) -> None:
    session = provider.sign_in().session
    one = add_authenticator(provider, session)
    provider.clock.advance(timedelta(seconds=30))
    provider.people.manage_factors.add_authenticator(session, one.sealed, one.code(), "encore")
    code = one.next_code()
    show(provider, provider.sign_in().session, code)
    with pytest.raises(WrongCodeError):
        show(provider, provider.sign_in().session, code)


@pytest.mark.parametrize("steps", [-2, 2, 10, -100])
def test_a_code_of_another_moment_is_none(provider: Provider, application: Application, steps: int) -> None:
    with pytest.raises(WrongCodeError):
        show(provider, provider.sign_in().session, application.code(steps))


@promise("second-step:a-code-serves-once")
def test_a_recovery_code_serves_once_and_the_person_is_told_how_many_are_left(
    provider: Provider, application: Application
) -> None:
    code = application.recovery[3]
    assert show(provider, provider.sign_in().session, code.lower().replace("-", " ")).session.is_finished
    (mail,) = [
        mail
        for mail in provider.read(lambda repos: list(repos.mails.rows.values()))
        if mail.kind is MailKind.RECOVERY_CODE_USED
    ]
    assert mail.about == "9"
    with pytest.raises(WrongCodeError):
        show(provider, provider.sign_in().session, code)


def test_a_code_is_of_one_person(provider: Provider, application: Application) -> None:
    provider.add(an_account("account-social-worker", "amartin-0007"))
    other = add_authenticator(provider, provider.sign_in("amartin-0007").session)
    for text in (other.next_code(), other.recovery[0]):
        with pytest.raises(WrongCodeError):
            show(provider, provider.sign_in().session, text)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("123456", "123456"),
        (" 123\u00a0456 ", "123456"),
        ("123-456", "123456"),
        ("\uff11\uff12\uff13\uff14\uff15\uff16", "123456"),
        ("12345", ""),
        ("1234567", ""),
        ("²23456", "223456"),
        ("", ""),
        ("abcd efgh jklm npqr", "ABCDEFGHJKLMNPQR"),
        ("ABCD\u2011EFGH\u2013JKLM-NPQR", "ABCDEFGHJKLMNPQR"),
        ("ABCD-EFGH-JKLM-NPQ0", ""),
        ("x" * 100_000, ""),
        ("\x00\ud800", ""),
    ],
)
def test_however_a_code_is_pasted(text: str, taken: str) -> None:
    assert typed_code(text).text == taken


@pytest.mark.parametrize("text", ["", "²²²²²²", "x" * 60, "\x00"])
def test_what_is_no_code_is_a_wrong_one(provider: Provider, application: Application, text: str) -> None:
    with pytest.raises(WrongCodeError):
        show(provider, provider.sign_in().session, text)


@promise("second-step:reset-keeps-it")
def test_whoever_has_the_mailbox_chooses_no_password_before_the_second_step(
    provider: Provider, application: Application
) -> None:
    hashed = provider.passwords.hash("ABCD-EFGH-JKLM-NPQR")
    pending = ProvisionalPassword(hashed, provider.clock.now().replace(year=2030))
    account = provider.read(lambda repos: repos.accounts.find(DIRECTOR))
    provider.work.write(lambda repos: repos.accounts.save(replace(account, provisional=pending)))
    opened = provider.sign_in(password="ABCD-EFGH-JKLM-NPQR").session
    assert opened.pending == (Step.SECOND_FACTOR, Step.CHOOSE_PASSWORD)
    chosen = "girafe violette sur le toit"
    with pytest.raises(SignInUnfinishedError):
        provider.people.choose_password(opened, chosen, chosen)
    shown = show(provider, opened, application.code()).session
    finished = provider.people.choose_password(shown, chosen, chosen).session
    assert finished.is_finished
    assert {factor.kind for factor in finished.factors} == {FactorKind.PASSWORD, FactorKind.ONE_TIME}


@promise("second-step:both-or-nothing")
@pytest.mark.parametrize("step", [Step.CHOOSE_PASSWORD, Step.ACCEPT_ENGAGEMENT, Step.CHOOSE_ORGANISATION])
def test_no_step_is_done_before_its_turn(provider: Provider, application: Application, step: Step) -> None:
    opened = provider.sign_in().session
    acts: dict[Step, Callable[[], object]] = {
        Step.CHOOSE_PASSWORD: lambda: provider.people.choose_password(opened, "x" * 20, "x" * 20, PASSWORD),
        Step.ACCEPT_ENGAGEMENT: lambda: provider.people.accept_engagement(opened),
        Step.CHOOSE_ORGANISATION: lambda: provider.people.choose_organisation(opened, "org-commune"),
    }
    with pytest.raises(SignInUnfinishedError):
        acts[step]()


def test_a_step_that_is_done_is_not_done_again(provider: Provider, application: Application) -> None:
    opened = provider.sign_in().session
    show(provider, opened, application.code())
    with pytest.raises(SignInUnfinishedError):
        show(provider, opened, application.next_code())


def test_nothing_is_shown_in_a_session_that_ended(provider: Provider, application: Application) -> None:
    opened = provider.sign_in().session
    provider.people.sign_out(opened.session_id)
    with pytest.raises(SessionEndedError):
        show(provider, opened, application.code())
    assert show(provider, provider.sign_in().session, application.code()).session.is_finished, "no code is lost by it"


@promise("second-step:guessing")
def test_a_stranger_with_the_password_guesses_thirty_times_a_day_and_the_owner_comes_in(
    provider: Provider, application: Application
) -> None:
    device = provider.sign_in().device
    session, tried, refused = provider.sign_in().session, 0, 0
    for hour in range(24):
        for network in range(20):
            try:
                show(provider, session, application.wrong_code(), f"198.51.{hour}.{network}")
            except WrongCodeError:
                tried += 1
            except TooManyAttemptsError:
                refused += 1
        provider.clock.advance(timedelta(minutes=55))
    assert (tried, refused) == (30, 24 * 20 - 30)
    with pytest.raises(TooManyAttemptsError):
        show(provider, session, application.code(), "203.0.113.1")
    mine = provider.sign_in().session
    assert show(provider, mine, application.code(), HOME, device).session.is_finished


@promise("second-step:guessing")
def test_wrong_codes_are_told_by_mail_once_and_stand_in_the_history(
    provider: Provider, application: Application
) -> None:
    session = provider.sign_in().session
    for number in range(TOLD_AFTER + 2):
        provider.clock.advance(timedelta(minutes=3))
        with pytest.raises(WrongCodeError):
            show(provider, session, application.wrong_code(), f"198.51.100.{number}")
    assert kinds_of_mails(provider).count(MailKind.WRONG_CODES) == 1
    refused = [event for event in provider.work.events if event.type == "auth.second_step.refused"]
    assert len(refused) == TOLD_AFTER + 2
    assert application.secret not in repr(provider.work.events)
    history = provider.people.person_history.page(session, 50, 0)
    assert sum(entry.outcome.value == "wrong_code" for entry in history) == TOLD_AFTER + 2
