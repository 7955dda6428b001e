"""What the other rooms ask of the keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Signer(Protocol):
    """Signs our tokens."""

    def sign(self, token_type: str, claims: Mapping[str, Any], algorithm: str = "ES256") -> str:
        """A compact JWS; `token_type` is the header `typ`, `algorithm` one of `clients.OUR_ALGORITHMS`."""


class OwnTokens(Protocol):
    """Verifies tokens that we signed."""

    def access_token(self, unverified_token: str) -> Mapping[str, Any]:
        """Claims of a living access token. Raises SessionEndedError otherwise."""

    def id_token_hint(self, unverified_token: str) -> Mapping[str, Any] | None:
        """Claims of an ID token of ours, living or not, else None."""
