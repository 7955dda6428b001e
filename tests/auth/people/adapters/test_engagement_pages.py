"""The engagement: accepted once for each version, by a button; refused with a plain word; read and printed later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from auth.people.adapters.files.engagement_file import the_engagement
from auth.people.domain.engagement import Document
from auth.people.domain.steps import Step
from tests.auth.builders import DIRECTOR, PASSWORD, AuthBrowser, Provider, sent_back
from tests.promises import promise

COOKIE = "auth-session"
TEXTS_OF_VERSIONS = {"1": "bf65120d10d6e95f8d06fd7210400461cbf7af1cfaed14c2ba53a7eb6187f9da"}
"""SHA-256 of the texts of each version: whoever changes a word gives it a new version, and everybody is asked again."""


@pytest.fixture
def asked(provider: Provider) -> AuthBrowser:
    """A browser of somebody who has not accepted yet."""
    provider.work.repos.acceptances.rows.clear()
    return provider.browser()


def a_newer_version(provider: Provider) -> Document:
    """The text changed: the provider of tomorrow, on the same store."""
    newer = replace(the_engagement(), version="2")
    provider.build(newer)
    return newer


@promise("engagement:once-per-version")
def test_a_text_has_one_version() -> None:
    document = the_engagement()
    texts: Mapping[str, object] = {
        language: [text.title, text.lead, text.closing, *([one.title, one.text] for one in text.articles)]
        for language, text in document.texts.items()
    }
    digest = hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()
    assert TEXTS_OF_VERSIONS[document.version] == digest, "the text changed: give it a new version and a new date"


def test_both_languages_make_the_same_promises() -> None:
    french, english = the_engagement().texts["fr"], the_engagement().texts["en"]
    assert len(french.articles) == len(english.articles) >= 6


@promise("engagement:once-per-version")
def test_it_is_accepted_once_and_the_extranet_opens(provider: Provider, asked: AuthBrowser) -> None:
    login = asked.follow(asked.authorize())
    page = asked.follow(asked.submit(login, "/login", username="cdurand-4821", password=PASSWORD))
    assert 'id="engagement-accept"' in page.text
    assert 'type="checkbox"' not in page.text
    back = asked.follow(asked.submit(page, "/engagement", accept="1"))
    assert "code" in sent_back(back)
    accepted = [event for event in provider.work.events if event.type == "auth.engagement.accepted"]
    assert [(event.actor_id, event.payload["version"]) for event in accepted] == [(DIRECTOR, "1")]
    assert provider.browser().sign_in().headers["Location"] == "/", "another browser does not ask again"


@promise("engagement:once-per-version")
def test_a_new_version_is_asked_for_at_the_next_sign_in(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    newer = a_newer_version(provider)
    later = provider.browser()
    later.client.set_cookie(COOKIE, browser.client.get_cookie(COOKIE).value)  # type: ignore[union-attr]
    assert later.get("/").status_code == 200, "the session that is open goes on"
    page = later.follow(later.sign_in())
    later.submit(page, "/engagement", accept="1")
    kept = provider.read(lambda repos: repos.acceptances.find(DIRECTOR, newer.name, "2"))
    assert kept.accepted_at == provider.clock.now()
    assert later.get("/").status_code == 200


@promise("sign-in:steps-lead-on")
def test_a_second_click_and_an_old_tab_accept_nothing_twice(provider: Provider, asked: AuthBrowser) -> None:
    page = asked.follow(asked.sign_in())
    for _ in range(3):
        assert asked.submit(page, "/engagement", accept="1").headers["Location"] == "/"
    assert asked.submit(page, "/engagement", refuse="1").headers["Location"] == "/", "an old tab refuses nothing either"
    assert asked.get("/").status_code == 200
    assert provider.event_types().count("auth.engagement.accepted") == 1
    assert "auth.engagement.refused" not in provider.event_types()


def test_two_tabs_at_the_same_moment_accept_once(provider: Provider, asked: AuthBrowser) -> None:
    asked.sign_in()
    session = next(iter(provider.work.repos.sessions.rows.values()))
    first = provider.people.accept_engagement(session)
    second = provider.people.accept_engagement(session)
    assert first.pending == second.pending == ()
    assert provider.event_types().count("auth.engagement.accepted") == 1


def test_whoever_refuses_is_signed_out_with_a_plain_word(provider: Provider, asked: AuthBrowser) -> None:
    page = asked.follow(asked.sign_in())
    refused = asked.submit(page, "/engagement", refuse="1")
    assert 'id="engagement-refused"' in refused.text
    assert "Chloé Durand" not in refused.text
    assert asked.get("/").headers["Location"] == "/login"
    assert [one.ended_at for one in provider.work.repos.sessions.rows.values()] == [provider.clock.now()]
    event = next(event for event in provider.work.events if event.type == "auth.engagement.refused")
    assert (event.decision, event.reason) == ("refused", "DENIED_BY_PERSON")
    assert urlsplit(asked.sign_in().headers["Location"]).path == "/engagement", "the next sign-in asks again"


def test_a_form_without_an_answer_shows_the_page_again(asked: AuthBrowser) -> None:
    page = asked.follow(asked.sign_in())
    again = asked.submit(page, "/engagement")
    assert 'id="engagement-accept"' in again.text


def test_nothing_is_accepted_in_a_session_that_ended(provider: Provider, asked: AuthBrowser) -> None:
    page = asked.follow(asked.sign_in())
    session = next(iter(provider.work.repos.sessions.rows.values()))
    provider.people.sign_out(session.session_id)
    assert asked.submit(page, "/engagement", accept="1").headers["Location"].startswith("/login")
    assert provider.work.repos.acceptances.rows == {}


def test_it_is_read_later_from_the_portal(browser: AuthBrowser) -> None:
    portal = browser.follow(browser.sign_in())
    assert 'id="my-engagement"' in portal.text
    page = browser.get("/engagement")
    assert 'id="engagement-accepted"' in page.text
    assert 'id="engagement-accept"' not in page.text
    assert "secret professionnel" in page.text
    assert "Version 1" in page.text


def test_it_is_read_in_english(asked: AuthBrowser) -> None:
    asked.get("/langue/en")
    page = asked.follow(asked.sign_in())
    assert "professional secrecy" in page.text
    assert "I accept this engagement" in page.text


def test_the_choice_of_the_language_leads_back_to_the_step(provider: Provider, asked: AuthBrowser) -> None:
    asked.sign_in()
    assert next(iter(provider.work.repos.sessions.rows.values())).pending == (Step.ACCEPT_ENGAGEMENT,)
    assert asked.get("/langue/en").status_code in {302, 303}
    assert urlsplit(asked.get("/").headers["Location"]).path == "/engagement"
