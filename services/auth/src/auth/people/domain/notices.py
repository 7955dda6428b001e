"""What habpps tells a person by mail: a right given, changed or ended, a role, a contract."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple


class NoticeKind(Enum):
    """What is said; `partenaire.auth.v1.Notice` has the same names."""

    ACCESS_OPENED = "access_opened"
    ACCESS_CHANGED = "access_changed"
    ACCESS_SUSPENDED = "access_suspended"
    ACCESS_REOPENED = "access_reopened"
    ACCESS_ENDED = "access_ended"
    DEPARTURE_NOTED = "departure_noted"
    DEPARTURE_CANCELLED = "departure_cancelled"
    DEPARTURE_NEAR = "departure_near"
    ADMINISTRATOR_APPOINTED = "administrator_appointed"
    ADMINISTRATOR_WITHDRAWN = "administrator_withdrawn"
    CONTRACT_OPENED = "contract_opened"
    CONTRACT_SUSPENDED = "contract_suspended"
    CONTRACT_REACTIVATED = "contract_reactivated"
    CONTRACT_ENDED = "contract_ended"
    CONVENTION_SIGNED = "convention_signed"
    CONVENTION_SUSPENDED = "convention_suspended"
    CONVENTION_LIFTED = "convention_lifted"
    CONVENTION_DENOUNCED = "convention_denounced"
    CONVENTION_ENDED = "convention_ended"
    REQUEST_WAITING = "request_waiting"


class Access(NamedTuple):
    """Short label of an extranet, and the code of a profile in it."""

    extranet: str
    profile: str


@dataclass(frozen=True)
class Notice:
    """`subject`: the extranet of a contract or the reference of a convention. `ends_on`: the last day."""

    kind: NoticeKind
    opened: tuple[Access, ...] = ()
    closed: tuple[Access, ...] = ()
    ends_on: date | None = None
    subject: str = ""
    reason: str = ""

    def to_text(self) -> str:
        """As a row keeps it."""
        last_day = self.ends_on.isoformat() if self.ends_on else ""
        content = [self.kind.value, self.opened, self.closed, last_day, self.subject, self.reason]
        return json.dumps(content, ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Notice:
        """Of a row.

        Raises:
            ValueError, TypeError: it is none.
        """
        kind, opened, closed, last_day, subject, reason = json.loads(text)
        return cls(
            NoticeKind(kind),
            tuple(Access(*one) for one in opened),
            tuple(Access(*one) for one in closed),
            date.fromisoformat(last_day) if last_day else None,
            subject,
            reason,
        )
