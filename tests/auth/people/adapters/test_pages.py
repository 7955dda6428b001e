"""The pages of auth in a browser without JavaScript."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from auth.people.domain.accounts import ProvisionalPassword
from rights.facts import Organisation, User
from tests.auth.builders import DIRECTOR, ISSUER, PASSWORD, AuthBrowser, Provider, a_client, an_account, sent_back

PROVISIONAL = "ABCD-EFGH-JKLM-NPQR"
CHOSEN = "brouette lampe nuage cactus"


@pytest.fixture
def newcomer(provider: Provider) -> str:
    """The social worker, who has only a provisional password; gives her identifier."""
    pending = ProvisionalPassword(provider.passwords.hash(PROVISIONAL), provider.clock.now() + timedelta(hours=72))
    changes = {"password_hash": None, "provisional": pending, "given_name": "Alice", "family_name": "Martin"}
    provider.add(an_account("account-social-worker", "amartin-0007", **changes))
    return "amartin-0007"


def first_sign_in(browser: AuthBrowser, username: str) -> Any:
    """As far as the page where a password is chosen."""
    return browser.follow(browser.sign_in(username, PROVISIONAL))


def test_the_portal_shows_what_is_open_and_what_is_not_and_why(provider: Provider, browser: AuthBrowser) -> None:
    page = browser.follow(browser.sign_in())
    assert 'id="open-cdap"' in page.text
    assert 'id="extranet-mon-enfant"' in page.text
    assert "C'est votre première connexion." in page.text
    provider.change_rights("mon_enfant_contract", state="suspended")
    page = browser.get("/")
    assert 'id="closed-mon-enfant" data-reason="SERVICE_CONTRACT_SUSPENDED"' in page.text
    assert "demander à la Caf" in page.text
    assert 'id="extranet-habpps"' not in page.text


def test_the_portal_says_the_profile_and_the_last_day(provider: Provider, browser: AuthBrowser) -> None:
    provider.change_rights("cdap_contract", ends_on=date(2026, 12, 15))
    page = browser.follow(browser.sign_in())
    assert "Votre profil : T2 – Accueil du jeune enfant." in page.text
    assert "Ouvert jusqu'au mardi 15 décembre 2026." in page.text


def test_what_is_not_open_is_folded_where_something_is(provider: Provider, browser: AuthBrowser) -> None:
    provider.change_rights("mon_enfant_contract", state="suspended")
    assert '<details id="not-open">' in browser.follow(browser.sign_in()).text
    provider.change_rights("cdap_contract", state="suspended")
    assert '<details id="not-open" open>' in browser.get("/").text


def test_administrators_see_their_applications(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(an_account("account-partner-administrator", "admin-0001"))
    page = browser.follow(browser.sign_in("admin-0001"))
    assert 'id="open-habpps"' in page.text
    assert 'id="open-audit"' not in page.text


def test_the_last_sign_in_is_shown_at_the_next_one(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    provider.clock.advance(timedelta(days=1))
    again = provider.browser()
    page = again.follow(again.sign_in())
    assert "Dernière connexion : lundi 23 novembre 2026" in page.text
    assert 'id="not-me"' in page.text


@pytest.mark.parametrize(
    ("username", "password"), [("cdurand-4821", "wrong"), ("nobody-0000", PASSWORD), ("x" * 150, "y")]
)
def test_a_refused_sign_in_never_says_what_was_wrong(browser: AuthBrowser, username: str, password: str) -> None:
    page = browser.sign_in(username, password)
    assert page.status_code == 401
    assert "L'identifiant ou le mot de passe est incorrect." in page.text
    assert "Set-Cookie" not in page.headers or "auth-session" not in page.headers["Set-Cookie"]


def test_an_empty_form_keeps_what_was_typed(browser: AuthBrowser) -> None:
    page = browser.sign_in("cdurand-4821", "")
    assert page.status_code == 400
    assert 'value="cdurand-4821"' in page.text
    assert "Indiquez votre mot de passe." in page.text


def test_too_many_failures_say_how_long_to_wait(provider: Provider, browser: AuthBrowser) -> None:
    for _ in range(10):
        browser.sign_in(password="wrong")
        provider.clock.advance(timedelta(seconds=70))
    page = browser.sign_in()
    assert page.status_code == 429
    assert "minutes" in page.text


def test_a_provisional_password_opens_only_the_page_that_replaces_it(
    provider: Provider, browser: AuthBrowser, newcomer: str
) -> None:
    page = first_sign_in(browser, newcomer)
    assert 'id="choose-password-submit"' in page.text
    assert urlsplit(browser.get("/").headers["Location"]).path == "/choose-password"
    assert urlsplit(browser.authorize().headers["Location"]).path == "/choose-password"
    assert sent_back(browser.authorize(prompt="none"))["error"] == "interaction_required"
    other = provider.browser()
    told = other.sign_in(newcomer, PROVISIONAL)
    assert (told.status_code, 'data-reason="PROVISIONAL_USED"' in told.text) == (403, True)
    assert other.submit(told, "/forgotten-password").status_code == 200


def test_a_chosen_password_opens_the_portal_and_then_signs_in(
    provider: Provider, browser: AuthBrowser, newcomer: str
) -> None:
    page = first_sign_in(browser, newcomer)
    refused = browser.submit(page, "/choose-password", password="motdepasse2026", confirmation="motdepasse2026")
    assert refused.status_code == 400
    assert "plus utilisés" in refused.text
    different = browser.submit(page, "/choose-password", password=CHOSEN, confirmation="autre chose encore")
    assert "Les deux saisies sont différentes." in different.text
    chosen = browser.submit(page, "/choose-password", password=CHOSEN, confirmation=CHOSEN)
    assert 'id="open-cdap"' in browser.follow(chosen).text
    assert provider.browser().sign_in(newcomer, CHOSEN).status_code == 303
    assert "auth.password.chosen" in provider.event_types()


def test_the_waiting_request_survives_the_choice_of_a_password(browser: AuthBrowser, newcomer: str) -> None:
    login = browser.follow(browser.authorize())
    page = browser.follow(browser.submit(login, "/login", username=newcomer, password=PROVISIONAL))
    chosen = browser.submit(page, "/choose-password", password=CHOSEN, confirmation=CHOSEN)
    assert "code" in sent_back(browser.follow(chosen))


def test_a_forgotten_password_gets_the_same_answer_for_everyone(provider: Provider, browser: AuthBrowser) -> None:
    page = browser.get("/forgotten-password")
    known = browser.submit(page, "/forgotten-password", username="cdurand-4821")
    unknown = browser.submit(page, "/forgotten-password", username="nobody-0000")
    assert known.text == unknown.text
    assert len(provider.read(lambda repos: repos.mails.rows)) == 1
    assert provider.browser().sign_in().status_code == 303


def test_several_organisations_are_asked_about_once(provider: Provider, browser: AuthBrowser) -> None:
    more = (
        Organisation(
            id="org-second", siret="21750001600019", name="Autre commune", caf="", kind="partner", state="active"
        ),
        User(
            id="user-9",
            account_id=DIRECTOR,
            organisation_id="org-second",
            caf="921",
            display_name="Chloé Durand",
            state="active",
        ),
    )
    provider.replica.snapshot = provider.commune.snapshot(more=more)
    login = browser.follow(browser.authorize())
    page = browser.follow(browser.submit(login, "/login", username="cdurand-4821", password=PASSWORD))
    assert "Autre commune" in page.text
    wrong = browser.submit(page, "/organisation", organisation="org-caf-921")
    assert wrong.status_code == 200
    chosen = browser.submit(page, "/organisation", organisation="org-commune")
    tokens = browser.exchange(sent_back(browser.follow(chosen))["code"]).json
    page = browser.get("/organisation")
    browser.submit(page, "/organisation", organisation="org-second")
    refused = browser.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused.json["error"] == "invalid_grant"
    assert browser.authorize().status_code == 403


def test_someone_else_signed_in_ends_everything(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    token = browser.exchange(browser.code()).json["refresh_token"]
    page = browser.get("/ce-n-etait-pas-moi")
    done = browser.submit(page, "/ce-n-etait-pas-moi")
    assert 'id="not-me-done"' in done.text
    assert browser.get("/").headers["Location"] == "/login"
    assert browser.sign_in().status_code == 401
    assert browser.token(grant_type="refresh_token", refresh_token=token).json["error"] == "invalid_grant"
    assert len(provider.calls.posted) == 1
    assert "auth.login.disowned" in provider.event_types()
    assert browser.get("/ce-n-etait-pas-moi").status_code == 200


def test_deconnexion_ends_the_session_everywhere(provider: Provider, browser: AuthBrowser) -> None:
    page = browser.follow(browser.sign_in())
    browser.exchange(browser.code())
    browser.exchange(browser.code("mon-enfant", 8410), "mon-enfant", 8410)
    gone = browser.follow(browser.submit(page, "/deconnexion"))
    assert 'id="logged-out" data-done="2" data-total="2"' in gone.text
    assert "Les 2 extranets que vous aviez ouverts sont fermés aussi." in gone.text
    assert sent_back(browser.authorize(prompt="none"))["error"] == "login_required"


def test_a_deaf_client_is_counted_and_told_again(provider: Provider, browser: AuthBrowser) -> None:
    page = browser.follow(browser.sign_in())
    browser.exchange(browser.code())
    provider.calls.deaf.add("http://localhost:8402/backchannel-logout")
    gone = browser.follow(browser.submit(page, "/deconnexion"))
    assert "0 extranets sur 1 sont fermés." in gone.text
    provider.calls.deaf.clear()
    provider.clock.advance(timedelta(seconds=3))
    session_id = next(iter(provider.read(lambda repos: repos.sessions.rows)))
    assert provider.deliver(session_id).done == 1


def test_a_client_ends_the_session_with_its_id_token(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    tokens = browser.exchange(browser.code()).json
    provider.clock.advance(timedelta(minutes=20))
    answer = browser.get(
        "/logout",
        id_token_hint=tokens["id_token"],
        post_logout_redirect_uri="http://localhost:8402/deconnecte",
        state="s" * 128,
    )
    location = urlsplit(answer.headers["Location"])
    assert (answer.status_code, location.path) == (303, "/deconnecte")
    assert parse_qs(location.query) == {"state": ["s" * 128]}
    assert browser.get("/").headers["Location"] == "/login"


@pytest.mark.parametrize("uri", ["http://localhost:8402/deconnecte?x=1", "http://evil.example/"])
def test_an_unregistered_return_address_is_not_followed(browser: AuthBrowser, uri: str) -> None:
    browser.sign_in()
    tokens = browser.exchange(browser.code()).json
    answer = browser.get("/logout", id_token_hint=tokens["id_token"], post_logout_redirect_uri=uri)
    assert answer.status_code == 400
    assert 'class="oidc-error"' in answer.text
    shown = re.findall(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", answer.text)
    assert shown == [answer.headers["X-Request-Id"]]


@pytest.mark.parametrize("hint", [None, "x.y.z"])
def test_without_a_valid_hint_the_person_is_asked(browser: AuthBrowser, hint: str | None) -> None:
    browser.sign_in()
    query = {"client_id": "cdap", "post_logout_redirect_uri": "http://localhost:8402/deconnecte", "state": "s"}
    page = browser.get("/logout", **query | ({"id_token_hint": hint} if hint else {}))
    assert 'id="logout-confirm"' in page.text
    assert browser.get("/").status_code == 200
    gone = browser.submit(page, "/logout/confirm")
    assert gone.headers["Location"] == "http://localhost:8402/deconnecte?state=s"
    assert browser.get("/").headers["Location"] == "/login"


def test_a_client_that_is_not_of_the_house_asks_for_consent_once(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_client("omega", 8411, first_party=False, requires_service_contract=False))
    browser.sign_in()
    assert sent_back(browser.authorize("omega", 8411, prompt="none"))["error"] == "consent_required"
    page = browser.follow(browser.authorize("omega", 8411))
    assert 'id="consent-deny"' in page.text
    denied = browser.submit(page, "/consent", deny="1")
    assert sent_back(denied)["error"] == "access_denied"
    allowed = browser.submit(page, "/consent", allow="1")
    assert "code" in sent_back(browser.follow(allowed))
    assert "code" in sent_back(browser.authorize("omega", 8411))
    assert "auth.consent.given" in provider.event_types()


def test_every_page_is_protected(browser: AuthBrowser) -> None:
    page = browser.follow(browser.authorize())
    policy = page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://localhost:8402" in policy
    assert browser.post("/login", username="cdurand-4821", password=PASSWORD).headers["Location"] == "/login"
    assert browser.get("/").headers["Location"] == "/login"
    cookie = browser.sign_in().headers["Set-Cookie"]
    assert "auth-session=" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_tampered_waiting_request_leads_nowhere(browser: AuthBrowser) -> None:
    page = browser.get("/login", suite="tampered")
    assert page.status_code == 200
    answer = browser.submit(page, "/login", username="cdurand-4821", password=PASSWORD)
    assert answer.headers["Location"] == "/"


def test_stale_rights_are_said_on_the_portal(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    provider.replica.age = timedelta(seconds=6)
    page = browser.get("/")
    assert page.status_code == 503
    assert "Vos droits ne peuvent pas être vérifiés" in page.text
    assert 'id="logout"' in page.text
    assert ISSUER not in page.text


def test_who_is_signed_in_is_told_why_the_password_is_asked_for_again(provider: Provider, browser: AuthBrowser) -> None:
    assert 'id="login-again"' not in browser.follow(browser.authorize()).text
    browser.sign_in()
    provider.clock.advance(timedelta(seconds=1))
    assert 'id="login-again"' in browser.follow(browser.authorize(prompt="login")).text


def test_changing_the_password_asks_for_the_one_in_use(browser: AuthBrowser) -> None:
    browser.sign_in()
    page = browser.get("/choose-password")
    assert 'autocomplete="current-password"' in page.text
    assert "(facultatif)" not in page.text
    refused = browser.submit(page, "/choose-password", current="wrong", password=CHOSEN, confirmation=CHOSEN)
    assert refused.status_code == 400
    assert "Ce n'est pas votre mot de passe actuel." in refused.text
    for _ in range(2):
        browser.submit(page, "/choose-password", current="wrong", password=CHOSEN, confirmation=CHOSEN)
    waiting = browser.submit(page, "/choose-password", current=PASSWORD, password=CHOSEN, confirmation=CHOSEN)
    assert waiting.status_code == 429
    assert "Attendez" in waiting.text


def test_the_password_is_changed_with_the_one_in_use(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    page = browser.get("/choose-password")
    done = browser.submit(page, "/choose-password", current=PASSWORD, password=CHOSEN, confirmation=CHOSEN)
    assert done.status_code == 303
    assert provider.browser().sign_in(password=CHOSEN).status_code == 303


@pytest.mark.parametrize(
    ("forwarded", "noted"),
    [
        ("", "127.0.0.1"),
        ("192.0.2.7", "192.0.2.7"),
        ("203.0.113.9, 192.0.2.7", "192.0.2.7"),
        ("203.0.113.9, 192.0.2.7, 127.0.0.1", "192.0.2.7"),
    ],
)
def test_the_address_of_a_browser_is_what_the_trusted_proxy_says(
    provider: Provider, forwarded: str, noted: str
) -> None:
    for proxies, expected in (("127.0.0.1", noted), ("", "127.0.0.1")):
        browser = provider.browser(trusted_proxies=proxies)
        page = browser.get("/login")
        hidden = dict(re.findall(r'name="([^"]+)" type="hidden" value="([^"]*)"', page.text))
        hidden |= dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        form = {**hidden, "username": "cdurand-4821", "password": "wrong"}
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        peer = {"REMOTE_ADDR": "127.0.0.1"}
        browser.client.post("/login", data=form, headers=headers, base_url=ISSUER, environ_overrides=peer)
        assert provider.work.events[-1].payload["ip"] == expected
