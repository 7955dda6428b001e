"""Links in mails: what stands in one proves that its reader has the mailbox, and leads to one question.

As with a provisional password, the secret is drawn when the mail is sent; what waits and what is kept hold none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class LinkKind(Enum):
    """What is asked at its end."""

    INVITATION = "invitation"
    ADDRESS = "address"


@dataclass(frozen=True, kw_only=True)
class LinkTo:
    """Where a link leads: `reference` is an identifier of habpps."""

    kind: LinkKind
    reference: str
    expires_at: datetime

    def to_text(self) -> str:
        """As the row of a mail keeps it."""
        return f"{self.kind.value} {self.reference} {self.expires_at.isoformat()}"

    @classmethod
    def read(cls, text: str) -> LinkTo:
        """Of a row.

        Raises:
            ValueError: it is none.
        """
        kind, reference, expires_at = text.split(" ")
        return cls(kind=LinkKind(kind), reference=reference, expires_at=datetime.fromisoformat(expires_at))


@dataclass(frozen=True, kw_only=True)
class Link:
    """One that was sent; `token_hash` is the SHA-256 of its secret."""

    token_hash: str
    kind: LinkKind
    reference: str
    expires_at: datetime
