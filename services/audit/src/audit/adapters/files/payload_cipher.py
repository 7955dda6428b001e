"""Encryption of payloads: AES-256-GCM (NIST SP 800-38D) under a key per payload, wrapped by that of its shard.

The key of a payload seals one message, so its nonce is zero; the wrapping key seals many, each with a random 96-bit
nonce. The event id is authenticated with both, so that neither a key nor a payload passes for that of another event.
Payloads are compressed first (`payload_compression`).
"""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.adapters.files.payload_compression import compressed, expanded
from audit.domain.entry import SALT_SIZE
from audit.domain.shard import KEY_SIZE, ShardKey
from audit.use_cases.ports import SealedPayload

_NONCE_SIZE = 12
_ONLY_NONCE = bytes(_NONCE_SIZE)
_KEYS_KEPT = 64


class AesGcmPayloadCipher:
    """`PayloadCipher`. A wrapped key: nonce, then key and tag. A payload: salt and compressed document, then tag."""

    def seal(self, key: ShardKey, event_id: str, salt: bytes, document: bytes) -> SealedPayload:
        """See `PayloadCipher.seal`."""
        drawn, event = os.urandom(KEY_SIZE + _NONCE_SIZE), event_id.encode()
        own, nonce = drawn[:KEY_SIZE], drawn[KEY_SIZE:]
        wrapped = nonce + _wrapping(key.payload_key).encrypt(nonce, own, event)
        return SealedPayload(wrapped, AESGCM(own).encrypt(_ONLY_NONCE, salt + compressed(document), event))

    def open(self, key: ShardKey, event_id: str, sealed: SealedPayload) -> tuple[bytes, bytes] | None:
        """See `PayloadCipher.open`."""
        nonce, rest, event = sealed.wrapped_key[:_NONCE_SIZE], sealed.wrapped_key[_NONCE_SIZE:], event_id.encode()
        try:
            own = _wrapping(key.payload_key).decrypt(nonce, rest, event)
            clear = AESGCM(own).decrypt(_ONLY_NONCE, sealed.data, event)
            return clear[:SALT_SIZE], expanded(clear[SALT_SIZE:])
        except (InvalidTag, ValueError):
            return None


@lru_cache(maxsize=_KEYS_KEPT)
def _wrapping(payload_key: bytes) -> AESGCM:
    return AESGCM(payload_key)
