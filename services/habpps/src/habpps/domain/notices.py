"""What people are told by mail of an act: each person of their own rights, the administrators of the organisation.

What an act changed for a person is read from the rights before and after it, never from its name: one notice per person
and act, however many groups it touched, and none when nothing changed. What concerns a whole organisation for a time (a
contract or a convention that is suspended) is told to those who administer it, and to nobody else: two thousand people
need no mail to learn what the portal says for as long as it lasts.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from rights.decision import open_extranets
from rights.snapshot import Snapshot

NEAR_DEPARTURE = timedelta(days=14)
"""How long before the last day the person is told once more."""


class NoticeKind(StrEnum):
    """What a notice says; `partenaire.auth.v1.Notice` has the same names."""

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


TO_ADMINISTRATORS: Mapping[str, NoticeKind] = {
    "habpps.service_contract.opened": NoticeKind.CONTRACT_OPENED,
    "habpps.service_contract.suspended": NoticeKind.CONTRACT_SUSPENDED,
    "habpps.service_contract.reactivated": NoticeKind.CONTRACT_REACTIVATED,
    "habpps.service_contract.ended": NoticeKind.CONTRACT_ENDED,
    "habpps.convention.signed": NoticeKind.CONVENTION_SIGNED,
    "habpps.convention.suspended": NoticeKind.CONVENTION_SUSPENDED,
    "habpps.convention.reactivated": NoticeKind.CONVENTION_LIFTED,
    "habpps.convention.denounced": NoticeKind.CONVENTION_DENOUNCED,
    "habpps.convention.ended": NoticeKind.CONVENTION_ENDED,
    "habpps.convention.terminated": NoticeKind.CONVENTION_ENDED,
}
"""Acts on an organisation as a whole, and what its administrators are told of them."""

_FOR_A_TIME: Mapping[str, NoticeKind] = {
    "habpps.habilitation.suspended": NoticeKind.ACCESS_SUSPENDED,
    "habpps.habilitation.reactivated": NoticeKind.ACCESS_REOPENED,
    "habpps.user.locked": NoticeKind.ACCESS_SUSPENDED,
    "habpps.user.unlocked": NoticeKind.ACCESS_REOPENED,
    "habpps.user.departure_noted": NoticeKind.DEPARTURE_NOTED,
    "habpps.user.departure_cancelled": NoticeKind.DEPARTURE_CANCELLED,
}
"""Acts of which the rights alone do not tell whether they are for a time, or for a day to come."""

Access = tuple[str, str]
"""Label of an extranet and a profile: ("CDAP", "T2")."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What one person is told. `subject`: an extranet or the reference of a convention."""

    kind: NoticeKind
    organisation_name: str
    opened: tuple[Access, ...] = ()
    closed: tuple[Access, ...] = ()
    ends_on: date | None = None
    subject: str = ""
    reason: str = ""

    def content(self) -> dict[str, str]:
        """Return it as the content of a command."""
        return {
            "notice": self.kind.value,
            "organisation_name": self.organisation_name,
            "opened": json.dumps(self.opened, ensure_ascii=False),
            "closed": json.dumps(self.closed, ensure_ascii=False),
            "ends_on": self.ends_on.isoformat() if self.ends_on else "",
            "subject": self.subject,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Rights:
    """The rights of an organisation before and after an act, on one French civil date."""

    organisation_id: str
    organisation_name: str
    before: Snapshot
    after: Snapshot
    today: date
    labels: Mapping[str, str] = field(default_factory=dict)
    """Short label by code of an extranet."""


def notice_for(rights: Rights, act: str, account_id: str, departs_on: date | None) -> Notice | None:
    """Return what an act changed for a person, None when it changed nothing."""
    old, new = (_accesses(one, rights, account_id) for one in (rights.before, rights.after))
    opened, closed = sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys())
    if not opened and not closed and old == new:
        return None
    kind = _FOR_A_TIME.get(act) or _kind(opened=bool(opened), closed=bool(closed))
    leaving = departs_on if kind is NoticeKind.DEPARTURE_NOTED else None
    return Notice(
        kind=kind,
        organisation_name=rights.organisation_name,
        opened=tuple(opened),
        closed=tuple(closed),
        ends_on=leaving,
    )


def accesses(rights: Rights, account_id: str) -> tuple[Access, ...]:
    """Return what is open to a person after the act."""
    return tuple(sorted(_accesses(rights.after, rights, account_id)))


def reminder_id(user_id: str, departs_on: date) -> str:
    """Return the identifier of the reminder before this last day: always the same, so it leaves once."""
    return str(uuid5(NAMESPACE_URL, f"departure/{user_id}/{departs_on.isoformat()}"))


def read_accesses(text: str) -> Iterable[Access]:
    """Return the accesses of a command's content."""
    return [(label, profile) for label, profile in json.loads(text or "[]")]


def _kind(*, opened: bool, closed: bool) -> NoticeKind:
    if opened != closed:
        return NoticeKind.ACCESS_OPENED if opened else NoticeKind.ACCESS_ENDED
    return NoticeKind.ACCESS_CHANGED


def _accesses(snapshot: Snapshot, rights: Rights, account_id: str) -> dict[Access, str]:
    """By extranet and profile: the last day, as the tokens say it."""
    found: dict[Access, str] = {}
    for one in open_extranets(snapshot, account_id, rights.organisation_id, rights.today):
        for detail in one.authorization_details:
            if detail["type"] == "service_contract":
                profiles, last_day = detail["profiles"], str(detail.get("valid_until", ""))
                assert isinstance(profiles, list)
                found.update(((rights.labels.get(one.code, one.label), str(each)), last_day) for each in profiles)
    return found
