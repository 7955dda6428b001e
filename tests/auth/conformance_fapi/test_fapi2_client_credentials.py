"""The FAPI 2.0 plan of the client credentials grant: partner software, without a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.auth.builders import AuthBrowser, Provider
from tests.auth.conformance_fapi.builders import (
    DPOP_KEY,
    OTHER_DPOP_KEY,
    OTHER_KEY,
    FapiClient,
    a_fapi_client,
    claims_of,
    forged,
    header_of,
    public,
    refusal,
    rsa_key,
    signed,
    unsigned,
)
from tests.auth.conformance_fapi.certificates import SUBJECT, a_certificate, a_key, mtls_browser, thumbprint
from tests.promises import promise

GRANT = "client_credentials"
REFUSED = {(401, "invalid_client"), (400, "invalid_client"), (400, "invalid_request")}


def with_assertion(client: FapiClient, assertion: str) -> Any:
    form = {"grant_type": GRANT, "scope": "omega", **client.authentication(assertion)}
    return client.post("/token", form, client.proof("/token"))


@promise("oidf:fapi2-security-profile-final-client-credentials-grant-discovery-end-point-verification")
def test_fapi2_client_credentials_grant_discovery_end_point_verification(browser: AuthBrowser) -> None:
    metadata = browser.get("/.well-known/openid-configuration").json
    assert GRANT in metadata["grant_types_supported"]
    assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"]


@promise("oidf:fapi2-security-profile-final-client-credentials-grant-happy-flow")
def test_fapi2_client_credentials_grant_happy_flow(omega: FapiClient) -> None:
    answer = omega.grant(GRANT, scope="omega")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["token_type"] == "DPoP"
    assert "refresh_token" not in answer.json
    assert "id_token" not in answer.json
    assert header_of(omega.provider, answer.json["access_token"])["typ"] == "at+jwt"
    claims = claims_of(omega.provider, answer.json["access_token"])
    assert (claims["sub"], claims["client_id"], claims["aud"]) == ("omega", "omega", "http://localhost:8411")
    assert claims["cnf"] == {"jkt": DPOP_KEY.thumbprint()}
    assert "sid" not in claims


@promise("oidf:fapi2-security-profile-final-client-credentials-grant-happy-flow")
def test_fapi2_client_credentials_grant_happy_flow_without_scope(omega: FapiClient) -> None:
    """What speaks of a person is left out."""
    assert omega.grant(GRANT).json["scope"] == "omega"
    assert omega.grant(GRANT, scope="openid profile email").json["scope"] == ""
    omega.provider.add(a_fapi_client(scope="openid omega offline_access"))
    assert omega.grant(GRANT, scope="omega offline_access").json["scope"] == "omega"


@promise("oidf:fapi2-security-profile-final-client-credentials-grant-happy-flow[mtls]")
def test_fapi2_client_credentials_grant_happy_flow_mtls(provider: Provider) -> None:
    by_name = {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": SUBJECT}
    bound = {"dpop_bound_access_tokens": False, "tls_client_certificate_bound_access_tokens": True}
    provider.add(a_fapi_client(**by_name, **bound))
    certificate = a_certificate(a_key())
    client = FapiClient(provider, mtls_browser(provider), key=None, dpop_key=None, certificate=certificate)
    answer = client.grant(GRANT, scope="omega")
    assert answer.json["token_type"] == "Bearer"
    assert claims_of(provider, answer.json["access_token"])["cnf"] == {"x5t#S256": thumbprint(certificate)}
    assert refusal(replace(client, certificate="").grant(GRANT, scope="omega")) == (401, "invalid_client")
    assert refusal(replace(client, proxy="192.0.2.1").grant(GRANT, scope="omega")) == (401, "invalid_client")


@promise("oidf:fapi2-security-profile-final-client-credentials-grant-check-dpop-proof-nbf-exp")
def test_fapi2_client_credentials_grant_check_dpop_proof_nbf_exp(omega: FapiClient) -> None:
    good = omega.proof("/token", nbf=omega.now, exp=omega.now + 300)
    assert omega.grant(GRANT, proof=good).status_code == 200
    for wrong in ({"nbf": omega.now + 65}, {"exp": omega.now - 1}):
        answer = omega.grant(GRANT, proof=omega.proof("/token", **wrong))
        assert refusal(answer) == (400, "invalid_dpop_proof")


@promise(
    "oidf:fapi2-security-profile-final-client-credentials-grant-ensure-dpopproof-with-iat-10seconds-before-succeeds"
)
def test_fapi2_client_credentials_grant_ensure_dpopproof_with_iat_10seconds_before_succeeds(omega: FapiClient) -> None:
    assert omega.grant(GRANT, proof=omega.proof("/token", iat=omega.now - 10)).status_code == 200


@promise(
    "oidf:fapi2-security-profile-final-client-credentials-grant-ensure-dpopproof-with-iat-10seconds-after-succeeds"
)
def test_fapi2_client_credentials_grant_ensure_dpopproof_with_iat_10seconds_after_succeeds(omega: FapiClient) -> None:
    assert omega.grant(GRANT, proof=omega.proof("/token", iat=omega.now + 10)).status_code == 200


@promise("oidf:fapi2-security-profile-final-client-credentials-grant-ensure-client-id-in-token-endpoint")
def test_fapi2_client_credentials_grant_ensure_client_id_in_token_endpoint(
    omega: FapiClient, sigma: FapiClient
) -> None:
    borrowed = signed(sigma.assertion_claims(), omega.key, kid=omega.key.kid)
    assert refusal(with_assertion(sigma, borrowed)) == (401, "invalid_client")
    assert refusal(with_assertion(sigma, omega.assertion())) == (401, "invalid_client")


@promise("oidf:fapi2-security-profile-final-client-credentials-grant-ensure-holder-of-key-required")
def test_fapi2_client_credentials_grant_ensure_holder_of_key_required(omega: FapiClient) -> None:
    answer = omega.post("/token", {"grant_type": GRANT, **omega.authentication()})
    assert refusal(answer) == (400, "invalid_dpop_proof")


@promise("oidf:fapi2-security-profile-final-client-credentials-grant-ensure-signed-client-assertion-with-RS256-fails")
def test_fapi2_client_credentials_grant_ensure_signed_client_assertion_with_rs256_fails(provider: Provider) -> None:
    provider.add(a_fapi_client("rho", 8413, rsa_key()))
    client = FapiClient(provider, provider.browser(), "rho", 8413, rsa_key())
    claims = client.assertion_claims()
    assert refusal(with_assertion(client, signed(claims, rsa_key(), "RS256", kid="rsa-1"))) in REFUSED
    assert with_assertion(client, signed(claims, rsa_key(), "PS256", kid="rsa-1")).status_code == 200


@promise("oidf:fapi2-security-profile-final-client-credentials-grant-ensure-client-assertion-in-token-endpoint")
def test_fapi2_client_credentials_grant_ensure_client_assertion_in_token_endpoint(omega: FapiClient) -> None:
    answer = omega.post("/token", {"grant_type": GRANT, "client_id": "omega"}, omega.proof("/token"))
    assert refusal(answer) == (401, "invalid_client")


@promise(
    "oidf:fapi2-security-profile-final-client-credentials-grant-ensure-client-assertion-with-exp-is-5-minutes-in-past-fails",
    "oidf:fapi2-security-profile-final-client-credentials-grant-ensure-client-assertion-with-wrong-aud-fails",
    "oidf:fapi2-security-profile-final-client-credentials-grant-ensure-client-assertion-with-no-sub-fails",
    "oidf:fapi2-security-profile-final-client-credentials-grant-ensure-invalid-client-assertions-fail",
)
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"exp": -300}, id="exp-is-5-minutes-in-past"),
        pytest.param({"aud": "https://other.example"}, id="wrong-aud"),
        pytest.param({"sub": None}, id="no-sub"),
        pytest.param({"iss": None}, id="no-iss"),
        pytest.param({"iss": "sigma"}, id="wrong-iss"),
        pytest.param({"aud": None}, id="no-aud"),
        pytest.param({"aud": "http://localhost:8400/token"}, id="token-endpoint-as-aud"),
        pytest.param({"aud": ["http://localhost:8400", "https://other.example"]}, id="array-as-aud"),
        pytest.param({"nbf": 65, "iat": 65, "exp": 200}, id="nbf-over-60-seconds-in-the-future"),
    ],
)
def test_fapi2_client_credentials_grant_ensure_invalid_client_assertions_fail(
    omega: FapiClient, changes: dict[str, Any]
) -> None:
    """Times in `changes` are seconds from now."""
    wrong = {name: omega.now + value if isinstance(value, int) else value for name, value in changes.items()}
    assert refusal(with_assertion(omega, omega.assertion(**wrong))) in REFUSED
    assert with_assertion(omega, omega.assertion(iat=omega.now + 8, nbf=omega.now + 8)).status_code == 200


@promise("oidf:fapi2-security-profile-final-client-credentials-grant-ensure-invalid-client-assertions-fail")
def test_fapi2_client_credentials_grant_ensure_invalid_client_assertions_fail_by_their_signature(
    omega: FapiClient,
) -> None:
    claims = omega.assertion_claims()
    for wrong in (unsigned(claims), forged(omega.assertion()), signed(claims, OTHER_KEY, kid=omega.key.kid)):
        assert refusal(with_assertion(omega, wrong)) in REFUSED


@promise("oidf:fapi2-security-profile-final-client-credentials-grant-dpop-negative-tests")
def test_fapi2_client_credentials_grant_dpop_negative_tests(omega: FapiClient) -> None:
    claims, once = omega.proof_claims("/token"), omega.proof("/token")
    assert omega.grant(GRANT, proof=once).status_code == 200
    header: dict[str, Any] = {"typ": "dpop+jwt", "jwk": public(DPOP_KEY)}
    for wrong in (
        once,
        omega.proof("/token", htm="GET"),
        omega.proof("/par"),
        omega.proof("/token", iat=omega.now - 3600),
        omega.proof("/token", jti=None),
        forged(omega.proof("/token")),
        signed(claims, OTHER_DPOP_KEY, **header),
        signed(claims, DPOP_KEY, **{**header, "typ": "JWT"}),
        unsigned(claims, **header),
    ):
        assert refusal(omega.grant(GRANT, proof=wrong)) == (400, "invalid_dpop_proof")


@promise("oidf:fapi2-security-profile-final-client-credentials-grant-happy-flow")
def test_fapi2_client_credentials_grant_is_for_those_registered_for_it(omega: FapiClient) -> None:
    omega.provider.add(a_fapi_client(grant_types=["authorization_code"]))
    assert refusal(omega.grant(GRANT)) == (400, "unauthorized_client")
