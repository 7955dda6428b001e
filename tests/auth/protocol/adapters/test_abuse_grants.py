"""What outlives its reason: tokens after a withdrawn consent, grants of a deleted client, notices, waiting requests."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from auth.clients.domain.client_registration import BadClientError, check_client
from auth.clients.use_cases.import_clients import ImportClients
from auth.clients.use_cases.register_clients import OPERATOR
from auth.protocol.use_cases import push_request, serve_devices
from tests.auth.builders import CHALLENGE, DIRECTOR, ISSUER, SECRET, AuthBrowser, Provider, a_client

STRANGER = {"first_party": False, "requires_service_contract": False, "scope": "openid profile omega"}
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def _userinfo(browser: AuthBrowser, token: str) -> int:
    bearer = {"Authorization": f"Bearer {token}"}
    return int(browser.client.get("/userinfo", headers=bearer, base_url=ISSUER).status_code)


def _agreed(browser: AuthBrowser) -> str:
    """A code of a client that is not of the house."""
    page = browser.follow(browser.authorize("omega", 8411, scope="openid profile"))
    if "consent-allow" in page.text:
        browser.submit(page, "/consent", allow="1")
    return browser.code("omega", 8411, scope="openid profile")


def test_a_withdrawn_consent_ends_tokens_and_codes_of_a_client_without_refresh_tokens(
    provider: Provider, browser: AuthBrowser
) -> None:
    provider.add(a_client("omega", 8411, grant_types=["authorization_code"], **STRANGER))
    browser.sign_in()
    token = browser.exchange(_agreed(browser), "omega", 8411).json["access_token"]
    unused = _agreed(browser)
    assert _userinfo(browser, token) == 200
    session = provider.read(lambda repos: repos.sessions.open_of(DIRECTOR))[0]
    assert provider.people.person_sessions.withdraw_consent(session, "omega")
    assert _userinfo(browser, token) == 401
    assert browser.exchange(unused, "omega", 8411).json["error"] == "invalid_grant"


def test_a_code_replayed_many_times_tells_its_client_once(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    code = browser.code()
    browser.exchange(code)
    for _ in range(5):
        assert browser.exchange(code).json["error"] == "invalid_grant"
    assert len(provider.read(lambda repos: repos.logout_notices.rows)) == 1


def test_a_device_grant_is_a_consent_that_can_be_seen(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_client("omega", 8411, grant_types=[DEVICE], redirect_uris=[], **STRANGER))
    browser.sign_in()
    session = provider.read(lambda repos: repos.sessions.open_of(DIRECTOR))[0]
    client = provider.clients.known("omega")
    assert client is not None
    codes = provider.protocol.tokens.serve_devices.ask(client, "openid profile", ISSUER)
    found = provider.protocol.tokens.serve_devices.find(session, codes.user_code)
    assert found is not None
    assert provider.protocol.tokens.serve_devices.decide(session, found, client, granted=True)
    consent = provider.read(lambda repos: repos.consents.of(DIRECTOR, "omega"))
    assert consent.scope == ("openid", "profile")


def test_a_deleted_client_leaves_no_grant_to_another_of_its_name(provider: Provider, browser: AuthBrowser) -> None:
    browser.sign_in()
    tokens, unused = browser.exchange(browser.code()).json, browser.code()
    provider.clients.register.delete("cdap", OPERATOR)
    provider.add(a_client())
    assert browser.exchange(unused).json["error"] == "invalid_grant"
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert browser.token(**form).json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("resource", "why"), [("http://localhost:8402", "another application already"), (ISSUER, "the provider itself")]
)
def test_nobody_gets_the_resource_of_somebody_else(provider: Provider, resource: str, why: str) -> None:
    entry: dict[str, Any] = {
        "client_id": "spy",
        "owner": "national",
        "code": "spy",
        "name": "Spy",
        "scope": "openid spy",
        "secret": SECRET,
    }
    entry |= {"redirect_uris": ["http://localhost:9000/retour"], "resource": resource}
    imports = ImportClients(provider.work, provider.clock, lambda _jwks: None, ISSUER)
    with pytest.raises(BadClientError, match=why):
        imports([entry])
    description: dict[str, Any] = {key: value for key, value in entry.items() if key != "secret"}
    with pytest.raises(BadClientError, match=why):
        provider.clients.register.create(description, OPERATOR)
    assert imports([entry | {"resource": "http://localhost:9000"}]) == 1


def test_a_public_client_cannot_fill_the_tables(provider: Provider, browser: AuthBrowser) -> None:
    public = replace(a_client("omega", 8411), secret_hash="", auth_method="none", requires_service_contract=False)
    public = replace(public, grant_types=("authorization_code", DEVICE))
    check_client(public)
    provider.add(public)
    client = provider.clients.known("omega")
    assert client is not None
    for _ in range(push_request.MOST_WAITING):
        provider.protocol.push_request(client, {"client_id": ("omega",)}, "")
    form = {"client_id": "omega", "response_type": "code", "scope": "openid", "code_challenge": CHALLENGE}
    form |= {"code_challenge_method": "S256", "redirect_uri": "http://localhost:8411/retour"}
    assert browser.post("/par", **form).status_code == 429
    for _ in range(serve_devices.MOST_WAITING):
        provider.protocol.tokens.serve_devices.ask(client, "openid", ISSUER)
    assert browser.post("/device_authorization", client_id="omega", scope="openid").status_code == 429


@pytest.mark.parametrize("owner", ["921", "national"])
def test_a_refused_exchange_is_recorded(provider: Provider, browser: AuthBrowser, owner: str) -> None:
    exchange = "urn:ietf:params:oauth:grant-type:token-exchange"
    whose = {"owner": owner, "first_party": owner == "national"}
    provider.add(a_client("omega", 8411, grant_types=[exchange], redirect_uris=[], exchange_to=["cdap"], **whose))
    browser.sign_in()
    foreign = browser.exchange(browser.code()).json["access_token"]
    form = {"grant_type": exchange, "subject_token": foreign, "audience": "cdap"}
    form |= {"subject_token_type": "urn:ietf:params:oauth:token-type:access_token"}
    assert browser.token("omega", **form).status_code == 400
    event = provider.work.events[-1]
    assert (event.type, event.reason) == ("auth.exchange.refused", "SUBJECT_TOKEN_FOREIGN")
    assert event.owner == owner
    assert json.dumps(dict(event.payload)) == '{"client_id": "omega"}'
