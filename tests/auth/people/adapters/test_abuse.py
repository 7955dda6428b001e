"""What somebody with bad intentions, or a careless client, sends; and what auth makes of it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rights.facts import Organisation, User
from tests.auth.builders import (
    CHALLENGE,
    DIRECTOR,
    ISSUER,
    PASSWORD,
    AuthBrowser,
    Provider,
    a_client,
    an_account,
    sent_back,
)


def _tokens(browser: AuthBrowser) -> Any:
    browser.sign_in()
    return browser.exchange(browser.code()).json


def test_a_head_request_disowns_nothing(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    assert browser.client.head("/ce-n-etait-pas-moi", base_url=ISSUER).status_code == 200
    assert browser.get("/").status_code == 200
    assert "auth.login.disowned" not in provider.event_types()


def test_the_consent_page_never_sends_anyone_to_an_address_that_is_not_the_clients(
    provider: Provider, browser: AuthBrowser
) -> None:
    provider.add(a_client("omega", 8411, first_party=False, requires_service_contract=False))
    wrong = {"response_type": "code", "client_id": "omega", "redirect_uri": "https://evil.example/"}
    answer = browser.post("/authorize", **wrong, scope="openid", code_challenge=CHALLENGE)
    assert answer.status_code == 400
    assert 'class="oidc-error"' in answer.text
    browser.sign_in()
    page = browser.follow(browser.authorize("omega", 8411))
    provider.add(a_client("omega", 8499, first_party=False, requires_service_contract=False))
    denied = browser.submit(page, "/consent", deny="1")
    assert denied.status_code == 400
    assert "Location" not in denied.headers


def test_a_posted_request_with_a_fault_is_answered_without_being_carried_along(browser: AuthBrowser) -> None:
    good = {"response_type": "code", "client_id": "cdap", "redirect_uri": "http://localhost:8402/retour"}
    answer = browser.post("/authorize", **good, scope="openid", code_challenge=CHALLENGE, nonce="n" * 100_000)
    assert sent_back(answer)["error"] == "invalid_request"


def test_what_nobody_looks_at_does_not_travel_with_the_request(browser: AuthBrowser) -> None:
    answer = browser.authorize("cdap", 8402, **{f"more-{number}": "x" * 8000 for number in range(20)})
    assert len(answer.headers["Location"]) < 2000


@pytest.mark.parametrize("name", ["state", "nonce", "scope", "login_hint"])
def test_a_control_character_in_a_parameter_is_refused(browser: AuthBrowser, name: str) -> None:
    assert sent_back(browser.authorize("cdap", 8402, **{name: "openid\x00"}))["error"] == "invalid_request"


def test_a_hint_of_somebody_else_gives_no_code(provider: Provider, browser: AuthBrowser) -> None:
    hint = _tokens(browser)["id_token"]
    assert "code" in sent_back(browser.authorize("cdap", 8402, id_token_hint=hint, prompt="none"))
    provider.add(an_account("account-social-worker", "amartin-0007"))
    other = provider.browser()
    other.sign_in("amartin-0007")
    assert sent_back(other.authorize("cdap", 8402, id_token_hint=hint, prompt="none"))["error"] == "login_required"
    provider.clock.advance(timedelta(seconds=1))
    login = other.follow(other.authorize("cdap", 8402, id_token_hint=hint))
    again = other.submit(login, "/login", username="amartin-0007", password=PASSWORD)
    assert sent_back(other.follow(again))["error"] == "login_required"


@pytest.mark.parametrize("hint", ["of another client", "x.y.z"])
def test_a_hint_that_is_not_the_clients_is_refused(browser: AuthBrowser, hint: str) -> None:
    browser.sign_in()
    tokens = browser.exchange(browser.code("mon-enfant", 8410), "mon-enfant", 8410).json
    unverified = tokens["id_token"] if hint == "of another client" else hint
    answer = browser.authorize("cdap", 8402, id_token_hint=unverified, prompt="none")
    assert sent_back(answer)["error"] == "invalid_request"


def test_an_id_token_of_an_older_session_ends_nothing_without_being_asked(
    provider: Provider, browser: AuthBrowser
) -> None:
    old = _tokens(browser)["id_token"]
    browser.submit(browser.get("/"), "/deconnexion")
    browser.sign_in()
    page = browser.get("/logout", id_token_hint=old)
    assert 'id="logout-confirm"' in page.text
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("kind", ["closed", "left"])
def test_a_session_for_an_organisation_that_is_gone_opens_nothing(
    provider: Provider, browser: AuthBrowser, kind: str
) -> None:
    provider.add(
        replace(
            a_client("plain", 8499, requires_service_contract=False), extranet=None, resource=None, scope=("openid",)
        )
    )
    browser.sign_in()
    token = browser.exchange(browser.code("plain", 8499, scope="openid"), "plain", 8499).json["refresh_token"]
    second = (
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
    name, state = ("commune", "closed") if kind == "closed" else ("creche_director", "closed")
    provider.commune = provider.commune.changed(name, state=state)
    provider.replica.snapshot = provider.commune.snapshot(revision=43, more=second)
    assert urlsplit(browser.get("/").headers["Location"]).path == "/organisation"
    answer = browser.authorize("plain", 8499, scope="openid")
    assert urlsplit(answer.headers["Location"]).path == "/organisation"
    refused = browser.token("plain", grant_type="refresh_token", refresh_token=token)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
    page = browser.follow(answer)
    chosen = browser.submit(page, "/organisation", organisation="org-second")
    assert "code" in sent_back(browser.follow(chosen))


def test_a_foreign_resource_at_the_token_endpoint_is_refused_and_uses_nothing_up(browser: AuthBrowser) -> None:
    browser.sign_in()
    code = browser.code()
    assert browser.exchange(code, resource="http://localhost:8410").json["error"] == "invalid_target"
    tokens = browser.exchange(code, resource="http://localhost:8402").json
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert browser.token(**form, resource="http://localhost:8410").json["error"] == "invalid_target"
    assert browser.token(**form).status_code == 200


@pytest.mark.parametrize("header", ["Basic \xe9", "Basic", "Basic ====", "Basic /zr+", "Basic Y2RhcA==", "Bearer x"])
def test_a_malformed_authentication_of_a_client_is_its_own_fault(browser: AuthBrowser, header: str) -> None:
    form = {"grant_type": "authorization_code", "code": "x"}
    answer = browser.client.post("/token", data=form, headers={"Authorization": header}, base_url=ISSUER)
    assert answer.status_code in (400, 401)
    assert '"invalid_client"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_client_names_itself_once(browser: AuthBrowser) -> None:
    browser.sign_in()
    answer = browser.exchange(browser.code(), client_id="mon-enfant")
    assert answer.json["error"] == "invalid_request"


@pytest.mark.parametrize("header", [{"crit": 5}, {"crit": ["b64"], "b64": False}, {"typ": 5}, {"alg": 5}])
def test_a_token_with_a_strange_header_is_only_refused(
    provider: Provider, browser: AuthBrowser, header: dict[str, object]
) -> None:
    content = {"alg": "ES256", "kid": provider.keys.signer.kid, "typ": "JWT", **header}
    encoded = base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
    unverified = f"{encoded}.e30.{'A' * 86}"
    answer = browser.client.get("/userinfo", headers={"Authorization": f"Bearer {unverified}"}, base_url=ISSUER)
    assert answer.status_code == 401
    assert 'id="logout-confirm"' in browser.get("/logout", id_token_hint=unverified).text


def test_the_parameters_that_matter_survive_the_login_page(browser: AuthBrowser) -> None:
    login = browser.follow(browser.authorize("cdap", 8402, max_age="60", resource="http://localhost:8402"))
    answer = browser.follow(browser.submit(login, "/login", username="cdurand-4821", password=PASSWORD))
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["state"] == ["the state"]


def test_a_token_for_an_audience_its_client_no_longer_has_opens_nothing(
    provider: Provider, browser: AuthBrowser
) -> None:
    token = _tokens(browser)["access_token"]
    ask = {"headers": {"Authorization": f"Bearer {token}"}, "base_url": ISSUER}
    assert browser.client.get("/userinfo", **ask).status_code == 200
    provider.add(a_client("cdap", resource="https://elsewhere.example"))
    assert browser.client.get("/userinfo", **ask).status_code == 401


def test_a_refresh_gives_no_scope_that_was_taken_from_the_client(provider: Provider, browser: AuthBrowser) -> None:
    refresh = _tokens(browser)["refresh_token"]
    provider.add(a_client("cdap", scope="openid cdap"))
    answer = browser.token(grant_type="refresh_token", refresh_token=refresh).json
    assert answer["scope"] == "openid cdap"
