"""What people agreed that clients learn (OIDC Core §3.1.2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Consent:
    """What a person agreed that a client learns."""

    client_id: str
    scope: tuple[str, ...]
    given_at: datetime

    def covers(self, scope: Sequence[str], since: datetime | None) -> bool:
        """Whether it answers for all of `scope`; with `since`, only when it was given after that (`prompt=consent`)."""
        return set(scope) <= set(self.scope) and (since is None or self.given_at >= since)
