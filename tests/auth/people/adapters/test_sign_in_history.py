"""What a person reads of the sign-ins to their account, and how they are told of a browser that was not used before."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from auth.people.domain.mails import MailKind
from auth.people.domain.sign_ins import KEEP_DEVICES, KEEP_HISTORY, SignInOutcome
from tests.auth.builders import DIRECTOR, ISSUER, PASSWORD, AuthBrowser, Provider, an_account
from tests.promises import promise

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0"


def from_firefox(browser: AuthBrowser, password: str = PASSWORD) -> Any:
    """Signs in with a browser that says what it is, from a place."""
    page = browser.get("/login", encore="1")
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
    form = {"csrf_token": token, "username": "cdurand-4821", "password": password}
    place = {"REMOTE_ADDR": "192.0.2.7"}
    headers = {"User-Agent": FIREFOX}
    return browser.client.post("/login", data=form, headers=headers, environ_overrides=place, base_url=ISSUER)


def told(provider: Provider) -> list[MailKind]:
    """What waits to leave by mail."""
    return [mail.kind for mail in provider.work.repos.mails.rows.values()]


@promise("history:twelve-months")
def test_successes_and_failures_are_shown_with_their_place(provider: Provider, browser: AuthBrowser) -> None:
    from_firefox(browser, "mauvais mot de passe")
    provider.clock.advance(timedelta(minutes=1))
    from_firefox(browser)
    page = browser.get("/sessions/historique")
    assert page.text.index("Connexion réussie") < page.text.index("Mot de passe faux")
    assert page.text.count("Firefox sur Windows, adresse réseau 192.0.2.7") == 2
    assert 'id="history-not-me"' in page.text


@promise("history:twelve-months")
def test_every_outcome_is_kept_of_an_account_and_of_nothing_else(provider: Provider) -> None:
    provider.add(an_account("locked", "lverrou-1", locked_at=provider.clock.now()))
    for username, password in (("lverrou-1", PASSWORD), ("lverrou-1", "faux"), ("inconnu-1", PASSWORD)):
        with pytest.raises(Exception, match=r"password|identifier"):
            provider.sign_in(username, password)
    kept = [(one.account_id, one.outcome) for one in provider.work.repos.sign_ins.rows]
    assert kept == [("locked", SignInOutcome.CLOSED), ("locked", SignInOutcome.WRONG_PASSWORD)]


@promise("history:twelve-months")
def test_after_twelve_months_it_is_forgotten(provider: Provider) -> None:
    provider.sign_in()
    provider.clock.advance(KEEP_HISTORY - timedelta(hours=1))
    provider.sweep()
    assert provider.read(lambda repos: repos.sign_ins.count(DIRECTOR)) == 1
    provider.clock.advance(timedelta(hours=2))
    provider.sweep()
    assert provider.read(lambda repos: repos.sign_ins.count(DIRECTOR)) == 0


def test_a_long_history_is_shown_page_by_page(provider: Provider, browser: AuthBrowser) -> None:
    for _ in range(30):
        provider.clock.advance(timedelta(hours=1))
        provider.sign_in()
    browser.sign_in()
    first, second = browser.get("/sessions/historique"), browser.get("/sessions/historique", page="2")
    assert (first.text.count("Connexion réussie"), second.text.count("Connexion réussie")) == (25, 6)


@promise("history:last-sign-in")
def test_the_portal_says_when_and_where_the_one_before_was(provider: Provider, browser: AuthBrowser) -> None:
    from_firefox(browser)
    page = browser.get("/")
    assert 'id="previous-sign-in"' not in page.text
    provider.clock.advance(timedelta(days=1))
    browser.sign_in(password="mauvais mot de passe")
    provider.clock.advance(timedelta(minutes=1))
    other = provider.browser()
    other.sign_in()
    page = other.get("/")
    assert "Firefox sur Windows, adresse réseau 192.0.2.7" in page.text
    assert 'id="portal-failures"' in page.text
    assert 'id="not-me"' in page.text


@promise("history:last-sign-in")
def test_the_one_before_is_known_even_when_the_history_has_forgotten_it(provider: Provider) -> None:
    first_at = provider.clock.now()
    provider.sign_in()
    provider.clock.advance(KEEP_HISTORY + timedelta(days=1))
    provider.sweep()
    assert provider.sign_in().session.previous_login_at == first_at


@promise("devices:unknown-is-told")
def test_another_browser_is_told_on_the_page_and_by_mail(provider: Provider, browser: AuthBrowser) -> None:
    page = browser.follow(browser.sign_in())
    assert ('id="portal-new-device"' in page.text, told(provider)) == (False, []), "the very first sign-in"
    browser.sign_in()
    assert told(provider) == [], "the same browser"
    other = provider.browser()
    page = other.follow(from_firefox(other))
    assert 'id="portal-new-device"' in page.text
    assert told(provider) == [MailKind.NEW_DEVICE]
    provider.send_mails()
    mail = provider.mailer.sent[0].text
    assert "Firefox sur Windows" in mail
    assert "192.0.2.7" not in mail
    again = other.follow(other.sign_in())
    assert ('id="portal-new-device"' in again.text, len(told(provider))) == (True, 1), (
        "told once, shown in that session"
    )


@promise("devices:unknown-is-told")
def test_a_browser_that_was_not_used_for_long_is_new_again(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    provider.clock.advance(KEEP_DEVICES + timedelta(days=1))
    provider.sweep()
    browser.sign_in()
    assert told(provider) == [MailKind.NEW_DEVICE]


@promise("devices:unknown-is-told")
def test_after_a_report_no_browser_is_known_any_more(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    browser.submit(browser.get("/ce-n-etait-pas-moi"), "/ce-n-etait-pas-moi")
    assert provider.work.repos.known_devices.rows == {}


def test_the_store_keeps_no_secret_of_a_browser(provider: Provider) -> None:
    signed_in = provider.sign_in()
    assert signed_in.device
    assert all(signed_in.device not in key for key in provider.work.repos.known_devices.rows)


@promise("history:last-sign-in")
def test_the_history_leads_to_the_report(browser: AuthBrowser) -> None:
    browser.sign_in()
    page = browser.get("/ce-n-etait-pas-moi")
    done = browser.submit(page, "/ce-n-etait-pas-moi")
    assert 'id="not-me-done"' in done.text


def test_the_person_sees_what_opens_the_account(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    page = browser.get("/sessions/historique").text
    shown = page[page.index('id="credentials"') :]
    assert "Mot de passe" in shown[: shown.index("</ul>")]
