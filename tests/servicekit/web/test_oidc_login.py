"""Signing in, staying signed in and signing out of a relying party."""

import re
import threading
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from servicekit.database import Database
from servicekit.identifiers import new_id
from tests.plain import plain
from tests.servicekit.fakes import FixedClock
from tests.servicekit.web.conftest import Party, a_party
from tests.servicekit.web.fake_provider import CLIENT, ISSUER, PUBLIC_URL, Change


def test_a_page_asks_for_sign_in_and_is_shown_afterwards(party: Party) -> None:
    browser = party.browser()
    first = browser.get("/formulaire?groupe=2")
    assert first.location == "/connexion?suite=/formulaire?groupe%3D2"
    to_issuer = browser.get(first.location)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(to_issuer.location).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{PUBLIC_URL}/retour"
    assert len(asked["nonce"]) >= 43
    back = browser.get(party.provider.authorize(to_issuer.location))
    assert (back.status_code, back.location) == (303, "/formulaire?groupe=2")
    assert browser.get("/").text == "Camille Martin Commune de Bois-Joli 7"


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(party: Party) -> None:
    browser = party.browser()
    to_issuer = browser.get("/connexion")
    back = browser.get(party.provider.authorize(to_issuer.location))
    cookie = next(line for line in back.headers.getlist("Set-Cookie") if line.startswith(f"{CLIENT}-session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_never_ends_at_another_site(party: Party, target: str) -> None:
    browser = party.browser()
    to_issuer = browser.get("/connexion", query_string={"suite": target})
    assert browser.get(party.provider.authorize(to_issuer.location)).location == "/"


def _with(name: str, value: object) -> Change:
    def change(claims: dict[str, object]) -> None:
        claims[name] = value

    return change


def _without(name: str) -> Change:
    def change(claims: dict[str, object]) -> None:
        del claims[name]

    return change


@pytest.mark.parametrize(
    "change",
    [
        _with("nonce", "another"),
        _without("nonce"),
        _with("iss", "https://evil.example"),
        _with("aud", "another-client"),
        _with("aud", [CLIENT, "another-client"]),
        _with("azp", "another-client"),
        _with("exp", 1),
        _with("iat", 99_999_999_999),
        _without("sid"),
        _with("sub", "somebody-else"),
        _with("at_hash", "another"),
    ],
    ids=["nonce", "no-nonce", "iss", "aud", "two-aud", "azp", "exp", "iat", "no-sid", "sub", "at_hash"],
)
def test_a_wrong_id_token_opens_no_session(party: Party, change: Change) -> None:
    party.provider.change_id = change
    browser = party.browser()
    back = browser.get(party.provider.authorize(browser.get("/connexion").location))
    assert back.status_code == 400
    assert 'data-reason="TOKEN_REFUSED"' in back.text
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize("change", [_with("aud", "https://other.example"), _with("client_id", "x"), _with("sid", "x")])
def test_a_wrong_access_token_opens_no_session(party: Party, change: Change) -> None:
    party.provider.change_access = change
    browser = party.browser()
    back = browser.get(party.provider.authorize(browser.get("/connexion").location))
    assert back.status_code == 400
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize("iss", ["https://evil.example", None])
def test_an_answer_of_another_issuer_is_refused_before_the_code_is_used(party: Party, iss: str | None) -> None:
    browser = party.browser()
    back = browser.get(party.provider.authorize(browser.get("/connexion").location, iss=iss))
    assert 'data-reason="LOGIN_RESPONSE_INVALID"' in back.text
    assert party.provider.count("/token") == 0


def test_a_state_is_used_once(party: Party) -> None:
    browser = party.browser()
    to_issuer = browser.get("/connexion").location
    state = parse_qs(urlsplit(to_issuer).query)["state"][0]
    cookie = next(cookie for cookie in (browser._cookies or {}).values() if "connexion-" in cookie.key)
    assert browser.get(party.provider.authorize(to_issuer)).status_code == 303
    browser.set_cookie(cookie.key, cookie.value)
    again = browser.get(party.provider.authorize(to_issuer, state=state))
    assert again.location == "/"
    assert party.provider.count("/token") == 1


def test_an_answer_for_another_browser_is_refused(party: Party) -> None:
    to_issuer = party.browser().get("/connexion").location
    other = party.browser()
    begun = other.get(party.provider.authorize(to_issuer))
    assert urlsplit(begun.location).path == "/authorize"
    assert other.get("/").status_code == 303
    assert party.provider.count("/token") == 0


def test_an_attempt_expires_after_twelve_hours_and_begins_once_more(party: Party) -> None:
    browser = party.browser()
    to_issuer = browser.get("/connexion").location
    party.clock.advance(timedelta(hours=12, seconds=1))
    assert urlsplit(browser.get(party.provider.authorize(to_issuer)).location).path == "/authorize"
    assert party.provider.count("/token") == 0


def test_two_tabs_can_sign_in_at_once(party: Party) -> None:
    browser = party.browser()
    one, two = browser.get("/connexion?suite=/libre").location, browser.get("/connexion").location
    assert browser.get(party.provider.authorize(two)).status_code == 303
    assert browser.get(party.provider.authorize(one)).location == "/libre"


def test_access_denied_says_what_is_missing_and_leads_to_the_portal(party: Party) -> None:
    browser = party.browser()
    to_issuer = browser.get("/connexion").location
    back = browser.get(party.provider.authorize(to_issuer, code=None, error="access_denied"))
    assert back.status_code == 403
    assert "« Mes extranets » de Mon compte partenaire dit pourquoi, et qui peut vous aider." in plain(back.text)
    assert f'href="{ISSUER}"' in back.text


def test_an_issuer_that_does_not_answer_is_a_503_page(party: Party) -> None:
    party.provider.down = True
    answer = party.browser().get("/connexion")
    assert answer.status_code == 503
    assert 'data-reason="ISSUER_UNREACHABLE"' in answer.text


def test_json_clients_get_401_instead_of_a_redirect(party: Party) -> None:
    answer = party.browser().get("/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_public_page_needs_no_sign_in(party: Party) -> None:
    assert party.browser().get("/libre").text == "libre"


def test_the_access_token_is_renewed_shortly_before_it_expires(party: Party) -> None:
    browser = party.browser()
    party.sign_in(browser)
    party.clock.advance(timedelta(seconds=269))
    browser.get("/")
    assert party.provider.count("/token") == 1
    party.clock.advance(timedelta(seconds=2))
    assert browser.get("/").status_code == 200
    assert party.provider.count("/token") == 2
    party.clock.advance(timedelta(seconds=200))
    assert browser.get("/").status_code == 200
    assert party.provider.count("/token") == 2


@pytest.mark.parametrize("age_seconds", [280, 600])
def test_parallel_requests_use_the_refresh_token_once(party: Party, age_seconds: int) -> None:
    browser = party.browser()
    party.sign_in(browser)
    party.clock.advance(timedelta(seconds=age_seconds))
    cookie = browser.get_cookie(f"{CLIENT}-session")
    assert cookie is not None
    all_in = threading.Event()
    party.provider.inside_refresh = lambda: (all_in.wait(0.3), None)[1]
    answers: list[int] = []

    def request() -> None:
        other = party.browser()
        other.set_cookie(cookie.key, cookie.value)
        answers.append(other.get("/").status_code)

    threads = [threading.Thread(target=request) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == [200] * 8
    assert party.provider.count("/token") == 2


def test_a_refused_refresh_ends_the_session(party: Party) -> None:
    browser = party.browser()
    party.sign_in(browser)
    party.provider.refresh_error = "invalid_grant"
    party.clock.advance(timedelta(seconds=280))
    assert browser.get("/").location == "/connexion?suite=/"


def test_a_refresh_for_somebody_else_ends_the_session(party: Party) -> None:
    browser = party.browser()
    party.sign_in(browser)
    party.provider.change_access = _with("sub", new_id())
    party.clock.advance(timedelta(seconds=280))
    assert browser.get("/").status_code == 303


def test_an_unreachable_issuer_is_bridged_while_the_access_token_lives(party: Party) -> None:
    browser = party.browser()
    party.sign_in(browser)
    party.clock.advance(timedelta(seconds=280))
    party.provider.down = True
    assert browser.get("/").status_code == 200
    party.clock.advance(timedelta(seconds=30))
    assert browser.get("/").status_code == 503
    party.provider.down = False
    assert browser.get("/").status_code == 200


def test_a_session_is_renewed_again_and_again_with_the_refresh_token_it_has(party: Party) -> None:
    browser = party.browser()
    party.sign_in(browser)
    for renewal in range(1, 6):
        party.clock.advance(timedelta(seconds=280))
        assert browser.get("/").status_code == 200
        assert party.provider.count("/token") == 1 + renewal


def test_a_lost_answer_loses_no_session(party: Party) -> None:
    browser = party.browser()
    party.sign_in(browser)
    party.clock.advance(timedelta(seconds=280))
    party.provider.token_failure = httpx.ReadTimeout("lost")
    assert browser.get("/").status_code == 200
    party.provider.token_failure = None
    assert browser.get("/").status_code == 200
    assert party.provider.count("/token") == 3
    party.clock.advance(timedelta(seconds=30))
    assert browser.get("/").status_code == 200


def test_a_session_ends_after_fifteen_idle_minutes(party: Party) -> None:
    browser = party.browser()
    party.sign_in(browser)
    party.clock.advance(timedelta(minutes=14))
    assert browser.get("/").status_code == 200
    party.clock.advance(timedelta(minutes=15, seconds=1))
    assert browser.get("/").status_code == 303


def test_a_form_sent_after_the_end_is_explained_and_shown_again(party: Party) -> None:
    browser = party.browser()
    party.sign_in(browser)
    party.sessions.end_by_sid(party.provider.sid)
    answer = browser.post("/formulaire", data={"note": "Texte <long>", "csrf_token": "x", "password": "y"})
    assert answer.status_code == 401
    assert "rien n'a été enregistré" in answer.text
    assert "Texte &lt;long&gt;" in answer.text
    assert 'id="sign-in-again"' in answer.text
    assert "password" not in answer.text


def test_deconnexion_ends_the_session_here_then_at_the_issuer(party: Party) -> None:
    browser = party.browser()
    party.sign_in(browser)
    answer = browser.post("/deconnexion")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    assert (answer.status_code, set(asked)) == (303, {"id_token_hint", "client_id"})
    assert answer.location.startswith(f"{ISSUER}/logout?")
    assert (asked["id_token_hint"].count("."), asked["client_id"]) == (2, CLIENT)
    assert browser.get("/").status_code == 303


def test_deconnexion_may_come_back_to_a_page_of_the_service(
    tmp_path: Path, database: Database, clock: FixedClock
) -> None:
    party = a_party(tmp_path, database, clock, ends_at_issuer=False)
    browser = party.browser()
    party.sign_in(browser)
    answer = browser.post("/deconnexion")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    assert asked["post_logout_redirect_uri"] == f"{PUBLIC_URL}/deconnecte"
    assert asked["id_token_hint"].count(".") == 2
    assert browser.get("/").status_code == 303
    assert 'id="logged-out"' in browser.get("/deconnecte", query_string={"state": asked["state"]}).text


def test_deconnexion_says_so_when_the_issuer_cannot_be_told(
    tmp_path: Path, database: Database, clock: FixedClock
) -> None:
    party = a_party(tmp_path, database, clock, ends_at_issuer=False)
    browser = party.browser()
    party.sign_in(browser)
    party.clock.advance(timedelta(minutes=1))
    answer = browser.get("/deconnecte?state=wrong")
    assert answer.location == "/"
    browser.post("/deconnexion")
    assert "pas pu être prévenu" in browser.get("/deconnecte?state=wrong").text


def test_a_logout_token_ends_the_session_of_its_sid(party: Party) -> None:
    browser = party.browser()
    party.sign_in(browser)
    answer = party.browser().post("/backchannel-logout", data={"logout_token": party.provider.logout_token()})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert browser.get("/").status_code == 303


def test_a_logout_token_without_sid_ends_every_session_of_the_person(party: Party) -> None:
    browser = party.browser()
    party.sign_in(browser)
    token = party.provider.logout_token(sid=None, sub=party.provider.subject)
    assert party.browser().post("/backchannel-logout", data={"logout_token": token}).status_code == 200
    assert browser.get("/").status_code == 303


def test_a_logout_token_is_accepted_once(party: Party) -> None:
    token = party.provider.logout_token()
    assert party.browser().post("/backchannel-logout", data={"logout_token": token}).status_code == 200
    again = party.browser().post("/backchannel-logout", data={"logout_token": token})
    assert (again.status_code, again.headers["Cache-Control"]) == (400, "no-store")


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"typ": "JWT"}, {}),
        ({"typ": "at+jwt"}, {}),
        ({}, {"nonce": "n"}),
        ({}, {"events": None}),
        ({}, {"events": {"http://schemas.openid.net/event/backchannel-logout": "x"}}),
        ({}, {"events": {"other": {}}}),
        ({}, {"sid": None}),
        ({}, {"jti": None}),
        ({}, {"exp": None}),
        ({}, {"exp": 1}),
        ({}, {"exp": 99_999_999_999}),
        ({}, {"aud": "another"}),
        ({}, {"iss": "https://evil.example"}),
        ({"kid": "unknown"}, {}),
    ],
)
def test_a_wrong_logout_token_ends_nothing(party: Party, header: dict[str, object], claims: dict[str, object]) -> None:
    browser = party.browser()
    party.sign_in(browser)
    token = party.provider.logout_token(header, **claims)
    assert party.browser().post("/backchannel-logout", data={"logout_token": token}).status_code == 400
    assert browser.get("/").status_code == 200


def test_the_back_channel_needs_no_csrf_token(party: Party) -> None:
    party.app.config["WTF_CSRF_ENABLED"] = True
    token = party.provider.logout_token()
    assert party.browser().post("/backchannel-logout", data={"logout_token": token}).status_code == 200


def test_forms_may_end_at_the_issuer_and_nowhere_else(party: Party) -> None:
    policy = party.browser().get("/libre").headers["Content-Security-Policy"]
    assert re.search(r"form-action 'self' http://localhost:8400$", policy)
