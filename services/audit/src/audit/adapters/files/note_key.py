"""The Ed25519 key that signs checkpoints, and its public half for those who verify (RFC 8032, C2SP signed-note)."""

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.adapters.files.durable_files import create_file, private_folder, replace_file
from audit.domain.checkpoint import MalformedNoteError, VerifierKey
from servicekit.errors import StartError

SIGNING_KEY_FILE = "checkpoint.key"
VERIFIER_KEY_FILE = "checkpoint.vkey"


class NoteKeyError(StartError):
    """A key file is missing or is no key. The text is fit to be printed."""


class FileNoteSigner:
    """`NoteSigner` with a private key in a file of 32 bytes in hexadecimal."""

    def __init__(self, folder: Path, origin: str) -> None:
        """Makes the key when there is none and never was, and writes its public half beside it.

        Raises:
            NoteKeyError: the file is there but is no key, or it is missing although its public half is there, or the
                public half is that of another key.
        """
        path, public_half = private_folder(folder) / SIGNING_KEY_FILE, folder / VERIFIER_KEY_FILE
        if not path.exists():
            if public_half.exists():
                raise NoteKeyError(
                    f"The signing key {path} is missing although its public half is there. Put it back; if it is lost: "
                    "`python -m audit accept-restored-journal --new-key`."
                )
            create_file(path, Ed25519PrivateKey.generate().private_bytes_raw().hex().encode() + b"\n")
        try:
            self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))
        except ValueError as error:
            raise NoteKeyError(f"{path} is not an Ed25519 key.") from error
        self._verifier_key = VerifierKey(origin, self._key.public_key().public_bytes_raw())
        if public_half.exists() and Ed25519NoteVerifier.from_file(public_half).verifier_key != self._verifier_key:
            raise NoteKeyError(f"{public_half} is not the public half of {path} under the origin {origin}.")
        replace_file(public_half, f"{self._verifier_key.to_text()}\n".encode(), mode=0o644)

    @property
    def verifier(self) -> "Ed25519NoteVerifier":
        """What checks the notes of this key."""
        return Ed25519NoteVerifier(self._verifier_key)

    @property
    def verifier_key(self) -> VerifierKey:
        """See `NoteSigner.verifier_key`."""
        return self._verifier_key

    def sign(self, text: str) -> bytes:
        """See `NoteSigner.sign`."""
        return self._key.sign(text.encode())


class Ed25519NoteVerifier:
    """`NoteVerifier` with the public half."""

    def __init__(self, verifier_key: VerifierKey) -> None:
        self._verifier_key = verifier_key
        self._key = Ed25519PublicKey.from_public_bytes(verifier_key.public_key)

    @staticmethod
    def from_file(path: Path) -> "Ed25519NoteVerifier":
        """The verifier of the key in a `checkpoint.vkey` file.

        Raises:
            NoteKeyError: no such file, or not a verifier key.
        """
        try:
            return Ed25519NoteVerifier(VerifierKey.from_text(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise NoteKeyError(f"The verifier key {path} cannot be read.") from error
        except (MalformedNoteError, ValueError) as error:
            raise NoteKeyError(f"{path} is not a verifier key.") from error

    @property
    def verifier_key(self) -> VerifierKey:
        """See `NoteVerifier.verifier_key`."""
        return self._verifier_key

    def holds(self, text: str, signature: bytes) -> bool:
        """See `NoteVerifier.holds`."""
        try:
            self._key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True
