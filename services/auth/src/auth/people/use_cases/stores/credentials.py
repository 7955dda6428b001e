"""What accounts sign in with, cut by what is done with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from auth.people.domain.credentials import Credential, CredentialKind, KeptSecret


class ReadCredentials(Protocol):
    """What each account can sign in with."""

    def of(self, account_id: str) -> Sequence[Credential]:
        """Those that are valid, the oldest first; of a kind that this version does not know, none."""


class RevokedCredentials(Protocol):
    """Credentials that are taken away."""

    def revoke(self, credential_id: str, at: datetime) -> bool:
        """Erases what it is compared with; False when it was taken away before: exactly one caller does it."""


class WithSecondStep(ReadCredentials, RevokedCredentials, Protocol):
    """Credentials, as habpps asks about them."""

    def with_second_factor(self, account_ids: Sequence[str]) -> Collection[str]:
        """Those of these accounts to which the password alone does not sign in."""


class ShownCredentials(ReadCredentials, RevokedCredentials, Protocol):
    """Credentials, while one of them is shown."""

    def secrets(self, account_id: str, kinds: Collection[CredentialKind]) -> Sequence[KeptSecret]:
        """What the valid ones of these kinds are compared with."""

    def use(self, credential_id: str, counter: int, content: str, at: datetime) -> bool:
        """Notes that the code of this counter was taken; `content` replaces what is kept. False when that code, or a
        later one, was taken before, or the credential was taken away: no code serves twice (RFC 6238 §5.2)."""


class ManagedCredentials(ReadCredentials, RevokedCredentials, Protocol):
    """Credentials that a person adds and takes away."""

    def add(self, credential: Credential, content: str, counter: int = 0) -> None:
        """`content`: what it is compared with, sealed or hashed; `counter`: of the code that was taken to add it."""
