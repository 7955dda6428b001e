"""The FAPI 2.0 Security Profile plan with mTLS: as the client's authentication, as the binding of tokens, as both."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.auth.builders import DIRECTOR, ISSUER, Provider, sent_back
from tests.auth.conformance_fapi.builders import (
    DPOP_KEY,
    KEY,
    FapiClient,
    a_fapi_client,
    claims_of,
    refusal,
)
from tests.auth.conformance_fapi.certificates import (
    NOT_AFTER,
    SUBJECT,
    a_certificate,
    a_key,
    jwk_of,
    mtls_browser,
    thumbprint,
)
from tests.promises import promise

TLS_KEY, OTHER_TLS_KEY = a_key(), a_key()
CERTIFICATE = a_certificate(TLS_KEY)
RENEWED = a_certificate(TLS_KEY, serial=2)
FOREIGN = a_certificate(OTHER_TLS_KEY, "sigma.example")
MTLS_ISSUER = "http://mtls.localhost:8444"
BOUND: dict[str, Any] = {"dpop_bound_access_tokens": False, "tls_client_certificate_bound_access_tokens": True}
NAMED: dict[str, Any] = {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": SUBJECT}
SELF_SIGNED: dict[str, Any] = {
    "token_endpoint_auth_method": "self_signed_tls_client_auth",
    "jwks": {"keys": [jwk_of(TLS_KEY)]},
}


def a_client(provider: Provider, *settings: dict[str, Any], mtls_issuer: str = "") -> FapiClient:
    """A client with these settings, which shows its certificate; the person has signed in."""
    registered = a_fapi_client(**{name: value for one in settings for name, value in one.items()})
    provider.add(registered)
    browser = mtls_browser(provider, mtls_issuer)
    browser.sign_in()
    return FapiClient(
        provider,
        browser,
        key=KEY if registered.auth_method == "private_key_jwt" else None,
        dpop_key=DPOP_KEY if registered.dpop_bound_access_tokens else None,
        certificate=CERTIFICATE,
    )


@pytest.fixture
def omega(provider: Provider) -> FapiClient:
    """mTLS for both."""
    return a_client(provider, NAMED, BOUND)


@promise("oidf:fapi2-security-profile-final-happy-flow[mtls+mtls]", "rfc8705:tls-client-auth")
@pytest.mark.parametrize("method", [NAMED, SELF_SIGNED])
def test_fapi2_happy_flow_mtls_mtls(provider: Provider, method: dict[str, Any]) -> None:
    client = a_client(provider, method, BOUND)
    tokens = client.tokens()
    assert tokens["token_type"] == "Bearer"
    cnf = claims_of(provider, tokens["access_token"])["cnf"]
    assert cnf == {"x5t#S256": thumbprint(CERTIFICATE)}
    assert client.userinfo(tokens["access_token"], scheme="Bearer").json["sub"] == DIRECTOR


@promise("oidf:fapi2-security-profile-final-happy-flow[private_key_jwt+mtls]", "rfc8705:bound-tokens")
def test_fapi2_happy_flow_private_key_jwt_mtls(provider: Provider) -> None:
    client = a_client(provider, BOUND)
    token = client.tokens()["access_token"]
    assert claims_of(provider, token)["cnf"] == {"x5t#S256": thumbprint(CERTIFICATE)}
    assert client.userinfo(token, scheme="Bearer").status_code == 200


@promise("oidf:fapi2-security-profile-final-happy-flow[mtls+dpop]")
def test_fapi2_happy_flow_mtls_dpop(provider: Provider) -> None:
    client = a_client(provider, NAMED)
    tokens = client.tokens()
    assert tokens["token_type"] == "DPoP"
    assert claims_of(provider, tokens["access_token"])["cnf"] == {"jkt": DPOP_KEY.thumbprint()}
    assert client.userinfo(tokens["access_token"]).status_code == 200
    assert replace(client, certificate="").userinfo(tokens["access_token"]).status_code == 200


@promise("oidf:fapi2-security-profile-final-ensure-holder-of-key-required[mtls]", "rfc8705:bound-tokens")
def test_fapi2_ensure_holder_of_key_required_mtls(provider: Provider) -> None:
    client = a_client(provider, BOUND)
    code = client.code()
    assert refusal(replace(client, certificate="").exchange(code)) == (400, "invalid_request")
    assert client.exchange(code).status_code == 200


@promise("oidf:fapi2-security-profile-final-access-token-type-header-case-sensitivity[mtls]")
@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEARER"])
def test_fapi2_access_token_type_header_case_sensitivity_mtls(omega: FapiClient, scheme: str) -> None:
    assert omega.userinfo(omega.tokens()["access_token"], scheme=scheme).status_code == 200


@promise("oidf:fapi2-security-profile-final-refresh-token[mtls]")
def test_fapi2_refresh_token_mtls(omega: FapiClient) -> None:
    refresh = omega.tokens()["refresh_token"]
    answer = omega.grant("refresh_token", refresh_token=refresh)
    assert claims_of(omega.provider, answer.json["access_token"])["cnf"] == {"x5t#S256": thumbprint(CERTIFICATE)}
    stolen = replace(omega, certificate=FOREIGN).grant("refresh_token", refresh_token=refresh)
    assert refusal(stolen) == (401, "invalid_client")
    assert replace(omega, certificate="").grant("refresh_token", refresh_token=refresh).status_code == 401


@pytest.fixture
def sigma(omega: FapiClient) -> FapiClient:
    """A second client, with a certificate of its own."""
    by_name = {**NAMED, "tls_client_auth_subject_dn": SUBJECT.replace("omega", "sigma")}
    omega.provider.add(a_fapi_client("sigma", 8412, **by_name, **BOUND))
    return replace(omega, client_id="sigma", port=8412, certificate=FOREIGN)


@promise("oidf:fapi2-security-profile-final-ensure-client-id-in-token-endpoint[mtls]")
def test_fapi2_ensure_client_id_in_token_endpoint_mtls(omega: FapiClient, sigma: FapiClient) -> None:
    code = omega.code()
    assert refusal(omega.exchange(code, client_id="sigma")) == (401, "invalid_client")
    assert refusal(sigma.exchange(code, client_id="omega")) == (401, "invalid_client")
    assert refusal(omega.exchange(code, client_id=None)) == (401, "invalid_client")
    assert omega.exchange(code).status_code == 200


@promise("oidf:fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client[mtls]")
def test_fapi2_ensure_authorization_code_is_bound_to_client_mtls(omega: FapiClient, sigma: FapiClient) -> None:
    code = omega.code()
    assert refusal(sigma.exchange(code, redirect_uri=omega.redirect_uri)) == (400, "invalid_grant")
    assert omega.exchange(code).status_code == 200


@promise("oidf:fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second[mtls]")
def test_fapi2_attempt_reuse_authorization_code_after_one_second_mtls(omega: FapiClient) -> None:
    code = omega.code()
    token = omega.exchange(code).json["access_token"]
    omega.provider.clock.advance(timedelta(seconds=1))
    assert refusal(omega.exchange(code)) == (400, "invalid_grant")
    assert omega.userinfo(token, scheme="Bearer").status_code == 401


@promise("oidf:fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client[mtls]")
def test_fapi2_par_attempt_to_use_request_uri_for_different_client_mtls(omega: FapiClient, sigma: FapiClient) -> None:
    page = sigma.visit(omega.pushed())
    assert page.status_code == 400
    assert "invalid_request_uri" in page.text


@promise("rfc8705:bound-tokens", "fapi2:resource-checks-binding")
@pytest.mark.parametrize("shown", [FOREIGN, RENEWED, ""])
def test_a_token_opens_nothing_with_another_certificate(omega: FapiClient, shown: str) -> None:
    """A renewed certificate is another one, although it has the same name and key (RFC 8705 §3.1)."""
    token = omega.tokens()["access_token"]
    refused = replace(omega, certificate=shown).userinfo(token, scheme="Bearer")
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert omega.userinfo(token, scheme="Bearer").status_code == 200


@promise("rfc8705:trusted-proxy-only")
@pytest.mark.parametrize("proxy", ["192.0.2.1", "", "127.0.0.2"])
def test_nobody_but_the_proxy_says_what_certificate_was_shown(omega: FapiClient, proxy: str) -> None:
    token, outsider = omega.tokens()["access_token"], replace(omega, proxy=proxy)
    assert refusal(outsider.push()) == (401, "invalid_client")
    assert outsider.userinfo(token, scheme="Bearer").status_code == 401


@promise("rfc8705:tls-client-auth")
@pytest.mark.parametrize("method", [NAMED, SELF_SIGNED])
def test_a_certificate_of_somebody_else_proves_nothing(provider: Provider, method: dict[str, Any]) -> None:
    client = a_client(provider, method, BOUND)
    assert refusal(replace(client, certificate=FOREIGN).push()) == (401, "invalid_client")
    assert refusal(replace(client, certificate="").push()) == (401, "invalid_client")
    assert client.push().status_code == 201


@promise("rfc8705:tls-client-auth")
def test_a_client_may_be_known_by_another_name_of_its_certificate(provider: Provider) -> None:
    by_dns = {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "omega.example"}
    client = a_client(provider, by_dns, BOUND)
    assert client.push().status_code == 201
    assert refusal(replace(client, certificate=FOREIGN).push()) == (401, "invalid_client")


@promise("rfc8705:tls-client-auth")
def test_a_renewed_certificate_with_the_registered_key_is_the_clients(provider: Provider) -> None:
    client = a_client(provider, SELF_SIGNED, BOUND)
    assert replace(client, certificate=RENEWED).push().status_code == 201


@promise("rfc8705:tls-client-auth")
def test_a_certificate_that_is_over_proves_nothing(omega: FapiClient) -> None:
    omega.provider.clock.set(NOT_AFTER + timedelta(seconds=1))
    assert refusal(omega.push()) == (401, "invalid_client")


@promise("rfc8705:trusted-proxy-only")
@pytest.mark.parametrize("header", [":not base64:", "-----BEGIN CERTIFICATE-----", ":AAAA:", "x" * 20_000])
def test_a_header_that_cannot_be_read_is_refused(omega: FapiClient, header: str) -> None:
    token = omega.tokens()["access_token"]
    unreadable = replace(omega, certificate=header)
    assert refusal(unreadable.push()) == (400, "invalid_request")
    assert unreadable.userinfo(token, scheme="Bearer").status_code == 401


@promise("fapi2:mtls-aliases", "rfc8705:aliases")
def test_the_second_address_is_in_the_metadata_and_in_the_proofs(provider: Provider) -> None:
    client = a_client(provider, NAMED, mtls_issuer=MTLS_ISSUER)
    metadata = client.browser.get("/.well-known/openid-configuration").json
    assert metadata["mtls_endpoint_aliases"]["token_endpoint"] == f"{MTLS_ISSUER}/token"
    assert metadata["mtls_endpoint_aliases"]["pushed_authorization_request_endpoint"] == f"{MTLS_ISSUER}/par"
    assert metadata["mtls_endpoint_aliases"]["userinfo_endpoint"] == f"{MTLS_ISSUER}/userinfo"
    assert metadata["tls_client_certificate_bound_access_tokens"] is True
    assert "tls_client_auth" in metadata["token_endpoint_auth_methods_supported"]
    second = replace(client, base=MTLS_ISSUER)
    pushed = second.push(proof=second.proof("/par"))
    assert pushed.status_code == 201
    code = sent_back(client.visit(pushed.json["request_uri"]))["code"]
    tokens = second.exchange(code)
    assert tokens.status_code == 200
    assert claims_of(provider, tokens.json["access_token"])["iss"] == ISSUER
    assert second.userinfo(tokens.json["access_token"]).status_code == 200


@promise("rfc8705:aliases")
def test_without_a_second_address_no_certificate_is_offered(provider: Provider) -> None:
    metadata = provider.browser().get("/.well-known/openid-configuration").json
    assert "mtls_endpoint_aliases" not in metadata
    assert metadata["tls_client_certificate_bound_access_tokens"] is False
    assert "tls_client_auth" not in metadata["token_endpoint_auth_methods_supported"]


@promise("rfc8705:bound-tokens")
def test_introspection_says_to_which_certificate_a_token_is_bound(omega: FapiClient) -> None:
    token = omega.tokens()["access_token"]
    found = omega.post("/introspect", {"token": token, **omega.authentication()}).json
    assert found["cnf"] == {"x5t#S256": thumbprint(CERTIFICATE)}
    assert found["token_type"] == "Bearer"
