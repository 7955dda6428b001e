"""The folder of signing keys: encrypted, open to others, from before the records, damaged."""

from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from auth.keys.adapters.crypto.key_files import read_passphrase
from auth.keys.adapters.crypto.keys import load_keys
from auth.keys.adapters.crypto.private_keys import new_private_key, to_pem
from auth.keys.adapters.web.jwks import JwksEndpoint
from auth.keys.domain.signing_keys import (
    ALGORITHMS,
    ES256,
    RS256,
    SigningKeysUnavailableError,
)
from servicekit.errors import StartError
from tests.auth.keys.adapters.key_builders import ISSUER, PASSPHRASE, SECOND, Auth, is_in_clear, old_file
from tests.servicekit.fakes import FixedClock


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
    assert not any(is_in_clear(path) for path in tmp_path.glob("*.pem"))


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
    first, second = (old_file(tmp_path, number) for number in (1, 2))
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
    old_file(tmp_path, 2)
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
    old_file(tmp_path, 1)
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
