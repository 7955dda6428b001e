"""The one secret of a web process, and what is derived from it: cookie signatures and encryption at rest."""

import base64
import binascii
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from servicekit.errors import StartError
from servicekit.identifiers import new_secret

FILE_NAME = "web.secret"
_NONCE_BYTES = 12
_LEAST_BYTES = 32


class WebSecretError(StartError):
    """The secret of the pages cannot be read or is too short."""


class Sealer:
    """Authenticated encryption (AES-256-GCM) of small texts, bound to what they are about."""

    def __init__(self, key: bytes) -> None:
        """`key` is 32 bytes."""
        self._cipher = AESGCM(key)

    def seal(self, text: str, about: str) -> str:
        """The text encrypted; only `open` with the same `about` gives it back."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, text.encode(), about.encode())
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, sealed: str, about: str) -> str | None:
        """The text, or None when it was not sealed by this key for `about`."""
        try:
            raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], about.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error):
            return None


class WebSecrets:
    """Keys derived (HKDF-SHA256, RFC 5869) from one secret, one per use."""

    def __init__(self, secret: bytes) -> None:
        """`secret` has at least 32 bytes.

        Raises:
            WebSecretError: it is shorter.
        """
        if len(secret) < _LEAST_BYTES:
            raise WebSecretError("The secret of the pages must have at least 32 bytes.")
        self._secret = secret

    @classmethod
    def load(cls, data_directory: Path, given: str = "") -> "WebSecrets":
        """`given` when there is one (several processes must share it); else the file in the data folder,
        made at the first start, readable by its owner only.

        Raises:
            WebSecretError: the file cannot be read or written, or the secret is too short.
        """
        if given:
            return cls(given.encode())
        path = data_directory / FILE_NAME
        try:
            data_directory.mkdir(parents=True, exist_ok=True)
            _make_once(path)
            return cls(path.read_bytes().strip())
        except OSError as error:
            raise WebSecretError(f"The file {path} cannot be read or written: {error.strerror}.") from error

    def key(self, purpose: str) -> bytes:
        """32 bytes for one use."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._secret)

    def sealer(self, purpose: str) -> Sealer:
        """Encryption for one use."""
        return Sealer(self.key(purpose))


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
