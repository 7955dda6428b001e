"""Checkpoints: what is signed about the tree, in the C2SP tlog-checkpoint and signed-note formats.

    partenaire.example/journal        origin, also the name of the key
    1234                              size of the tree
    qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=   root hash

    — partenaire.example/journal Az3grl...       4 bytes of key id, then the Ed25519 signature of the lines above

Only the text is made and read here; the signature itself comes from a port.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Protocol

from audit.domain.merkle import HASH_SIZE

_ED25519 = b"\x01"
_KEY_ID_SIZE = 4
_SIGNATURE_SIZE = 64


class MalformedNoteError(ValueError):
    """A text that is not a checkpoint of this journal signed with this key's name."""


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The size of a tree and its root hash."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A tree head and the note that vouches for it."""

    head: TreeHead
    note: str


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half of the journal's key: name and 32 bytes of Ed25519."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand for the key in a note (C2SP signed-note)."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:_KEY_ID_SIZE]

    def to_text(self) -> str:
        """The verifier key as C2SP writes it: name+hexadecimal key id+base64."""
        return f"{self.name}+{self.key_id.hex()}+{_encode(_ED25519 + self.public_key)}"

    @staticmethod
    def from_text(text: str) -> "VerifierKey":
        """Reads what `to_text` writes.

        Raises:
            MalformedNoteError: not such a text, another algorithm, or a key id that is not the key's.
        """
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        data = _decode(encoded)
        key = VerifierKey(name, data[1:])
        if data[:1] != _ED25519 or len(key.public_key) != HASH_SIZE or key.key_id.hex() != key_id:
            raise MalformedNoteError("not an Ed25519 verifier key")
        return key


def note_text(origin: str, head: TreeHead) -> str:
    """The lines that are signed."""
    return f"{origin}\n{head.size}\n{_encode(head.root)}\n"


def signed_note(key: VerifierKey, head: TreeHead, signature: bytes) -> str:
    """The whole note: the signed lines, an empty line, the signature line."""
    return f"{note_text(key.name, head)}\n— {key.name} {_encode(key.key_id + signature)}\n"


def parse_note(note: str, key: VerifierKey) -> tuple[TreeHead, bytes]:
    """The tree head a note speaks of and the signature over `note_text`; the signature is not checked here.

    Raises:
        MalformedNoteError: any byte differs from what `signed_note` would write for this key.
    """
    lines = note.split("\n")
    prefix = f"— {key.name} "
    if len(lines) != 6 or not lines[1].isdecimal() or not lines[4].startswith(prefix):
        raise MalformedNoteError("not a checkpoint of this journal")
    head = TreeHead(int(lines[1]), _decode(lines[2]))
    signature = _decode(lines[4].removeprefix(prefix))[_KEY_ID_SIZE:]
    if len(signature) != _SIGNATURE_SIZE or signed_note(key, head, signature) != note:
        raise MalformedNoteError("not a checkpoint of this journal under this key")
    return head, signature


class SignatureCheck(Protocol):
    """The public half of the journal's key."""

    @property
    def verifier_key(self) -> VerifierKey:
        """The key itself."""

    def holds(self, text: str, signature: bytes) -> bool:
        """Whether the signature over the text is the journal's."""


def vouched_head(note: str, verifier: SignatureCheck) -> TreeHead | None:
    """The tree head of a note that the journal signed; None of any other text."""
    key = verifier.verifier_key
    try:
        head, signature = parse_note(note, key)
    except MalformedNoteError:
        return None
    return head if verifier.holds(note_text(key.name, head), signature) else None


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedNoteError("not base64") from error
