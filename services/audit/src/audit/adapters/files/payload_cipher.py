"""Encryption of payloads: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, the event id authenticated."""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.domain.entry import SALT_SIZE
from audit.domain.shard import ShardKey

_NONCE_SIZE = 12
_KEYS_KEPT = 64


class AesGcmPayloadCipher:
    """`PayloadCipher`. Sealed bytes: nonce, then the ciphertext of salt and document with its tag."""

    def seal(self, key: ShardKey, event_id: str, salt: bytes, document: bytes) -> bytes:
        """See `PayloadCipher.seal`."""
        nonce = os.urandom(_NONCE_SIZE)
        return nonce + _cipher(key.payload_key).encrypt(nonce, salt + document, event_id.encode())

    def open(self, key: ShardKey, event_id: str, sealed: bytes) -> tuple[bytes, bytes] | None:
        """See `PayloadCipher.open`."""
        try:
            nonce, rest = sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:]
            clear = _cipher(key.payload_key).decrypt(nonce, rest, event_id.encode())
        except (InvalidTag, ValueError):
            return None
        return clear[:SALT_SIZE], clear[SALT_SIZE:]


@lru_cache(maxsize=_KEYS_KEPT)
def _cipher(payload_key: bytes) -> AESGCM:
    return AESGCM(payload_key)
