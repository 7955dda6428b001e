"""Signing keys on real files: rotation, emergency, several processes, encryption, damaged folders."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from structlog.testing import capture_logs

from auth.adapters.crypto.fast_signer import FastRsaSigner
from auth.adapters.crypto.key_changes import KeyChanges, KeySchedule
from auth.adapters.crypto.key_files import KeyFolder, read_passphrase
from auth.adapters.crypto.keys import SigningKeys, load_keys
from auth.adapters.crypto.own_tokens import OwnTokens
from auth.adapters.crypto.private_keys import new_private_key, to_pem
from auth.adapters.web.oidc.jwks import JwksEndpoint
from auth.domain.errors import SessionEndedError
from auth.domain.signing_keys import (
    ALGORITHMS,
    ES256,
    RS256,
    KeyPolicy,
    NextKeyPreparedError,
    SigningKeysUnavailableError,
    SigningKeyUnknownError,
)
from servicekit.errors import StartError
from tests.servicekit.fakes import FixedClock

ISSUER = "https://issuer"
PASSPHRASE = b"a passphrase of twenty characters"
SECOND = timedelta(seconds=1)


class Auth:
    """One process on a folder of keys, with a clock in the test's hand."""

    def __init__(self, folder: Path, clock: FixedClock | None = None, passphrase: bytes | None = None) -> None:
        self.clock = clock or FixedClock()
        self.changes = KeyChanges(KeyFolder(folder, passphrase), self.clock, KeyPolicy())
        self.keys: SigningKeys = load_keys(folder, self.clock, passphrase=passphrase)
        self.own = OwnTokens(self.keys, ISSUER, self.clock)
        self.schedule = KeySchedule(self.changes)

    def access_token(self) -> str:
        exp = int(self.clock.now().timestamp()) + 300
        return self.keys.sign("at+jwt", {"iss": ISSUER, "exp": exp})

    def id_token(self, algorithm: str = ES256) -> str:
        return self.keys.sign("JWT", {"iss": ISSUER, "exp": 1}, algorithm)  # long over: it is only a hint

    def pass_time(self, duration: timedelta) -> None:
        """The schedule runs at the end of it; processes look at the folder once a second."""
        self.clock.advance(duration)
        self.schedule()
        self.clock.advance(SECOND)

    def published(self) -> list[str]:
        _status, body, _headers = JwksEndpoint(lambda: self.keys.document)({})
        return [key["kid"] for key in orjson.loads(body)["keys"] if key["alg"] == ES256]


def test_the_first_start_makes_a_key_of_each_algorithm_that_signs_at_once(tmp_path: Path) -> None:
    auth = Auth(tmp_path / "new" / "keys")
    for algorithm in ALGORITHMS:
        token = jwt.decode(auth.id_token(algorithm), auth.keys.public, algorithms=[algorithm])
        assert token.header == {"alg": algorithm, "typ": "JWT", "kid": auth.keys.signer_of(algorithm).kid}
        assert auth.own.id_token_hint(auth.id_token(algorithm)) == {"iss": ISSUER, "exp": 1}
    assert isinstance(auth.keys.signer_of(RS256), FastRsaSigner)
    shown = orjson.loads(auth.keys.document)["keys"]
    assert [(key["alg"], key["kty"], key["use"]) for key in shown] == [(ES256, "EC", "sig"), (RS256, "RSA", "sig")]
    assert not {"d", "p", "q", "dp", "dq", "qi"} & {member for key in shown for member in key}


def test_the_next_key_is_published_a_day_before_it_signs_and_the_old_one_until_its_tokens_are_over(
    tmp_path: Path,
) -> None:
    auth = Auth(tmp_path)
    first = auth.keys.signer.kid
    auth.pass_time(timedelta(days=89) - SECOND)
    assert auth.published() == [first]
    auth.pass_time(SECOND)
    assert auth.keys.signer.kid == first
    _, second = auth.published()
    auth.pass_time(timedelta(hours=23))
    old_token, old_hint = auth.access_token(), auth.id_token()
    assert auth.keys.signer.kid == first
    auth.clock.advance(timedelta(hours=1))  # the next one takes over by itself, before the schedule runs
    assert auth.keys.signer.kid == second
    auth.schedule()
    auth.clock.advance(SECOND)
    assert auth.published() == [second, first]
    assert auth.own.id_token_hint(old_hint) is not None
    assert jwt.decode(old_token, auth.keys.public, algorithms=[ES256]).header["kid"] == first
    auth.pass_time(timedelta(hours=11) - 3 * SECOND)
    assert auth.own.id_token_hint(old_hint) is not None
    auth.pass_time(2 * SECOND)
    assert auth.published() == [second]
    assert auth.own.id_token_hint(old_hint) is None
    assert sorted(path.name for path in tmp_path.glob("es256-*.pem")) == ["es256-0002.pem"]


def test_the_life_of_a_key_is_written_in_the_log_with_its_identifier_alone(tmp_path: Path) -> None:
    auth = Auth(tmp_path)
    first = auth.keys.signer.kid
    with capture_logs() as lines:
        second = auth.changes.prepare(ES256).kid
        auth.pass_time(timedelta(days=1))
        auth.pass_time(timedelta(hours=11))
        auth.changes.withdraw(second)
    told = [(line["event"], line["kid"]) for line in lines]
    assert told[:4] == [
        ("signing key prepared", second),
        ("signing key in use", second),
        ("signing key retired", first),
        ("signing key forgotten", first),
    ]
    assert ("signing key withdrawn", second) in told
    assert {name for line in lines for name in line} <= {
        "event",
        "kid",
        "algorithm",
        "signs_from",
        "log_level",
        "component",
    }


def test_an_emergency_rotation_refuses_everything_that_was_signed_before(tmp_path: Path) -> None:
    auth = Auth(tmp_path)
    auth.changes.prepare(ES256)
    tokens, hints = auth.access_token(), [auth.id_token(name) for name in ALGORITHMS]
    assert auth.own.access_token(tokens)["iss"] == ISSUER  # remembered from now on
    before = set(auth.published())
    replacement = auth.changes.rotate()
    auth.clock.advance(SECOND)
    assert len(replacement.withdrawn) == 3  # the prepared one lay in the same folder
    assert {key.kid for key in replacement.signing} == {auth.keys.signer_of(name).kid for name in ALGORITHMS}
    assert before.isdisjoint(auth.published())
    with pytest.raises(SessionEndedError):
        auth.own.access_token(tokens)
    assert [auth.own.id_token_hint(hint) for hint in hints] == [None, None]
    assert auth.own.access_token(auth.access_token())["iss"] == ISSUER
    assert len(list(tmp_path.glob("*.pem"))) == 2


def test_an_emergency_of_one_algorithm_leaves_the_other_alone(tmp_path: Path) -> None:
    auth = Auth(tmp_path)
    hint, access = auth.id_token(RS256), auth.access_token()
    auth.changes.rotate([RS256])
    auth.clock.advance(SECOND)
    assert auth.own.id_token_hint(hint) is None
    assert auth.own.access_token(access)["iss"] == ISSUER


def test_a_withdrawn_key_that_signed_is_followed_by_the_prepared_one(tmp_path: Path) -> None:
    auth = Auth(tmp_path)
    first, prepared = auth.keys.signer.kid, auth.changes.prepare(ES256).kid
    auth.changes.withdraw(first)
    auth.clock.advance(SECOND)
    assert auth.keys.signer.kid == prepared
    auth.changes.withdraw(prepared)
    auth.clock.advance(SECOND)
    assert auth.keys.signer.kid not in {first, prepared}
    with pytest.raises(SigningKeyUnknownError):
        auth.changes.withdraw("nobody")


def test_a_withdrawn_key_put_back_from_a_backup_stays_refused(tmp_path: Path) -> None:
    auth = Auth(tmp_path)
    saved, hint = (tmp_path / "es256-0001.pem").read_bytes(), auth.id_token()
    auth.changes.rotate()
    for name in ("es256-0001.pem", "es256-0009.pem"):
        (tmp_path / name).write_bytes(saved)
        (tmp_path / name).chmod(0o600)
    auth.pass_time(timedelta(minutes=1))
    assert auth.own.id_token_hint(hint) is None
    assert Auth(tmp_path).own.id_token_hint(hint) is None
    assert not (tmp_path / "es256-0001.pem").exists()


def test_a_new_key_by_hand_signs_at_once_and_what_the_old_one_signed_stays_valid(tmp_path: Path) -> None:
    auth = Auth(tmp_path)
    access = auth.access_token()
    made = auth.changes.create(ES256)
    auth.clock.advance(SECOND)
    assert auth.keys.signer.kid == made.kid
    assert auth.own.access_token(access)["iss"] == ISSUER


def test_a_second_next_key_is_refused(tmp_path: Path) -> None:
    auth = Auth(tmp_path)
    auth.changes.prepare(ES256)
    with pytest.raises(NextKeyPreparedError):
        auth.changes.prepare(ES256)
    auth.changes.prepare(RS256)


def test_a_running_process_looks_at_the_folder_once_a_second_at_most(tmp_path: Path) -> None:
    clock = FixedClock()
    one, other = Auth(tmp_path, clock), Auth(tmp_path, clock)
    before = other.keys.signer.kid
    made = one.changes.create(ES256).kid
    clock.advance(SECOND / 2)
    assert other.keys.signer.kid == before
    clock.advance(SECOND / 2)
    assert other.keys.signer.kid == one.keys.signer.kid == made


def test_an_rsa_key_is_parsed_once(tmp_path: Path) -> None:
    auth = Auth(tmp_path)
    signer = auth.keys.signer_of(RS256)
    auth.changes.create(ES256)
    auth.clock.advance(SECOND)
    assert auth.keys.signer_of(RS256) is signer


def test_starts_at_the_same_time_agree_on_the_same_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        documents = set(pool.map(lambda _: load_keys(tmp_path / "keys").document, range(8)))
    assert len(documents) == 1
    assert len(list((tmp_path / "keys").glob("*.pem"))) == 2


def test_another_process_rotates_and_this_one_follows(tmp_path: Path) -> None:
    clock = FixedClock(datetime.now(UTC))
    auth = Auth(tmp_path / "keys", clock)
    hint = auth.id_token()
    refused = _command(tmp_path, "rotate")
    assert (refused.returncode, "--yes" in refused.stderr, refused.stderr.count("\n")) == (2, True, 1)
    assert auth.own.id_token_hint(hint) is not None
    done = _command(tmp_path, "rotate", "--yes")
    assert done.returncode == 0, done.stderr
    clock.set(datetime.now(UTC))
    clock.advance(SECOND)
    assert auth.own.id_token_hint(hint) is None
    assert f"signs now: ES256 {auth.keys.signer.kid}" in done.stdout
    listed = _command(tmp_path, "list").stdout
    assert listed.count("withdrawn, what it signed is refused") == 2
    assert f"{auth.keys.signer.kid} ES256      signs" in listed


def test_every_action_of_the_command_works_with_the_settings_after_it(tmp_path: Path) -> None:
    config = tmp_path / "auth.env"
    config.write_text(f"AUTH_DATA_DIRECTORY={tmp_path}\nAUTH_KEYS_PASSPHRASE={PASSPHRASE.decode()}\n")
    Auth(tmp_path / "keys", FixedClock(datetime.now(UTC)))
    made = _command(tmp_path, "create", "--algorithm", "RS256", "--config", str(config))
    prepared = _command(tmp_path, "prepare", "--config", str(config))
    assert made.stdout.startswith("kid="), made.stderr
    assert "is published and signs from" in prepared.stdout
    encrypted = _command(tmp_path, "encrypt", "--config", str(config))
    assert encrypted.stdout == "2 keys encrypted\n", encrypted.stderr
    assert not any(_is_in_clear(path) for path in (tmp_path / "keys").glob("*.pem"))
    assert PASSPHRASE.decode() not in made.stderr + prepared.stderr + encrypted.stderr
    kid = made.stdout.strip().removeprefix("kid=")
    assert f"withdrawn: RS256 {kid}" in _command(tmp_path, "withdraw", kid, "--config", str(config)).stdout
    assert _command(tmp_path, "withdraw", "nobody").returncode == 2


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_encrypted_key_cannot_be_read_without_its_passphrase(tmp_path: Path, algorithm: str) -> None:
    auth = Auth(tmp_path, passphrase=PASSPHRASE)
    hint = auth.id_token(algorithm)
    assert Auth(tmp_path, passphrase=PASSPHRASE).own.id_token_hint(hint) is not None
    for passphrase, sentence in (
        (None, "AUTH_KEYS_PASSPHRASE"),
        (b"another one of twenty characters", "does not open"),
    ):
        with pytest.raises(StartError, match=sentence) as refused:
            Auth(tmp_path, passphrase=passphrase)
        assert "\n" not in str(refused.value)
    for path in tmp_path.glob("*.pem"):
        with pytest.raises(TypeError):
            serialization.load_pem_private_key(path.read_bytes(), None)


def test_keys_in_clear_stay_readable_until_they_are_encrypted(tmp_path: Path) -> None:
    hint = Auth(tmp_path).id_token()
    auth = Auth(tmp_path, passphrase=PASSPHRASE)
    assert auth.own.id_token_hint(hint) is not None
    assert auth.changes.encrypt() == 2
    assert auth.changes.encrypt() == 0
    assert Auth(tmp_path, passphrase=PASSPHRASE).own.id_token_hint(hint) is not None
    assert not any(_is_in_clear(path) for path in tmp_path.glob("*.pem"))


def test_an_encrypted_key_is_read_by_the_library() -> None:
    for algorithm in ALGORITHMS:
        private = new_private_key(algorithm)
        read = serialization.load_pem_private_key(to_pem(private, PASSPHRASE), PASSPHRASE)
        assert isinstance(read, type(private))
        assert read.private_numbers() == private.private_numbers()


def test_every_file_is_for_its_owner_only(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        Auth(tmp_path / "keys").changes.prepare(ES256)
    finally:
        os.umask(old)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()}
    assert len(modes) == 5
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_a_key_in_clear_that_others_can_read_stops_the_start(tmp_path: Path) -> None:
    Auth(tmp_path)
    (tmp_path / "rs256-0001.pem").chmod(0o640)
    with pytest.raises(StartError, match=r"rs256-0001\.pem is open to others"):
        Auth(tmp_path)


def test_an_encrypted_key_may_be_in_a_group(tmp_path: Path) -> None:
    Auth(tmp_path, passphrase=PASSPHRASE)
    (tmp_path / "es256-0001.pem").chmod(0o640)
    Auth(tmp_path, passphrase=PASSPHRASE)


def test_a_folder_from_before_the_records_goes_on(tmp_path: Path) -> None:
    first, second = (_old_file(tmp_path, number) for number in (1, 2))
    clock = FixedClock()
    os.utime(first, (clock.now().timestamp(),) * 2)  # a copied folder: the older key looks newer
    os.utime(second, ((clock.now() - timedelta(days=3)).timestamp(),) * 2)
    auth = Auth(tmp_path, clock)
    records = {record.number: record for record in auth.changes.records() if record.algorithm == ES256}
    assert auth.keys.signer.kid == records[2].kid
    assert set(auth.published()) == {records[1].kid, records[2].kid}
    auth.pass_time(timedelta(minutes=1))
    assert auth.changes.records()[0].retired_at is not None
    auth.pass_time(timedelta(hours=11))
    assert auth.published() == [records[2].kid]


def test_a_key_of_an_older_program_beside_the_records_is_published_before_it_signs(tmp_path: Path) -> None:
    auth = Auth(tmp_path)
    before = auth.keys.signer.kid
    _old_file(tmp_path, 2)
    auth.pass_time(timedelta(minutes=1))
    assert (auth.keys.signer.kid, len(auth.published())) == (before, 2)
    auth.pass_time(timedelta(days=1))
    assert auth.keys.signer.kid != before


def test_damaged_records_stop_the_start_and_a_running_process_signs_no_more(tmp_path: Path) -> None:
    auth = Auth(tmp_path)
    records, token = (tmp_path / "keys.json").read_bytes(), auth.access_token()
    for damage in (
        b"{",
        b"[]",
        b'{"format": 1, "keys": [{}]}',
        records.replace(b"+00:00", b""),
        b'{"format":1,"keys":[5]}',
    ):
        (tmp_path / "keys.json").write_bytes(damage)
        auth.clock.advance(SECOND)
        with pytest.raises(StartError, match="cannot be read"):
            load_keys(tmp_path)
        with pytest.raises(SigningKeysUnavailableError):
            auth.id_token()
        with pytest.raises(SigningKeysUnavailableError):
            auth.own.access_token(token)
        with pytest.raises(SigningKeysUnavailableError):
            auth.schedule()
        assert JwksEndpoint(lambda: auth.keys.document)({})[0] == 503
    (tmp_path / "keys.json").write_bytes(records)
    auth.clock.advance(SECOND)
    assert auth.own.access_token(token)["iss"] == ISSUER


def test_records_of_a_newer_program_are_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(b'{"format": 2, "keys": []}')
    with pytest.raises(StartError, match="newer program"):
        load_keys(tmp_path)


def test_a_key_that_is_not_the_one_of_its_record_stops_the_start(tmp_path: Path) -> None:
    Auth(tmp_path)
    _old_file(tmp_path, 1)
    with pytest.raises(StartError, match="not the one of its record"):
        Auth(tmp_path)
    (tmp_path / "es256-0001.pem").unlink()
    with pytest.raises(StartError, match="cannot be read: No such file"):
        Auth(tmp_path)


@pytest.mark.parametrize(("name", "kind"), [("es256-0001.pem", RS256), ("rs256-0001.pem", ES256)])
def test_a_key_of_another_kind_stops_the_start(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).write_bytes(to_pem(new_private_key(kind), None))
    with pytest.raises(StartError, match="is not a"):
        Auth(tmp_path)


def test_a_passphrase_comes_from_the_setting_or_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE.decode()}\n")
    assert read_passphrase("", None) is None
    assert read_passphrase("", file) == read_passphrase(PASSPHRASE.decode(), None) == PASSPHRASE
    with pytest.raises(StartError, match="not both"):
        read_passphrase("x" * 20, file)
    with pytest.raises(StartError, match="20 characters"):
        read_passphrase("short", None)
    file.write_text("")
    with pytest.raises(StartError, match="20 characters"):
        read_passphrase("", file)
    with pytest.raises(StartError, match="cannot be read"):
        read_passphrase("", tmp_path / "nothing")


def _old_file(folder: Path, number: int) -> Path:
    path = folder / f"es256-{number:04d}.pem"
    path.write_bytes(to_pem(new_private_key(ES256), None))
    path.chmod(0o600)
    return path


def _is_in_clear(path: Path) -> bool:
    return b"ENCRYPTED" not in path.read_bytes()


def _command(data: Path, *arguments: str) -> Any:
    environment = {**os.environ, "AUTH_DATA_DIRECTORY": str(data)}
    command = [sys.executable, "-m", "auth", "keys", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
