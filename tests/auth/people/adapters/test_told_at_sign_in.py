"""What the sign-in page says: the truth after the right password, the same bytes after any wrong one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from auth.people.domain.accounts import Account, ProvisionalPassword
from servicekit.database import Database
from tests.auth.builders import DIRECTOR, ISSUER, PASSWORD, AuthBrowser, Provider, an_account
from tests.promises import promise

OWNER = "cdurand-4821"


def change(provider: Provider, **changes: Any) -> None:
    account: Account = provider.read(lambda repos: repos.accounts.find(DIRECTOR))
    provider.work.write(lambda repos: repos.accounts.save(replace(account, **changes)))


def bare(text: str) -> str:
    """Without what is drawn anew for each page, and without the identifier that was typed."""
    return re.sub(r'(csrf_token|once_token)" value="[^"]*"|[0-9A-Z]{4}-[0-9A-Z]{4}|value="[a-z]+-[0-9]{4}"', "", text)


@promise("people:wrong-passwords-tell-nothing")
def test_a_wrong_password_is_answered_with_the_same_bytes_whatever_the_account(provider: Provider) -> None:
    now = provider.clock.now()
    pending = ProvisionalPassword(provider.passwords.hash("ABCD-EFGH-JKLM-NPQR"), now + timedelta(hours=1))
    states: list[dict[str, Any]] = [{}, {"locked_at": now}, {"password_hash": None}, {"provisional": pending}]
    answers = [provider.browser().sign_in("nobody-0000", "wrong")]
    for state in states:
        change(provider, locked_at=None, provisional=None, password_hash=provider.passwords.hash(PASSWORD))
        change(provider, **state)
        answers += [
            provider.browser().sign_in(OWNER, "wrong"),
            provider.browser().sign_in(OWNER, "ABCD-EFGH-JKLM-NPQS"),
        ]
        provider.clock.advance(timedelta(hours=1))
    assert {answer.status_code for answer in answers} == {401}
    assert len({bare(answer.text) for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1


@promise("people:told-after-the-right-password")
def test_a_locked_person_reads_so_and_who_can_help(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(an_account("a2", "amartin-0007", given_name="Alice", family_name="Martin"))
    change(provider, locked_at=provider.clock.now(), locked_by="a2")
    page = browser.sign_in()
    assert page.status_code == 403
    assert 'data-reason="ACCOUNT_LOCKED"' in page.text
    assert "Verrouillé par Alice Martin" in page.text
    assert 'id="who-helps"' in page.text
    assert "auth-session" not in str(page.headers.getlist("Set-Cookie"))
    assert "appareil" not in str(page.headers.getlist("Set-Cookie"))


def test_too_many_attempts_say_when_to_come_back_also_to_programs(browser: AuthBrowser) -> None:
    for _ in range(4):
        page = browser.sign_in(password="wrong")
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "1"
    assert "1 seconde" in page.text


@promise("people:owner-gets-in")
def test_the_browser_of_the_owner_is_known_by_a_cookie_that_nobody_can_make(provider: Provider) -> None:
    owner, stranger = provider.browser(), provider.browser()
    first = owner.sign_in()
    cookie = next(line for line in first.headers.getlist("Set-Cookie") if "appareil" in line)
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Max-Age"))
    owner.post("/deconnexion")
    stranger.client.set_cookie("auth-appareil", "made-up", domain="localhost")
    for _ in range(10):
        stranger.sign_in(password="wrong")
        provider.clock.advance(timedelta(seconds=70))
    assert stranger.sign_in().status_code == 429
    assert owner.sign_in().status_code == 303


def sent_again(browser: AuthBrowser, page: Any, path: str, count: int, **typed: str) -> list[Any]:
    """The same form of the same page, sent `count` times with the cookies of the first moment."""
    hidden = dict(re.findall(r'name="([^"]+)"[^>]* value="([^"]*)"', page.text))
    cookies = dict(browser.client._cookies or {})
    answers = []
    for _ in range(count):
        answers.append(browser.client.post(path, data={**hidden, **typed}, base_url=ISSUER))
        after, browser.client._cookies = browser.client._cookies, dict(cookies)
    browser.client._cookies = after
    return answers


@pytest.mark.parametrize("count", [2, 3])
@promise("people:two-clicks-are-one")
def test_two_clicks_on_sign_in_open_one_session_and_show_the_sign_in_before(
    stored_provider: Provider, sqlite_database: Database, count: int
) -> None:
    browser = stored_provider.browser(sqlite_database)
    browser.sign_in()
    browser.post("/deconnexion")
    stored_provider.clock.advance(timedelta(days=1))
    answers = sent_again(browser, browser.get("/login"), "/login", count, username=OWNER, password=PASSWORD)
    assert {answer.status_code for answer in answers} == {303}
    assert len(stored_provider.read(lambda repos: repos.sessions.open_of(DIRECTOR))) == 1
    assert "Dernière connexion : lundi 23 novembre 2026" in browser.get("/").text


@promise("people:two-clicks-are-one")
def test_two_clicks_on_a_new_password_end_where_one_ends(stored_provider: Provider, sqlite_database: Database) -> None:
    browser = stored_provider.browser(sqlite_database)
    browser.sign_in()
    words = {"current": PASSWORD, "password": "brouette lampe nuage", "confirmation": "brouette lampe nuage"}
    answers = sent_again(browser, browser.get("/choose-password"), "/choose-password", 2, **words)
    assert [(answer.status_code, answer.headers.get("Location")) for answer in answers] == [(303, "/")] * 2
    assert 'id="open-cdap"' in browser.get("/").text


@promise("people:two-clicks-are-one")
def test_two_clicks_on_a_forgotten_password_ask_for_one_mail(
    stored_provider: Provider, sqlite_database: Database
) -> None:
    browser = stored_provider.browser(sqlite_database)
    page = browser.get("/forgotten-password")
    answers = sent_again(browser, page, "/forgotten-password", 2, username=OWNER)
    assert len({bare(answer.text) for answer in answers}) == 1
    assert len(stored_provider.read(lambda repos: repos.mails.unsent())) == 1


@promise("people:lost-identifier")
def test_a_lost_identifier_gets_the_same_answer_for_every_address(provider: Provider, browser: AuthBrowser) -> None:
    page = browser.get("/identifiant-perdu")
    known = browser.submit(page, "/identifiant-perdu", email="chloe.durand@commune.example")
    unknown = browser.submit(page, "/identifiant-perdu", email="nobody@commune.example")
    assert known.text == unknown.text
    assert len(provider.read(lambda repos: repos.mails.rows)) == 1
    assert browser.submit(page, "/identifiant-perdu", email="chloe@").status_code == 400


def test_an_address_typed_as_identifier_is_said_to_be_one(provider: Provider, browser: AuthBrowser) -> None:
    page = browser.submit(browser.get("/forgotten-password"), "/forgotten-password", username="chloe@commune.example")
    assert page.status_code == 400
    assert "Saisissez votre identifiant, pas votre adresse" in page.text
    assert 'href="/identifiant-perdu"' in page.text
    assert provider.read(lambda repos: repos.mails.rows) == {}


def test_the_first_sign_in_offers_nothing_to_disown(browser: AuthBrowser) -> None:
    page = browser.follow(browser.sign_in())
    assert "première connexion" in page.text
    assert 'id="not-me"' not in page.text
