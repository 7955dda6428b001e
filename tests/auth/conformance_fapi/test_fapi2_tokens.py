"""The modules of the FAPI 2.0 Security Profile plan about the token endpoint and the tokens it gives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auth.clients.domain.client_registration import BadClientError
from tests.auth.builders import ISSUER
from tests.auth.conformance_fapi.builders import (
    OTHER_DPOP_KEY,
    FapiClient,
    a_fapi_client,
    claims_of,
    refusal,
    signed,
    token_hash,
)
from tests.promises import promise


@promise("oidf:fapi2-security-profile-final-ensure-client-id-in-token-endpoint")
def test_fapi2_ensure_client_id_in_token_endpoint(omega: FapiClient, sigma: FapiClient) -> None:
    """The second client's name with the first one's key, and the first one's assertion under the second one's name."""
    code = omega.code()
    borrowed = signed(sigma.assertion_claims(), omega.key, kid=omega.key.kid)
    for assertion in (borrowed, omega.assertion()):
        answer = omega.exchange(code, client_id="sigma", client_assertion=assertion)
        assert refusal(answer) == (401, "invalid_client")
    assert omega.exchange(code).status_code == 200


@promise("oidf:fapi2-security-profile-final-ensure-holder-of-key-required")
def test_fapi2_ensure_holder_of_key_required(omega: FapiClient) -> None:
    code = omega.code()
    assert refusal(omega.post("/token", omega.exchange_form(code))) == (400, "invalid_dpop_proof")
    assert omega.exchange(code).status_code == 200


@promise("oidf:fapi2-security-profile-final-ensure-authorization-code-is-bound-to-client")
def test_fapi2_ensure_authorization_code_is_bound_to_client(omega: FapiClient, sigma: FapiClient) -> None:
    code = omega.code()
    answer = sigma.exchange(code, redirect_uri=omega.redirect_uri)
    assert refusal(answer) == (400, "invalid_grant")
    assert omega.exchange(code).status_code == 200


@promise("oidf:fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second")
def test_fapi2_attempt_reuse_authorization_code_after_one_second(omega: FapiClient) -> None:
    """The second use also ends what the first one gave."""
    code = omega.code()
    tokens = omega.exchange(code).json
    omega.provider.clock.advance(timedelta(seconds=1))
    assert refusal(omega.exchange(code)) == (400, "invalid_grant")
    assert omega.userinfo(tokens["access_token"]).status_code == 401
    refreshed = omega.grant("refresh_token", refresh_token=tokens["refresh_token"])
    assert refusal(refreshed) == (400, "invalid_grant")


@promise("oidf:fapi2-security-profile-final-ensure-token-endpoint-fails-with-expired-auth-code", "fapi2:code-life")
def test_fapi2_ensure_token_endpoint_fails_with_expired_auth_code(omega: FapiClient) -> None:
    code = omega.code()
    omega.provider.clock.advance(timedelta(seconds=60))
    assert refusal(omega.exchange(code)) == (400, "invalid_grant")


@promise("oidf:fapi2-security-profile-final-refresh-token")
def test_fapi2_refresh_token(omega: FapiClient, sigma: FapiClient) -> None:
    """It needs the client's authentication and a proof, and is no other client's."""
    first, foreign = omega.tokens(), sigma.tokens()
    second = omega.grant("refresh_token", refresh_token=first["refresh_token"])
    assert second.status_code == 200
    assert second.json["access_token"] != first["access_token"]
    assert claims_of(omega.provider, second.json["access_token"])["cnf"] == {"jkt": omega.dpop_key.thumbprint()}
    assert omega.userinfo(second.json["access_token"]).status_code == 200
    before, after = (claims_of(omega.provider, one["id_token"]) for one in (first, second.json))
    assert [before[name] for name in ("iss", "sub", "aud")] == [after[name] for name in ("iss", "sub", "aud")]
    assert after["auth_time"] == before["auth_time"]
    other = sigma.grant("refresh_token", refresh_token=first["refresh_token"])
    assert refusal(other) == (400, "invalid_grant")
    assert sigma.grant("refresh_token", refresh_token=foreign["refresh_token"]).status_code == 200
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert refusal(omega.post("/token", {**form, **omega.authentication()})) == (400, "invalid_dpop_proof")
    unproved = omega.post("/token", {**form, "client_id": "omega"}, omega.proof("/token"))
    assert refusal(unproved) == (401, "invalid_client")


@promise("fapi2:no-refresh-rotation")
def test_a_refresh_token_is_not_rotated_and_survives_a_lost_answer(omega: FapiClient) -> None:
    refresh = omega.tokens()["refresh_token"]
    for _ in range(2):
        answer = omega.grant("refresh_token", refresh_token=refresh)
        assert answer.status_code == 200
        assert answer.json.get("refresh_token", refresh) == refresh


@promise("fapi2:no-password-grant")
def test_a_password_gets_no_token(omega: FapiClient) -> None:
    answer = omega.grant("password", username="cdurand-4821", password="quatre mots sans lien")
    assert refusal(answer) == (400, "unsupported_grant_type")
    with pytest.raises(BadClientError):
        a_fapi_client(grant_types=["password"])


@promise("fapi2:least-privilege")
def test_a_token_holds_what_was_asked_for_and_no_more(omega: FapiClient) -> None:
    claims = claims_of(omega.provider, omega.tokens(scope="openid cdap omega")["access_token"])
    assert claims["scope"] == "openid omega"
    assert claims["aud"] == "http://localhost:8411"
    assert claims["exp"] - claims["iat"] == 300


@promise("fapi2:token-in-header-only")
def test_a_token_in_the_query_opens_nothing(omega: FapiClient) -> None:
    token = omega.tokens()["access_token"]
    headers = {"DPoP": omega.proof("/userinfo", "GET", ath=token_hash(token))}
    query = {"access_token": token}
    answer = omega.browser.client.get("/userinfo", query_string=query, headers=headers, base_url=ISSUER)
    assert answer.status_code == 401


@promise("fapi2:token-in-header-only")
def test_a_bound_token_in_a_form_opens_nothing(omega: FapiClient) -> None:
    token = omega.tokens()["access_token"]
    proof = omega.proof("/userinfo", "POST", ath=token_hash(token))
    assert omega.post("/userinfo", {"access_token": token}, proof).status_code == 401


@promise("fapi2:resource-checks-token")
def test_a_token_that_is_over_revoked_or_for_no_person_opens_nothing(omega: FapiClient) -> None:
    revoked = omega.tokens()["access_token"]
    assert omega.userinfo(revoked).status_code == 200
    assert omega.post("/revoke", {"token": revoked, **omega.authentication()}).status_code == 200
    assert omega.userinfo(revoked).status_code == 401
    of_client = omega.grant("client_credentials", scope="omega").json["access_token"]
    assert omega.userinfo(of_client).status_code == 403
    over = omega.tokens()["access_token"]
    omega.provider.clock.advance(timedelta(seconds=300))
    assert omega.userinfo(over).status_code == 401


@promise("fapi2:resource-checks-binding")
def test_a_token_opens_nothing_without_its_key(omega: FapiClient) -> None:
    token = omega.tokens()["access_token"]
    assert omega.userinfo(token, proof="", scheme="Bearer").status_code == 401
    assert omega.userinfo(token, scheme="Bearer").status_code == 401
    assert omega.userinfo(token, proof="").status_code == 401
    assert omega.with_dpop_key(OTHER_DPOP_KEY).userinfo(token).status_code == 401


@promise("fapi2:entropy")
def test_codes_and_tokens_are_random(omega: FapiClient) -> None:
    """32 random bytes are 43 characters of base64url: 256 bits, where 128 are asked for."""
    drawn = [omega.pushed().rpartition(":")[2], omega.code(), omega.tokens()["refresh_token"]]
    drawn += [omega.pushed().rpartition(":")[2], omega.code(), omega.tokens()["refresh_token"]]
    assert len(set(drawn)) == 6
    assert min(map(len, drawn)) >= 43
