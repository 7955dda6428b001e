"""Small things that software of others counts on: words of errors, pictures, methods, the order of questions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auth.clients.domain.client_registration import BadClientError
from auth.protocol.adapters.web.discovery import PATHS
from tests.auth.builders import DIRECTOR, ISSUER, AuthBrowser, Provider, a_client, sent_back
from tests.auth.clients.adapters.test_cross_origin import NOT_FOR_SCRIPTS
from tests.auth.conformance_fapi.builders import forged
from tests.auth.protocol.adapters.test_logout import BACK, claims_of, signed_in
from tests.promises import promise

LOGO = "https://logo.example/logo.png"


@promise("clients:courtesies")
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, "needs id_token_hint or client_id"),
        ({"id_token_hint": "x.y.z"}, "id_token_hint is not an ID token of ours"),
        ({"client_id": "nobody"}, "client_id is unknown"),
        ({"client_id": "cdap", "post_logout_redirect_uri": f"{BACK}/"}, "post_logout_redirect_uri is not registered"),
    ],
)
def test_a_refused_sign_out_says_what_is_wrong(browser: AuthBrowser, sent: dict[str, str], expected: str) -> None:
    signed_in(browser)
    page = browser.get("/logout", **{"post_logout_redirect_uri": BACK, **sent})
    assert page.status_code == 400
    assert expected in page.text
    assert ("is not registered" in page.text) == ("not registered" in expected)


@promise("clients:courtesies")
def test_a_forged_hint_is_called_so(browser: AuthBrowser) -> None:
    page = browser.get("/logout", id_token_hint=forged(signed_in(browser)), post_logout_redirect_uri=BACK)
    assert (page.status_code, "id_token_hint is not an ID token of ours" in page.text) == (400, True)


@promise("clients:courtesies")
@pytest.mark.parametrize("page", ["login", "consent"])
def test_the_logo_of_the_client_is_shown_and_no_other_picture(provider: Provider, page: str) -> None:
    provider.add(a_client("omega", 8411, logo_uri=LOGO, first_party=False, requires_service_contract=False))
    browser = provider.browser()
    if page == "consent":
        browser.sign_in()
    shown = browser.follow(browser.authorize("omega", 8411))
    assert f'src="{LOGO}"' in shown.text
    assert "img-src 'self' data: https://logo.example;" in shown.headers["Content-Security-Policy"]
    assert "logo.example" not in provider.browser().get("/login").headers["Content-Security-Policy"]


@promise("clients:courtesies")
@pytest.mark.parametrize("uri", ["http://localhost:8411/begin", "http://127.0.0.1/begin", "http://app.example/begin"])
def test_an_address_to_begin_at_is_https(uri: str) -> None:
    with pytest.raises(BadClientError, match="initiate_login_uri"):
        a_client(initiate_login_uri=uri)
    assert a_client(initiate_login_uri="https://app.example/begin").initiate_login_uri


@promise("clients:courtesies")
def test_every_address_for_clients_says_which_methods_it_takes(browser: AuthBrowser) -> None:
    metadata = browser.get(PATHS[0]).json
    named = {name: value for name, value in metadata.items() if name.endswith("_endpoint") or name == "jwks_uri"}
    paths = {value.removeprefix(ISSUER) for name, value in named.items()} | {*PATHS, "/register/x"}
    for path in sorted(paths):
        answers = {
            method: browser.client.open(path, method=method, base_url=ISSUER)
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE")
        }
        refused = {method for method, answer in answers.items() if answer.status_code == 405}
        assert {"PATCH", "TRACE"} <= refused, path
        assert ("GET" in refused) == ("HEAD" in refused), path
        for method in refused:
            allowed = {word.strip() for word in answers[method].headers["Allow"].split(",")} - {"OPTIONS"}
            assert allowed == set(answers) - refused, (path, method)
        if "HEAD" not in refused:
            assert answers["HEAD"].status_code == answers["GET"].status_code, path
            assert answers["HEAD"].data == b"", path
    assert named.keys() > NOT_FOR_SCRIPTS


def test_the_head_of_userinfo_is_that_of_its_answer(browser: AuthBrowser) -> None:
    signed_in(browser)
    token = browser.exchange(browser.code()).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    got, head = (browser.client.open("/userinfo", method=m, headers=headers, base_url=ISSUER) for m in ("GET", "HEAD"))
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


@promise("clients:courtesies")
@pytest.mark.parametrize("prompt", ["create", "foo", "login foo", "Login", "none foo"])
def test_an_unknown_prompt_is_refused(browser: AuthBrowser, prompt: str) -> None:
    signed_in(browser)
    assert sent_back(browser.authorize(prompt=prompt))["error"] == "invalid_request"


@promise("clients:courtesies")
@pytest.mark.parametrize("prompt", ["", "consent", "none"])
def test_nobody_is_asked_to_agree_to_what_is_closed_to_them(provider: Provider, prompt: str) -> None:
    provider.add(a_client("cdap", first_party=False))
    provider.change_rights("creche_director_grant", state="withdrawn")
    browser = provider.browser()
    browser.sign_in()
    answer = browser.authorize(prompt=prompt)
    if prompt == "none":
        assert sent_back(answer)["error"] in ("access_denied", "consent_required")
    else:
        assert answer.status_code == 403
        assert "HABILITATION_WITHDRAWN" in answer.text
    assert provider.read(lambda repos: repos.consents.of(DIRECTOR, "cdap")) is None
    assert "auth.access.refused" in provider.event_types()


@promise("clients:courtesies")
@pytest.mark.parametrize("length", [2372, 4096, 5120])
def test_a_long_state_comes_back_whole_also_through_our_pages(provider: Provider, length: int) -> None:
    browser = provider.browser()
    state = ("0123456789 é&=%/+" * length)[:length]
    page = browser.follow(browser.authorize(state=state))
    assert len(page.request.url) < 8190 or length > 4096  # what proxies take in a line
    answer = browser.follow(browser.submit(page, "/login", username="cdurand-4821", password="quatre mots sans lien"))
    assert sent_back(answer)["state"] == state


@promise("clients:courtesies")
def test_what_nothing_can_fill_is_not_announced(browser: AuthBrowser) -> None:
    metadata = browser.get(PATHS[0]).json
    assert metadata["scopes_supported"] == ["openid", "profile", "email"]
    assert not {"address", "phone_number", "phone_number_verified"} & {*metadata["claims_supported"]}


@promise("backchannel:sub-or-sid")
@pytest.mark.parametrize("subject_type", ["public", "pairwise"])
@pytest.mark.parametrize("with_session", [True, False])
def test_a_client_that_keeps_no_sid_is_told_the_person(
    provider: Provider, subject_type: str, with_session: bool
) -> None:
    provider.add(a_client(backchannel_logout_session_required=with_session, subject_type=subject_type))
    browser = provider.browser()
    hint: dict[str, Any] = claims_of(signed_in(browser))
    browser.submit(browser.get("/"), "/deconnexion")
    ((_address, logout_token),) = provider.calls.posted
    told = claims_of(logout_token)
    name = "sid" if with_session else "sub"
    assert {key: told[key] for key in ("sid", "sub") if key in told} == {name: hint[name]}


PROFILE = {"name", "given_name", "family_name", "preferred_username", "zoneinfo", "locale", "updated_at"}
EMAIL = {"email", "email_verified"}
WORK = {"org", "last_login_at"}
OPENED = [
    ("openid", set()),
    ("openid email", EMAIL),
    ("openid profile", PROFILE | WORK),
    ("openid cdap", WORK),
    ("openid profile email cdap", PROFILE | EMAIL | WORK),
]


@pytest.fixture
def known(provider: Provider) -> AuthBrowser:
    """Of a person who has signed in before, so that there is a last sign-in to tell."""
    provider.sign_in()
    browser = provider.browser()
    browser.sign_in()
    return browser


def of_userinfo(browser: AuthBrowser, tokens: Any) -> Any:
    header = {"Authorization": f"Bearer {tokens['access_token']}"}
    return browser.client.get("/userinfo", headers=header, base_url=ISSUER).json


@promise("clients:claims-of-scopes")
@pytest.mark.parametrize(("scope", "opened"), OPENED)
def test_what_a_scope_opens_is_at_userinfo_and_not_in_the_id_token(
    known: AuthBrowser, scope: str, opened: set[str]
) -> None:
    tokens = known.exchange(known.code("cdap", 8402, scope=scope)).json
    assert of_userinfo(known, tokens).keys() == {"sub", *opened}
    assert not claims_of(tokens["id_token"]).keys() & (PROFILE | EMAIL | WORK)
    again = known.token("cdap", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json
    assert of_userinfo(known, again).keys() == {"sub", *opened}
    assert not claims_of(again["id_token"]).keys() & (PROFILE | EMAIL | WORK)


@promise("clients:claims-of-scopes")
@pytest.mark.parametrize(("scope", "opened"), OPENED)
def test_an_access_token_names_the_organisation_only_where_the_scope_opens_it(
    known: AuthBrowser, scope: str, opened: set[str]
) -> None:
    tokens = known.exchange(known.code("cdap", 8402, scope=scope)).json
    assert ("org" in claims_of(tokens["access_token"])) == ("org" in opened)


@promise("clients:claims-of-scopes")
@pytest.mark.parametrize("place", ["id_token", "userinfo"])
@pytest.mark.parametrize("name", sorted(PROFILE | EMAIL | WORK))
def test_a_claim_asked_for_by_name_comes_where_it_was_asked_for(known: AuthBrowser, place: str, name: str) -> None:
    claims = json.dumps({place: {name: None}})
    tokens = known.exchange(known.code("cdap", 8402, scope="openid", claims=claims)).json
    again = known.token("cdap", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json
    for one in (tokens, again):
        found = {"id_token": claims_of(one["id_token"]), "userinfo": of_userinfo(known, one)}
        told = {where: said.keys() & (PROFILE | EMAIL | WORK) for where, said in found.items()}
        assert told == {"id_token": set(), "userinfo": set(), place: {name}}


@promise("clients:claims-of-scopes")
@pytest.mark.parametrize(("scope", "opened"), OPENED)
def test_consent_names_what_goes_and_nothing_else(provider: Provider, scope: str, opened: set[str]) -> None:
    provider.add(a_client("cdap", first_party=False))
    browser = provider.browser()
    browser.sign_in()
    page = browser.follow(browser.authorize("cdap", 8402, scope=scope)).text
    assert "votre numéro de compte" in page
    assert ("votre nom et votre identifiant" in page) == ("name" in opened)
    assert ("votre adresse électronique" in page) == ("email" in opened)
    assert ("votre organisation et la date de votre dernière connexion" in page) == ("org" in opened)


@promise("clients:claims-of-scopes")
@pytest.mark.parametrize("place", ["id_token", "userinfo"])
def test_consent_names_the_organisation_also_where_it_is_asked_for_by_name(provider: Provider, place: str) -> None:
    provider.add(a_client("cdap", first_party=False))
    browser = provider.browser()
    browser.sign_in()
    page = browser.follow(browser.authorize("cdap", 8402, scope="openid", claims=json.dumps({place: {"org": None}})))
    assert "votre organisation" in page.text
