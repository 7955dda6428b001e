"""The modules of the FAPI 2.0 Security Profile plan about the whole flow, with private_key_jwt and DPoP."""

from __future__ import annotations

import json

import pytest

from tests.auth.builders import DIRECTOR, ISSUER, AuthBrowser, sent_back
from tests.auth.conformance_fapi.builders import FapiClient, a_fapi_client, claims_of, header_of, refusal
from tests.promises import promise


@promise("oidf:fapi2-security-profile-final-discovery-end-point-verification")
def test_fapi2_discovery_end_point_verification(browser: AuthBrowser) -> None:
    metadata = browser.get("/.well-known/openid-configuration").json
    assert metadata == browser.get("/.well-known/oauth-authorization-server").json
    assert metadata["issuer"] == ISSUER
    assert metadata["pushed_authorization_request_endpoint"] == f"{ISSUER}/par"
    assert metadata["response_types_supported"] == ["code"]
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert "private_key_jwt" in metadata["token_endpoint_auth_methods_supported"]
    assert metadata["dpop_signing_alg_values_supported"] == ["ES256", "PS256", "EdDSA", "Ed25519"]
    assert {"ES256", "PS256"} <= set(metadata["token_endpoint_auth_signing_alg_values_supported"])
    assert "none" not in json.dumps(metadata["request_object_signing_alg_values_supported"])
    assert metadata["claims_parameter_supported"] is True


@promise("oidf:fapi2-security-profile-final-happy-flow", "fapi2:iss-in-response")
def test_fapi2_happy_flow(omega: FapiClient) -> None:
    pushed = omega.push()
    assert pushed.status_code == 201
    assert pushed.headers["Cache-Control"] == "no-store"
    back = sent_back(omega.visit(pushed.json["request_uri"]))
    assert (back["state"], back["iss"]) == ("the state", ISSUER)
    answer = omega.exchange(back["code"])
    assert answer.status_code == 200, answer.text
    assert answer.json["token_type"] == "DPoP"
    access = claims_of(omega.provider, answer.json["access_token"])
    assert access["cnf"] == {"jkt": omega.dpop_key.thumbprint()}
    assert header_of(omega.provider, answer.json["access_token"])["alg"] == "ES256"
    identity = claims_of(omega.provider, answer.json["id_token"])
    assert (identity["iss"], identity["sub"], identity["aud"]) == (ISSUER, DIRECTOR, "omega")
    assert identity["nonce"] == "the nonce"
    assert omega.userinfo(answer.json["access_token"]).json["sub"] == DIRECTOR


@promise("oidf:fapi2-security-profile-final-user-rejects-authentication", "fapi2:consent-shows-client-and-scope")
def test_fapi2_user_rejects_authentication(omega: FapiClient) -> None:
    omega.provider.add(a_fapi_client(first_party=False, name="Logiciel Omega"))
    page = omega.browser.follow(omega.visit(omega.pushed()))
    assert "Logiciel Omega" in page.text
    assert 'id="consent-deny"' in page.text
    back = sent_back(omega.browser.submit(page, "/consent", deny="1"))
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", "the state", ISSUER)
    assert "code" not in back


@promise("oidf:fapi2-security-profile-final-ensure-authorization-request-without-state-success")
def test_fapi2_ensure_authorization_request_without_state_success(omega: FapiClient) -> None:
    back = sent_back(omega.visit(omega.pushed(state=None)))
    assert "state" not in back
    assert omega.exchange(back["code"]).status_code == 200


@promise("oidf:fapi2-security-profile-final-ensure-authorization-request-without-nonce-success")
def test_fapi2_ensure_authorization_request_without_nonce_success(omega: FapiClient) -> None:
    assert "nonce" not in claims_of(omega.provider, omega.tokens(nonce=None)["id_token"])


@promise("oidf:fapi2-security-profile-final-ensure-authorization-request-with-64-char-nonce-success")
def test_fapi2_ensure_authorization_request_with_64_char_nonce_success(omega: FapiClient) -> None:
    nonce = "0123456789abcdef" * 4
    assert claims_of(omega.provider, omega.tokens(nonce=nonce)["id_token"])["nonce"] == nonce


@promise("oidf:fapi2-security-profile-final-ensure-authorization-request-with-long-nonce")
def test_fapi2_ensure_authorization_request_with_long_nonce(omega: FapiClient) -> None:
    nonce = "n" * 384
    assert claims_of(omega.provider, omega.tokens(nonce=nonce)["id_token"])["nonce"] == nonce


@promise("oidf:fapi2-security-profile-final-ensure-authorization-request-with-long-state")
def test_fapi2_ensure_authorization_request_with_long_state(omega: FapiClient) -> None:
    state = "s" * 1500
    assert sent_back(omega.visit(omega.pushed(state=state)))["state"] == state


@promise("oidf:fapi2-security-profile-final-ensure-other-scope-order-succeeds")
def test_fapi2_ensure_other_scope_order_succeeds(omega: FapiClient) -> None:
    assert set(omega.tokens(scope="omega email profile openid")["scope"].split()) == {
        *("openid", "profile", "email", "omega"),
    }


@promise("oidf:fapi2-security-profile-final-test-claims-parameter-identity-claims")
def test_fapi2_test_claims_parameter_identity_claims(omega: FapiClient) -> None:
    asked = {"id_token": {"given_name": {"essential": True}}, "userinfo": {"family_name": None, "email": None}}
    tokens = omega.tokens(scope="openid", claims=json.dumps(asked))
    identity = claims_of(omega.provider, tokens["id_token"])
    assert identity["given_name"] == "Chloé"
    assert "family_name" not in identity
    person = omega.userinfo(tokens["access_token"]).json
    assert (person["family_name"], person["email"]) == ("Durand", "chloe.durand@commune.example")
    assert "given_name" not in person


@promise("oidf:fapi2-security-profile-final-ensure-different-nonce-inside-and-outside-request-object")
def test_fapi2_ensure_different_nonce_inside_and_outside_request_object(omega: FapiClient) -> None:
    back = sent_back(omega.visit(omega.pushed(), nonce="another nonce"))
    identity = claims_of(omega.provider, omega.exchange(back["code"]).json["id_token"])
    assert identity["nonce"] == "the nonce"


@promise("oidf:fapi2-security-profile-final-ensure-different-state-inside-and-outside-request-object")
def test_fapi2_ensure_different_state_inside_and_outside_request_object(omega: FapiClient) -> None:
    assert sent_back(omega.visit(omega.pushed(), state="another state"))["state"] == "the state"


@promise("oidf:fapi2-security-profile-final-state-only-outside-request-object-not-used")
def test_fapi2_state_only_outside_request_object_not_used(omega: FapiClient) -> None:
    assert "state" not in sent_back(omega.visit(omega.pushed(state=None), state="a state from outside"))


@promise("oidf:fapi2-security-profile-final-ensure-request-object-without-redirect-uri-fails")
def test_fapi2_ensure_request_object_without_redirect_uri_fails(omega: FapiClient) -> None:
    assert refusal(omega.push(redirect_uri="")) == (400, "invalid_request")


@promise("oidf:fapi2-security-profile-final-ensure-redirect-uri-in-authorization-request")
def test_fapi2_ensure_redirect_uri_in_authorization_request(omega: FapiClient) -> None:
    """Although only one is registered."""
    assert refusal(omega.push(redirect_uri=None)) == (400, "invalid_request")


@promise(
    "oidf:fapi2-security-profile-final-ensure-registered-redirect-uri",
    "oidf:fapi2-security-profile-final-plain-fapi-tolerate-unregistered-redirect-uri",
)
@pytest.mark.parametrize("added", ["/x", "?x=1", "x", "#x"])
def test_fapi2_ensure_registered_redirect_uri(omega: FapiClient, added: str) -> None:
    """A server may tolerate another address of an authenticated client (RFC 9126 §2.4); this one does not."""
    assert refusal(omega.push(redirect_uri=omega.redirect_uri + added)) == (400, "invalid_request")


@promise("oidf:fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails")
def test_fapi2_ensure_unsigned_authorization_request_without_using_par_fails(omega: FapiClient) -> None:
    plain = {name: str(value) for name, value in omega.parameters().items()}
    back = sent_back(omega.browser.get("/authorize", client_id="omega", **plain))
    assert (back["error"], back["state"], back["iss"]) == ("invalid_request", "the state", ISSUER)


@promise("oidf:fapi2-security-profile-final-ensure-response-type-code-idtoken-fails")
def test_fapi2_ensure_response_type_code_idtoken_fails(omega: FapiClient) -> None:
    assert refusal(omega.push(response_type="code id_token")) == (400, "unsupported_response_type")


@promise("oidf:fapi2-security-profile-final-ensure-response-type-token-fails", "fapi2:code-only")
def test_fapi2_ensure_response_type_token_fails(omega: FapiClient) -> None:
    assert refusal(omega.push(response_type="token")) == (400, "unsupported_response_type")
