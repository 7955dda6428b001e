"""DPoP proofs and their nonces: what is read, and everything that is refused."""

from __future__ import annotations

import base64
import contextlib
import json
import warnings
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from auth.ground.domain.errors import DpopRefusedError
from auth.protocol.adapters.crypto.dpop import JoseDpopProofs
from auth.protocol.adapters.crypto.dpop_nonces import DpopNonces
from auth.protocol.domain.proofs import check_proof, check_token_hash
from tests.servicekit.fakes import FixedClock

EC_KEY = ECKey.generate_key("P-256")
OKP_KEY = OKPKey.generate_key("Ed25519")
RSA_KEY = RSAKey.generate_key(2048)
with warnings.catch_warnings(action="ignore"):
    SMALL_RSA_KEY = RSAKey.generate_key(1024)
CLAIMS: Mapping[str, Any] = {
    "jti": "one",
    "htm": "POST",
    "htu": "https://partenaire.example/token",
    "iat": 1_795_000_000,
}
SIGNING = jws.JWSRegistry(
    algorithms=["ES256", "PS256", "RS256", "EdDSA", "Ed25519", "HS256", "ES384", "none"], strict_check_header=False
)


def public(key: Any) -> dict[str, Any]:
    return dict(key.as_dict(private=False))


def proof(
    key: Any = EC_KEY,
    algorithm: str = "ES256",
    header: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | bytes | None = None,
) -> str:
    written = {"typ": "dpop+jwt", "alg": algorithm, "jwk": public(key), **(header or {})}
    content = claims if isinstance(claims, bytes) else json.dumps({**CLAIMS, **(claims or {})}).encode()
    written = {name: value for name, value in written.items() if value is not None}
    with warnings.catch_warnings(action="ignore"):  # joserfc warns of what we sign badly on purpose, and of EdDSA
        return jws.serialize_compact(written, content, key, registry=SIGNING)


def refusal(unverified_proof: str) -> str:
    with pytest.raises(DpopRefusedError) as refused:
        JoseDpopProofs().read(unverified_proof)
    return refused.value.reason


def raw(header: object, claims: object, signature: bytes = b"x" * 64) -> str:
    parts = [json.dumps(part).encode() if not isinstance(part, bytes) else part for part in (header, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, signature))


@pytest.mark.parametrize(("key", "algorithm"), [(EC_KEY, "ES256"), (RSA_KEY, "PS256"), (OKP_KEY, "EdDSA")])
def test_a_good_proof_is_read_with_the_thumbprint_of_its_key(key: Any, algorithm: str) -> None:
    read = JoseDpopProofs().read(proof(key, algorithm, claims={"nonce": "n", "ath": "h", "nbf": 1, "exp": 2.5}))
    assert (read.thumbprint, read.algorithm) == (key.thumbprint(), algorithm)
    assert (read.jti, read.method, read.uri) == ("one", "POST", "https://partenaire.example/token")
    assert (read.issued_at, read.not_before, read.expires_at) == (1_795_000_000, 1, 2.5)
    assert (read.nonce, read.token_hash) == ("n", "h")


def test_eddsa_is_understood_under_its_new_name_too() -> None:
    read = JoseDpopProofs().read(proof(OKP_KEY, "Ed25519", {"jwk": {**public(OKP_KEY), "alg": "Ed25519"}}))
    assert (read.thumbprint, read.algorithm) == (OKP_KEY.thumbprint(), "EdDSA")


def test_short_signature_halves_are_read() -> None:
    for number in range(200):
        assert JoseDpopProofs().read(proof(claims={"jti": str(number)})).jti == str(number)


def test_the_example_of_the_standard_is_read() -> None:
    # RFC 9449 §7.1, figure 12.
    example = (
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJo"
        "RjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqd"
        "GkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJ"
        "jZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtN"
        "P86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
    )
    read = JoseDpopProofs().read(example)
    assert read.thumbprint == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
    check_token_hash(read, "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU")


@pytest.mark.parametrize(
    "token_type", [None, "JWT", "at+jwt", "application/at+jwt", "x/dpop+jwt", "dpop+jwt ", 1, ["dpop+jwt"]]
)
def test_a_token_of_another_type_is_no_proof(token_type: object) -> None:
    assert refusal(raw({"typ": token_type, "alg": "ES256", "jwk": public(EC_KEY)}, CLAIMS)) == "DPOP_MALFORMED"
    if token_type is None:
        assert refusal(proof(header={"typ": None})) == "DPOP_MALFORMED"


def test_an_algorithm_off_the_list_is_refused() -> None:
    assert refusal(proof(RSA_KEY, "RS256")) == "DPOP_ALGORITHM"
    secret = OctKey.import_key(json.dumps(public(EC_KEY)))
    assert refusal(proof(secret, "HS256", header={"jwk": public(EC_KEY)})) == "DPOP_ALGORITHM"
    header = {"typ": "dpop+jwt", "jwk": public(EC_KEY)}
    for algorithm in ("none", "None", "NONE", "es256", "ES384", "", None, 1, ["ES256"], {"a": 1}):
        assert refusal(raw({**header, "alg": algorithm}, CLAIMS)) == "DPOP_ALGORITHM"
        assert refusal(raw({**header, "alg": algorithm}, CLAIMS, b"")) == "DPOP_ALGORITHM"
    assert refusal(raw(header, CLAIMS)) == "DPOP_ALGORITHM"


def test_a_proof_signed_with_another_key_is_refused() -> None:
    other = ECKey.generate_key("P-256")
    assert refusal(proof(other, header={"jwk": public(EC_KEY)})) == "DPOP_SIGNATURE"
    assert refusal(proof(header={"jwk": public(RSA_KEY)})) == "DPOP_SIGNATURE"
    assert refusal(proof(header={"jwk": {**public(EC_KEY), "alg": "PS256"}})) == "DPOP_KEY"


def test_a_changed_proof_is_refused() -> None:
    header, claims, signature = proof().split(".")
    changed = base64.urlsafe_b64encode(json.dumps({**CLAIMS, "htm": "GET"}).encode()).rstrip(b"=").decode()
    assert refusal(f"{header}.{changed}.{signature}") == "DPOP_SIGNATURE"
    for wrong in (signature[:-2], signature + "AAAA", "A" * 86, ""):
        assert refusal(f"{header}.{claims}.{wrong}") == "DPOP_SIGNATURE"


def test_a_signature_has_one_writing_only() -> None:
    good = proof()
    last = good[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = alphabet[alphabet.index(last) ^ 1]
    for other in (good[:-1] + twin, good + "=", good + "==", good + "\n", good.replace(".", ".\n"), " " + good):
        assert refusal(other) == "DPOP_MALFORMED"


@pytest.mark.parametrize(
    "jwk",
    [
        EC_KEY.as_dict(private=True),
        RSA_KEY.as_dict(private=True),
        OKP_KEY.as_dict(private=True),
        {**public(EC_KEY), "d": ""},
        {**public(EC_KEY), "k": "AAAA"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {**public(EC_KEY), "use": "enc"},
        {**public(EC_KEY), "key_ops": ["encrypt"]},
        {**public(EC_KEY), "key_ops": "verify"},
        {**public(EC_KEY), "crv": "P-384"},
        {**public(EC_KEY), "crv": "secp256k1"},
        {**public(EC_KEY), "x": public(EC_KEY)["x"][:-2]},
        {**public(EC_KEY), "y": public(EC_KEY)["x"]},
        {**public(EC_KEY), "x": 7},
        {**public(EC_KEY), "x": "é" * 43},
        {**public(EC_KEY), "x": public(EC_KEY)["x"] + "="},
        {**public(EC_KEY), "kid": 7},
        {**public(EC_KEY), "kid": "k" * 257},
        {**public(EC_KEY), "alg": 7},
        {**public(EC_KEY), "alg": "ES384"},
        {name: value for name, value in public(EC_KEY).items() if name != "y"},
        {**public(RSA_KEY), "n": "AAAA" + public(RSA_KEY)["n"]},
        {**public(RSA_KEY), "e": "Ag"},
        {**public(RSA_KEY), "e": "AQ"},
        {**public(RSA_KEY), "e": ""},
        {**public(RSA_KEY), "e": "A" * 8 + "_" * 8},
        {**public(RSA_KEY), "n": "_" * 1500},
        {**public(OKP_KEY), "crv": "Ed448"},
        {**public(OKP_KEY), "crv": "X25519"},
        {"kty": "EC"},
        {"kty": ["EC"]},
        {},
        [],
        "jwk",
        None,
        7,
    ],
)
def test_a_key_that_is_not_public_and_good_is_refused(jwk: object) -> None:
    assert refusal(raw({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}, CLAIMS)) == "DPOP_KEY"


def test_a_private_key_in_the_header_is_refused_even_when_it_signed() -> None:
    assert refusal(proof(header={"jwk": EC_KEY.as_dict(private=True)})) == "DPOP_KEY"


def test_a_small_rsa_key_is_refused() -> None:
    assert refusal(proof(SMALL_RSA_KEY, "PS256")) == "DPOP_KEY"


def test_an_even_modulus_is_refused() -> None:
    modulus = base64.urlsafe_b64encode((1 << 2047).to_bytes(256, "big")).rstrip(b"=").decode()
    assert refusal(raw({"typ": "dpop+jwt", "alg": "PS256", "jwk": {"kty": "RSA", "n": modulus, "e": "AQAB"}}, {})) == (
        "DPOP_KEY"
    )


@pytest.mark.parametrize("header", [{"crit": ["exp"], "exp": 1}, {"crit": []}, {"b64": False}, {"crit": None}])
def test_extensions_are_refused(header: Mapping[str, object]) -> None:
    written = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public(EC_KEY), **header}
    assert refusal(raw(written, CLAIMS)) == "DPOP_MALFORMED"


def test_other_key_headers_are_never_looked_at() -> None:
    foreign = ECKey.generate_key("P-256")
    header = {"jku": "https://attacker.invalid/", "x5u": "https://attacker.invalid/", "kid": foreign.thumbprint()}
    assert JoseDpopProofs().read(proof(header=header)).thumbprint == EC_KEY.thumbprint()
    assert refusal(proof(foreign, header={**header, "jwk": None})) == "DPOP_KEY"


@pytest.mark.parametrize(
    "claims",
    [
        {"jti": ""},
        {"jti": "j" * 257},
        {"jti": 1},
        {"jti": None},
        {"htm": None},
        {"htm": ["POST"]},
        {"htu": None},
        {"htu": 1},
        {"iat": None},
        {"iat": "1795000000"},
        {"iat": True},
        {"iat": [1]},
        {"nbf": "1"},
        {"exp": None},
        {"nonce": 1},
        {"nonce": None},
        {"nonce": "n" * 257},
        {"ath": 1},
        {"ath": ""},
    ],
)
def test_a_claim_of_the_wrong_kind_is_refused(claims: Mapping[str, object]) -> None:
    assert refusal(proof(claims=claims)) == "DPOP_MALFORMED"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"7", b"{", b"{}", b"\xff", b'{"jti":"\xff"}', b'{"iat":1e999}']
)
def test_what_is_no_set_of_claims_is_refused(content: bytes) -> None:
    assert refusal(proof(claims=content)) == "DPOP_MALFORMED"


def test_an_oversize_proof_is_refused_before_it_is_read() -> None:
    fitting = proof(claims={"pad": "x" * 4_000})
    assert len(fitting) < 8 * 1024
    assert JoseDpopProofs().read(fitting).jti == "one"
    assert refusal(proof(claims={"pad": "x" * 8_000})) == "DPOP_MALFORMED"


@pytest.mark.parametrize(
    "text", ["", ".", "..", "...", "a.b", "a.b.c.d", "é.é.é", "\ud800", "A.A.A", "e30.e30.", "\x00"]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    assert refusal(text) == "DPOP_MALFORMED"


def test_a_refusal_tells_nothing_of_the_proof() -> None:
    for bad in (proof(claims={"jti": 1, "htu": "https://secret.example"}), proof(header={"jwk": {"kty": "secret"}})):
        with pytest.raises(DpopRefusedError) as refused:
            JoseDpopProofs().read(bad)
        assert "secret" not in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(["kty", "crv", "x", "y", "n", "e", "kid", "use", "alg", "key_ops", "x5c"])
VALUES = st.sampled_from(["EC", "RSA", "OKP", "P-256", "Ed25519", "AQAB", "sig", *public(EC_KEY).values()]) | JSON


@given(st.text(max_size=40) | st.text(alphabet="Aey.J0", max_size=40))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    assert refusal(text)


@given(
    st.dictionaries(MEMBERS, VALUES, max_size=7), st.sampled_from(["ES256", "PS256", "EdDSA"]), st.binary(max_size=80)
)
def test_no_key_makes_the_reader_fall_over(jwk: dict[str, Any], algorithm: str, signature: bytes) -> None:
    assert refusal(raw({"typ": "dpop+jwt", "alg": algorithm, "jwk": jwk}, CLAIMS, signature))


@given(st.dictionaries(st.sampled_from(["jti", "htm", "htu", "iat", "nonce", "ath", "nbf", "exp"]), JSON))
def test_no_claims_make_the_reader_fall_over(claims: dict[str, Any]) -> None:
    with contextlib.suppress(DpopRefusedError):
        read = JoseDpopProofs().read(proof(claims=claims))
        check_proof(read, method="POST", uri="https://partenaire.example/token", now=FixedClock().now())


def test_a_nonce_is_good_for_its_minute_and_the_next() -> None:
    clock = FixedClock()
    nonces = DpopNonces(b"s" * 32, clock)
    nonce = nonces.current()
    assert nonces.is_good(nonce)
    assert nonce == nonces.current()
    clock.advance(timedelta(seconds=60))
    assert nonces.is_good(nonce)
    assert nonces.current() != nonce
    clock.advance(timedelta(seconds=60))
    assert not nonces.is_good(nonce)
    assert nonces.is_good(nonces.current())


def test_another_process_with_the_secret_takes_the_nonce_and_nobody_else() -> None:
    clock = FixedClock()
    nonce = DpopNonces(b"s" * 32, clock).current()
    assert DpopNonces(b"s" * 32, clock).is_good(nonce)
    assert not DpopNonces(b"t" * 32, clock).is_good(nonce)
    for wrong in ("", "é", nonce[:-1], nonce + "=", nonce.swapcase(), "x" * 10_000):
        assert not DpopNonces(b"s" * 32, clock).is_good(wrong)


def test_a_nonce_is_written_as_the_header_allows() -> None:
    # RFC 9449 §8.1: the characters of NQCHAR.
    assert set(DpopNonces(b"s" * 32, FixedClock()).current()) <= set(map(chr, range(0x21, 0x7F))) - {'"', "\\"}


def test_a_short_nonce_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        DpopNonces(b"short", FixedClock())
