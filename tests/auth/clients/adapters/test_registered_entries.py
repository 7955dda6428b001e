"""The entry of a client that declared itself is read, replaced and deleted with its own token (RFC 7592)."""

from __future__ import annotations

from typing import Any

import pytest

from auth.clients.domain.clients import Client
from auth.clients.use_cases.open_registration import OpenRegistration
from auth.clients.use_cases.register_clients import OPERATOR
from tests.auth.builders import AuthBrowser, Provider
from tests.auth.clients.adapters.registrar import METADATA, Registrar, path_of


@pytest.fixture
def token(provider: Provider) -> str:
    """An initial access token for two registrations."""
    return OpenRegistration(provider.work, provider.clock).create("Alpha", days=7, uses=2, owner="national")


@pytest.fixture
def registrar(browser: AuthBrowser) -> Registrar:
    return Registrar(browser)


@pytest.fixture
def entry(registrar: Registrar, token: str) -> dict[str, Any]:
    """What a registration answered."""
    told: dict[str, Any] = registrar.register(token).json
    return told


def test_an_entry_is_read_with_its_own_token(registrar: Registrar, entry: dict[str, Any]) -> None:
    answer = registrar.call("GET", path_of(entry), entry["registration_access_token"])
    assert answer.status_code == 200
    assert answer.json == {key: value for key, value in entry.items() if key != "client_secret"}


def test_an_entry_opens_to_no_other_token(registrar: Registrar, token: str, entry: dict[str, Any]) -> None:
    other = registrar.register(token, client_name="Other").json
    for wrong in (None, "unknown", token, other["registration_access_token"], entry["client_secret"]):
        for method in ("GET", "PUT", "DELETE"):
            answer = registrar.call(method, path_of(entry), wrong, {**METADATA, "client_id": entry["client_id"]})
            assert answer.status_code == 401
            assert "client_name" not in answer.text
    assert registrar.call("GET", path_of(entry), entry["registration_access_token"]).status_code == 200


@pytest.mark.parametrize("client_id", ["cdap", "unknown", "", "%00", "é", "a/b"])
def test_clients_that_the_caf_declared_have_no_entry(registrar: Registrar, token: str, client_id: str) -> None:
    assert registrar.call("GET", f"/register/{client_id}", token).status_code == 401


def test_an_entry_is_replaced_as_a_whole(provider: Provider, registrar: Registrar, entry: dict[str, Any]) -> None:
    changed = {
        "client_id": entry["client_id"],
        "client_secret": entry["client_secret"],
        "redirect_uris": ["https://partner.example/nouveau"],
        "policy_uri": "https://partner.example/vie-privee",
    }
    answer = registrar.call("PUT", path_of(entry), entry["registration_access_token"], changed)
    assert answer.status_code == 200, answer.text
    assert answer.json["redirect_uris"] == ["https://partner.example/nouveau"]
    assert answer.json["client_name"] == "partner.example"
    assert "client_secret" not in answer.json
    event = provider.work.events[-1]
    assert (event.type, event.actor_id) == ("auth.client.changed", f"client:{entry['client_id']}")
    assert event.payload["keys"] == ["name", "policy_uri", "redirect_uris"]
    again = {key: value for key, value in changed.items() if key != "policy_uri"}
    assert "policy_uri" not in registrar.call("PUT", path_of(entry), entry["registration_access_token"], again).json


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "cdap"}, "invalid_client_metadata"),
        ({"client_id": None}, "invalid_client_metadata"),
        ({"client_secret": "another secret"}, "invalid_client_metadata"),
        ({"client_secret": 7}, "invalid_client_metadata"),
        ({"redirect_uris": ["http://partner.example/"]}, "invalid_redirect_uri"),
        ({"software_statement": "a.b.c"}, "invalid_software_statement"),
    ],
)
def test_a_wrong_replacement_changes_nothing(
    provider: Provider, registrar: Registrar, entry: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    before = provider.read(lambda repos: repos.clients.find(entry["client_id"]))
    content = {**METADATA, "client_id": entry["client_id"], **changes}
    answer = registrar.call("PUT", path_of(entry), entry["registration_access_token"], content)
    assert (answer.status_code, answer.json["error"]) == (400, code)
    assert provider.read(lambda repos: repos.clients.find(entry["client_id"])) == before


def test_a_method_with_a_secret_brings_a_secret(registrar: Registrar, token: str) -> None:
    public = registrar.register(token, token_endpoint_auth_method="none").json
    assert "client_secret" not in public
    content = {**METADATA, "client_id": public["client_id"], "token_endpoint_auth_method": "client_secret_post"}
    answer = registrar.call("PUT", path_of(public), public["registration_access_token"], content)
    assert len(answer.json["client_secret"]) >= 43


def test_a_deleted_entry_is_gone(provider: Provider, registrar: Registrar, entry: dict[str, Any]) -> None:
    answer = registrar.call("DELETE", path_of(entry), entry["registration_access_token"])
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Length" not in answer.headers
    assert provider.clients.known(entry["client_id"]) is None
    assert provider.event_types()[-1] == "auth.client.deleted"
    assert registrar.call("GET", path_of(entry), entry["registration_access_token"]).status_code == 401


def test_a_client_that_was_closed_cannot_open_itself(provider: Provider, registrar: Registrar, token: str) -> None:
    entry = registrar.register(token).json
    provider.add(Client(**{**vars(provider.clients.register.find(entry["client_id"], OPERATOR)), "enabled": False}))
    content = {**METADATA, "client_id": entry["client_id"], "enabled": True}
    for method in ("GET", "PUT", "DELETE"):
        answer = registrar.call(method, path_of(entry), entry["registration_access_token"], content)
        assert answer.status_code == 401
    assert not provider.clients.register.find(entry["client_id"], OPERATOR).enabled


def test_an_entry_lives_in_the_real_store_as_in_memory(stored_provider: Provider) -> None:
    provider = stored_provider
    token = OpenRegistration(provider.work, provider.clock).create("Alpha", days=7, uses=1, owner="national")
    registrar = Registrar(provider.browser())
    told = registrar.register(token, contacts=["a@partner.example"], default_acr_values=["urn:x"]).json
    opened = told["registration_access_token"]
    changed = {**METADATA, "client_id": told["client_id"], "client_name": "Logiciel Beta"}
    assert registrar.call("PUT", path_of(told), opened, changed).json["client_name"] == "Logiciel Beta"
    assert registrar.call("GET", path_of(told), opened).json["client_name"] == "Logiciel Beta"
    provider.clients.register.set_enabled(told["client_id"], OPERATOR, enabled=False)
    assert registrar.call("GET", path_of(told), opened).status_code == 401
    provider.clients.register.set_enabled(told["client_id"], OPERATOR, enabled=True)
    assert registrar.call("DELETE", path_of(told), opened).status_code == 204
    assert provider.clients.known(told["client_id"]) is None
