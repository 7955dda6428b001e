"""FAPI 2.0 Message Signing: signed requests (JAR), signed responses (JARM), signed introspection (RFC 9701)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from auth.clients.domain.client_registration import BadClientError
from tests.auth.builders import DIRECTOR, ISSUER, AuthBrowser, Provider, sent_back
from tests.auth.conformance_fapi.builders import (
    OTHER_KEY,
    FapiClient,
    a_fapi_client,
    claims_of,
    first_client,
    forged,
    header_of,
    public,
    refusal,
    rsa_key,
    signed,
    unsigned,
)
from tests.promises import promise


@pytest.fixture
def omega(provider: Provider, browser: AuthBrowser) -> FapiClient:
    """A client that must sign its requests, and gets signed responses only."""
    client = first_client(provider, browser)
    provider.add(a_fapi_client(require_signed_request_object=True, response_modes=["jwt", "query.jwt"]))
    return client


def request_object(client: FapiClient, **changes: Any) -> str:
    return client.request_object(**{"response_mode": "jwt", **changes})


def response(client: FapiClient, answer: Any) -> dict[str, Any]:
    """What the signed response says, after the checks of JARM §2.4."""
    back = sent_back(answer)
    assert set(back) == {"response"}
    claims = claims_of(client.provider, back["response"])
    assert (claims["iss"], claims["aud"]) == (ISSUER, client.client_id)
    assert client.now < claims["exp"] <= client.now + 600
    return claims


def pushed(client: FapiClient, **changes: Any) -> str:
    answer = client.push_object(request_object(client, **changes))
    assert answer.status_code == 201, answer.text
    return str(answer.json["request_uri"])


@promise("oidf:fapi2-message-signing-final-happy-flow", "fapi2-ms:jar", "fapi2-ms:jarm")
def test_fapi2_message_signing_happy_flow(omega: FapiClient) -> None:
    answer = omega.visit(pushed(omega))
    assert header_of(omega.provider, sent_back(answer)["response"])["alg"] == "ES256"
    back = response(omega, answer)
    assert back["state"] == "the state"
    tokens = omega.exchange(back["code"]).json
    assert claims_of(omega.provider, tokens["id_token"])["nonce"] == "the nonce"
    assert omega.userinfo(tokens["access_token"]).json["sub"] == DIRECTOR


@promise("oidf:fapi2-message-signing-final-user-rejects-authentication")
def test_fapi2_message_signing_user_rejects_authentication(omega: FapiClient) -> None:
    client = a_fapi_client(require_signed_request_object=True, response_modes=["jwt"], first_party=False)
    omega.provider.add(client)
    page = omega.browser.follow(omega.visit(pushed(omega)))
    back = response(omega, omega.browser.submit(page, "/consent", deny="1"))
    assert (back["error"], back["state"]) == ("access_denied", "the state")


@promise("oidf:fapi2-message-signing-final-discovery-end-point-verification")
def test_fapi2_message_signing_discovery_end_point_verification(browser: AuthBrowser) -> None:
    metadata = browser.get("/.well-known/openid-configuration").json
    assert metadata["request_parameter_supported"] is True
    assert {"jwt", "query.jwt", "form_post.jwt"} <= set(metadata["response_modes_supported"])
    assert "ES256" in metadata["authorization_signing_alg_values_supported"]
    assert {"ES256", "PS256"} <= set(metadata["request_object_signing_alg_values_supported"])
    assert "ES256" in metadata["introspection_signing_alg_values_supported"]


@promise("oidf:fapi2-security-profile-final-ensure-request-object-with-multiple-aud-succeeds")
def test_fapi2_ensure_request_object_with_multiple_aud_succeeds(omega: FapiClient) -> None:
    assert pushed(omega, aud=[ISSUER, "https://other.example"])


@promise("oidf:fapi2-security-profile-final-ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted")
def test_fapi2_ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted(omega: FapiClient) -> None:
    assert pushed(omega, nbf=omega.now + 8, iat=omega.now + 8)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"exp": None}, id="without-exp"),
        pytest.param({"nbf": None}, id="without-nbf"),
        pytest.param({"exp": -1}, id="expired"),
        pytest.param({"aud": "https://other.example"}, id="bad-aud"),
        pytest.param({"aud": None}, id="without-aud"),
        pytest.param({"exp": 3660}, id="exp-over-60-minutes"),
        pytest.param({"nbf": -4200}, id="nbf-over-60-minutes"),
        pytest.param({"nbf": 65}, id="nbf-in-the-future"),
        pytest.param({"iss": "sigma"}, id="foreign-iss"),
        pytest.param({"client_id": "sigma"}, id="foreign-client"),
        pytest.param({"sub": "omega"}, id="assertion"),
    ],
)
@promise(
    "oidf:fapi2-security-profile-final-ensure-request-object-without-exp-fails",
    "oidf:fapi2-security-profile-final-ensure-request-object-without-nbf-fails",
    "oidf:fapi2-security-profile-final-ensure-expired-request-object-fails",
    "oidf:fapi2-security-profile-final-ensure-request-object-with-bad-aud-fails",
    "oidf:fapi2-security-profile-final-ensure-request-object-with-exp-over-60-fails",
    "oidf:fapi2-security-profile-final-ensure-request-object-with-nbf-over-60-fails",
)
def test_fapi2_ensure_request_object_fails(omega: FapiClient, changes: dict[str, Any]) -> None:
    """Times in `changes` are seconds from now."""
    wrong = {name: omega.now + value if isinstance(value, int) else value for name, value in changes.items()}
    assert refusal(omega.push_object(request_object(omega, **wrong))) == (400, "invalid_request_object")


@promise("oidf:fapi2-security-profile-final-ensure-signed-request-object-with-RS256-fails")
def test_fapi2_ensure_signed_request_object_with_rs256_fails(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(a_fapi_client("rho", 8413, rsa_key(), require_signed_request_object=True))
    client = FapiClient(provider, browser, "rho", 8413, rsa_key())
    for algorithm, status in (("RS256", 400), ("PS256", 201)):
        request = client.request_object(algorithm=algorithm)
        form = {**client.authentication(_rsa_assertion(client)), "request": request}
        assert client.post("/par", form).status_code == status


def _rsa_assertion(client: FapiClient) -> str:
    return signed(client.assertion_claims(), rsa_key(), "PS256", kid=rsa_key().kid)


@promise("oidf:fapi2-security-profile-final-ensure-request-object-signature-algorithm-is-not-none")
def test_fapi2_ensure_request_object_signature_algorithm_is_not_none(omega: FapiClient) -> None:
    claims = omega.request_claims(response_mode="jwt")
    assert refusal(omega.push_object(unsigned(claims))) == (400, "invalid_request_object")


@promise("oidf:fapi2-security-profile-final-ensure-request-object-with-invalid-signature-fails")
def test_fapi2_ensure_request_object_with_invalid_signature_fails(omega: FapiClient) -> None:
    assert refusal(omega.push_object(forged(request_object(omega)))) == (400, "invalid_request_object")


@promise("oidf:fapi2-security-profile-final-ensure-matching-key-in-authorization-request")
def test_fapi2_ensure_matching_key_in_authorization_request(omega: FapiClient, sigma: FapiClient) -> None:
    claims = omega.request_claims(response_mode="jwt")
    for foreign in (
        signed(claims, sigma.key, kid=sigma.key.kid),
        signed(claims, sigma.key, kid=omega.key.kid),
        signed(claims, OTHER_KEY, jwk=public(OTHER_KEY)),
    ):
        assert refusal(omega.push_object(foreign)) == (400, "invalid_request_object")


@promise("oidf:fapi2-security-profile-final-ensure-unsigned-request-at-par-endpoint-fails")
def test_fapi2_ensure_unsigned_request_at_par_endpoint_fails(omega: FapiClient) -> None:
    assert refusal(omega.push(response_mode="jwt")) == (400, "invalid_request")


@promise("oidf:fapi2-security-profile-final-par-authorization-request-containing-request_uri")
def test_fapi2_par_authorization_request_containing_request_uri(omega: FapiClient) -> None:
    request = request_object(omega, request_uri=pushed(omega))
    assert refusal(omega.push_object(request)) == (400, "invalid_request_object")


@promise("oidf:fapi2-message-signing-final-ensure-unsigned-authorization-request-without-using-par-fails")
def test_fapi2_message_signing_ensure_authorization_request_without_using_par_fails(omega: FapiClient) -> None:
    """Neither unsigned nor signed: the request must be pushed."""
    plain = {name: str(value) for name, value in omega.parameters(response_mode="jwt").items()}
    unpushed = omega.browser.get("/authorize", client_id="omega", **plain)
    assert response(omega, unpushed)["error"] == "invalid_request"
    by_value = omega.browser.get("/authorize", client_id="omega", request=request_object(omega))
    assert response(omega, by_value)["error"] == "invalid_request"


@promise("oidf:fapi2-message-signing-final-ensure-different-nonce-inside-and-outside-request-object")
def test_fapi2_message_signing_ensure_different_nonce_inside_and_outside_request_object(omega: FapiClient) -> None:
    answer = omega.push_object(request_object(omega), nonce="another nonce")
    back = response(omega, omega.visit(answer.json["request_uri"], nonce="another nonce"))
    assert claims_of(omega.provider, omega.exchange(back["code"]).json["id_token"])["nonce"] == "the nonce"


@promise("oidf:fapi2-message-signing-final-ensure-different-state-inside-and-outside-request-object")
def test_fapi2_message_signing_ensure_different_state_inside_and_outside_request_object(omega: FapiClient) -> None:
    answer = omega.push_object(request_object(omega), state="another state")
    back = response(omega, omega.visit(answer.json["request_uri"], state="another state"))
    assert back["state"] == "the state"


@promise("oidf:fapi2-message-signing-final-state-only-outside-request-object-not-used")
def test_fapi2_message_signing_state_only_outside_request_object_not_used(omega: FapiClient) -> None:
    answer = omega.push_object(request_object(omega, state=None), state="outside")
    assert "state" not in response(omega, omega.visit(answer.json["request_uri"], state="outside"))


@promise("oidf:fapi2-message-signing-final-ensure-request-object-without-redirect-uri-fails")
def test_fapi2_message_signing_ensure_request_object_without_redirect_uri_fails(omega: FapiClient) -> None:
    request = request_object(omega, redirect_uri=None)
    answer = omega.push_object(request, redirect_uri=omega.redirect_uri)
    assert refusal(answer) == (400, "invalid_request")


@promise("fapi2-ms:jar-required")
def test_a_client_that_must_sign_needs_keys() -> None:
    with pytest.raises(BadClientError, match="jwks or jwks_uri is missing"):
        a_fapi_client(jwks=None, token_endpoint_auth_method="tls_client_auth", require_signed_request_object=True)


@promise("fapi2-ms:jarm")
def test_an_error_comes_back_in_a_signed_response(omega: FapiClient) -> None:
    other = omega.provider.browser()
    answer = other.get("/authorize", client_id="omega", request_uri=pushed(omega, prompt="none"))
    back = response(omega, answer)
    assert (back["error"], back["state"]) == ("login_required", "the state")
    assert "code" not in back


@promise("fapi2-ms:jarm")
def test_the_response_mode_is_one_that_the_client_registered(omega: FapiClient) -> None:
    for mode in ("query", "form_post", "fragment.jwt", None):
        refused = omega.push_object(request_object(omega, response_mode=mode))
        assert refusal(refused) == (400, "invalid_request")


@promise("fapi2-ms:jarm")
def test_nothing_but_the_signed_response_is_in_the_address(omega: FapiClient) -> None:
    location = urlsplit(omega.visit(pushed(omega)).headers["Location"])
    assert set(parse_qs(location.query)) == {"response"}
    assert location.fragment == ""


@promise("fapi2-ms:signed-introspection")
def test_introspection_answers_with_a_signed_token(omega: FapiClient) -> None:
    """RFC 9701 §5: its own type, for the one who asks, the answer in one claim."""
    tokens = omega.exchange(response(omega, omega.visit(pushed(omega)))["code"]).json
    omega.provider.add(a_fapi_client(introspection_signed_response_alg="ES256"))
    answer = omega.post("/introspect", {"token": tokens["access_token"], **omega.authentication()})
    assert answer.headers["Content-Type"] == "application/token-introspection+jwt"
    assert header_of(omega.provider, answer.text)["typ"] == "token-introspection+jwt"
    claims = claims_of(omega.provider, answer.text)
    assert (claims["iss"], claims["aud"], claims["iat"]) == (ISSUER, "omega", omega.now)
    found = claims["token_introspection"]
    assert found["active"] is True
    assert found["cnf"] == {"jkt": omega.dpop_key.thumbprint()}
    assert "sub" not in claims
    assert "exp" not in claims


@promise("fapi2-ms:signed-introspection")
def test_introspection_is_signed_when_the_request_accepts_it(omega: FapiClient) -> None:
    form = {"token": "unknown", **omega.authentication()}
    accept = {"Accept": "application/token-introspection+jwt"}
    answer = omega.browser.client.post("/introspect", data=form, headers=accept, base_url=ISSUER)
    assert claims_of(omega.provider, answer.text)["token_introspection"] == {"active": False}
    plain = omega.post("/introspect", {"token": "unknown", **omega.authentication()})
    assert plain.json == {"active": False}
