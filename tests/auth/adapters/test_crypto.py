"""Signatures, keys and password hashes."""

from __future__ import annotations

import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import extract_parameters
from joserfc import jwt
from joserfc.jwk import KeySet

from auth.adapters.crypto.keys import create_key, load_keys
from auth.adapters.crypto.own_tokens import OwnTokens
from auth.adapters.crypto.passwords import Argon2Passwords
from auth.domain.errors import PasswordChecksOverloadedError, SessionEndedError
from servicekit.errors import StartError
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


def test_too_many_password_checks_at_once_are_refused() -> None:
    passwords = Argon2Passwords(at_once=1, longest_wait=timedelta(0))
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
