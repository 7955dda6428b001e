"""What the protocol needs from the world beside the store: who reads what clients sign."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol, TypeAlias

from auth.protocol.domain.client_tokens import KeySource, SignedClaims
from auth.protocol.domain.proofs import DpopProof


class ClientTokens(Protocol):
    """Verifies JWTs that clients sign."""

    def verified(self, keys: KeySource, unverified_token: str, algorithms: Collection[str]) -> SignedClaims:
        """Header and claims. Raises ClientTokenRefusedError when the signature does not hold."""

    def has_key(self, keys: KeySource, key_thumbprint: str) -> bool:
        """Whether the key with this RFC 7638 thumbprint is the client's."""


class DpopProofs(Protocol):
    """Reads DPoP proofs (RFC 9449)."""

    def read(self, unverified_proof: str) -> DpopProof:
        """The proof, its signature verified with its own key. Raises DpopRefusedError otherwise."""


class DpopNonces(Protocol):
    """Server-provided nonces (RFC 9449 §8)."""

    def current(self) -> str: ...
    def is_good(self, nonce: str) -> bool: ...


SameName: TypeAlias = Callable[[str, str], bool]
"""Whether two RFC 4514 names are the same name."""
