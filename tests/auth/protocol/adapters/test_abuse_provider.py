"""What somebody who owns a client tries with the people who use it: claims, names and pseudonyms not agreed to."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from auth.clients.domain.clients import DEVICE_CODE, IDENTITY_SCOPES
from auth.clients.use_cases.open_registration import OpenRegistration
from auth.clients.use_cases.register_clients import OPERATOR
from auth.ground.domain.errors import ClientChangedError
from auth.protocol.adapters.crypto.client_tokens import MOST_WAITING, JoseClientTokens
from auth.protocol.domain.claims import KnownPerson, claims_opened_by, person_claims
from auth.protocol.domain.client_tokens import ClientTokenRefusedError, KeySource
from tests.auth.builders import DIRECTOR, ISSUER, SECRET, AuthBrowser, Provider, a_client, an_account, sent_back
from tests.auth.clients.adapters.registrar import METADATA, Registrar, path_of
from tests.auth.protocol.adapters.test_client_tokens import EC_KEY, key_set, signed
from tests.auth.protocol_fakes import holder_of
from tests.servicekit.fakes import FixedClock

EVERYTHING = " ".join(IDENTITY_SCOPES)


def _stranger(provider: Provider, **changes: Any) -> None:
    """A client that is not of the house: people are asked before it learns anything."""
    plain = {"resource": None, "first_party": False, "requires_service_contract": False, "scope": EVERYTHING}
    provider.add(a_client("omega", 8411, **{**plain, **changes}))


def _agreed(browser: AuthBrowser, **changes: str) -> Any:
    """The tokens after a consent."""
    page = browser.follow(browser.authorize("omega", 8411, **changes))
    answer = browser.follow(browser.submit(page, "/consent", allow="1"))
    return browser.exchange(sent_back(answer)["code"], "omega", 8411).json


def _userinfo(browser: AuthBrowser, access_token: str) -> Any:
    headers = {"Authorization": f"Bearer {access_token}"}
    return browser.client.get("/userinfo", headers=headers, base_url=ISSUER).json


def _introspected(browser: AuthBrowser, token: str) -> Any:
    form = {"client_id": "omega", "client_secret": SECRET, "token": token}
    return browser.client.post("/introspect", data=form, base_url=ISSUER).json


@pytest.mark.parametrize("member", ["userinfo", "id_token"])
def test_a_claim_asked_for_alone_is_agreed_to_as_its_scope_is(
    provider: Provider, browser: AuthBrowser, member: str
) -> None:
    _stranger(provider)
    browser.sign_in()
    _agreed(browser, scope="openid")
    asked = {"scope": "openid", "claims": json.dumps({member: {"email": None}})}
    assert sent_back(browser.authorize("omega", 8411, **asked, prompt="none"))["error"] == "consent_required"
    page = browser.follow(browser.authorize("omega", 8411, **asked))
    assert "adresse électronique" in page.text
    assert "identifiant" not in page.text
    assert "code" in sent_back(browser.follow(browser.submit(page, "/consent", allow="1")))
    assert "code" in sent_back(browser.authorize("omega", 8411, **asked, prompt="none"))


def test_a_claim_that_the_client_could_not_have_is_not_given_when_its_scope_grows(
    provider: Provider, browser: AuthBrowser
) -> None:
    _stranger(provider, scope="openid profile")
    browser.sign_in()
    claims = json.dumps({"userinfo": {"email": None, "name": None}, "id_token": {"email": {"essential": True}}})
    tokens = _agreed(browser, scope="openid", claims=claims)
    assert set(_userinfo(browser, tokens["access_token"])) == {"sub", "name"}
    _stranger(provider)
    again = browser.token("omega", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json
    assert set(_userinfo(browser, again["access_token"])) == {"sub", "name"}
    assert _userinfo(browser, tokens["access_token"]).keys() == {"sub", "name"}


def test_every_claim_of_a_person_is_one_that_a_scope_is_shown_for(provider: Provider) -> None:
    organisation = {"id": "o1", "siret": "21920001500013", "name": "Commune de Bois-Joli", "caf": "921"}
    session = replace(provider.sign_in().session, previous_login_at=provider.clock.now())
    person = KnownPerson(holder_of(session, an_account()), organisation)
    for word in (*IDENTITY_SCOPES, "cdap"):
        assert set(person_claims(person, word)) == set(claims_opened_by(word))


def test_introspection_names_nobody_whose_name_was_not_agreed_to(provider: Provider, browser: AuthBrowser) -> None:
    _stranger(provider, subject_type="pairwise")
    browser.sign_in()
    found = _introspected(browser, _agreed(browser, scope="openid")["access_token"])
    assert found["active"] is True
    assert "username" not in found
    named = _agreed(browser, scope="openid profile")
    assert _introspected(browser, named["access_token"])["username"] == "cdurand-4821"


@pytest.mark.parametrize("grants", [[DEVICE_CODE], ["authorization_code", DEVICE_CODE], ["client_credentials"]])
def test_a_client_gets_no_pseudonym_of_a_sector_that_it_may_not_belong_to(
    provider: Provider, browser: AuthBrowser, grants: list[str]
) -> None:
    """A device shows its code anywhere: nothing comes back to the redirect URI that the sector is made of."""
    provider.fetched["https://victim.example/sector"] = ["https://victim.example/retour"]
    token = OpenRegistration(provider.work, provider.clock).create("Alpha", days=7, uses=2, owner="national")
    for sector in ({}, {"sector_identifier_uri": "https://victim.example/sector"}):
        metadata = {**sector, "subject_type": "pairwise", "redirect_uris": ["https://victim.example/retour"]}
        refused = Registrar(browser).register(token, grant_types=grants, **metadata)
        assert refused.status_code == 400
        assert refused.json["error"] == "invalid_client_metadata"
        assert "subject_type" in refused.json["error_description"]


class _Interrupted(dict[str, Any]):
    """Metadata during whose reading somebody of the Caf changes the client."""

    def __init__(self, content: dict[str, Any], interrupt: Any) -> None:
        super().__init__(content)
        self._interrupt = interrupt

    def items(self) -> Any:
        self._interrupt()
        return super().items()


def test_a_client_that_is_closed_while_it_changes_itself_stays_closed(provider: Provider, browser: AuthBrowser) -> None:
    own = provider.clients
    token = OpenRegistration(provider.work, provider.clock).create("Alpha", days=7, uses=1, owner="national")
    entry = Registrar(browser).register(token).json
    metadata = _Interrupted(
        {**METADATA, "client_id": entry["client_id"], "client_name": "Alpha 2"},
        lambda: own.register.set_enabled(entry["client_id"], OPERATOR, enabled=False),
    )
    with pytest.raises(ClientChangedError):
        own.register_dynamically.replace(entry["client_id"], entry["registration_access_token"], metadata)
    assert own.register.find(entry["client_id"], OPERATOR).enabled is False
    answer = Registrar(browser).call("GET", path_of(entry), entry["registration_access_token"])
    assert answer.status_code == 401


@pytest.mark.parametrize("named", [DIRECTOR, "account-social-worker"])
def test_a_client_nobody_agreed_to_cannot_guess_who_is_there(
    provider: Provider, browser: AuthBrowser, named: str
) -> None:
    _stranger(provider)
    browser.sign_in()
    asked = {"scope": "openid", "claims": json.dumps({"id_token": {"sub": {"value": named}}})}
    assert sent_back(browser.authorize("omega", 8411, **asked, prompt="none"))["error"] == "consent_required"
    _agreed(browser, scope="openid")
    answer = sent_back(browser.authorize("omega", 8411, **asked, prompt="none"))
    assert answer.get("error") == (None if named == DIRECTOR else "login_required")


def test_a_client_that_declared_itself_cannot_pass_for_one_that_the_caf_declared(
    provider: Provider, browser: AuthBrowser
) -> None:
    token = OpenRegistration(provider.work, provider.clock).create("Alpha", days=7, uses=2, owner="national")
    entry = Registrar(browser).register(token, client_name="CDAP").json
    browser.sign_in()
    asked = {"redirect_uri": METADATA["redirect_uris"][0], "scope": "openid"}
    page = browser.follow(browser.authorize(entry["client_id"], **asked))
    assert 'id="self-declared"' in page.text
    assert "vous irez sur partner.example" in page.text
    device = Registrar(browser).register(token, client_name="CDAP", grant_types=[DEVICE_CODE]).json
    form = {"client_id": device["client_id"], "client_secret": device["client_secret"], "scope": "openid"}
    code = browser.post("/device_authorization", **form).json["user_code"]
    assert 'id="self-declared"' in browser.submit(browser.get("/device"), "/device", user_code=code).text
    _stranger(provider)
    assert 'id="self-declared"' not in browser.follow(browser.authorize("omega", 8411, scope="openid")).text


def test_a_consent_that_is_refused_is_recorded(provider: Provider, browser: AuthBrowser) -> None:
    _stranger(provider)
    browser.sign_in()
    page = browser.follow(browser.authorize("omega", 8411, scope="openid"))
    assert sent_back(browser.submit(page, "/consent", deny="1"))["error"] == "access_denied"
    recorded = provider.work.events[-1]
    assert (recorded.type, recorded.decision, recorded.reason) == (
        "auth.consent.refused",
        "refused",
        "DENIED_BY_PERSON",
    )
    assert recorded.payload["client_id"] == "omega"
    assert recorded.payload["scope"] == "openid"


def test_addresses_nobody_vouches_for_do_not_take_every_thread() -> None:
    """Each fetch is as slow as two others that come meanwhile; the third is told to come back."""
    waiting: list[str] = []
    refused: list[str] = []

    def fetch(url: str) -> Any:
        waiting.append(url)
        try:
            ask(f"{url}x")
        except ClientTokenRefusedError as error:
            refused.append(error.reason)
        return key_set(EC_KEY)

    def ask(url: str, *, is_trusted: bool = False) -> None:
        source = KeySource("omega", None, url, is_trusted=is_trusted)
        if len(waiting) <= MOST_WAITING + 5:
            verifier.verified(source, signed(EC_KEY, "ES256"), ("ES256",))

    verifier = JoseClientTokens(fetch, FixedClock())
    ask("https://slow.example/")
    assert len(waiting) == MOST_WAITING
    assert refused == ["KEYS_UNREACHABLE"]
    waiting.clear()
    ask("https://partner.example/", is_trusted=True)
    assert waiting[0] == "https://partner.example/"


class _SlowSectors(dict[str, Any]):
    """While a list is read, somebody else asks for another one."""

    def __init__(self, meanwhile: Any) -> None:
        super().__init__({"https://partner.example/sector": ["https://partner.example/retour"]})
        self._meanwhile = meanwhile

    def __getitem__(self, url: str) -> Any:
        self._meanwhile()
        return super().__getitem__(url)


def test_one_sector_at_a_time_is_read_for_strangers(provider: Provider, browser: AuthBrowser) -> None:
    token = OpenRegistration(provider.work, provider.clock).create("Alpha", days=7, uses=3, owner="national")
    registrar = Registrar(browser)
    sector = {"sector_identifier_uri": "https://partner.example/sector"}
    meanwhile: list[Any] = []

    def somebody_else() -> None:
        if not meanwhile:
            meanwhile.append(registrar.register(token, **sector))
            meanwhile.append(registrar.register(token))

    provider.fetched = _SlowSectors(somebody_else)
    assert registrar.register(token, **sector).status_code == 201
    assert [answer.status_code for answer in meanwhile] == [503, 201]
    assert meanwhile[0].json["error"] == "temporarily_unavailable"
    assert registrar.register(token, **sector).status_code == 201
