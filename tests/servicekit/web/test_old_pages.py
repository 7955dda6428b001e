"""A relying party whose pages were left open: signing out always signs out, an old answer leads on."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from tests.promises import promise
from tests.servicekit.fakes import FixedClock
from tests.servicekit.web.conftest import Party
from tests.servicekit.web.fake_provider import PUBLIC_URL


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": PUBLIC_URL},
    ],
)
@promise("people:sign-out-signs-out")
def test_a_page_left_open_signs_out_whatever_became_of_its_csrf_token(party: Party, said: dict[str, str]) -> None:
    party.app.config["WTF_CSRF_ENABLED"] = True
    browser = party.browser()
    party.sign_in(browser)
    answer = browser.post("/deconnexion", data={"csrf_token": "of another life"}, headers=said)
    assert urlsplit(answer.location).path == "/logout"
    assert browser.get("/").status_code == 303


@pytest.mark.parametrize(
    "said",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": PUBLIC_URL},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
@promise("people:sign-out-is-ours")
def test_a_page_of_another_site_signs_nobody_out_and_the_person_is_asked(party: Party, said: dict[str, str]) -> None:
    browser = party.browser()
    party.sign_in(browser)
    answer = browser.post("/deconnexion", headers=said)
    assert 'id="sign-out-confirm"' in answer.text
    assert browser.get("/").status_code == 200


def test_signing_out_twice_is_signing_out(party: Party) -> None:
    browser = party.browser()
    party.sign_in(browser)
    browser.post("/deconnexion")
    assert browser.post("/deconnexion").location == "/deconnecte"


@promise("people:old-pages-lead-on")
def test_an_old_answer_leads_somebody_who_is_signed_in_to_the_service(party: Party) -> None:
    browser = party.browser()
    back = party.provider.authorize(browser.get("/connexion?suite=/formulaire").location)
    assert browser.get(back).location == "/formulaire"
    assert browser.get(back).location == "/"
    assert browser.get("/retour").location == "/"
    assert browser.get("/retour?state=unknown&code=stolen").location == "/"


@promise("people:old-pages-lead-on", "people:no-login-csrf")
def test_an_old_answer_begins_once_more_and_only_once_and_its_code_is_never_used(party: Party) -> None:
    browser = party.browser()
    again = browser.get("/retour?state=unknown&code=of-the-attacker")
    assert urlsplit(again.location).path == "/authorize"
    assert "of-the-attacker" not in again.location
    circle = browser.get("/retour?state=unknown&code=of-the-attacker")
    assert circle.status_code == 400
    assert 'data-reason="LOGIN_ATTEMPT_UNKNOWN"' in circle.text
    again = browser.get("/retour?state=unknown")
    assert browser.get(party.provider.authorize(again.location)).location == "/"
    assert browser.get("/").text.startswith("Camille Martin")
    assert party.provider.count("/token") == 1


def test_a_sign_in_page_left_open_for_a_working_day_still_leads_to_the_page(party: Party, clock: FixedClock) -> None:
    browser = party.browser()
    to_issuer = browser.get("/connexion?suite=/formulaire")
    clock.advance(timedelta(hours=11))
    assert browser.get(party.provider.authorize(to_issuer.location)).location == "/formulaire"
