"""Nonces for DPoP proofs, without a store (RFC 9449 §8): each is made of the minute and a secret.

Every process with the secret gives and takes the same ones. A nonce says that a proof was made lately; that a proof is
used once is for the store of `jti`.
"""

import hashlib
import hmac

from servicekit.clock import Clock
from servicekit.identifiers import base64url

WINDOW_SECONDS = 60
_LEAST_SECRET_BYTES = 32
_PURPOSE = b"partenaire dpop nonce\x00"  # the secret may serve other purposes: this keeps them apart
_NONCE_BYTES = 24


class DpopNonces:
    """A nonce is good in its minute and in the next one: one to two minutes. Safe for threads."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        """`secret`: the same for every process of auth.

        Raises:
            ValueError: the secret has less than 32 bytes.
        """
        if len(secret) < _LEAST_SECRET_BYTES:
            raise ValueError(f"the secret of DPoP nonces needs {_LEAST_SECRET_BYTES} bytes")
        self._secret = secret
        self._clock = clock
        self._kept: tuple[int, str, str] = (-1, "", "")

    def current(self) -> str:
        """The nonce to give to clients now (header `DPoP-Nonce`)."""
        return self._pair()[1]

    def is_good(self, nonce: str) -> bool:
        """Whether we gave it in this minute or in the one before."""
        given = nonce.encode()
        _, current, previous = self._pair()
        return hmac.compare_digest(given, current.encode()) or hmac.compare_digest(given, previous.encode())

    def _pair(self) -> tuple[int, str, str]:
        window = int(self._clock.now().timestamp()) // WINDOW_SECONDS
        kept = self._kept
        if kept[0] != window:
            kept = self._kept = (window, self._nonce(window), self._nonce(window - 1))
        return kept

    def _nonce(self, window: int) -> str:
        digest = hmac.new(self._secret, _PURPOSE + window.to_bytes(8, "big"), hashlib.sha256).digest()
        return base64url(digest[:_NONCE_BYTES])
