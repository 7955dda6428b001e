"""The plan `oidcc-dynamic`: clients that register themselves and authenticate with `private_key_jwt`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from auth.clients.use_cases.open_registration import OpenRegistration
from auth.keys.adapters.crypto.key_changes import KeyChanges
from auth.keys.adapters.crypto.key_files import KeyFolder
from auth.keys.adapters.crypto.keys import load_keys
from auth.keys.domain.signing_keys import KeyPolicy
from tests.auth.builders import ISSUER, Provider
from tests.auth.conformance.suite import EVERY_SCOPE, Suite
from tests.promises import promise
from tests.servicekit.fakes import FixedClock

RETURN = "https://suite.example/callback"
KEYS_AT = "https://suite.example/jwks"
SECTOR_AT = "https://suite.example/sector"


@cache
def rsa_key(kid: str) -> RSAKey:
    """Made once: an RSA key costs a tenth of a second."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def public_set(*kids: str) -> dict[str, Any]:
    return {"keys": [rsa_key(kid).as_dict(private=False) for kid in kids]}


class Registration:
    """What the suite sends to the registration endpoint, and the client that comes of it."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.token = OpenRegistration(provider.work, provider.clock).create(
            "the suite", 1, 5, "interoperable", owner="national"
        )

    def send(self, **changes: Any) -> Any:
        metadata = {
            "client_name": "Certification",
            "redirect_uris": [RETURN],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": public_set("first"),
            "contacts": ["certification@suite.example"],
            "id_token_signed_response_alg": "RS256",
            **changes,
        }
        body = {name: value for name, value in metadata.items() if value is not None}
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.provider.browser().client.post("/register", json=body, headers=headers, base_url=ISSUER)

    def suite(self, **changes: Any) -> Suite:
        """A client registered with these changes."""
        answer = self.send(**changes)
        assert answer.status_code == 201, answer.text
        client = self.provider.clients.known(answer.json["client_id"])
        assert client is not None
        return Suite(self.provider, client, key=rsa_key("first"))

    def error(self, **changes: Any) -> tuple[int, str]:
        answer = self.send(**changes)
        return answer.status_code, answer.json["error"]


@pytest.fixture
def registration(provider: Provider) -> Registration:
    """With an initial access token: registration is open to nobody else."""
    return Registration(provider)


def assert_shown(answer: Any) -> None:
    assert answer.status_code == 400
    assert 'class="oidc-error"' in answer.text


@promise("oidf:oidcc-server:dynamic")
def test_oidcc_server_of_a_registered_client(registration: Registration) -> None:
    suite = registration.suite()
    tokens = suite.flow(scope=EVERY_SCOPE)
    assert suite.pages == ["/login", "/consent"]
    assert suite.userinfo(tokens)["name"] == "Chloé Durand"


@promise("oidf:oidcc-idtoken-rs256")
def test_oidcc_idtoken_rs256(registration: Registration) -> None:
    suite = registration.suite(id_token_signed_response_alg="RS256")
    assert suite.client.id_token_signed_response_alg == "RS256"
    suite.flow()


@promise("oidf:oidcc-idtoken-unsigned:dynamic")
def test_oidcc_idtoken_unsigned_cannot_be_registered(registration: Registration) -> None:
    assert registration.error(id_token_signed_response_alg="none") == (400, "invalid_client_metadata")


@promise("oidf:oidcc-userinfo-rs256")
def test_oidcc_userinfo_rs256(registration: Registration) -> None:
    suite = registration.suite(userinfo_signed_response_alg="RS256")
    tokens = suite.flow(scope="openid email")
    bearer = {"Authorization": f"Bearer {tokens.access_token}"}
    answer = suite.browser.client.get("/userinfo", headers=bearer, base_url=ISSUER)
    assert answer.headers["Content-Type"] == "application/jwt"
    keys = KeySet.import_key_set(suite.browser.get("/jwks").json)
    claims = jwt.decode(answer.text, keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, suite.client.client_id, tokens.identity["sub"])
    assert claims["email"] == "chloe.durand@commune.example"


@promise("oidf:oidcc-ensure-redirect-uri-in-authorization-request")
def test_oidcc_ensure_redirect_uri_in_authorization_request(registration: Registration) -> None:
    assert_shown(registration.suite().ask(redirect_uri=None))


@promise("oidf:oidcc-redirect-uri-query-OK")
def test_oidcc_redirect_uri_query_OK(registration: Registration) -> None:  # noqa: N802 - the name of the module
    suite = registration.suite(redirect_uris=[f"{RETURN}?foo=bar"])
    parameters = suite.authorize()
    assert parameters["foo"] == "bar"
    assert suite.exchange(parameters["code"]).status_code == 200


@promise("oidf:oidcc-redirect-uri-query-mismatch")
def test_oidcc_redirect_uri_query_mismatch(registration: Registration) -> None:
    suite = registration.suite(redirect_uris=[f"{RETURN}?foo=bar"])
    assert_shown(suite.ask(redirect_uri=f"{RETURN}?bar=foo"))
    assert_shown(suite.ask(redirect_uri=RETURN))


@promise("oidf:oidcc-redirect-uri-query-added")
def test_oidcc_redirect_uri_query_added(registration: Registration) -> None:
    assert_shown(registration.suite().ask(redirect_uri=f"{RETURN}?foo=bar"))


@promise("oidf:oidcc-redirect-uri-regfrag")
def test_oidcc_redirect_uri_regfrag(registration: Registration) -> None:
    assert registration.error(redirect_uris=[f"{RETURN}#fragment"]) == (400, "invalid_redirect_uri")


def login_page(suite: Suite) -> str:
    return str(suite.browser.follow(suite.ask()).text)


@promise("oidf:oidcc-registration-logo-uri")
def test_oidcc_registration_logo_uri(registration: Registration) -> None:
    suite = registration.suite(logo_uri="https://suite.example/logo.png")
    assert 'src="https://suite.example/logo.png"' in login_page(suite)


@promise("oidf:oidcc-registration-policy-uri")
def test_oidcc_registration_policy_uri(registration: Registration) -> None:
    suite = registration.suite(policy_uri="https://suite.example/policy")
    assert 'href="https://suite.example/policy"' in login_page(suite)


@promise("oidf:oidcc-registration-tos-uri")
def test_oidcc_registration_tos_uri(registration: Registration) -> None:
    suite = registration.suite(tos_uri="https://suite.example/tos")
    assert 'href="https://suite.example/tos"' in login_page(suite)


@promise("oidf:oidcc-registration-jwks-uri")
def test_oidcc_registration_jwks_uri(registration: Registration) -> None:
    registration.provider.fetched[KEYS_AT] = public_set("first")
    registration.suite(jwks=None, jwks_uri=KEYS_AT).flow()


@promise("oidf:oidcc-registration-sector-uri")
@pytest.mark.parametrize("subject_type", ["public", "pairwise"])
def test_oidcc_registration_sector_uri(registration: Registration, subject_type: str) -> None:
    registration.provider.fetched[SECTOR_AT] = [RETURN, "https://other.example/callback"]
    suite = registration.suite(sector_identifier_uri=SECTOR_AT, subject_type=subject_type)
    assert suite.exchange(suite.authorize()["code"]).status_code == 200


@promise("oidf:oidcc-registration-sector-bad")
def test_oidcc_registration_sector_bad(registration: Registration) -> None:
    registration.provider.fetched[SECTOR_AT] = ["https://other.example/callback"]
    assert registration.error(sector_identifier_uri=SECTOR_AT) == (400, "invalid_client_metadata")


Change = Callable[[KeyChanges, str], object]
CHANGES: dict[str, tuple[Change, timedelta]] = {
    "announced": (lambda changes, algorithm: changes.prepare(algorithm), timedelta(hours=25)),
    "at once": (lambda changes, algorithm: changes.create(algorithm), timedelta(seconds=2)),
}


@promise("oidf:oidcc-server-rotate-keys")
@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
@pytest.mark.parametrize(("change", "later"), CHANGES.values(), ids=CHANGES)
def test_oidcc_server_rotate_keys(tmp_path: Path, change: Change, later: timedelta, algorithm: str) -> None:
    clock, folder = FixedClock(), tmp_path / "keys"
    provider = Provider(tmp_path, clock=clock, keys=load_keys(folder, clock))
    suite = Registration(provider).suite(id_token_signed_response_alg=algorithm)
    before = {key["kid"] for key in suite.browser.get("/jwks").json["keys"]}
    old = suite.flow().answer["id_token"]
    change(KeyChanges(KeyFolder(folder, None), clock, KeyPolicy()), algorithm)
    clock.advance(timedelta(seconds=2))
    after = {key["kid"] for key in suite.browser.get("/jwks").json["keys"]}
    assert after > before
    suite.identity(old)
    clock.advance(later)
    new = suite.flow().answer["id_token"]
    assert old.split(".")[0] != new.split(".")[0]


def with_refresh(registration: Registration, **changes: Any) -> Suite:
    return registration.suite(grant_types=["authorization_code", "refresh_token"], **changes)


@promise("oidf:oidcc-refresh-token-rp-key-rotation")
def test_oidcc_refresh_token_rp_key_rotation(registration: Registration) -> None:
    registration.provider.fetched[KEYS_AT] = public_set("first")
    suite = with_refresh(registration, jwks=None, jwks_uri=KEYS_AT)
    tokens = suite.flow(scope="openid offline_access", prompt="consent")
    registration.provider.fetched[KEYS_AT] = public_set("second")
    registration.provider.clock.advance(timedelta(seconds=60))
    suite.key = rsa_key("second")
    form = {"grant_type": "refresh_token", "refresh_token": tokens.answer["refresh_token"]}
    renewed = suite.checked(suite.call("/token", **form), None)
    suite.userinfo(renewed)
    suite.key = rsa_key("first")
    refused = suite.call("/token", **form)
    assert (refused.status_code, refused.json["error"]) == (401, "invalid_client")


@promise("oidf:oidcc-refresh-token:dynamic")
def test_oidcc_refresh_token_of_a_registered_client(registration: Registration) -> None:
    suite = with_refresh(registration)
    other = suite.other(with_refresh(registration).client)
    form = {"grant_type": "refresh_token", "refresh_token": suite.flow().answer["refresh_token"]}
    stolen = other.call("/token", **form)
    assert (stolen.status_code, stolen.json["error"]) == (400, "invalid_grant")
    suite.userinfo(suite.checked(suite.call("/token", **form), None))


@promise("oidf:oidcc-ensure-request-object-with-redirect-uri:dynamic")
def test_oidcc_ensure_request_object_with_redirect_uri_of_a_registered_client(registration: Registration) -> None:
    suite = registration.suite(request_object_signing_alg="RS256")
    claims = {**suite.request(), "iss": suite.client.client_id, "aud": ISSUER}
    signed = jwt.encode({"alg": "RS256", "kid": "first"}, claims, rsa_key("first"))
    assert "code" in suite.authorize(redirect_uri="https://invalid.example/callback", request=signed)


@promise("oidf:oidcc-ensure-client-assertion-with-iss-aud-succeeds")
def test_oidcc_ensure_client_assertion_with_iss_aud_succeeds(registration: Registration) -> None:
    replace(registration.suite(), audience=ISSUER).flow()
