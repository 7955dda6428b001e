"""Pages that were left open, bookmarks, the back button: the person goes on, and nobody is signed in by a stranger."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.auth.builders import ISSUER, PASSWORD, AuthBrowser, Provider, an_account, sent_back
from tests.promises import promise


def path_of(answer: Any) -> str:
    return str(urlsplit(answer.headers["Location"]).path)


@pytest.mark.parametrize("hours", [0, 1, 2, 9, 30])
@promise("people:old-pages-lead-on")
def test_a_sign_in_page_that_was_left_open_still_leads_to_the_service(
    provider: Provider, browser: AuthBrowser, hours: int
) -> None:
    login = browser.follow(browser.authorize())
    provider.clock.advance(timedelta(hours=hours))
    answer = browser.submit(login, "/login", username="cdurand-4821", password=PASSWORD)
    assert "code" in sent_back(browser.follow(answer))


@pytest.mark.parametrize("prompt", ["login", "select_account"])
def test_a_request_that_waited_asks_for_the_password_once_and_without_a_circle(
    provider: Provider, browser: AuthBrowser, prompt: str
) -> None:
    browser.sign_in()
    provider.clock.advance(timedelta(minutes=1))
    login = browser.follow(browser.authorize(prompt=prompt))
    provider.clock.advance(timedelta(minutes=25))
    answer = browser.submit(login, "/login", username="cdurand-4821", password=PASSWORD)
    assert "code" in sent_back(browser.follow(answer))


@pytest.mark.parametrize("page", ["/login", "/login?suite=cut-short"])
@promise("people:old-pages-lead-on")
def test_somebody_who_is_signed_in_is_not_asked_again_by_a_bookmark(browser: AuthBrowser, page: str) -> None:
    browser.sign_in()
    answer = browser.get(page)
    assert path_of(answer) in {"/", "/authorize"}
    seen = 0
    while answer.status_code == 303:
        answer, seen = browser.follow(answer), seen + 1
        assert seen < 4
    assert 'id="open-cdap"' in answer.text


@promise("people:old-pages-lead-on")
def test_the_back_button_to_the_sign_in_page_goes_on_to_the_service(browser: AuthBrowser) -> None:
    to_login = browser.authorize()
    login = browser.follow(to_login)
    browser.submit(login, "/login", username="cdurand-4821", password=PASSWORD)
    again = browser.follow(to_login)
    assert "code" in sent_back(browser.follow(again))


@promise("people:old-pages-lead-on", "people:no-login-csrf")
def test_a_sign_in_form_without_its_token_opens_nothing_and_is_shown_again_with_the_way_kept(
    provider: Provider, browser: AuthBrowser
) -> None:
    login = browser.follow(browser.authorize())
    suite = re.search(r'name="suite"[^>]*value="([^"]+)"', login.text)[1]  # type: ignore[index]
    stranger = provider.browser()
    answer = stranger.post("/login", username="cdurand-4821", password=PASSWORD, suite=suite)
    assert path_of(answer) == "/login"
    assert "auth-session" not in str(answer.headers.getlist("Set-Cookie"))
    page = stranger.follow(answer)
    assert "ouverte depuis longtemps" in page.text
    answer = stranger.submit(page, "/login", username="cdurand-4821", password=PASSWORD)
    assert "code" in sent_back(stranger.follow(answer))


@promise("people:no-login-csrf")
def test_a_stale_form_never_changes_who_is_signed_in(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(an_account("account-social-worker", "amartin-0007"))
    browser.sign_in()
    browser.post("/login", username="amartin-0007", password=PASSWORD)
    assert "cdurand-4821" in browser.get("/").text


@pytest.mark.parametrize("path", ["/deconnexion", "/logout/confirm"])
@promise("people:sign-out-signs-out")
def test_signing_out_needs_no_token_that_could_die(provider: Provider, browser: AuthBrowser, path: str) -> None:
    session_id = provider.read(lambda repos: len(repos.ended_sessions.rows))
    browser.sign_in()
    answer = browser.client.post(path, base_url=ISSUER, headers={"Sec-Fetch-Site": "same-origin"})
    assert path_of(answer) == "/logged-out"
    assert provider.read(lambda repos: len(repos.ended_sessions.rows)) == session_id + 1
    assert path_of(browser.get("/")) == "/login"


@pytest.mark.parametrize("path", ["/deconnexion", "/logout/confirm"])
@promise("people:sign-out-is-ours")
def test_another_site_signs_nobody_out(browser: AuthBrowser, path: str) -> None:
    browser.sign_in()
    answer = browser.client.post(path, base_url=ISSUER, headers={"Origin": "https://evil.example"})
    assert 'id="sign-out-confirm"' in answer.text
    assert 'id="open-cdap"' in browser.get("/").text


def test_closing_a_connection_still_asks_for_the_password_of_somebody_who_is_signed_in(
    provider: Provider, browser: AuthBrowser
) -> None:
    browser.sign_in()
    provider.sign_in()
    provider.clock.advance(timedelta(minutes=20))
    page = browser.follow(browser.get("/sessions/fermer-les-autres"))
    assert 'id="password"' in page.text
    answer = browser.submit(page, "/login", username="cdurand-4821", password=PASSWORD)
    assert path_of(answer) == "/sessions/fermer-les-autres"


@pytest.mark.parametrize(
    "where", ["services/habpps", "services/cdap", "services/audit", "services/auth", "deploy/onebox"]
)
def test_no_service_signs_out_by_a_way_of_its_own(where: str) -> None:
    """The shared view of `servicekit`, or that of the portal: both are tried above and in tests/servicekit/web."""
    sources = (Path(__file__).parents[4] / where / "src").rglob("*.py")
    found = sorted(path.name for path in sources if '"/deconnexion"' in path.read_text())
    assert found == (["end_session.py", "visitor.py"] if where == "services/auth" else [])
