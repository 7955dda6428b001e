"""The modules of the FAPI 2.0 Security Profile plan about `private_key_jwt`."""

from __future__ import annotations

from typing import Any

import pytest

from auth.clients.domain.client_registration import BadClientError
from tests.auth.builders import ISSUER, AuthBrowser, Provider
from tests.auth.conformance_fapi.builders import (
    OTHER_KEY,
    FapiClient,
    a_fapi_client,
    forged,
    refusal,
    rsa_key,
    signed,
    unsigned,
)
from tests.promises import promise

REFUSED = {(401, "invalid_client"), (400, "invalid_client"), (400, "invalid_request")}


@pytest.fixture
def rsa_client(provider: Provider, browser: AuthBrowser) -> FapiClient:
    """A client whose key can sign with RS256 as well as with PS256."""
    provider.add(a_fapi_client("rho", 8413, rsa_key()))
    browser.sign_in()
    return FapiClient(provider, browser, "rho", 8413, rsa_key())


@promise("oidf:fapi2-security-profile-final-ensure-signed-client-assertion-with-RS256-fails", "fapi2:algorithms")
def test_fapi2_ensure_signed_client_assertion_with_rs256_fails(rsa_client: FapiClient) -> None:
    claims, kid = rsa_client.assertion_claims(), rsa_client.key.kid
    assert refusal(rsa_client.push(assertion=signed(claims, rsa_client.key, "RS256", kid=kid))) in REFUSED
    assert rsa_client.push(assertion=signed(claims, rsa_client.key, "PS256", kid=kid)).status_code == 201


@promise("oidf:fapi2-security-profile-final-ensure-client-assertion-in-token-endpoint")
def test_fapi2_ensure_client_assertion_in_token_endpoint(omega: FapiClient) -> None:
    code = omega.code()
    answer = omega.exchange(code, client_assertion=None, client_assertion_type=None)
    assert refusal(answer) == (401, "invalid_client")
    assert omega.exchange(code).status_code == 200


@promise("oidf:fapi2-security-profile-final-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails")
def test_fapi2_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(omega: FapiClient) -> None:
    late = omega.assertion(exp=omega.now - 300)
    assert refusal(omega.exchange(omega.code(), client_assertion=late)) in REFUSED


@promise("oidf:fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails")
def test_fapi2_ensure_client_assertion_with_wrong_aud_fails(omega: FapiClient) -> None:
    foreign = omega.assertion(aud="https://other.example")
    assert refusal(omega.exchange(omega.code(), client_assertion=foreign)) in REFUSED


@promise("oidf:fapi2-security-profile-final-ensure-client-assertion-with-no-sub-fails")
def test_fapi2_ensure_client_assertion_with_no_sub_fails(omega: FapiClient) -> None:
    assert refusal(omega.exchange(omega.code(), client_assertion=omega.assertion(sub=None))) in REFUSED


@promise("oidf:fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted")
def test_fapi2_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(omega: FapiClient) -> None:
    ahead = omega.assertion(iat=omega.now + 8, nbf=omega.now + 8)
    assert omega.push(assertion=ahead).status_code == 201


@promise("oidf:fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails")
@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_fapi2_par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails(
    omega: FapiClient, name: str
) -> None:
    ahead = omega.assertion(**{name: omega.now + 65}, exp=omega.now + 200)
    assert refusal(omega.push(assertion=ahead)) in REFUSED


@promise("oidf:fapi2-security-profile-final-par-test-array-as-audience-fails", "fapi2:assertion-audience")
@pytest.mark.parametrize("audience", [[ISSUER], [ISSUER, f"{ISSUER}/par"], [ISSUER, "https://other.example"]])
def test_fapi2_par_test_array_as_audience_fails(omega: FapiClient, audience: list[str]) -> None:
    assert refusal(omega.push(assertion=omega.assertion(aud=audience))) in REFUSED


@promise("oidf:fapi2-security-profile-final-par-test-par-endpoint-url-as-audience-fails")
def test_fapi2_par_test_par_endpoint_url_as_audience_fails(omega: FapiClient) -> None:
    assert refusal(omega.push(assertion=omega.assertion(aud=f"{ISSUER}/par"))) in REFUSED


@promise("oidf:fapi2-security-profile-final-par-test-token-endpoint-url-as-audience-fails")
def test_fapi2_par_test_token_endpoint_url_as_audience_fails(omega: FapiClient) -> None:
    assert refusal(omega.push(assertion=omega.assertion(aud=f"{ISSUER}/token"))) in REFUSED


@promise("oidf:fapi2-security-profile-final-ensure-invalid-client-assertions-fail")
@pytest.mark.parametrize(
    "changes",
    [
        *({"sub": None}, {"sub": "sigma"}, {"iss": None}, {"iss": "sigma"}),
        *({"aud": None}, {"aud": "https://other.example"}, {"aud": [ISSUER, "https://other.example"]}, {"aud": []}),
        *({"exp": None}, {"exp": "soon"}, {"jti": None}, {"jti": 5}, {"exp": 10**12}),
    ],
)
def test_fapi2_ensure_invalid_client_assertions_fail(omega: FapiClient, changes: dict[str, Any]) -> None:
    assert refusal(omega.push(assertion=omega.assertion(**changes))) in REFUSED
    assert omega.push().status_code == 201


@promise("oidf:fapi2-security-profile-final-ensure-invalid-client-assertions-fail")
def test_fapi2_ensure_invalid_client_assertions_fail_by_their_signature(omega: FapiClient) -> None:
    claims = omega.assertion_claims()
    good = signed(claims, omega.key, kid=omega.key.kid)
    for wrong in (
        unsigned(claims),
        unsigned(claims, kid=omega.key.kid),
        forged(good),
        good.rpartition(".")[0] + ".",
        signed(claims, OTHER_KEY, kid=omega.key.kid),
        signed(claims, OTHER_KEY, jwk=dict(OTHER_KEY.as_dict(private=False))),
        signed(claims, omega.key, kid=omega.key.kid, typ="dpop+jwt"),
    ):
        assert refusal(omega.push(assertion=wrong)) in REFUSED
    assert omega.push(assertion=good).status_code == 201


@promise("oidf:fapi2-security-profile-final-ensure-invalid-client-assertions-fail")
@pytest.mark.parametrize("kind", [None, "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", ""])
def test_fapi2_ensure_invalid_client_assertions_fail_by_their_type(omega: FapiClient, kind: str | None) -> None:
    form = {**omega.parameters(), **omega.authentication(), "client_assertion_type": kind}
    assert refusal(omega.post("/par", form)) in REFUSED


@promise("fapi2:assertion-used-once")
def test_an_assertion_serves_once_at_every_endpoint(omega: FapiClient) -> None:
    code, once = omega.code(), omega.assertion()
    assert omega.push(assertion=once).status_code == 201
    assert refusal(omega.push(assertion=once)) == (401, "invalid_client")
    assert refusal(omega.exchange(code, client_assertion=once)) == (401, "invalid_client")


@promise("fapi2:confidential-clients-only", "fapi2:client-authentication")
@pytest.mark.parametrize("method", ["none", "client_secret_basic", "client_secret_post"])
def test_a_client_that_proves_itself_weakly_is_not_registered(method: str) -> None:
    with pytest.raises(BadClientError):
        a_fapi_client(token_endpoint_auth_method=method)


@promise("fapi2:algorithms")
@pytest.mark.parametrize(
    "name",
    [
        *("token_endpoint_auth_signing_alg", "request_object_signing_alg", "id_token_signed_response_alg"),
        *("authorization_signed_response_alg", "userinfo_signed_response_alg", "introspection_signed_response_alg"),
    ],
)
def test_rs256_is_registered_for_nothing(name: str) -> None:
    with pytest.raises(BadClientError):
        a_fapi_client(**{name: "RS256"})


@promise("fapi2:sender-constrained-only")
def test_a_client_without_bound_tokens_is_not_registered() -> None:
    with pytest.raises(BadClientError):
        a_fapi_client(dpop_bound_access_tokens=False)
