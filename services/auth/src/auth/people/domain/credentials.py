"""What a person can show to sign in, as the account keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class CredentialKind(Enum):
    """Which sort of thing it is."""

    PASSWORD = "password"  # noqa: S105 - the kind of a credential
    AUTHENTICATOR = "totp"  # an application that makes a code every half minute (RFC 6238)
    RECOVERY_CODE = "recovery_code"


SECOND_FACTORS = frozenset({CredentialKind.AUTHENTICATOR})
"""What makes a second step necessary. Recovery codes stand in for them and are nothing on their own."""

RECOVERY_CODES = 10


@dataclass(frozen=True, kw_only=True)
class Credential:
    """One that is valid. `name`: what the person calls it, empty for a password."""

    credential_id: str
    account_id: str
    kind: CredentialKind
    created_at: datetime
    name: str = ""
    last_used_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class KeptSecret:
    """What a shown code is compared with. `content`: sealed, or a hash; `counter`: of the last code that was taken."""

    credential_id: str
    kind: CredentialKind
    content: str = field(repr=False)
    counter: int = 0


def has_second_factor(credentials: Iterable[Credential]) -> bool:
    """Whether the password alone does not sign in."""
    return any(one.kind in SECOND_FACTORS for one in credentials)
