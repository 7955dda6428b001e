"""The secret of a web process, and what is derived from it: cookie signatures and encryption at rest.

It can be replaced without signing anybody out: the file takes several, one a line. The first seals and signs, all open.
"""

import base64
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from servicekit.errors import StartError
from servicekit.identifiers import new_secret

FILE_NAME = "web.secret"
_LEAST_BYTES = 32

T = TypeVar("T")


class WebSecretError(StartError):
    """The secret of the pages cannot be read or is too short."""


class Sealer:
    """Authenticated encryption (Fernet) of small texts, bound to what they are about."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Keys of 32 bytes: the first seals, all open."""
        self._cipher = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])

    def seal(self, text: str, about: str) -> str:
        """The text encrypted; only `read` with the same `about` gives it back."""
        return self._cipher.encrypt(json.dumps([about, text]).encode()).decode().rstrip("=")

    def read(self, sealed: str, about: str, reader: Callable[[str], T]) -> T | None:
        """What `reader` makes of the text; None when none of the keys sealed it for `about`, or when another version
        of this service wrote it, so that `reader` cannot take it."""
        try:
            content = self._cipher.decrypt(sealed.encode() + b"=" * (-len(sealed) % 4))
        except (InvalidToken, ValueError):
            return None
        sealed_about, text = json.loads(content)
        if sealed_about != about:
            return None
        try:
            return reader(text)
        except (LookupError, TypeError, ValueError, AttributeError):
            return None


class WebSecrets:
    """Keys derived (HKDF-SHA256, RFC 5869) from each secret, one per use."""

    def __init__(self, *secrets: bytes) -> None:
        """The newest first; each has at least 32 bytes.

        Raises:
            WebSecretError: there is none, or one is shorter.
        """
        if not secrets or min(map(len, secrets)) < _LEAST_BYTES:
            raise WebSecretError(f"Each secret of the pages must have at least {_LEAST_BYTES} bytes, one a line.")
        self._secrets = secrets

    @classmethod
    def load(cls, data_directory: Path, given: str = "") -> "WebSecrets":
        """`given` when there is one; else those of the file in the data folder, made at the first start, readable by
        its owner only.

        Raises:
            WebSecretError: the file cannot be read or written, or a secret is too short.
        """
        if given:
            return cls(given.encode())
        path = data_directory / FILE_NAME
        try:
            data_directory.mkdir(parents=True, exist_ok=True)
            _make_once(path)
            return cls(*path.read_bytes().split())
        except OSError as error:
            raise WebSecretError(f"The file {path} cannot be read or written: {error.strerror}.") from error

    def keys(self, purpose: str) -> tuple[bytes, ...]:
        """32 bytes for one use, from each secret, the newest first."""
        return tuple(
            HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret)
            for secret in self._secrets
        )

    def key(self, purpose: str) -> bytes:
        """32 bytes for one use, from the newest secret."""
        return self.keys(purpose)[0]

    def only_key(self, purpose: str) -> bytes:
        """32 bytes for a use that cannot change: what was made of them is kept by others.

        Raises:
            WebSecretError: there are several secrets.
        """
        if len(self._secrets) > 1:
            raise WebSecretError(f"What {purpose} is made of can never be replaced: keep one secret, the first ever.")
        return self.key(purpose)

    def sealer(self, purpose: str) -> Sealer:
        """Encryption for one use."""
        return Sealer(self.keys(purpose))


def _make_once(path: Path) -> None:
    """Writes a new secret beside the place, then links it: two processes starting together agree on one."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}.{new_secret(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(new_secret(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
