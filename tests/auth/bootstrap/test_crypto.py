"""Signatures, keys and password hashes."""

from __future__ import annotations

import base64
import json
import stat
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import extract_parameters
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet

from auth.ground.domain.errors import PasswordChecksOverloadedError, SessionEndedError
from auth.keys.adapters.crypto.key_changes import KeyChanges
from auth.keys.adapters.crypto.key_files import KeyFolder
from auth.keys.adapters.crypto.keys import SigningKeys, load_keys
from auth.keys.adapters.crypto.own_tokens import OwnTokens
from auth.keys.domain.signing_keys import ES256, KeyPolicy
from auth.people.adapters.crypto.passwords import Argon2Passwords, HashingLimits
from servicekit.clock import SystemClock
from servicekit.errors import StartError
from tests.promises import promise
from tests.servicekit.fakes import FixedClock


def test_joserfc_verifies_what_the_fast_signer_signs(tmp_path: Path) -> None:
    keys = load_keys(tmp_path)
    for number in range(50):  # r and s are sometimes shorter than 32 bytes
        token = jwt.decode(keys.signer.sign("at+jwt", {"n": number}), keys.public, algorithms=["ES256"])
        assert token.header == {"alg": "ES256", "typ": "at+jwt", "kid": keys.signer.kid}
        assert token.claims == {"n": number}


def test_the_keys_are_parsed_once_and_always_named(tmp_path: Path) -> None:
    keys = load_keys(tmp_path)
    assert isinstance(keys.public, KeySet)
    assert all(key.kid for key in keys.public.keys)


def create_key(folder: Path) -> str:
    """A new key that signs at once; its `kid`."""
    return KeyChanges(KeyFolder(folder), SystemClock(), KeyPolicy()).create(ES256).kid


def test_the_newest_key_signs_and_the_older_ones_still_verify(tmp_path: Path) -> None:
    before = load_keys(tmp_path)
    token = before.signer.sign("JWT", {"n": 1})
    kid = create_key(tmp_path)
    after = load_keys(tmp_path)
    assert after.signer.kid == kid != before.signer.kid
    assert jwt.decode(token, after.public, algorithms=["ES256"]).claims == {"n": 1}
    signed_by = {jwt.decode(after.signer.sign("JWT", {}), after.public).header["kid"] for _ in range(20)}
    assert signed_by == {kid}


def test_a_key_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    create_key(tmp_path)
    (path,) = tmp_path.glob("*.pem")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_key_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "es256-0001.pem").write_text("not a key")
    with pytest.raises(StartError, match="cannot be read"):
        load_keys(tmp_path)


def test_own_tokens_tell_their_kinds_apart(tmp_path: Path) -> None:
    keys, clock = load_keys(tmp_path), FixedClock()
    own = OwnTokens(keys, "https://issuer", clock)
    exp = int(clock.now().timestamp()) + 10
    access = keys.signer.sign("at+jwt", {"iss": "https://issuer", "exp": exp})
    identity = keys.signer.sign("JWT", {"iss": "https://issuer", "exp": exp})
    assert own.access_token(access)["exp"] == exp
    assert own.id_token_hint(access) is None
    for wrong in (identity, access[:-2], "x", "", keys.signer.sign("at+jwt", {"iss": "https://other", "exp": exp})):
        with pytest.raises(SessionEndedError):
            own.access_token(wrong)
    clock.advance(timedelta(seconds=11))
    with pytest.raises(SessionEndedError):
        own.access_token(access)
    assert own.id_token_hint(identity) is not None


def _encoded(content: object) -> str:
    written = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(written).rstrip(b"=").decode()


def _signed(key: ec.EllipticCurvePrivateKey, header: object, claims: object) -> str:
    """A token as nobody should write it, rightly signed."""
    signed = f"{_encoded(header)}.{_encoded(claims)}"
    r, s = utils.decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{_encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


HEADER = {"alg": "ES256", "typ": "at+jwt"}
CLAIMS = {"iss": "https://issuer", "exp": 2**40}
_NO_CLAIMS: tuple[Any, ...] = ([], 5, None, b"{", b"\xff", b'{"exp": NaN}')


@pytest.fixture(scope="module")
def our_keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[SigningKeys, ec.EllipticCurvePrivateKey]:
    """The keys, and the private key that signs with ES256."""
    folder = tmp_path_factory.mktemp("keys")
    keys = load_keys(folder, FixedClock())
    private = KeyFolder(folder).read_key("ES256", 1)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return keys, private


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"alg": "none"}, {}),
        ({"alg": "RS256"}, {}),
        ({"alg": "HS256"}, {}),
        ({"typ": "JWT"}, {}),
        ({"typ": "AT+JWT"}, {}),
        ({"typ": None}, {}),
        ({"crit": ["exp"]}, {}),
        ({"jwk": {}}, {}),
        ({"jku": "https://evil.example"}, {}),
        ({"kid": "another"}, {}),
        ({"kid": 5}, {}),
        ({"alg": ["ES256"]}, {}),
        ({}, {"iss": "https://other"}),
        ({}, {"iss": None}),
        ({}, {"exp": "tomorrow"}),
        ({}, {"exp": True}),
        ({}, {"exp": None}),
        ({}, {"exp": 0}),
    ],
)
def test_only_what_the_signer_writes_is_believed(
    our_keys: tuple[SigningKeys, ec.EllipticCurvePrivateKey], header: dict[str, Any], claims: dict[str, Any]
) -> None:
    keys, private = our_keys
    own = OwnTokens(keys, "https://issuer", FixedClock())
    right = {**HEADER, "kid": keys.signer.kid}
    assert own.access_token(_signed(private, right, CLAIMS)) == CLAIMS
    with pytest.raises(SessionEndedError):
        own.access_token(_signed(private, {**right, **header}, {**CLAIMS, **claims}))


def test_a_header_without_a_type_or_key_or_claims_that_are_no_object_are_refused(
    our_keys: tuple[SigningKeys, ec.EllipticCurvePrivateKey],
) -> None:
    keys, private = our_keys
    own = OwnTokens(keys, "https://issuer", FixedClock())
    right = {**HEADER, "kid": keys.signer.kid}
    without: list[Any] = [{name: value for name, value in right.items() if name != left_out} for left_out in right]
    tokens = [_signed(private, header, CLAIMS) for header in [*without, [], 5, "ES256", None]]
    tokens += [_signed(private, right, claims) for claims in _NO_CLAIMS]
    tokens.append(_signed(private, right, {**CLAIMS, "more": "x" * 16_384}))
    tokens.append(keys.sign("at+jwt", CLAIMS, "RS256"))  # RS256 is for ID tokens alone
    for unverified in tokens:
        with pytest.raises(SessionEndedError):
            own.access_token(unverified)


def test_a_signature_has_one_writing(our_keys: tuple[SigningKeys, ec.EllipticCurvePrivateKey]) -> None:
    keys, _ = our_keys
    own = OwnTokens(keys, "https://issuer", FixedClock())
    token = keys.sign("at+jwt", CLAIMS)
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".index(token[-1])
    twin = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last ^ 1]
    assert own.access_token(token) == CLAIMS
    for unverified in (
        token[:-1] + twin,
        token + "=",
        token + "\n",
        f" {token}",
        f"{token}.",
        token.replace("-", "+", 1) + "A",
    ):
        with pytest.raises(SessionEndedError):
            own.access_token(unverified)


def test_a_verified_token_is_remembered_until_its_end_and_not_beyond(tmp_path: Path) -> None:
    clock = FixedClock()
    keys = load_keys(tmp_path, clock)
    own = OwnTokens(keys, "https://issuer", clock, cache_size=2)
    claims = {**CLAIMS, "exp": int(clock.now().timestamp()) + 10}
    tokens = [keys.sign("at+jwt", {**claims, "n": number}) for number in range(5)]
    first = own.access_token(tokens[0])
    assert own.access_token(tokens[0]) is first
    for token in tokens:
        own.access_token(token)
    assert own.access_token(tokens[0]) is not first
    clock.advance(timedelta(seconds=10))
    for token in tokens:
        with pytest.raises(SessionEndedError):
            own.access_token(token)


PARTS = st.one_of(st.binary(max_size=80).map(_encoded), st.text(max_size=40), st.just("eyJhbGciOiJFUzI1NiJ9"))


@given(
    st.one_of(st.text(max_size=200), st.lists(PARTS, max_size=5).map(".".join)),
    st.integers(0, 10_000),
    st.characters(codec=None),
)
def test_whatever_is_sent_instead_of_a_token_is_only_refused(
    our_keys: tuple[SigningKeys, ec.EllipticCurvePrivateKey], sent: str, place: int, letter: str
) -> None:
    keys, _ = our_keys
    own = OwnTokens(keys, "https://issuer", FixedClock())
    good = keys.sign("at+jwt", CLAIMS)
    place %= len(good)
    changed = good[:place] + letter + good[place + 1 :]
    for unverified in {sent, changed, good[:place], good[:place] + letter + good[place:]} - {good}:
        with pytest.raises(SessionEndedError):
            own.access_token(unverified)
        assert own.id_token_hint(unverified) is None


def test_passwords_are_argon2id_with_the_decided_parameters() -> None:
    passwords = Argon2Passwords()
    made = passwords.hash("quatre mots sans lien")
    parameters = extract_parameters(made)
    assert (parameters.type.name, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (
        "ID",
        19 * 1024,
        2,
        1,
    )
    assert passwords.verify(made, "quatre mots sans lien")
    assert not passwords.verify(made, "autre chose")
    assert not passwords.verify(None, "quatre mots sans lien")
    assert not passwords.verify("not a hash", "quatre mots sans lien")


@promise("front:passwords-are-hashed-apart")
def test_too_many_password_checks_at_once_are_refused() -> None:
    passwords = Argon2Passwords(HashingLimits(threads=1, queued=0))
    entered, leave = threading.Event(), threading.Event()

    class Slow:
        def hash(self, _password: str) -> str:
            entered.set()
            leave.wait(30)
            return "hash"

    passwords._hasher = Slow()  # type: ignore[assignment]
    busy = threading.Thread(target=passwords.hash, args=("x",))
    busy.start()
    assert entered.wait(30)
    with pytest.raises(PasswordChecksOverloadedError):
        passwords.verify(None, "x")
    leave.set()
    busy.join(30)
