"""JWTs signed by clients: the keys that may sign, how key sets are kept, and everything that is refused."""

from __future__ import annotations

import base64
import json
import warnings
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from auth.protocol.adapters.crypto.client_tokens import JoseClientTokens, public_key_problem
from auth.protocol.domain.client_tokens import ClientTokenRefusedError, KeySource, SignedClaims
from servicekit.errors import DependencyUnavailableError
from tests.servicekit.fakes import FixedClock

EC_KEY = ECKey.generate_key("P-256", {"kid": "ec"})
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "other"})
OKP_KEY = OKPKey.generate_key("Ed25519", {"kid": "okp"})
RSA_KEY = RSAKey.generate_key(2048, {"kid": "rsa"})
with warnings.catch_warnings(action="ignore"):
    SMALL_RSA_KEY = RSAKey.generate_key(1024, {"kid": "small"})
ALL = frozenset({"ES256", "PS256", "EdDSA", "RS256"})
URI = "https://client.example/jwks"
SIGNING = jws.JWSRegistry(algorithms=[*ALL, "Ed25519", "HS256", "none"], strict_check_header=False)


def public(key: Any, **members: object) -> dict[str, Any]:
    jwk = {**key.as_dict(private=False), **members}
    return {name: value for name, value in jwk.items() if value is not None}


def key_set(*keys: Any) -> dict[str, Any]:
    return {"keys": [key if isinstance(key, dict) else public(key) for key in keys]}


def by_value(*keys: Any) -> KeySource:
    return KeySource("omega", key_set(*keys), None)


AT_ADDRESS = KeySource("omega", None, URI)


def signed(key: Any, algorithm: str, claims: object = None, **header: object) -> str:
    named = {"kid": key.kid, "typ": "JWT", "alg": algorithm, **header}
    written = {name: value for name, value in named.items() if value is not None}
    content = claims if isinstance(claims, bytes) else json.dumps(claims or {"iss": "omega"}).encode()
    with warnings.catch_warnings(action="ignore"):  # joserfc warns of what we sign badly on purpose, and of EdDSA
        return jws.serialize_compact(written, content, key, registry=SIGNING)


def raw(header: object, claims: object, signature: bytes = b"x" * 64) -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


class Publisher:
    """The address of a client's keys: what it answers may change, and it counts the questions."""

    def __init__(self, *keys: Any) -> None:
        self.answer: Mapping[str, Any] | None = key_set(*keys)
        self.asked = 0

    def __call__(self, url: str) -> Mapping[str, Any]:
        assert url == URI
        self.asked += 1
        if self.answer is None:
            raise DependencyUnavailableError("no answer", reason="FETCH_FAILED")
        return self.answer


def tokens(
    publisher: Publisher | None = None, clock: FixedClock | None = None, most_sets: int = 1024
) -> JoseClientTokens:
    return JoseClientTokens(publisher or Publisher(), clock or FixedClock(), most_sets)


def refusal(verifier: JoseClientTokens, source: KeySource, token: str, algorithms: frozenset[str] = ALL) -> str:
    with pytest.raises(ClientTokenRefusedError) as refused:
        verifier.verified(source, token, algorithms)
    return refused.value.reason


@pytest.mark.parametrize(
    ("key", "algorithm"), [(EC_KEY, "ES256"), (RSA_KEY, "PS256"), (RSA_KEY, "RS256"), (OKP_KEY, "EdDSA")]
)
def test_a_token_signed_by_the_client_is_believed(key: Any, algorithm: str) -> None:
    read = tokens().verified(by_value(EC_KEY, RSA_KEY, OKP_KEY), signed(key, algorithm, {"iss": "omega"}), ALL)
    assert read == SignedClaims({"alg": algorithm, "kid": key.kid, "typ": "JWT"}, {"iss": "omega"})
    assert "omega" not in repr(read)


def test_eddsa_is_believed_under_its_new_name_too() -> None:
    source = by_value(public(OKP_KEY, alg="Ed25519"))
    assert tokens().verified(source, signed(OKP_KEY, "Ed25519"), {"EdDSA"}).header["alg"] == "EdDSA"


def test_without_a_kid_every_key_of_the_right_type_is_tried() -> None:
    source = by_value(RSA_KEY, OTHER_KEY, OKP_KEY, EC_KEY)
    assert tokens().verified(source, signed(EC_KEY, "ES256", kid=None), ALL).claims == {"iss": "omega"}


def test_no_more_than_eight_keys_are_tried() -> None:
    others = [public(ECKey.generate_key("P-256")) for _ in range(8)]
    assert refusal(tokens(), by_value(*others, EC_KEY), signed(EC_KEY, "ES256", kid=None)) == "SIGNATURE"
    tokens().verified(by_value(*others, EC_KEY), signed(EC_KEY, "ES256"), ALL)
    tokens().verified(by_value(*others[:7], EC_KEY), signed(EC_KEY, "ES256", kid=None), ALL)


def test_the_caller_names_the_algorithms() -> None:
    token = signed(RSA_KEY, "RS256")
    assert refusal(tokens(), by_value(RSA_KEY), token, frozenset({"ES256", "PS256"})) == "ALGORITHM"
    assert refusal(tokens(), by_value(RSA_KEY), token, frozenset()) == "ALGORITHM"


def test_an_unsigned_token_is_refused_even_when_the_caller_would_take_it() -> None:
    for algorithm in ("none", "None", "NONE", "nOnE"):
        for signature in (b"", b"x"):
            token = raw({"alg": algorithm, "kid": "ec"}, {"iss": "omega"}, signature)
            assert refusal(tokens(), by_value(EC_KEY), token) == "ALGORITHM"
            assert refusal(tokens(), by_value(EC_KEY), token, frozenset({algorithm})) == "ALGORITHM"


def test_a_public_key_is_no_secret_for_hs256() -> None:
    for secret in (RSA_KEY.as_pem(private=False), orjson.dumps(public(RSA_KEY)), public(RSA_KEY)["n"].encode()):
        token = signed(OctKey.import_key(base64.b64encode(secret)), "HS256", kid="rsa")
        assert refusal(tokens(), by_value(RSA_KEY), token) == "ALGORITHM"
        assert refusal(tokens(), by_value(RSA_KEY), token, ALL | {"HS256"}) == "ALGORITHM"


@pytest.mark.parametrize("algorithm", [None, 1, ["ES256"], {"a": 1}, "", "es256", "ES384", "ES256K", "Ed448"])
def test_an_algorithm_off_the_list_is_refused(algorithm: object) -> None:
    assert refusal(tokens(), by_value(EC_KEY), raw({"alg": algorithm, "kid": "ec"}, {})) == "ALGORITHM"


def test_the_key_in_the_header_is_never_used() -> None:
    header: dict[str, object] = {
        "jwk": public(OTHER_KEY),
        "jku": "https://attacker.invalid/jwks",
        "x5u": "https://attacker.invalid/x5u",
        "x5c": ["AAAA"],
    }
    assert refusal(tokens(), by_value(EC_KEY), signed(OTHER_KEY, "ES256", **header)) == "KEY_UNKNOWN"
    assert refusal(tokens(), by_value(EC_KEY), signed(OTHER_KEY, "ES256", kid="ec", **header)) == "SIGNATURE"
    assert refusal(tokens(), by_value(EC_KEY), signed(OTHER_KEY, "ES256", kid=None, **header)) == "SIGNATURE"
    tokens().verified(by_value(EC_KEY), signed(EC_KEY, "ES256", **header), ALL)


def test_a_foreign_key_with_a_known_name_is_refused() -> None:
    assert refusal(tokens(), by_value(EC_KEY), signed(OTHER_KEY, "ES256", kid="ec")) == "SIGNATURE"


def test_a_wrong_kid_is_refused_though_the_key_is_known() -> None:
    assert refusal(tokens(), by_value(EC_KEY), signed(EC_KEY, "ES256", kid="elsewhere")) == "KEY_UNKNOWN"
    assert refusal(tokens(), by_value(EC_KEY), signed(EC_KEY, "ES256", kid="")) == "KEY_UNKNOWN"
    assert refusal(tokens(), by_value(EC_KEY, RSA_KEY), signed(EC_KEY, "ES256", kid="rsa")) == "KEY_UNKNOWN"


@pytest.mark.parametrize("header", [{"kid": 7}, {"kid": ["ec"]}, {"crit": ["x"], "x": 1}, {"crit": []}, {"b64": False}])
def test_headers_that_we_do_not_understand_are_refused(header: Mapping[str, object]) -> None:
    assert refusal(tokens(), by_value(EC_KEY), raw({"alg": "ES256", "kid": "ec", **header}, {})) == "MALFORMED"


@pytest.mark.parametrize(
    "jwk",
    [
        public(EC_KEY, use="enc"),
        public(EC_KEY, key_ops=["sign"]),
        public(EC_KEY, alg="ES384"),
        public(EC_KEY, crv="P-384"),
        EC_KEY.as_dict(private=True),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "ec"},
    ],
)
def test_a_key_that_is_not_for_signatures_verifies_nothing(jwk: dict[str, Any]) -> None:
    assert refusal(tokens(), by_value(jwk), signed(EC_KEY, "ES256")) == "KEY_UNKNOWN"


def test_a_small_rsa_key_verifies_nothing() -> None:
    for algorithm in ("RS256", "PS256"):
        assert refusal(tokens(), by_value(SMALL_RSA_KEY), signed(SMALL_RSA_KEY, algorithm)) == "KEY_UNKNOWN"


def test_a_key_serves_only_the_algorithm_that_it_names() -> None:
    source = by_value(public(RSA_KEY, alg="PS256", use="sig", key_ops=["verify"]))
    tokens().verified(source, signed(RSA_KEY, "PS256"), ALL)
    assert refusal(tokens(), source, signed(RSA_KEY, "RS256")) == "KEY_UNKNOWN"


def test_one_name_for_two_keys_is_refused_only_where_it_is_ambiguous() -> None:
    twins = by_value(public(EC_KEY, kid="twin"), public(OTHER_KEY, kid="twin"), public(RSA_KEY, kid="twin"))
    assert refusal(tokens(), twins, signed(EC_KEY, "ES256", kid="twin")) == "KEY_AMBIGUOUS"
    tokens().verified(twins, signed(RSA_KEY, "PS256", kid="twin"), ALL)
    tokens().verified(twins, signed(OTHER_KEY, "ES256", kid=None), ALL)


@pytest.mark.parametrize(
    "jwks", [{}, {"keys": None}, {"keys": {}}, {"keys": [1]}, {"keys": []}, {"keys": [{}]}, {1: 2}]
)
def test_a_client_without_keys_is_refused(jwks: Any) -> None:
    assert refusal(tokens(), KeySource("omega", jwks, None), signed(EC_KEY, "ES256")) == "KEY_UNKNOWN"


def test_a_client_with_neither_keys_nor_address_is_refused() -> None:
    assert refusal(tokens(), KeySource("omega", None, None), signed(EC_KEY, "ES256")) == "KEY_UNKNOWN"


def test_a_changed_token_is_refused() -> None:
    header, claims, signature = signed(EC_KEY, "ES256").split(".")
    other = base64.urlsafe_b64encode(b'{"iss":"other"}').rstrip(b"=").decode()
    for wrong in (f"{header}.{other}.{signature}", f"{header}.{claims}.", f"{header}.{claims}.{'A' * 86}"):
        assert refusal(tokens(), by_value(EC_KEY), wrong) == "SIGNATURE"
    rsa_header, rsa_claims, _ = signed(RSA_KEY, "RS256").split(".")
    for wrong in ("", "AAAA", "A" * 342):
        assert refusal(tokens(), by_value(RSA_KEY), f"{rsa_header}.{rsa_claims}.{wrong}") == "SIGNATURE"


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff", b'"x"'])
def test_claims_that_are_no_object_are_refused(content: bytes) -> None:
    assert refusal(tokens(), by_value(EC_KEY), signed(EC_KEY, "ES256", content or b" ")) == "MALFORMED"


def test_an_oversize_token_is_refused_and_no_key_is_fetched_for_it() -> None:
    publisher = Publisher(EC_KEY)
    assert refusal(tokens(publisher), AT_ADDRESS, signed(EC_KEY, "ES256", {"pad": "x" * 32_768})) == "MALFORMED"
    assert publisher.asked == 0
    tokens(publisher).verified(AT_ADDRESS, signed(EC_KEY, "ES256", {"pad": "x" * 20_000}), ALL)


@given(st.text(max_size=40) | st.text(alphabet="Aey.J0", max_size=40))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    assert refusal(tokens(), by_value(EC_KEY), text) == "MALFORMED"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(["kty", "crv", "x", "y", "n", "e", "d", "kid", "use", "alg", "key_ops"])
VALUES = st.sampled_from(["EC", "RSA", "OKP", "P-256", "Ed25519", "AQAB", "sig"]) | JSON
SETS = st.dictionaries(st.just("keys"), st.lists(st.dictionaries(MEMBERS, VALUES), max_size=3) | JSON) | JSON


@given(SETS)
def test_no_key_set_makes_the_reader_fall_over(jwks: Any) -> None:
    assert isinstance(public_key_problem(jwks), str)
    if isinstance(jwks, dict):
        assert refusal(tokens(), KeySource("omega", jwks, None), signed(EC_KEY, "ES256")) == "KEY_UNKNOWN"


@given(
    st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "jwk"]), JSON | st.just("ES256")),
    st.binary(max_size=70),
)
def test_no_header_makes_the_reader_fall_over(header: dict[str, Any], signature: bytes) -> None:
    assert refusal(tokens(), by_value(EC_KEY), raw(header, {}, signature))


def test_key_sets_are_kept_in_a_bounded_number() -> None:
    publisher = Publisher(EC_KEY)
    verifier = tokens(publisher, most_sets=2)
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    for key in (EC_KEY, OTHER_KEY):
        verifier.verified(by_value(key), signed(key, "ES256"), ALL)
    verifier.verified(AT_ADDRESS, signed(EC_KEY, "ES256"), ALL)
    assert publisher.asked == 2


def test_new_keys_by_value_count_at_once() -> None:
    verifier = tokens()
    verifier.verified(by_value(EC_KEY), signed(EC_KEY, "ES256"), ALL)
    verifier.verified(by_value(OTHER_KEY), signed(OTHER_KEY, "ES256"), ALL)
    assert refusal(verifier, by_value(OTHER_KEY), signed(EC_KEY, "ES256")) == "KEY_UNKNOWN"


def test_the_key_of_a_certificate_is_found_among_those_of_the_client() -> None:
    publisher, clock = Publisher(EC_KEY), FixedClock()
    verifier = tokens(publisher, clock)
    assert verifier.has_key(AT_ADDRESS, EC_KEY.thumbprint())
    assert verifier.has_key(by_value(RSA_KEY), RSA_KEY.thumbprint())
    assert not verifier.has_key(by_value(RSA_KEY), EC_KEY.thumbprint())
    assert not verifier.has_key(AT_ADDRESS, OTHER_KEY.thumbprint())
    publisher.answer = key_set(OTHER_KEY)
    clock.advance(timedelta(seconds=31))
    assert verifier.has_key(AT_ADDRESS, OTHER_KEY.thumbprint())
    with pytest.raises(ClientTokenRefusedError):
        verifier.has_key(KeySource("omega", None, None), EC_KEY.thumbprint())


@pytest.mark.parametrize(
    ("jwks", "words"),
    [
        (None, "at least one key"),
        ("{}", "at least one key"),
        ({}, "at least one key"),
        ({"keys": []}, "at least one key"),
        ({"keys": ["x"]}, "at least one key"),
        (key_set(*[public(EC_KEY, kid=str(number)) for number in range(33)]), "more than 32"),
        (key_set(public(EC_KEY, x5c=["A" * 65_536])), "64 KiB"),
        (key_set(EC_KEY.as_dict(private=True)), "private key"),
        (key_set(EC_KEY, RSA_KEY.as_dict(private=True)), "private key"),
        (key_set(EC_KEY, {"kty": "oct", "k": "c2VjcmV0"}), "symmetric"),
        (key_set(EC_KEY, {"kty": "oct"}), "symmetric"),
        (key_set(EC_KEY, public(OTHER_KEY, kid="ec")), "same kid"),
        (key_set(EC_KEY, SMALL_RSA_KEY), "2048"),
        (key_set(public(EC_KEY, use="enc")), "no key for signatures"),
        (key_set(ECKey.generate_key("P-384")), "no key for signatures"),
        ({"keys": [{"kty": "EC", "x": 1 << 80}]}, "not JSON"),
    ],
)
def test_a_key_set_is_refused_at_registration_with_the_reason(jwks: object, words: str) -> None:
    problem = public_key_problem(jwks)
    assert problem is not None
    assert words in problem


def test_a_good_key_set_may_hold_keys_for_other_purposes() -> None:
    assert public_key_problem(key_set(EC_KEY)) is None
    encryption = public(RSA_KEY, use="enc", alg="RSA-OAEP-256")
    assert public_key_problem(key_set(OKP_KEY, encryption, ECKey.generate_key("P-384"))) is None


def test_a_refusal_tells_nothing_of_the_token() -> None:
    with pytest.raises(ClientTokenRefusedError) as refused:
        tokens().verified(by_value(EC_KEY), signed(OTHER_KEY, "ES256", {"iss": "secret"}, kid="secret"), ALL)
    assert "secret" not in str(refused.value)
