"""A shard: one month of one retention class, and the key that makes its events readable.

Destroying the key of a shard erases who did what in it: pseudonyms can no longer be computed and payloads no longer
opened, while every hash and every proof still verifies.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from audit.domain.retention import Retention

KEY_SIZE = 32
PSEUDONYM_SIZE = 16
_SHARD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\.[a-z]+")
_REMEMBERED = 8192  # pseudonyms and links kept with their key: a batch has the same people and its hashes twice


def month_of(received_at_us: int) -> str:
    """The month, in UTC, of a time in microseconds since 1970: "2026-11"."""
    return datetime.fromtimestamp(received_at_us // 1_000_000, UTC).strftime("%Y-%m")


def shard_of(received_at_us: int, retention: Retention) -> str:
    """The shard of an event of that class received at that time: "2026-11.access"."""
    return f"{month_of(received_at_us)}.{retention}"


def parts_of(shard: str) -> tuple[str, Retention]:
    """Month and class of a shard.

    Raises:
        ValueError: not the name of one.
    """
    if not _SHARD.fullmatch(shard):
        raise ValueError(f"{shard!r} is no month and class")
    month, _, retention = shard.partition(".")
    return month, Retention(retention)


@dataclass(frozen=True)
class ShardKey:
    """The secret of one shard (32 bytes), and what is derived from it (HKDF-Expand, RFC 5869 §2.3, one block)."""

    shard: str
    secret: bytes

    def pseudonym(self, kind: str, identifier: str) -> str:
        """What stands for an identifier in this shard: HMAC-SHA-256, its first half (RFC 2104 §5), in hexadecimal.

        `kind`: actor, organisation...
        """
        return self._remembered(self._pseudonyms, kind.encode() + b"\x00" + identifier.encode())

    def link(self, event_hash: bytes) -> str:
        """What stands for the hash of a producer's event: a plain hash could be tried against guessed events."""
        return self._remembered(self._links, event_hash)

    @cached_property
    def payload_key(self) -> bytes:
        """The AES-256-GCM key that wraps the keys of this shard's payloads."""
        return self._derive(b"payload")

    @cached_property
    def check(self) -> bytes:
        """A value that tells whether a key is the right one without helping to find it (32 bytes)."""
        return self._derive(b"check")

    @cached_property
    def _pseudonyms(self) -> bytes:
        return self._derive(b"pseudonym")

    @cached_property
    def _links(self) -> bytes:
        return self._derive(b"link")

    @cached_property
    def _memory(self) -> dict[tuple[bytes, bytes], str]:
        """Goes with the key: when the key is destroyed and forgotten, so is this."""
        return {}

    def _remembered(self, key: bytes, message: bytes) -> str:
        memory, asked = self._memory, (key, message)
        known = memory.get(asked)
        if known is None:
            if len(memory) >= _REMEMBERED:
                memory.clear()
            known = memory[asked] = hmac.digest(key, message, "sha256")[:PSEUDONYM_SIZE].hex()
        return known

    def _derive(self, purpose: bytes) -> bytes:
        info = b"partenaire audit " + purpose + b" " + self.shard.encode()
        return hmac.digest(self.secret, info + b"\x01", "sha256")


def commitment(salt: bytes, document: bytes) -> str:
    """What an entry says of its payload: SHA-256 over a random salt and the document, in hexadecimal."""
    return hashlib.sha256(salt + document).hexdigest()
