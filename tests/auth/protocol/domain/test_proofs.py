"""What a DPoP proof must say, clause by clause."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.ground.domain.errors import DpopRefusedError
from auth.protocol.domain.client_tokens import thumbprint
from auth.protocol.domain.proofs import DpopProof, check_proof, check_token_hash

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
URI = "https://partenaire.example/token"
PROOF = DpopProof(
    thumbprint="key",
    jti="jti-1",
    method="POST",
    uri=URI,
    issued_at=NOW.timestamp(),
    nonce=None,
    token_hash=None,
    algorithm="ES256",
)


def refusal(proof: DpopProof, *, method: str = "POST", uri: str = URI, now: datetime = NOW) -> str | None:
    try:
        check_proof(proof, method=method, uri=uri, now=now)
    except DpopRefusedError as error:
        return error.reason
    return None


def test_a_proof_for_this_request_is_taken() -> None:
    assert refusal(PROOF) is None


@pytest.mark.parametrize("method", ["GET", "post", "", "POST "])
def test_a_proof_for_another_method_is_refused(method: str) -> None:
    assert refusal(replace(PROOF, method=method)) == "DPOP_METHOD"


@pytest.mark.parametrize(
    ("htu", "request_uri"),
    [
        (URI, URI + "?a=1#b"),
        (URI + "?a=1#b", URI),
        ("HTTPS://Partenaire.EXAMPLE/token", URI),
        ("https://partenaire.example:443/token", URI),
        ("http://localhost:80/a", "http://localhost/a"),
        ("https://partenaire.example/%74oken", URI),
        ("https://partenaire.example/a/../token", URI),
        ("https://partenaire.example/./token", URI),
        ("https://partenaire.example", "https://partenaire.example/"),
        ("https://partenaire.example/a%2fb", "https://partenaire.example/a%2Fb"),
        ("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
        ("https://partenaire.example/a/b/..", "https://partenaire.example/a/"),
    ],
)
def test_two_writings_of_one_address_are_the_same(htu: str, request_uri: str) -> None:
    assert refusal(replace(PROOF, uri=htu), uri=request_uri) is None


@pytest.mark.parametrize(
    "htu",
    [
        "http://partenaire.example/token",
        "https://partenaire.example:8443/token",
        "https://partenaire.example/Token",
        "https://partenaire.example/token/",
        "https://partenaire.example/",
        "https://other.example/token",
        "https://partenaire.example.other.example/token",
        "https://x@partenaire.example/token",
        "https://partenaire.example\\token",
        "https://partenaire.example/to\tken",
        " https://partenaire.example/token",
        "https://partenaire.example:x/token",
        "https://partenaire.example:99999/token",
        "https://[partenaire.example/token",
        "https://partenaire.example/token%",
        "https://partenaire.example/to%2Fken",
        "//partenaire.example/token",
        "/token",
        "token",
        "",
        "https:///token",
    ],
)
def test_another_address_is_refused(htu: str) -> None:
    assert refusal(replace(PROOF, uri=htu)) == "DPOP_URI"


def test_an_encoded_slash_is_not_a_slash() -> None:
    assert refusal(replace(PROOF, uri="https://h.example/a%2Fb"), uri="https://h.example/a/b") == "DPOP_URI"


@pytest.mark.parametrize(
    ("seconds", "reason"),
    [
        (0, None),
        (-60, None),
        (-60.5, "DPOP_TIME"),
        (-61, "DPOP_TIME"),
        (10, None),
        (10.5, "DPOP_TIME"),
        (3600, "DPOP_TIME"),
    ],
)
def test_a_proof_lives_sixty_seconds_and_may_come_ten_seconds_early(seconds: float, reason: str | None) -> None:
    assert refusal(replace(PROOF, issued_at=NOW.timestamp() + seconds)) == reason


def test_not_before_and_expiry_are_kept_when_they_are_there() -> None:
    moment = NOW.timestamp()
    assert refusal(replace(PROOF, not_before=moment + 8, expires_at=moment + 1)) is None
    assert refusal(replace(PROOF, not_before=moment + 11)) == "DPOP_TIME"
    assert refusal(replace(PROOF, expires_at=moment)) == "DPOP_TIME"
    assert refusal(replace(PROOF, expires_at=moment), now=NOW - timedelta(seconds=1)) is None


def test_a_proof_names_the_access_token_it_comes_with() -> None:
    # The example of RFC 9449 §7.1.
    token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
    named = replace(PROOF, token_hash="fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo")
    check_token_hash(named, token)
    for proof in (PROOF, replace(PROOF, token_hash=""), replace(PROOF, token_hash="é"), named):
        with pytest.raises(DpopRefusedError) as refused:
            check_token_hash(proof, token + ("x" if proof is named else ""))
        assert refused.value.reason == "DPOP_TOKEN_HASH"


def test_thumbprints_are_those_of_the_standard() -> None:
    # RFC 7638 §3.1 and RFC 8037 appendix A.3.
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
        "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvR"
        "L5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqD"
        "Kgw"
    )
    rsa_key = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert thumbprint(rsa_key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    okp_key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(okp_key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@given(st.text(max_size=60))
def test_no_address_makes_the_check_fall_over(htu: str) -> None:
    assert refusal(replace(PROOF, uri=htu)) in {None, "DPOP_URI"}
    assert refusal(replace(PROOF, uri="https://partenaire.example/" + htu)) in {None, "DPOP_URI"}


@given(st.text(alphabet="abcXYZ019-._~/%2", max_size=30))
def test_what_matches_has_the_same_origin(path: str) -> None:
    htu = "https://partenaire.example/" + path
    assert refusal(replace(PROOF, uri=htu), uri=htu + "?x") in {None}
    assert urlsplit(htu).hostname == "partenaire.example"
