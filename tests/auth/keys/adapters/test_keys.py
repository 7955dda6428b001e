"""The life of signing keys on real files: rotation, emergency, several processes, the command."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from joserfc import jwt
from structlog.testing import capture_logs

from auth.ground.domain.errors import SessionEndedError
from auth.keys.adapters.crypto.keys import load_keys
from auth.keys.domain.signing_keys import (
    ALGORITHMS,
    ES256,
    RS256,
    NextKeyPreparedError,
    SigningKeyUnknownError,
)
from tests.auth.keys.adapters.key_builders import ISSUER, PASSPHRASE, SECOND, Auth, is_in_clear, run_command
from tests.servicekit.fakes import FixedClock


def test_the_first_start_makes_a_key_of_each_algorithm_that_signs_at_once(tmp_path: Path) -> None:
    auth = Auth(tmp_path / "new" / "keys")
    for algorithm in ALGORITHMS:
        token = jwt.decode(auth.id_token(algorithm), auth.keys.public, algorithms=[algorithm])
        assert token.header == {"alg": algorithm, "typ": "JWT", "kid": auth.keys.signer_of(algorithm).kid}
        assert auth.own.id_token_hint(auth.id_token(algorithm)) == {"iss": ISSUER, "exp": 1}
    assert auth.keys.signer_of(RS256).algorithm == RS256
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
    lines = [line for line in lines if line["event"].startswith("signing key")]
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
    refused = run_command(tmp_path, "rotate")
    assert (refused.returncode, "--yes" in refused.stderr, refused.stderr.count("\n")) == (2, True, 1)
    assert auth.own.id_token_hint(hint) is not None
    done = run_command(tmp_path, "rotate", "--yes")
    assert done.returncode == 0, done.stderr
    clock.set(datetime.now(UTC))
    clock.advance(SECOND)
    assert auth.own.id_token_hint(hint) is None
    assert f"signs now: ES256 {auth.keys.signer.kid}" in done.stdout
    listed = run_command(tmp_path, "list").stdout
    assert listed.count("withdrawn, what it signed is refused") == 2
    assert f"{auth.keys.signer.kid} ES256      signs" in listed


def test_every_action_of_the_command_works_with_the_settings_after_it(tmp_path: Path) -> None:
    config = tmp_path / "auth.env"
    config.touch(mode=0o600)
    config.write_text(f"AUTH_DATA_DIRECTORY={tmp_path}\nAUTH_KEYS_PASSPHRASE={PASSPHRASE.decode()}\n")
    Auth(tmp_path / "keys", FixedClock(datetime.now(UTC)))
    made = run_command(tmp_path, "create", "--algorithm", "RS256", "--config", str(config))
    prepared = run_command(tmp_path, "prepare", "--config", str(config))
    assert made.stdout.startswith("kid="), made.stderr
    assert "is published and signs from" in prepared.stdout
    encrypted = run_command(tmp_path, "encrypt", "--config", str(config))
    assert encrypted.stdout == "2 keys encrypted\n", encrypted.stderr
    assert not any(is_in_clear(path) for path in (tmp_path / "keys").glob("*.pem"))
    assert PASSPHRASE.decode() not in made.stderr + prepared.stderr + encrypted.stderr
    kid = made.stdout.strip().removeprefix("kid=")
    assert f"withdrawn: RS256 {kid}" in run_command(tmp_path, "withdraw", kid, "--config", str(config)).stdout
    assert run_command(tmp_path, "withdraw", "nobody").returncode == 2
