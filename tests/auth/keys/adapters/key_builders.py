"""One process of auth on a folder of keys, and what stands around it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import orjson

from auth.keys.adapters.crypto.key_changes import KeyChanges, KeySchedule
from auth.keys.adapters.crypto.key_files import KeyFolder
from auth.keys.adapters.crypto.keys import SigningKeys, load_keys
from auth.keys.adapters.crypto.own_tokens import OwnTokens
from auth.keys.adapters.crypto.private_keys import new_private_key, to_pem
from auth.keys.adapters.web.jwks import JwksEndpoint
from auth.keys.domain.signing_keys import (
    ES256,
    KeyPolicy,
)
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


def old_file(folder: Path, number: int) -> Path:
    """A key as programs from before the records wrote it."""
    path = folder / f"es256-{number:04d}.pem"
    path.write_bytes(to_pem(new_private_key(ES256), None))
    path.chmod(0o600)
    return path


def is_in_clear(path: Path) -> bool:
    """Whether no passphrase is needed."""
    return b"ENCRYPTED" not in path.read_bytes()


def run_command(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m auth keys …` in a process of its own."""
    environment = {**os.environ, "AUTH_DATA_DIRECTORY": str(data)}
    command = [sys.executable, "-m", "auth", "keys", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
