"""The modules of the FAPI 2.0 Security Profile plan about DPoP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import OctKey

from tests.auth.builders import ISSUER, sent_back
from tests.auth.conformance_fapi.builders import (
    DPOP_KEY,
    OTHER_DPOP_KEY,
    FapiClient,
    forged,
    public,
    refusal,
    rsa_key,
    signed,
    token_hash,
    unsigned,
)
from tests.promises import promise

Proof = Callable[[FapiClient, dict[str, Any]], str]


def _typed(**header: Any) -> dict[str, Any]:
    return {"typ": "dpop+jwt", "jwk": public(DPOP_KEY), **header}


BAD_SIGNATURES: dict[str, Proof] = {
    "signature that does not hold": lambda _c, claims: forged(signed(claims, DPOP_KEY, **_typed())),
    "signed with another key": lambda _c, claims: signed(claims, OTHER_DPOP_KEY, **_typed()),
    "alg none": lambda _c, claims: unsigned(claims, **_typed()),
    "symmetric": lambda _c, claims: signed(claims, OctKey.import_key("x" * 32), "HS256", **_typed()),
    "RS256": lambda _c, claims: signed(claims, rsa_key(), "RS256", **_typed(jwk=public(rsa_key()))),
    "typ of another token": lambda _c, claims: signed(claims, DPOP_KEY, **_typed(typ="JWT")),
    "without typ": lambda _c, claims: signed(claims, DPOP_KEY, **_typed(typ=None)),
    "without key": lambda _c, claims: signed(claims, DPOP_KEY, **_typed(jwk=None)),
    "with the private key": lambda _c, claims: signed(claims, DPOP_KEY, **_typed(jwk=DPOP_KEY.as_dict(private=True))),
    "not a token": lambda _c, _claims: "x.y.z",
}
BAD_CLAIMS: tuple[dict[str, Any], ...] = (
    *({"htm": None}, {"htm": "PUT"}, {"htm": "get"}, {"htm": 5}),
    *({"htu": None}, {"htu": f"{ISSUER}/other"}, {"htu": "https://localhost:8400/token"}, {"htu": "/token"}),
    *({"jti": None}, {"jti": 5}, {"jti": ""}),
    *({"iat": None}, {"iat": "now"}),
)
AGES = (-61, -600, 11, 65, 3600)


@promise("oidf:fapi2-security-profile-final-dpop-negative-tests", "fapi2:dpop-at-token-endpoint")
@pytest.mark.parametrize("kind", BAD_SIGNATURES)
def test_fapi2_dpop_negative_tests_of_the_signature(omega: FapiClient, kind: str) -> None:
    code, make = omega.code(), BAD_SIGNATURES[kind]
    answer = omega.exchange(code, proof=make(omega, omega.proof_claims("/token")))
    assert refusal(answer) == (400, "invalid_dpop_proof")
    token = omega.exchange(code).json["access_token"]
    shown = make(omega, omega.proof_claims("/userinfo", "GET", ath=token_hash(token)))
    refused = omega.userinfo(token, proof=shown)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith('DPoP error="invalid_dpop_proof"')


@promise("oidf:fapi2-security-profile-final-dpop-negative-tests", "fapi2:dpop-at-token-endpoint")
@pytest.mark.parametrize("changes", BAD_CLAIMS)
def test_fapi2_dpop_negative_tests_of_the_claims(omega: FapiClient, changes: dict[str, Any]) -> None:
    code = omega.code()
    assert refusal(omega.exchange(code, proof=omega.proof("/token", **changes))) == (400, "invalid_dpop_proof")
    token = omega.exchange(code).json["access_token"]
    shown = omega.proof("/userinfo", "GET", **{"ath": token_hash(token), **changes})
    assert omega.userinfo(token, proof=shown).status_code == 401
    assert omega.userinfo(token).status_code == 200


@promise("oidf:fapi2-security-profile-final-dpop-negative-tests")
@pytest.mark.parametrize("age", AGES)
def test_fapi2_dpop_negative_tests_of_the_time(omega: FapiClient, age: int) -> None:
    code = omega.code()
    answer = omega.exchange(code, proof=omega.proof("/token", iat=omega.now + age))
    assert refusal(answer) == (400, "invalid_dpop_proof")
    token = omega.exchange(code).json["access_token"]
    shown = omega.proof("/userinfo", "GET", ath=token_hash(token), iat=omega.now + age)
    assert omega.userinfo(token, proof=shown).status_code == 401


@promise("oidf:fapi2-security-profile-final-dpop-negative-tests")
def test_fapi2_dpop_negative_tests_of_the_token_hash(omega: FapiClient) -> None:
    one, another = (omega.tokens()["access_token"] for _ in range(2))
    for ath in (None, token_hash(another), "", 5):
        shown = omega.proof("/userinfo", "GET", ath=ath)
        assert omega.userinfo(one, proof=shown).status_code == 401
    assert omega.userinfo(one).status_code == 200


@promise("oidf:fapi2-security-profile-final-dpop-negative-tests")
def test_fapi2_dpop_negative_tests_of_a_replay(omega: FapiClient) -> None:
    code, once = omega.code(), omega.proof("/token")
    assert omega.exchange(omega.code(), proof=once).status_code == 200
    assert refusal(omega.exchange(code, proof=once)) == (400, "invalid_dpop_proof")
    token = omega.exchange(code).json["access_token"]
    shown = omega.proof("/userinfo", "GET", ath=token_hash(token))
    assert omega.userinfo(token, proof=shown).status_code == 200
    assert omega.userinfo(token, proof=shown).status_code == 401


@promise("oidf:fapi2-security-profile-final-dpop-negative-tests")
def test_fapi2_dpop_negative_tests_of_the_scheme(omega: FapiClient) -> None:
    """A bound token is no bearer token (RFC 9449 §7.2), with a proof beside it or without."""
    token = omega.tokens()["access_token"]
    assert omega.userinfo(token, scheme="Bearer").status_code == 401
    assert omega.userinfo(token, proof="", scheme="Bearer").status_code == 401


@promise("oidf:fapi2-security-profile-final-access-token-type-header-case-sensitivity")
@pytest.mark.parametrize("scheme", ["dpop", "DPOP", "dPOp"])
def test_fapi2_access_token_type_header_case_sensitivity(omega: FapiClient, scheme: str) -> None:
    assert omega.userinfo(omega.tokens()["access_token"], scheme=scheme).status_code == 200


@promise("oidf:fapi2-security-profile-final-check-dpop-proof-nbf-exp")
def test_fapi2_check_dpop_proof_nbf_exp(omega: FapiClient) -> None:
    times = {"nbf": omega.now, "exp": omega.now + 300}
    answer = omega.exchange(omega.code(), proof=omega.proof("/token", **times))
    assert answer.status_code == 200
    token = answer.json["access_token"]
    shown = omega.proof("/userinfo", "GET", ath=token_hash(token), **times)
    assert omega.userinfo(token, proof=shown).status_code == 200
    for wrong in ({"nbf": omega.now + 65}, {"exp": omega.now - 1}):
        refused = omega.exchange(omega.code(), proof=omega.proof("/token", **wrong))
        assert refusal(refused) == (400, "invalid_dpop_proof")


@promise("oidf:fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds")
def test_fapi2_ensure_dpopproof_with_iat_10seconds_before_succeeds(omega: FapiClient) -> None:
    assert _succeeds_with_iat(omega, omega.now - 10)


@promise("oidf:fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds", "fapi2:clocks")
def test_fapi2_ensure_dpopproof_with_iat_10seconds_after_succeeds(omega: FapiClient) -> None:
    assert _succeeds_with_iat(omega, omega.now + 10)


def _succeeds_with_iat(client: FapiClient, iat: int) -> bool:
    answer = client.exchange(client.code(), proof=client.proof("/token", iat=iat))
    token = answer.json["access_token"]
    shown = client.proof("/userinfo", "GET", ath=token_hash(token), iat=iat)
    return bool(client.userinfo(token, proof=shown).status_code == 200)


@promise("oidf:fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails")
def test_fapi2_ensure_mismatched_dpop_jkt_fails(omega: FapiClient) -> None:
    """`dpop_jkt` names another key than that of the proof beside it."""
    answer = omega.push(proof=omega.proof("/par"), dpop_jkt=OTHER_DPOP_KEY.thumbprint())
    assert refusal(answer) == (400, "invalid_dpop_proof")


@promise("oidf:fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt")
def test_fapi2_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(omega: FapiClient) -> None:
    code = omega.code(proof=omega.proof("/par"))
    assert refusal(omega.with_dpop_key(OTHER_DPOP_KEY).exchange(code)) == (400, "invalid_grant")
    assert omega.exchange(code).status_code == 200


@promise("oidf:fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt")
def test_fapi2_ensure_token_endpoint_fails_with_mismatched_dpop_jkt(omega: FapiClient) -> None:
    code = omega.code(dpop_jkt=OTHER_DPOP_KEY.thumbprint())
    assert refusal(omega.exchange(code)) == (400, "invalid_grant")


@promise("oidf:fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success")
def test_fapi2_ensure_dpopproof_at_par_endpoint_binding_success(omega: FapiClient) -> None:
    assert omega.exchange(omega.code(proof=omega.proof("/par"))).status_code == 200


@promise("oidf:fapi2-security-profile-final-ensure-dpop-auth-code-binding-success", "fapi2:dpop-code-binding")
def test_fapi2_ensure_dpop_auth_code_binding_success(omega: FapiClient) -> None:
    assert omega.exchange(omega.code(dpop_jkt=DPOP_KEY.thumbprint())).status_code == 200
    both = omega.push(proof=omega.proof("/par"), dpop_jkt=DPOP_KEY.thumbprint())
    assert omega.exchange(sent_back(omega.visit(both.json["request_uri"]))["code"]).status_code == 200


@promise("fapi2:dpop-nonce")
def test_a_proof_without_our_nonce_gets_one_and_then_the_tokens(omega: FapiClient) -> None:
    code = omega.code()
    refused = omega.exchange(code, proof=omega.proof("/token", nonce=None))
    assert refusal(refused) == (400, "use_dpop_nonce")
    given = refused.headers["DPoP-Nonce"]
    answer = omega.exchange(code, proof=omega.proof("/token", nonce=given))
    assert answer.status_code == 200
    assert answer.headers["DPoP-Nonce"]


@promise("fapi2:dpop-nonce")
@pytest.mark.parametrize("nonce", ["of somebody else", "é"])
def test_a_nonce_that_is_not_ours_is_answered_with_one(omega: FapiClient, nonce: str) -> None:
    refused = omega.exchange(omega.code(), proof=omega.proof("/token", nonce=nonce))
    assert refusal(refused) == (400, "use_dpop_nonce")
    pushed = omega.push(proof=omega.proof("/par", nonce=nonce))
    assert refusal(pushed) == (400, "use_dpop_nonce")
    assert pushed.headers["DPoP-Nonce"]
