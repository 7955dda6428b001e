"""Clients are declared, changed, closed and deleted, and each act is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from auth.clients.domain.client_registration import BadClientError, describe_client, version_of
from auth.clients.domain.clients import Client
from auth.clients.use_cases.open_registration import OpenRegistration
from auth.clients.use_cases.register_clients import OPERATOR, Actor, RegisterClients, Registered
from auth.ground.domain.errors import (
    ClientChangedError,
    ClientIdTakenError,
    ClientUnknownError,
    RegistrationTokenNameTakenError,
    RegistrationTokenUnknownError,
)
from servicekit.audit_events import AuditEvent, AuditUnavailableError
from servicekit.errors import InvalidInputError
from servicekit.identifiers import hash_secret
from tests.auth.builders import Provider
from tests.promises import promise

PUBLIC_KEY = ECKey.generate_key("P-256", {"kid": "k1"}).as_dict(private=False)
ADMINISTRATOR = Actor("account-caf-administrator", "org-caf-921", "921")


def a_description(**changes: Any) -> dict[str, Any]:
    """What an administrator declares for the extranet Omega."""
    return {
        "client_id": "omega",
        "owner": "921",
        "code": "omega",
        "name": "Omega",
        "redirect_uris": ["https://omega.example/retour"],
        "scope": "openid profile omega",
        **changes,
    }


def replaced(register: RegisterClients, description: Mapping[str, Any]) -> Registered:
    """As the page does: with the version that the form was made from."""
    known = register.find("omega", ADMINISTRATOR)
    return register.replace("omega", description, ADMINISTRATOR, version=version_of(known))


@pytest.fixture
def register(provider: Provider) -> RegisterClients:
    provider.know_extranet("omega")
    return provider.clients.register


def stored(provider: Provider, client_id: str = "omega") -> Client:
    """As the store has it."""
    found: Client = provider.read(lambda repos: repos.clients.find(client_id))
    return found


def last_event(provider: Provider) -> AuditEvent:
    event: AuditEvent = provider.work.events[-1]
    return event


def test_a_new_client_gets_a_secret_that_is_kept_as_a_hash(provider: Provider, register: RegisterClients) -> None:
    made = register.create(a_description(), ADMINISTRATOR)
    assert made.secret is not None
    assert len(made.secret) >= 43
    client = stored(provider)
    assert client.is_secret(hash_secret(made.secret))
    assert client.registered_at is None  # it did not declare itself
    event = last_event(provider)
    assert (event.type, event.policy, event.subject) == ("auth.client.registered", "strict", "client:omega")
    assert (event.actor_id, event.organisation_id) == ("account-caf-administrator", "org-caf-921")
    assert event.payload["client_id"] == "omega"
    assert made.secret.encode() not in event.payload_bytes
    assert client.secret_hash.encode() not in event.payload_bytes


def test_a_client_with_keys_gets_no_secret(provider: Provider, register: RegisterClients) -> None:
    keys = {"keys": [PUBLIC_KEY]}
    made = register.create(a_description(token_endpoint_auth_method="private_key_jwt", jwks=keys), ADMINISTRATOR)
    assert made.secret is None
    assert stored(provider).secret_hash == ""


def test_a_name_is_taken_once(register: RegisterClients) -> None:
    with pytest.raises(ClientIdTakenError):
        register.create(a_description(client_id="mon-enfant"), ADMINISTRATOR)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"client_id": "with space"}, "client_id"),
        ({"client_id": "x" * 65}, "client_id"),
        ({"client_id": ""}, "client_id"),
        ({"redirect_uris": ["http://omega.example/retour"]}, "redirect_uris"),
        ({"redirect_uris": ["https://[half/retour"]}, "redirect_uris"),
        ({"scope": "openid cdap"}, "scope"),
        ({"profile": "fapi2"}, "profile"),
        ({"unknown": "x"}, "unknown"),
        ({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [{"kty": "OKP"}]}}, "jwks"),
    ],
)
def test_a_wrong_description_is_refused_and_leaves_nothing(
    provider: Provider, register: RegisterClients, changes: Mapping[str, Any], key: str
) -> None:
    with pytest.raises(BadClientError) as refusal:
        register.create(a_description(**changes), ADMINISTRATOR)
    assert refusal.value.details["key"] == key
    assert provider.work.events == []
    assert stored(provider) is None


def test_a_private_key_is_never_taken(register: RegisterClients) -> None:
    keys = {"keys": [{**PUBLIC_KEY, "d": "AAAA"}]}
    with pytest.raises(BadClientError, match="private key"):
        register.create(a_description(token_endpoint_auth_method="private_key_jwt", jwks=keys), ADMINISTRATOR)


def test_a_sector_must_list_every_redirect_uri(provider: Provider, register: RegisterClients) -> None:
    address = "https://sector.example/uris.json"
    description = a_description(subject_type="pairwise", sector_identifier_uri=address)
    with pytest.raises(BadClientError, match="cannot be read"):
        register.create(description, ADMINISTRATOR)
    provider.fetched[address] = ["https://other.example/retour"]
    with pytest.raises(BadClientError, match="lacks this redirect URI: https://omega"):
        register.create(description, ADMINISTRATOR)
    provider.fetched[address] = ["https://other.example/retour", "https://omega.example/retour"]
    register.create(description, ADMINISTRATOR)
    assert stored(provider).sector_identifier_uri == address


def test_a_change_says_which_keys_changed_and_holds_at_once(provider: Provider, register: RegisterClients) -> None:
    made = register.create(a_description(), ADMINISTRATOR)
    assert provider.clients.known("omega") == made.client
    changed = {**describe_client(made.client), "name": "Omega 2", "redirect_uris": ["https://omega.example/nouveau"]}
    assert replaced(register, changed).secret is None
    known = provider.clients.known("omega")
    assert known is not None
    assert (known.name, known.secret_hash) == ("Omega 2", made.client.secret_hash)
    assert last_event(provider).type == "auth.client.changed"
    assert last_event(provider).payload["keys"] == ["name", "redirect_uris"]


def test_a_change_that_changes_nothing_is_not_recorded(provider: Provider, register: RegisterClients) -> None:
    made = register.create(a_description(), ADMINISTRATOR)
    replaced(register, describe_client(made.client))
    assert provider.event_types() == ["auth.client.registered"]


def test_the_secret_comes_and_goes_with_the_method(provider: Provider, register: RegisterClients) -> None:
    made = register.create(a_description(), ADMINISTRATOR)
    keys = {"keys": [PUBLIC_KEY]}
    with_keys = {**describe_client(made.client), "token_endpoint_auth_method": "private_key_jwt", "jwks": keys}
    assert replaced(register, with_keys).secret is None
    assert stored(provider).secret_hash == ""
    again = {**with_keys, "token_endpoint_auth_method": "client_secret_post", "jwks": None}
    secret = replaced(register, again).secret
    assert secret is not None
    assert stored(provider).is_secret(hash_secret(secret))


def test_a_client_keeps_its_name_for_ever(register: RegisterClients) -> None:
    register.create(a_description(), ADMINISTRATOR)
    with pytest.raises(BadClientError, match="cannot be changed"):
        replaced(register, a_description(client_id="omega2"))


def test_two_changes_at_once_do_not_lose_one(provider: Provider, register: RegisterClients) -> None:
    made = register.create(a_description(subject_type="pairwise"), ADMINISTRATOR)
    address = "https://sector.example/uris.json"

    class SlowSector(dict[str, Any]):
        """While the list is read, somebody else changes the client."""

        def __getitem__(self, key: str) -> Any:
            register.set_enabled("omega", ADMINISTRATOR, enabled=False)
            return ["https://omega.example/retour"]

        def __contains__(self, key: object) -> bool:
            return True

    provider.fetched = SlowSector()
    changed = {**describe_client(made.client), "sector_identifier_uri": address}
    with pytest.raises(ClientChangedError):
        replaced(register, changed)
    assert stored(provider).enabled is False


def test_a_renewed_secret_replaces_the_one_before(provider: Provider, register: RegisterClients) -> None:
    first = register.create(a_description(), ADMINISTRATOR)
    second = register.renew_secret("omega", ADMINISTRATOR)
    assert first.secret is not None
    assert second.secret is not None
    assert not stored(provider).is_secret(hash_secret(first.secret))
    assert stored(provider).is_secret(hash_secret(second.secret))
    event = last_event(provider)
    assert event.type == "auth.client.secret_renewed"
    assert second.secret.encode() not in event.payload_bytes


def test_a_client_without_secret_has_none_to_renew(register: RegisterClients) -> None:
    register.create(a_description(token_endpoint_auth_method="none"), ADMINISTRATOR)
    with pytest.raises(BadClientError, match="no secret to renew"):
        register.renew_secret("omega", ADMINISTRATOR)


def test_a_disabled_client_is_unknown_until_it_is_opened_again(provider: Provider, register: RegisterClients) -> None:
    register.create(a_description(), ADMINISTRATOR)
    assert provider.clients.known("omega") is not None
    register.set_enabled("omega", ADMINISTRATOR, enabled=False)
    assert provider.clients.known("omega") is None
    assert register.find("omega", ADMINISTRATOR).name == "Omega"
    register.set_enabled("omega", ADMINISTRATOR, enabled=True)
    register.set_enabled("omega", ADMINISTRATOR, enabled=True)
    assert provider.clients.known("omega") is not None
    assert provider.event_types() == ["auth.client.registered", "auth.client.disabled", "auth.client.changed"]


def test_a_deleted_client_is_gone_with_what_people_agreed_to(provider: Provider, register: RegisterClients) -> None:
    register.create(a_description(), ADMINISTRATOR)
    provider.work.write(lambda repos: repos.consents.remember("account-1", "omega", ("openid",), provider.clock.now()))
    register.delete("omega", ADMINISTRATOR)
    assert provider.clients.known("omega") is None
    assert provider.read(lambda repos: repos.consents.all_of("account-1")) == []
    assert last_event(provider).type == "auth.client.deleted"
    for act in (register.find, register.delete):
        with pytest.raises(ClientUnknownError):
            act("omega", ADMINISTRATOR)


def test_without_audit_no_secret_is_given_and_what_changed_holds(provider: Provider, register: RegisterClients) -> None:
    register.create(a_description(), ADMINISTRATOR)
    assert provider.clients.known("omega") is not None
    provider.work.audit_available = False
    with pytest.raises(AuditUnavailableError):
        register.set_enabled("omega", ADMINISTRATOR, enabled=False)
    assert provider.clients.known("omega") is None
    with pytest.raises(AuditUnavailableError):
        register.renew_secret("omega", ADMINISTRATOR)


def test_what_the_caf_changed_the_client_cannot_change_back(provider: Provider, register: RegisterClients) -> None:
    made = register.create(a_description(), ADMINISTRATOR, registration_token_hash=hash_secret("t"))
    description = describe_client(made.client)
    itself = register.find("omega", ADMINISTRATOR)
    changed = {**description, "name": "Itself"}
    register.replace("omega", changed, Actor("client:omega", owner="921"), by_itself=itself)
    assert stored(provider).registration_token_hash is not None
    replaced(register, {**description, "name": "The Caf"})
    assert stored(provider).registration_token_hash is None


def test_an_initial_access_token_is_told_once_and_spoken_of_by_its_name(provider: Provider) -> None:
    opening = OpenRegistration(provider.work, provider.clock)
    token = opening.create("Éditeur Alpha", days=30, uses=2, owner="921")
    (kept,) = opening.all()
    assert (kept.name, kept.uses_left) == ("Éditeur Alpha", 2)
    assert kept.token_hash == hash_secret(token)
    assert kept.expires_at - kept.created_at == timedelta(days=30)
    with pytest.raises(RegistrationTokenNameTakenError):
        opening.create("Éditeur Alpha", days=1, uses=1, owner="921")
    opening.revoke("Éditeur Alpha")
    with pytest.raises(RegistrationTokenUnknownError):
        opening.revoke("Éditeur Alpha")
    assert opening.all() == []
    assert provider.event_types() == ["auth.registration_token.created", "auth.registration_token.revoked"]
    assert all(token.encode() not in event.payload_bytes for event in provider.work.events)


@pytest.mark.parametrize(("name", "days", "uses"), [("", 1, 1), ("a\0", 1, 1), ("a", 0, 1), ("a", 400, 1), ("a", 1, 0)])
def test_an_initial_access_token_has_limits(provider: Provider, name: str, days: int, uses: int) -> None:
    with pytest.raises(InvalidInputError):
        OpenRegistration(provider.work, provider.clock).create(name, days, uses, owner="national")


@promise("ending:client-has-an-owner")
@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"owner": "751"}, "owner"),
        ({"owner": "national"}, "owner"),
        ({"owner": None}, "owner"),
        ({"owner": "92"}, "owner"),
        ({"first_party": True}, "first_party"),
        ({"client_id": "cdap"}, "client_id"),
        ({"client_id": "auth"}, "client_id"),
        ({"code": "cdap", "scope": "openid cdap"}, "code"),
        ({"code": "habpps", "scope": "openid habpps"}, "code"),
        ({"code": "mon-enfant", "scope": "openid mon-enfant"}, "code"),
        ({"exchange_to": ["mon-enfant"]}, "exchange_to"),
        ({"scope": "openid omega mon-enfant"}, "scope"),
        ({"code": "nouvel-extranet", "scope": "openid nouvel-extranet"}, "code"),
        ({"resource": "http://localhost:8402"}, "resource"),
        ({"resource": "http://localhost:8402/"}, "resource"),
        ({"resource": "http://LOCALHOST:8402"}, "resource"),
        ({"resource": "http://localhost:8400/"}, "resource"),
    ],
)
def test_a_caf_declares_nothing_that_is_somebody_elses(
    provider: Provider, register: RegisterClients, changes: dict[str, Any], key: str
) -> None:
    before = provider.read(lambda repos: repos.clients.all())
    with pytest.raises(BadClientError) as refusal:
        register.create(a_description(**changes), ADMINISTRATOR)
    assert list(refusal.value.fields) == [key]
    assert provider.read(lambda repos: repos.clients.all()) == before
    register.create(a_description(), ADMINISTRATOR)
    if key != "client_id":
        with pytest.raises(BadClientError):
            replaced(register, a_description(**changes))


@promise("ending:client-has-an-owner")
@pytest.mark.parametrize("actor", [Actor("account-751", "org-caf-751", "751"), Actor("nobody")], ids=["751", "nobody"])
def test_a_client_of_another_owner_is_one_that_does_not_exist(
    provider: Provider, register: RegisterClients, actor: Actor
) -> None:
    register.create(a_description(), ADMINISTRATOR)
    kept = stored(provider)
    acts: dict[str, Callable[[str], object]] = {
        "find": lambda client_id: register.find(client_id, actor),
        "replace": lambda client_id: register.replace(client_id, a_description(), actor, version=version_of(kept)),
        "renew_secret": lambda client_id: register.renew_secret(client_id, actor),
        "disable": lambda client_id: register.set_enabled(client_id, actor, enabled=False),
        "delete": lambda client_id: register.delete(client_id, actor),
    }
    for act in acts.values():
        refusals = []
        for client_id in ("omega", "cdap", "gamma"):
            with pytest.raises(ClientUnknownError) as refusal:
                act(client_id)
            refusals.append(str(refusal.value))
        assert len(set(refusals)) == 1
    assert stored(provider) == kept
    assert register.all(actor) == []
    assert [client.client_id for client in register.all(ADMINISTRATOR)] == ["omega"]
    assert len(register.all(OPERATOR)) == 3


@promise("ending:client-has-an-owner")
def test_several_machines_of_one_owner_share_an_audience(register: RegisterClients) -> None:
    machine = {"code": None, "scope": "openid", "grant_types": ["client_credentials"], "redirect_uris": None}
    for name in ("batch-1", "batch-2"):
        description = a_description(**machine, client_id=name, resource="https://api.example")
        register.create(description, ADMINISTRATOR)
    with pytest.raises(BadClientError):
        register.create(
            a_description(client_id="spy", resource="https://API.example/", owner="751"), Actor("a", "o", "751")
        )


@promise("ending:no-lost-update")
@pytest.mark.parametrize("version", [None, "", "0" * 32])
def test_a_description_made_from_an_older_one_changes_nothing(
    provider: Provider, register: RegisterClients, version: str | None
) -> None:
    register.create(a_description(), ADMINISTRATOR)
    before = stored(provider)
    with pytest.raises(ClientChangedError):
        register.replace("omega", a_description(name="Omega 2"), ADMINISTRATOR, version=version)
    older = version_of(before)
    replaced(register, a_description(logo_uri="https://omega.example/logo.svg"))
    with pytest.raises(ClientChangedError):
        register.replace("omega", a_description(name="Omega 2"), ADMINISTRATOR, version=older)
    assert (stored(provider).name, stored(provider).logo_uri) == ("Omega", "https://omega.example/logo.svg")
