"""RP-Initiated Logout 1.0, as a browser without JavaScript sees it."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.auth.builders import ISSUER, AuthBrowser, Provider, a_client, sent_back

BACK = "http://localhost:8402/deconnecte"


def signed_in(browser: AuthBrowser, client_id: str = "cdap", port: int = 8402) -> str:
    """The ID token of a client in a session that is open."""
    if browser.get("/").headers.get("Location") == "/login":
        browser.sign_in()
    code = browser.code(client_id, port, scope="openid")
    token: str = browser.exchange(code, client_id, port).json["id_token"]
    return token


def is_signed_in(browser: AuthBrowser) -> bool:
    return sent_back(browser.authorize(prompt="none")).get("error") != "login_required"


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{header}.{token.split('.')[1]}."


@pytest.mark.parametrize("state", [None, "s p/é&=", "x" * 1500])
def test_a_client_ends_the_session_and_gets_its_state_back(browser: AuthBrowser, state: str | None) -> None:
    query = {"id_token_hint": signed_in(browser), "post_logout_redirect_uri": BACK}
    answer = browser.get("/logout", **query | ({"state": state} if state else {}))
    location = urlsplit(answer.headers["Location"])
    assert answer.status_code == 303
    assert f"{location.scheme}://{location.netloc}{location.path}" == BACK
    assert parse_qs(location.query) == ({"state": [state]} if state else {})
    assert not is_signed_in(browser)


def test_without_a_return_address_the_page_of_the_provider_is_the_end(browser: AuthBrowser) -> None:
    answer = browser.get("/logout", id_token_hint=signed_in(browser), state="s")
    assert answer.headers["Location"] == "/logged-out"
    page = browser.follow(answer)
    assert 'id="logged-out" data-done="1" data-total="1"' in page.text
    assert not is_signed_in(browser)
    again = browser.get("/logged-out")
    assert 'data-total="0"' in again.text
    assert "Aucun extranet" not in again.text


def test_an_id_token_that_is_over_is_still_a_hint(provider: Provider, browser: AuthBrowser) -> None:
    hint = signed_in(browser)
    provider.clock.advance(timedelta(minutes=25))
    assert browser.get("/logout", id_token_hint=hint, post_logout_redirect_uri=BACK).headers["Location"] == BACK


@pytest.mark.parametrize("changes", [{"id_token_signed_response_alg": "RS256"}, {"subject_type": "pairwise"}])
def test_id_tokens_of_every_kind_of_client_are_hints(
    provider: Provider, browser: AuthBrowser, changes: dict[str, Any]
) -> None:
    provider.add(a_client(**changes))
    hint = signed_in(browser)
    answer = browser.get("/logout", id_token_hint=hint, client_id="cdap", post_logout_redirect_uri=BACK)
    assert answer.headers["Location"] == BACK
    assert not is_signed_in(browser)


def test_a_hint_that_is_not_ours_leads_nowhere(provider: Provider, browser: AuthBrowser) -> None:
    hint = signed_in(browser)
    foreign = provider.keys.sign("JWT", claims_of(hint) | {"iss": "https://other.example"})
    for bad in (unsigned(hint), hint[:-6] + "AAAAAA", foreign, browser.token().text, "x" * 20_000):
        refused = browser.get("/logout", id_token_hint=bad, post_logout_redirect_uri=BACK, state="s")
        assert refused.status_code == 400
        assert 'class="oidc-error"' in refused.text
        assert 'id="logout-confirm"' in browser.get("/logout", id_token_hint=bad).text
    assert is_signed_in(browser)


def test_an_access_token_is_no_hint(browser: AuthBrowser) -> None:
    browser.sign_in()
    access_token = browser.exchange(browser.code()).json["access_token"]
    assert 'id="logout-confirm"' in browser.get("/logout", id_token_hint=access_token).text


def test_the_hint_of_an_older_session_does_not_end_this_one_unasked(browser: AuthBrowser) -> None:
    older = signed_in(browser)
    browser.get("/logout", id_token_hint=older)
    signed_in(browser)
    page = browser.get("/logout", id_token_hint=older, post_logout_redirect_uri=BACK, state="s")
    assert 'id="logout-confirm"' in page.text
    assert is_signed_in(browser)
    assert browser.submit(page, "/logout/confirm").headers["Location"] == f"{BACK}?state=s"
    assert not is_signed_in(browser)


def test_the_client_named_must_be_the_one_of_the_hint(browser: AuthBrowser) -> None:
    hint = signed_in(browser)
    answer = browser.get("/logout", id_token_hint=hint, client_id="mon-enfant", post_logout_redirect_uri=BACK)
    assert answer.status_code == 400
    assert is_signed_in(browser)


@pytest.mark.parametrize("uri", [f"{BACK}?x=1", f"{BACK}/", BACK.upper(), "http://localhost:8410/deconnecte", "//x"])
@pytest.mark.parametrize("named", ["hint", "client_id", "nothing"])
def test_only_an_address_of_the_client_is_followed(browser: AuthBrowser, uri: str, named: str) -> None:
    hint = signed_in(browser)
    query = {"hint": {"id_token_hint": hint}, "client_id": {"client_id": "cdap"}, "nothing": {}}[named]
    answer = browser.get("/logout", post_logout_redirect_uri=uri, state="s", **query)
    assert answer.status_code == 400
    assert 'class="oidc-error"' in answer.text
    assert "Location" not in answer.headers
    assert is_signed_in(browser) == (named != "hint")


def test_an_address_that_nobody_claims_is_not_followed(browser: AuthBrowser) -> None:
    signed_in(browser)
    answer = browser.get("/logout", post_logout_redirect_uri=BACK, state="s")
    assert answer.status_code == 400
    assert is_signed_in(browser)


@pytest.mark.parametrize("query", [{}, {"state": "s"}, {"logout_hint": "x"}])
def test_without_a_hint_the_person_is_asked_and_stays_here(browser: AuthBrowser, query: dict[str, str]) -> None:
    signed_in(browser)
    page = browser.get("/logout", **query)
    assert 'id="logout-confirm"' in page.text
    assert is_signed_in(browser)
    gone = browser.follow(browser.submit(page, "/logout/confirm"))
    assert 'id="logged-out" data-done="1" data-total="1"' in gone.text
    assert not is_signed_in(browser)


def test_a_tampered_confirmation_goes_nowhere(browser: AuthBrowser) -> None:
    signed_in(browser)
    page = browser.get("/logout", client_id="cdap", post_logout_redirect_uri=BACK)
    gone = browser.submit(page, "/logout/confirm", post_logout_redirect_uri="https://evil.example/")
    assert gone.headers["Location"] == "/logged-out"


@pytest.mark.parametrize("name", ["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"])
def test_a_parameter_given_twice_is_refused(browser: AuthBrowser, name: str) -> None:
    hint = signed_in(browser)
    query = {"id_token_hint": hint, "client_id": "cdap", "post_logout_redirect_uri": BACK, "state": "s"}
    pairs = [*query.items(), (name, query.get(name, "fr")), ("ui_locales", "fr")]
    answer = browser.client.get("/logout", query_string=pairs, base_url=ISSUER)
    assert answer.status_code == 400
    assert is_signed_in(browser)


def test_a_request_may_be_posted(browser: AuthBrowser) -> None:
    form = {"id_token_hint": signed_in(browser), "post_logout_redirect_uri": BACK, "state": "s"}
    assert browser.post("/logout", **form).headers["Location"] == f"{BACK}?state=s"
    assert not is_signed_in(browser)


def test_a_request_posted_from_another_site_finds_its_cookie_again(provider: Provider, browser: AuthBrowser) -> None:
    older = signed_in(browser)
    browser.get("/logout", id_token_hint=older)
    signed_in(browser)
    form = {"id_token_hint": older, "post_logout_redirect_uri": BACK, "state": "s"}
    redirected = provider.browser().post("/logout", **form)  # as a browser that keeps its SameSite=Lax cookie back
    assert older not in redirected.headers["Location"]
    assert 'id="logout-confirm"' in browser.follow(redirected).text
    assert is_signed_in(browser)
    answer = browser.get("/logout", demande="not sealed by us")
    assert 'id="logout-confirm"' in answer.text


def test_nobody_signed_in_is_sent_back_all_the_same(browser: AuthBrowser) -> None:
    hint = signed_in(browser)
    for _ in range(2):
        assert browser.get("/logout", id_token_hint=hint, post_logout_redirect_uri=BACK).headers["Location"] == BACK


def test_the_pages_speak_the_language_of_the_request(browser: AuthBrowser) -> None:
    signed_in(browser)
    page = browser.client.get("/logout?ui_locales=de+en", headers={"Accept-Language": "fr"}, base_url=ISSUER)
    assert "Do you want to sign out?" in page.text
