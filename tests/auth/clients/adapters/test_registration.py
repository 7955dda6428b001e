"""Dynamic registration (RFC 7591, OpenID Connect Dynamic Client Registration). Entries: `test_registered_entries`."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from auth.clients.domain.client_registration import BadClientError, parse_client
from auth.clients.domain.clients import Client
from auth.clients.domain.dynamic_registration import read_metadata, refusal_of
from auth.clients.use_cases.open_registration import OpenRegistration
from auth.ground.domain.errors import RequestRefusedError
from tests.auth.builders import ISSUER, AuthBrowser, Provider
from tests.auth.clients.adapters.registrar import METADATA, RETURN, Registrar, path_of
from tests.promises import promise

PUBLIC_KEY = ECKey.generate_key("P-256", {"kid": "k1"}).as_dict(private=False)


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
    answer = registrar.register(token)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json
    return told


def test_a_registration_answers_with_everything_that_is_registered(provider: Provider, entry: dict[str, Any]) -> None:
    assert entry["client_name"] == "Logiciel Alpha"
    assert entry["redirect_uris"] == [RETURN]
    assert entry["grant_types"] == ["authorization_code"]
    assert entry["response_types"] == ["code"]
    assert entry["scope"] == "openid profile email"
    assert entry["token_endpoint_auth_method"] == "client_secret_basic"
    assert entry["profile"] == "baseline"
    assert entry["client_id_issued_at"] == int(provider.clock.now().timestamp())
    assert entry["client_secret_expires_at"] == 0
    assert len(entry["client_secret"]) >= 43
    assert not {"code", "first_party", "name", "resource", "enabled", "secret_hash"} & entry.keys()


ALGORITHMS = ("id_token_signed_response_alg", "authorization_signed_response_alg")
FAPI = {
    "profile": "fapi2",
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": {"keys": [PUBLIC_KEY]},
    "dpop_bound_access_tokens": True,
}


@promise("clients:standard-algorithms")
@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, ["RS256", "RS256"]),
        ({"profile": "interoperable"}, ["RS256", "RS256"]),
        ({"id_token_signed_response_alg": None}, ["RS256", "RS256"]),
        ({"id_token_signed_response_alg": "ES256"}, ["ES256", "RS256"]),
        ({"authorization_signed_response_alg": "ES256"}, ["RS256", "ES256"]),
        (FAPI, ["ES256", "ES256"]),
    ],
)
def test_a_client_that_names_no_algorithm_gets_that_of_its_standards(
    registrar: Registrar, token: str, metadata: dict[str, Any], expected: list[str]
) -> None:
    answer = registrar.register(token, **metadata)
    assert answer.status_code == 201, answer.text
    assert [answer.json[name] for name in ALGORITHMS] == expected
    left_out = {name: value for name, value in metadata.items() if name not in ALGORITHMS}
    again = {**METADATA, **left_out, "client_id": answer.json["client_id"]}
    replaced = registrar.call("PUT", path_of(answer.json), answer.json["registration_access_token"], again)
    assert [replaced.json[name] for name in ALGORITHMS] == (["ES256"] * 2 if metadata is FAPI else ["RS256"] * 2)


def test_a_registered_client_is_a_stranger_that_people_are_asked_about(
    provider: Provider, browser: AuthBrowser, entry: dict[str, Any]
) -> None:
    client = provider.clients.known(entry["client_id"])
    assert isinstance(client, Client)
    assert (client.first_party, client.extranet, client.requires_service_contract) == (False, None, False)
    browser.sign_in()
    asked = browser.authorize(entry["client_id"], redirect_uri=RETURN, scope="openid profile cdap")
    page = browser.follow(asked)
    assert "Logiciel Alpha" in page.text
    location = browser.follow(browser.submit(page, "/consent", allow="1")).headers["Location"]
    assert location.startswith(f"{RETURN}?code=")


def test_the_secret_of_a_registration_authenticates(browser: AuthBrowser, registrar: Registrar, token: str) -> None:
    told = registrar.register(token, grant_types=["client_credentials"], redirect_uris=None).json
    assert told["response_types"] == []
    basic = base64.b64encode(f"{told['client_id']}:{told['client_secret']}".encode()).decode()
    form = {"grant_type": "client_credentials"}
    answer = browser.client.post("/token", data=form, headers={"Authorization": f"Basic {basic}"}, base_url=ISSUER)
    assert answer.status_code == 200, answer.text


def test_nothing_of_a_registration_is_stored_in_clear(provider: Provider, entry: dict[str, Any]) -> None:
    row = repr(provider.read(lambda repos: repos.clients.find(entry["client_id"])))
    events = b"".join(event.payload_bytes for event in provider.work.events)
    for secret in (entry["client_secret"], entry["registration_access_token"]):
        assert secret not in row
        assert secret.encode() not in events


def test_a_registration_is_recorded_with_the_name_of_the_token(provider: Provider, entry: dict[str, Any]) -> None:
    event = provider.work.events[-1]
    assert (event.type, event.actor_id, event.policy) == ("auth.client.registered", "registration:Alpha", "strict")
    assert event.payload["client_id"] == entry["client_id"]


def test_what_a_stranger_may_not_have_is_passed_over(provider: Provider, registrar: Registrar, token: str) -> None:
    told = registrar.register(
        token,
        first_party=True,
        code="cdap",
        resource="http://localhost:8402",
        exchange_to=["cdap"],
        requires_service_contract=True,
        client_id="cdap",
        secret="x" * 40,
        registration_token_hash="0" * 64,
        scope="openid cdap offline_access email",
        software_id="alpha",
        anything="else",
    ).json
    client = provider.clients.known(told["client_id"])
    assert isinstance(client, Client)
    assert told["client_id"] != "cdap"
    assert client.scope == ("openid", "email")
    assert (client.first_party, client.extranet, client.resource, client.exchange_to) == (False, None, None, ())


def test_a_client_with_keys_gets_no_secret(registrar: Registrar, token: str) -> None:
    jwks = {"keys": [PUBLIC_KEY]}
    told = registrar.register(
        token, token_endpoint_auth_method="private_key_jwt", jwks=jwks, profile="fapi2", dpop_bound_access_tokens=True
    ).json
    assert told["jwks"] == jwks
    assert told["profile"] == "fapi2"
    assert not {"client_secret", "client_secret_expires_at"} & told.keys()


def test_a_client_without_name_is_called_by_its_host(registrar: Registrar, token: str) -> None:
    assert registrar.register(token, client_name=None).json["client_name"] == "partner.example"


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"redirect_uris": ["http://partner.example/retour"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://partner.example/retour#x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://[half"]}, "invalid_redirect_uri"),
        ({"redirect_uris": "https://partner.example/"}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": None}, "invalid_redirect_uri"),
        ({"software_statement": "a.b.c"}, "invalid_software_statement"),
        ({"response_types": ["code id_token"]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"response_types": []}, "invalid_client_metadata"),
        ({"response_types": ["code"], "grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"grant_types": ["implicit"]}, "invalid_client_metadata"),
        ({"grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"]}, "invalid_client_metadata"),
        ({"grant_types": "authorization_code"}, "invalid_client_metadata"),
        ({"grant_types": 5}, "invalid_client_metadata"),
        ({"scope": "cdap"}, "invalid_client_metadata"),
        ({"scope": ["openid"]}, "invalid_client_metadata"),
        ({"client_name": {"fr": "x"}}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}, "invalid_client_metadata"),
        ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
        ({"profile": "fapi2"}, "invalid_client_metadata"),
        ({"logo_uri": "javascript:alert(1)"}, "invalid_client_metadata"),
        (
            {"subject_type": "pairwise", "sector_identifier_uri": "https://nobody.example/list"},
            "invalid_client_metadata",
        ),
    ],
)
def test_wrong_metadata_are_refused_with_what_to_do(
    provider: Provider, registrar: Registrar, token: str, metadata: dict[str, Any], code: str
) -> None:
    answer = registrar.register(token, **metadata)
    assert (answer.status_code, answer.json["error"]) == (400, code), answer.text
    assert len(answer.json["error_description"]) > 20
    assert answer.headers["Cache-Control"] == "no-store"
    (kept,) = provider.read(lambda repos: repos.initial_access_tokens.all())
    assert kept.uses_left == 2


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"[]", "application/json"),
        (b"{", "application/json"),
        (b"", "application/json"),
        (b"[" * 50_000, "application/json"),
        (b'{"client_name": "\xff"}', "application/json"),
        (b"{}", "text/plain"),
        (b'{"x": "' + b"x" * 65_536 + b'"}', "application/json"),
    ],
)
def test_a_body_that_is_no_small_json_object_is_refused(
    registrar: Registrar, token: str, body: bytes, content_type: str
) -> None:
    answer = registrar.call("POST", "/register", token, body, **{"Content-Type": content_type})
    assert answer.status_code == 400
    assert answer.json["error"] in {"invalid_client_metadata", "invalid_request"}


def test_without_an_initial_access_token_nothing_is_registered(provider: Provider, registrar: Registrar) -> None:
    answer = registrar.register(None)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    for wrong in ("unknown", "x" * 5000, "%00"):
        answer = registrar.register(wrong)
        assert (answer.status_code, answer.json) == (401, {"error": "invalid_token"})
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    basic = registrar.call("POST", "/register", None, METADATA, Authorization="Basic Y2RhcDp4")
    assert basic.status_code == 401
    assert len(provider.read(lambda repos: repos.clients.all())) == 2


def test_an_initial_access_token_ends_with_its_uses(registrar: Registrar, token: str) -> None:
    answers = [registrar.register(token).status_code for _ in range(3)]
    assert answers == [201, 201, 401]


def test_an_initial_access_token_ends_with_its_time(provider: Provider, registrar: Registrar, token: str) -> None:
    provider.clock.advance(timedelta(days=7))
    assert registrar.register(token).status_code == 401


def test_a_revoked_initial_access_token_opens_nothing(provider: Provider, registrar: Registrar, token: str) -> None:
    OpenRegistration(provider.work, provider.clock).revoke("Alpha")
    assert registrar.register(token).status_code == 401


def test_the_uses_hold_when_many_register_at_once(stored_provider: Provider) -> None:
    token = OpenRegistration(stored_provider.work, stored_provider.clock).create(
        "Alpha", days=7, uses=3, owner="national"
    )
    registrars = [Registrar(stored_provider.browser()) for _ in range(8)]
    together = threading.Barrier(len(registrars))

    def register(registrar: Registrar) -> int:
        together.wait()
        return int(registrar.register(token).status_code)

    with ThreadPoolExecutor(len(registrars)) as pool:
        statuses = sorted(pool.map(register, registrars))
    assert statuses == [201] * 3 + [401] * 5
    assert len(stored_provider.read(lambda repos: repos.clients.all())) == 2 + 3


def test_without_audit_no_secret_leaves(provider: Provider, registrar: Registrar, token: str) -> None:
    provider.work.audit_available = False
    answer = registrar.register(token)
    assert (answer.status_code, answer.json["error"]) == (503, "temporarily_unavailable")
    assert "secret" not in answer.text


@pytest.mark.parametrize(("method", "path"), [("GET", "/register"), ("PUT", "/register"), ("POST", "/register/x")])
def test_other_methods_are_refused(registrar: Registrar, token: str, method: str, path: str) -> None:
    answer = registrar.call(method, path, token, METADATA)
    assert answer.status_code == 405
    assert answer.headers["Allow"]


def test_discovery_says_where_to_register(browser: AuthBrowser) -> None:
    assert browser.get("/.well-known/openid-configuration").json["registration_endpoint"] == f"{ISSUER}/register"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(
    [
        *("redirect_uris", "client_name", "scope", "grant_types", "response_types", "jwks", "jwks_uri", "profile"),
        *("token_endpoint_auth_method", "default_max_age", "contacts", "logo_uri", "subject_type", "response_modes"),
    ]
)


def read_like_the_endpoint(metadata: dict[str, Any]) -> str:
    """The code of the refusal, or nothing; any other failure is the test's."""
    try:
        description = read_metadata("0198", {"redirect_uris": [RETURN], **metadata})
        parse_client({**description, "owner": "national"}, "0" * 64)
    except RequestRefusedError as refusal:
        return refusal.code
    except BadClientError as error:
        return refusal_of(error).code
    return ""


@given(st.dictionaries(names, anything, max_size=6))
def test_whatever_is_sent_is_read_or_refused(metadata: dict[str, Any]) -> None:
    known = {"", "invalid_client_metadata", "invalid_redirect_uri", "invalid_software_statement"}
    assert read_like_the_endpoint(metadata) in known
