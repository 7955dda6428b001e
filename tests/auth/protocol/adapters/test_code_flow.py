"""The code flow over HTTP, from the login page to the tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from joserfc import jwt

from tests.auth.builders import DIRECTOR, ISSUER, AuthBrowser, Provider, sent_back


def test_a_person_signs_in_and_the_client_gets_tokens(provider: Provider, browser: AuthBrowser) -> None:
    login = browser.follow(browser.authorize())
    assert 'name="username"' in login.text
    assert "CDAP" in login.text
    signed_in = browser.submit(login, "/login", username="cdurand-4821", password="quatre mots sans lien")
    back = sent_back(browser.follow(signed_in))
    assert (back["state"], back["iss"]) == ("the state", ISSUER)

    answer = browser.exchange(back["code"])
    tokens = answer.json
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert tokens["expires_in"] == 300
    access = jwt.decode(tokens["access_token"], provider.keys.public, algorithms=["ES256"])
    assert access.header["typ"] == "at+jwt"
    assert access.header["kid"] == provider.keys.signer.kid
    claims = access.claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, "http://localhost:8402", DIRECTOR)
    assert claims["scope"] == "openid profile email cdap"
    assert claims["authorization_details"][0]["profiles"] == ["T2"]
    assert claims["org"]["id"] == "org-commune"
    assert claims["rights_revision"] == 42
    identity = jwt.decode(tokens["id_token"], provider.keys.public, algorithms=["ES256"]).claims
    assert (identity["nonce"], identity["sid"]) == ("the nonce", claims["sid"])
    assert not {"name", "email", "org", "last_login_at"} & identity.keys()
    assert "auth.token.issued" in provider.event_types()


def test_the_second_extranet_asks_for_no_login(browser: AuthBrowser) -> None:
    browser.sign_in()
    assert browser.exchange(browser.code()).status_code == 200
    code = browser.code("mon-enfant", 8410)
    assert browser.exchange(code, "mon-enfant", 8410).status_code == 200


def test_userinfo_says_who_the_token_is_about(browser: AuthBrowser) -> None:
    browser.sign_in()
    tokens = browser.exchange(browser.code()).json
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    answers: tuple[Any, ...] = (
        browser.client.get("/userinfo", headers=bearer, base_url=ISSUER),
        browser.client.post("/userinfo", headers=bearer, base_url=ISSUER),
        browser.post("/userinfo", access_token=tokens["access_token"]),
    )
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert answer.json["sub"] == DIRECTOR
    assert browser.get("/userinfo", access_token=tokens["access_token"]).status_code == 401
    hint = {"Authorization": f"Bearer {tokens['id_token']}"}
    refused = browser.client.get("/userinfo", headers=hint, base_url=ISSUER)
    assert refused.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_the_documents_of_the_provider_say_what_is_there(provider: Provider, browser: AuthBrowser) -> None:
    metadata = browser.get("/.well-known/openid-configuration").json
    assert metadata["issuer"] == ISSUER
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["response_types_supported"] == ["code"]
    keys = browser.get("/jwks").json["keys"]
    assert {key["alg"]: key["kid"] for key in keys}["ES256"] == provider.keys.signer.kid
    assert "d" not in keys[0]


def test_a_posted_request_is_answered_like_a_get(browser: AuthBrowser) -> None:
    browser.sign_in()
    query = urlsplit(browser.authorize().request.url).query
    posted = browser.client.post(
        "/authorize", data=query, base_url=ISSUER, content_type="application/x-www-form-urlencoded"
    )
    assert "code" in sent_back(browser.follow(posted))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"resource": "http://localhost:9999"}, "invalid_target"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"request": "x.y.z"}, "request_not_supported"),
        ({"request_uri": "urn:x"}, "request_uri_not_supported"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_wrong_request_goes_back_to_the_client(browser: AuthBrowser, changes: dict[str, str], error: str) -> None:
    back = sent_back(browser.authorize(**changes))
    assert (back["error"], back["state"], back["iss"]) == (error, "the state", ISSUER)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"redirect_uri": None},
        {"redirect_uri": "http://localhost:8402/retour?x=1"},
        {"redirect_uri": "http://localhost:8402/retour/"},
        {"redirect_uri": "http://evil.example/retour"},
    ],
)
def test_an_unknown_address_is_never_redirected_to(browser: AuthBrowser, changes: dict[str, str]) -> None:
    answer = browser.authorize(**changes)
    assert answer.status_code == 400
    assert 'class="oidc-error"' in answer.text
    assert "invalid_request" in answer.text


def test_a_parameter_given_twice_is_refused(browser: AuthBrowser) -> None:
    url = browser.authorize().request.url
    answer = browser.client.get(f"/authorize?{urlsplit(url).query}&state=other", base_url=ISSUER)
    assert sent_back(answer)["error"] == "invalid_request"


def test_scopes_of_other_extranets_are_left_out(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    tokens = browser.exchange(browser.code(scope="openid mon-enfant unknown")).json
    assert tokens["scope"] == "openid"
    claims = jwt.decode(tokens["access_token"], provider.keys.public, algorithms=["ES256"]).claims
    assert "authorization_details" not in claims


def test_prompt_login_asks_once_and_does_not_loop(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    provider.clock.advance(timedelta(seconds=1))
    login = browser.follow(browser.authorize(prompt="login"))
    assert 'id="login-submit"' in login.text
    again = browser.submit(login, "/login", username="cdurand-4821", password="quatre mots sans lien")
    assert "code" in sent_back(browser.follow(again))


def test_max_age_asks_again_when_the_sign_in_is_older(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    provider.clock.advance(timedelta(seconds=10))
    assert "code" in sent_back(browser.authorize(max_age="10000"))
    login = browser.follow(browser.authorize(max_age="1"))
    again = browser.submit(login, "/login", username="cdurand-4821", password="quatre mots sans lien")
    assert "code" in sent_back(browser.follow(again))


def test_an_extranet_without_habilitation_says_why_and_is_the_last_refusal(
    provider: Provider, browser: AuthBrowser
) -> None:
    browser.sign_in()
    provider.change_rights("cdap_contract", state="suspended")
    page = browser.authorize()
    assert page.status_code == 403
    assert "La Caf a suspendu le contrat de service" in page.text
    assert "error=access_denied" not in page.text  # our own extranet would only refuse again, with other words
    assert 'id="reference"' in page.text
    assert sent_back(browser.authorize(prompt="none"))["error"] == "access_denied"
    event = next(event for event in provider.work.events if event.type == "auth.access.refused")
    assert (event.decision, event.reason) == ("refused", "SERVICE_CONTRACT_SUSPENDED")


def test_stale_rights_open_nothing(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    code = browser.code()
    provider.replica.age = timedelta(seconds=6)
    page = browser.authorize()
    assert page.status_code == 503
    assert "RIGHTS_STALE" in page.text
    assert sent_back(browser.authorize(prompt="none"))["error"] == "temporarily_unavailable"
    answer = browser.exchange(code)
    assert (answer.status_code, answer.json["error"]) == (503, "temporarily_unavailable")
    provider.replica.age = timedelta(0)
    assert browser.exchange(code).status_code == 200
