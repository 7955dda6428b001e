"""The pages of the second step: typed once, twice, from an old tab, wrongly; added and taken away."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.auth.builders import PASSWORD, AuthBrowser, Provider, sent_back
from tests.auth.conformance_fapi.builders import claims_of
from tests.auth.second_step import Application
from tests.promises import promise

LIST = "/sessions/deuxieme-etape"


def at_the_second_step(browser: AuthBrowser) -> Any:
    login = browser.follow(browser.authorize())
    return browser.follow(browser.submit(login, "/login", username="cdurand-4821", password=PASSWORD))


def offered(page: Any, provider: Provider) -> Application:
    found = re.search(r'id="factor-secret">([^<]+)<', page.text)
    assert found is not None
    return Application(provider, found[1].replace(" ", ""))


def signed_in_with_both(browser: AuthBrowser, application: Application) -> None:
    page = browser.follow(browser.sign_in())
    assert browser.submit(page, "/second-factor", code=application.next_code()).status_code == 303


@promise("second-step:both-or-nothing")
def test_the_request_of_the_extranet_survives_the_second_step_and_its_tokens_say_so(
    provider: Provider, browser: AuthBrowser, application: Application
) -> None:
    page = at_the_second_step(browser)
    assert 'autocomplete="one-time-code"' in page.text
    assert "Chloé" not in page.text, "who it is, is not said before the second step"
    back = browser.follow(browser.submit(page, "/second-factor", code=application.code()))
    tokens = browser.exchange(sent_back(back)["code"]).json
    for token in (tokens["id_token"], tokens["access_token"]):
        claims = claims_of(provider, token)
        assert (claims["amr"], claims["acr"]) == (["pwd", "otp"], "https://refeds.org/profile/mfa")


def test_a_wrong_code_is_told_in_words_and_nothing_typed_is_shown_again_as_right(
    browser: AuthBrowser, application: Application
) -> None:
    page = at_the_second_step(browser)
    answer = browser.submit(page, "/second-factor", code=application.wrong_code())
    assert answer.status_code == 401
    assert "pas, ou n'est plus, le bon" in unescape(answer.text).replace("\u2019", "'")
    assert "error-summary" in answer.text
    again = browser.submit(answer, "/second-factor", recovery="ABCD-EFGH-JKLM-NPQR")
    assert again.status_code == 401
    assert "<details open" in again.text
    for _ in range(5):
        assert browser.submit(again, "/second-factor", code="").status_code == 400, "it does not count"
    assert browser.submit(again, "/second-factor", code="x" * 61).status_code == 400
    assert browser.submit(again, "/second-factor", recovery=application.recovery[0]).status_code == 303


def test_two_clicks_an_old_tab_and_the_back_button_lead_on(browser: AuthBrowser, application: Application) -> None:
    page = at_the_second_step(browser)
    first = browser.submit(page, "/second-factor", code=application.code())
    second = browser.submit(page, "/second-factor", code=application.code())
    assert (first.status_code, second.status_code) == (303, 303)
    assert "code" in sent_back(browser.follow(second))
    reloaded = browser.get("/second-factor", etape="second_factor")
    assert (reloaded.status_code, urlsplit(reloaded.headers["Location"]).path) == (303, "/")


def test_the_new_cookie_is_the_session_and_the_old_one_nobody(
    provider: Provider, browser: AuthBrowser, application: Application
) -> None:
    page = browser.follow(browser.sign_in())
    before = browser.client.get_cookie("auth-session").value  # type: ignore[union-attr]
    browser.submit(page, "/second-factor", code=application.code())
    assert browser.get("/").status_code == 200
    other = provider.browser()
    other.client.set_cookie("auth-session", before)
    assert other.get("/").status_code == 303


@promise("second-step:guessing")
def test_after_many_wrong_codes_the_page_says_how_long_to_wait(browser: AuthBrowser, application: Application) -> None:
    page = at_the_second_step(browser)
    for _ in range(20):
        page = browser.submit(page, "/second-factor", code=application.wrong_code())
        if page.status_code == 429:
            break
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert "Attendez" in page.text


def test_an_authenticator_is_added_with_its_first_code_and_the_codes_are_shown_once(
    provider: Provider, browser: AuthBrowser
) -> None:
    browser.sign_in()
    assert 'id="no-factor"' in browser.get(LIST).text
    page = browser.get(f"{LIST}/ajouter")
    assert "<svg" in page.text
    phone = offered(page, provider)
    address = re.search(r'href="(otpauth:[^"]+)"', page.text)
    assert address is not None
    told = parse_qs(urlsplit(unescape(address[1])).query)
    assert (told["secret"], told["issuer"]) == ([phone.secret], ["Mon compte partenaire"])
    wrong = browser.submit(page, f"{LIST}/ajouter", code=phone.wrong_code(), name="Téléphone du bureau")
    assert wrong.status_code == 400
    assert offered(wrong, provider).secret == phone.secret, "the picture stays the one that was taken"
    assert "Téléphone du bureau" in wrong.text
    done = browser.submit(wrong, f"{LIST}/ajouter", code=phone.code(), name=" Téléphone\u00a0du bureau ")
    codes = re.findall(r"<code>([A-Z2-9-]{19})</code>", done.text)
    assert len(set(codes)) == 10
    listed = browser.get(LIST)
    assert "Téléphone du bureau" in listed.text
    assert not any(code in listed.text for code in codes)
    assert "10" in listed.text
    history = browser.get("/sessions/historique")
    assert "Téléphone du bureau" in history.text


def test_a_page_that_was_made_for_somebody_else_or_changed_starts_again(
    provider: Provider, browser: AuthBrowser
) -> None:
    browser.sign_in()
    page = browser.get(f"{LIST}/ajouter")
    for sealed in ("", "x", "x" * 5000):
        answer = browser.submit(page, f"{LIST}/ajouter", sealed=sealed, code=offered(page, provider).code())
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{LIST}/ajouter")
    assert 'id="no-factor"' in browser.get(LIST).text


@promise("second-step:changes-are-told")
@pytest.mark.parametrize("path", ["ajouter", "retirer?moyen=x", "codes-de-secours"])
def test_a_change_asks_for_both_steps_again_and_comes_back(
    provider: Provider, browser: AuthBrowser, application: Application, path: str
) -> None:
    signed_in_with_both(browser, application)
    provider.clock.advance(timedelta(minutes=11))
    login = browser.follow(browser.get(f"{LIST}/{path}"))
    assert 'id="login-submit"' in login.text
    page = browser.follow(browser.submit(login, "/login", username="cdurand-4821", password=PASSWORD))
    answer = browser.submit(page, "/second-factor", code=application.next_code())
    assert answer.headers["Location"] == f"{LIST}/{path}"


def test_an_authenticator_is_taken_away_once(
    provider: Provider, browser: AuthBrowser, application: Application
) -> None:
    signed_in_with_both(browser, application)
    link = re.search(r'href="(/sessions/deuxieme-etape/retirer[^"]+)"', browser.get(LIST).text)
    assert link is not None
    page = browser.get(unescape(link[1]))
    assert "la dernière" in page.text
    for expected in ("ne sert plus", "Rien n"):
        answer = browser.submit(page, f"{LIST}/retirer")
        assert expected in browser.follow(answer).text
    assert provider.sign_in().session.is_finished
    assert browser.get("/").status_code == 200, "this session stays"


def test_new_recovery_codes_replace_the_old_ones(
    provider: Provider, browser: AuthBrowser, application: Application
) -> None:
    assert browser.follow(browser.sign_in()).status_code == 200
    refused = browser.get(f"{LIST}/codes-de-secours")
    assert refused.status_code == 303, "not before the second step"
    signed_in_with_both(browser, application)
    page = browser.get(f"{LIST}/codes-de-secours")
    done = browser.submit(page, f"{LIST}/codes-de-secours")
    codes = re.findall(r"<code>([A-Z2-9-]{19})</code>", done.text)
    assert len(codes) == 10
    assert set(codes).isdisjoint(application.recovery)


def test_the_page_names_who_can_help(provider: Provider, browser: AuthBrowser, application: Application) -> None:
    page = browser.follow(browser.sign_in())
    assert 'id="who-helps"' in page.text
