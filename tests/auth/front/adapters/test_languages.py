"""French first, English complete, and which of them a request gets."""

from __future__ import annotations

from pathlib import Path

import pytest

import auth.front.adapters.web
from tests.auth.builders import PASSWORD, AuthBrowser, Provider, a_client
from tests.servicekit.web.catalogue_check import untranslated, unused

PACKAGE = Path(auth.front.adapters.web.__file__).parent
ROOMS = Path(auth.__file__).parent


def test_the_english_catalogue_is_complete() -> None:
    assert untranslated(PACKAGE, ROOMS) == []
    assert unused(PACKAGE, ROOMS) == []


@pytest.mark.parametrize(
    ("ui_locales", "language"),
    [("en", "en"), ("de en-GB fr", "en"), ("fr-CA fr en", "fr"), ("de nl", "fr"), (None, "fr")],
)
def test_the_pages_of_a_request_speak_the_language_that_it_prefers(
    provider: Provider, ui_locales: str | None, language: str
) -> None:
    provider.add(a_client("omega", 8411, first_party=False, requires_service_contract=False))
    browser = provider.browser()
    login = browser.follow(
        browser.authorize("omega", 8411, ui_locales=ui_locales, display="popup", claims_locales="fr")
    )
    refused = browser.submit(login, "/login", username="cdurand-4821", password="wrong")
    signed_in = browser.submit(login, "/login", username="cdurand-4821", password=PASSWORD)
    consent = browser.follow(browser.follow(signed_in))
    error = browser.authorize("omega", 8411, ui_locales=ui_locales, redirect_uri="http://evil.example/")
    for page in (login, refused, consent, error):
        assert f'<html lang="{language}">' in page.text
    assert "frame-ancestors 'none'" in login.headers["Content-Security-Policy"]


def test_the_person_s_own_choice_of_language_comes_first(browser: AuthBrowser) -> None:
    browser.get("/langue/fr")
    assert '<html lang="fr">' in browser.follow(browser.authorize(ui_locales="en")).text


def test_a_page_without_a_request_is_as_the_browser_prefers(browser: AuthBrowser) -> None:
    browser.authorize(ui_locales="en")
    assert '<html lang="fr">' in browser.get("/login").text
