"""Grants of the protocol, as far as the end of a session ends them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class SpentCodes(Protocol):
    """Authorization codes."""

    def spend(self, session_id: str, client_id: str, used_at: datetime) -> Sequence[str]:
        """Marks every unused code of a client in a session as used; the families of all its codes there."""


class DeniedDevices(Protocol):
    """Requests of devices."""

    def deny(self, session_id: str, client_id: str) -> Sequence[str]:
        """Denies what was granted to the client in the session and not fetched; the families of all it asked there."""


class RevokedFamilies(Protocol):
    """Refresh tokens."""

    def revoke_family(self, family_id: str, revoked_at: datetime) -> bool:
        """Ends the family; False when nothing of it was alive."""


class FamiliesOfSession(RevokedFamilies, Protocol):
    """Refresh tokens, by session."""

    def families_of(self, session_id: str, client_id: str) -> Sequence[str]:
        """The families that the client got in the session and that are not revoked, in alphabetical order."""


class RevokedTokens(Protocol):
    """Access tokens revoked one by one, by `jti`, or by the family their `jti` begins with, until they expire."""

    def add(self, token_id: str, expires_at: datetime) -> bool:
        """False when it was revoked before."""
