"""The rules of a partner's register written a second time: what there is, what the Caf does, what is then open.

`Model` says what an act runs into (no reason: it must be carried out), what it changes, and what is then open to whom.
People, contracts, groups and places are numbers in the order in which they were made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.habpps.machine.things import Administrator, Contract, Group, Place, User

CONVENTION_STEPS = {
    ("draft", "sign"): "active",
    ("active", "suspend"): "suspended",
    ("suspended", "lift"): "active",
    ("active", "denounce"): "denounced",
    ("denounced", "end_notice"): "ended",
    ("active", "terminate"): "terminated_for_breach",
    ("suspended", "terminate"): "terminated_for_breach",
    ("denounced", "terminate"): "terminated_for_breach",
}
CONTRACT_STEPS = {
    ("active", "suspend"): "suspended",
    ("suspended", "reactivate"): "active",
    ("active", "end"): "ended",
    ("suspended", "end"): "ended",
}
PLACE_STEPS = {
    ("active", "suspend"): "suspended",
    ("suspended", "reactivate"): "active",
    ("active", "withdraw"): "withdrawn",
    ("suspended", "withdraw"): "withdrawn",
}
USER_STEPS = {("active", "lock"): "locked", ("locked", "unlock"): "active"}

CAF = -1
"""The author who is the administrator of the Caf; any other is the number of a partner administrator."""


@dataclass
class Papers:
    """One partner organisation of one Caf: what there is, and the acts of the Caf."""

    today: date
    convention: str
    notice_ends_on: date | None = None
    contracts: list[Contract] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    users: list[User] = field(default_factory=list)
    administrators: list[Administrator] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    # Who may act at all

    def is_kept_out(self, user: User) -> bool:
        """Locked, or gone."""
        return user.state != "active" or (user.departs_on is not None and user.departs_on < self.today)

    def may_act(self, administrator: Administrator) -> bool:
        """A person who is kept out as a user does not administer either."""
        mine = [user for user in self.users if user.person == administrator.person]
        return administrator.is_active and not any(self.is_kept_out(user) for user in mine)

    def of_author(self, author: int, *, caf: bool = False, partner: bool = False) -> set[str]:
        """`caf`, `partner`: whose act it is; of both when neither is said."""
        if author == CAF:
            return {"ROLE_NOT_ALLOWED"} if partner else set()
        found = {"ROLE_NOT_ALLOWED"} if caf else set()
        if not self.may_act(self.administrators[author]):
            found.add("ROLE_NOT_CONFIRMED")
        if self.convention == "suspended":
            found.add("CONVENTION_SUSPENDED")
        return found

    # What the Caf does

    def step_of_convention(self, author: int, event: str, reason: str, ends_on: date | None) -> set[str]:
        found = self.of_author(author, caf=True)
        if event != "sign" and not reason:
            found.add("FORM_REFUSED")
        if event == "denounce" and (ends_on is None or ends_on < self.today):
            found.add("FORM_REFUSED")
        following = CONVENTION_STEPS.get((self.convention, event))
        if following is None:
            return found | {"TRANSITION_REFUSED"}
        if not found:
            self.convention = following
            if event == "denounce":
                self.notice_ends_on = ends_on
            if following in {"ended", "terminated_for_breach"}:
                self._end()
        return found

    def _end(self) -> None:
        for contract in self.contracts:
            contract.state = "ended"
        for place in self.places:
            place.state = "withdrawn"

    def open_contract(self, author: int, contract: Contract) -> set[str]:
        found = self.of_author(author, caf=True)
        if self.convention != "active":
            found.add("CONVENTION_NOT_ACTIVE")
        if any(one.extranet == contract.extranet and one.state != "ended" for one in self.contracts):
            found.add("SERVICE_CONTRACT_EXISTS")
        if not found:
            self.contracts.append(contract)
        return found

    def step_of_contract(self, author: int, contract: Contract, event: str, reason: str) -> set[str]:
        found = self.of_author(author, caf=True) | of_reason(reason)
        following = CONTRACT_STEPS.get((contract.state, event))
        if following is None:
            return found | {"TRANSITION_REFUSED"}
        if not found:
            contract.state = following
        return found

    def appoint(self, author: int, person: int, replaces: Administrator | None) -> set[str]:
        found = self.of_author(author, caf=True)
        if any(one.person == person and one.is_active for one in self.administrators):
            found.add("EMAIL_TAKEN")
        if any(user.person == person and self.is_kept_out(user) for user in self.users):
            found.add("USER_NOT_ACTIVE")
        if replaces is not None and not replaces.is_active:
            found.add("UNKNOWN")
        if not found:
            self.administrators.append(Administrator(person))
            if replaces is not None:
                replaces.is_active = False
        return found

    def withdraw(self, author: int, leaving: Administrator, reason: str) -> set[str]:
        found = self.of_author(author, caf=True) | of_reason(reason)
        if not leaving.is_active:
            found.add("UNKNOWN")
        if not any(self.may_act(one) for one in self.administrators if one is not leaving):
            found.add("LAST_ADMINISTRATOR")
        if not found:
            leaving.is_active = False
        return found

    # What follows

    def seated(self, contract: int) -> set[int]:
        """The users to whom a contract is open by a place."""
        held = [one for one in self.places if one.state != "withdrawn" and self.groups[one.group].is_open]
        return {one.user for one in held if contract in one.contracts}

    def open_now(self) -> set[tuple[int, str, str]]:
        """(person, extranet, profile): every condition holds, or nothing is open."""
        alive = self.convention == "active" or (
            self.convention == "denounced" and self.notice_ends_on is not None and self.today <= self.notice_ends_on
        )
        if not alive:
            return set()
        return {
            (self.users[place.user].person, contract.extranet, self.groups[place.group].profile)
            for number, contract in enumerate(self.contracts)
            for place in self.places
            if contract.state == "active"
            and number in place.contracts
            and place.state == "active"
            and place.starts_on <= self.today
            and (place.ends_on is None or self.today <= place.ends_on)
            and self.groups[place.group].is_open
            and self.groups[place.group].profile in contract.profiles
            and self.users[place.user].state == "active"
        }


def of_reason(reason: str) -> set[str]:
    return set() if reason else {"FORM_REFUSED"}
