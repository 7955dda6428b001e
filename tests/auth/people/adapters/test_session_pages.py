"""Mes connexions: what a person sees of their sessions and consents, and how they end them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from werkzeug.serving import make_server

from auth.people.adapters.web.browser_names import browser_in_words
from auth.people.domain.steps import Step
from tests.auth.builders import DIRECTOR, PASSWORD, AuthBrowser, Provider, a_client, an_account, sent_back
from tests.system.browser import accessibility_violations, chromium, scrolls_sideways

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = "Chrome/142.0.0.0 Safari/537.36"
FIREFOX_ON_WINDOWS = f"{WINDOWS}; rv:145.0) Gecko/20100101 Firefox/145.0"


def elsewhere(provider: Provider, *client_ids: str, user_agent: str = FIREFOX_ON_WINDOWS) -> str:
    """Signs in at another browser, where these clients got tokens; gives the session's identifier."""
    session_id: str = provider.sign_in(user_agent=user_agent).session.session_id
    for client_id in client_ids:
        provider.work.write(lambda repos, known=client_id: repos.sessions.remember_client(session_id, known))
    return session_id


def after_redirects(browser: AuthBrowser, answer: Any) -> Any:
    while answer.status_code == 303:
        answer = browser.follow(answer)
    return answer


def open_ids(provider: Provider) -> set[str]:
    return {one.session_id for one in provider.read(lambda repos: repos.sessions.open_of(DIRECTOR))}


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX_ON_WINDOWS, "Firefox sur Windows"),
        (f"{WINDOWS} AppleWebKit/537.36 (KHTML, like Gecko) {CHROME}", "Chrome sur Windows"),
        (f"{WINDOWS} AppleWebKit/537.36 (KHTML, like Gecko) {CHROME} Edg/142.0.0.0", "Edge sur Windows"),
        (f"{MAC} Version/18.6 Safari/605.1.15", "Safari sur macOS"),
        (f"{ANDROID} {CHROME}", "Chrome sur Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) CriOS/142.0 Mobile Safari/604.1", "Chrome sur iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) something", "Navigateur inconnu sur Linux"),
        ("Firefox/1", "Firefox"),
        ("curl/8.5.0", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
    ],
)
def test_a_browser_is_named_in_words(user_agent: str, words: str) -> None:
    app = Flask(__name__)
    Babel(app, default_locale="fr")
    with app.test_request_context():
        assert browser_in_words(user_agent) == words


def test_the_portal_leads_to_the_open_sessions_and_what_is_known_of_them(
    provider: Provider, browser: AuthBrowser
) -> None:
    other = elsewhere(provider, "cdap", "mon-enfant")
    portal = browser.follow(browser.sign_in())
    assert 'id="my-sessions" href="/sessions"' in portal.text
    page = browser.get("/sessions")
    cards = page.text.split('<li class="mcp-card" id="session-')[1:]
    assert len(cards) == 2
    assert 'id="this-session"' in cards[0]
    assert "Fermer cette connexion" not in cards[0]
    assert cards[1].startswith(other)
    for shown in ("Firefox sur Windows", "192.0.2.1", "CDAP, MON-ENFANT", "Commune d&#39;exemple"):
        assert shown in cards[1], shown
    assert len(re.findall(r"\w+ \d+ novembre 2026 à", cards[1])) == 2
    assert "Vous n'avez donné d'accord à aucune application." in page.text.replace("&#39;", "'")


def test_a_session_elsewhere_is_closed_after_a_confirmation(provider: Provider, browser: AuthBrowser) -> None:
    other = elsewhere(provider, "cdap")
    browser.sign_in()
    page = browser.get("/sessions/fermer", session=other)
    assert "Extranets concernés : CDAP." in page.text
    assert other in open_ids(provider)
    assert browser.post("/sessions/fermer", session=other).status_code == 400  # without the token of the form
    done = browser.follow(browser.submit(page, "/sessions/fermer"))
    assert "1 connexion est fermée." in done.text
    assert other not in open_ids(provider)
    assert len(provider.calls.posted) == 1
    again = browser.follow(browser.get("/sessions/fermer", session=other))
    assert "Cette connexion est déjà fermée." in again.text


def test_all_other_sessions_are_closed_at_once(provider: Provider, browser: AuthBrowser) -> None:
    elsewhere(provider, "cdap"), elsewhere(provider)
    browser.sign_in()
    assert 'id="end-others"' in browser.get("/sessions").text
    page = browser.get("/sessions/fermer-les-autres")
    assert "2 connexions seront fermées." in page.text
    done = browser.follow(browser.submit(page, "/sessions/fermer-les-autres"))
    assert "2 connexions sont fermées." in done.text
    assert len(open_ids(provider)) == 1
    assert 'id="end-others"' not in done.text
    assert "nulle part ailleurs" in browser.follow(browser.get("/sessions/fermer-les-autres")).text


def test_what_could_not_be_told_is_said(provider: Provider, browser: AuthBrowser) -> None:
    front = {"backchannel_logout_uri": None, "frontchannel_logout_uri": "http://localhost:8411/fin"}
    provider.add(a_client("omega", 8411, name="Oméga", requires_service_contract=False, **front))
    provider.calls.deaf.add("http://localhost:8402/backchannel-logout")
    other = elsewhere(provider, "cdap", "omega")
    browser.sign_in()
    page = browser.get("/sessions/fermer", session=other)
    done = browser.follow(browser.submit(page, "/sessions/fermer"))
    assert "Des extranets n'ont pas encore répondu" in done.text
    assert "À fermer sur l'appareil lui-même : Oméga." in done.text


@pytest.mark.parametrize("path", ["/sessions/fermer", "/sessions/fermer-les-autres"])
def test_an_end_elsewhere_asks_for_the_password_again(provider: Provider, browser: AuthBrowser, path: str) -> None:
    browser.sign_in()
    provider.clock.advance(timedelta(minutes=11))
    other = elsewhere(provider)
    assert browser.get("/sessions").status_code == 200
    login = browser.follow(browser.get(path, session=other))
    assert "indiquez de nouveau votre mot de passe" in login.text
    page = after_redirects(browser, browser.submit(login, "/login", username="cdurand-4821", password=PASSWORD))
    assert "Ce qui va changer" in page.text
    provider.clock.advance(timedelta(minutes=11))
    late = browser.submit(page, path)
    assert late.headers["Location"] == "/login?encore=1"
    assert other in open_ids(provider)


def test_the_session_of_another_person_cannot_be_named(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(an_account("account-social-worker", "amartin-0007"))
    foreign = provider.sign_in("amartin-0007").session.session_id
    browser.sign_in()
    assert browser.get("/sessions/fermer", session=foreign).headers["Location"] == "/sessions"
    assert provider.read(lambda repos: repos.sessions.find(foreign)).ended_at is None


@pytest.mark.parametrize("path", ["/sessions", "/sessions/fermer?session=x", "/sessions/retirer-accord?application=x"])
def test_one_signs_in_first_and_comes_back(browser: AuthBrowser, path: str) -> None:
    answer = browser.client.get(path, base_url="http://localhost:8400")
    assert answer.headers["Location"] == "/login"
    signed_in = browser.sign_in()
    assert signed_in.headers["Location"] == path


def test_a_provisional_password_shows_no_sessions(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    session = next(iter(provider.work.repos.sessions.rows.values()))
    provider.work.write(lambda repos: repos.sessions.save(replace(session, pending=(Step.CHOOSE_PASSWORD,))))
    assert browser.get("/sessions").headers["Location"] == "/choose-password?etape=choose_password"


def agree(provider: Provider, browser: AuthBrowser) -> None:
    """A client that is not of the house learns who the person is."""
    changes = {"scope": "openid profile email omega", "first_party": False}
    provider.add(a_client("omega", 8411, name="Oméga", requires_service_contract=False, **changes))
    consent = browser.follow(browser.authorize("omega", 8411, scope="openid profile"))
    assert "code" in sent_back(browser.follow(browser.submit(consent, "/consent", allow="1")))


def test_a_consent_is_shown_with_what_it_opens_and_withdrawn(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    agree(provider, browser)
    shown = browser.get("/sessions").text.split('id="consent-omega"')[1]
    assert "Oméga" in shown
    assert "votre nom et votre identifiant" in shown
    assert "votre organisation et la date de votre dernière connexion" in shown
    assert "votre adresse électronique" not in shown
    page = browser.get("/sessions/retirer-accord", application="omega")
    assert browser.post("/sessions/retirer-accord", application="omega").status_code == 400
    done = browser.follow(browser.submit(page, "/sessions/retirer-accord"))
    assert "Votre accord avec Oméga est retiré." in done.text
    assert 'id="no-consents"' in done.text
    assert "/consent" in browser.authorize("omega", 8411, scope="openid profile").headers["Location"]
    again = browser.follow(browser.get("/sessions/retirer-accord", application="omega"))
    assert "plus d'accord" in again.text


@pytest.fixture
def address(stored_provider: Provider) -> Iterator[str]:
    """The provider on a port of its own, with a session elsewhere and a consent."""
    provider = stored_provider
    elsewhere(provider, "cdap")
    browser = provider.browser()
    browser.sign_in()
    agree(provider, browser)
    server = make_server("127.0.0.1", 0, browser.client.application, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join(10)
    server.server_close()


@pytest.mark.browser
def test_the_pages_break_no_rule_of_wcag_and_fit_a_narrow_window(address: str) -> None:
    with chromium() as started:
        page = started.new_context(locale="fr-FR", bypass_csp=True, viewport={"width": 320, "height": 800}).new_page()
        page.goto(f"{address}/login")
        page.fill("#username", "cdurand-4821")
        page.fill("#password", PASSWORD)
        page.click("#login-submit")
        page.goto(f"{address}/sessions")
        pages = ["/sessions", "/sessions/fermer-les-autres", "/sessions/retirer-accord?application=omega"]
        found = {}
        for path in pages:
            page.goto(address + path)
            found[path] = [*accessibility_violations(page), *(["sideways"] if scrolls_sideways(page) else [])]
    assert found == {path: [] for path in pages}
