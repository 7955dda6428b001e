"""What a person can show to sign in, as the account keeps it. Secrets are not here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class CredentialKind(Enum):
    """Which sort of thing it is."""

    PASSWORD = "password"  # noqa: S105 - the kind of a credential


@dataclass(frozen=True, kw_only=True)
class Credential:
    """One that is valid. `name`: what the person calls it, empty for a password."""

    credential_id: str
    account_id: str
    kind: CredentialKind
    created_at: datetime
    name: str = ""
    last_used_at: datetime | None = None
