"""The rules of a partner's register written a second time: what its administrators do.

Each act says what it runs into (no reason: it must be carried out) and changes what it changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.habpps.machine.papers import CAF, PLACE_STEPS, USER_STEPS, Papers, of_reason
from tests.habpps.machine.things import Administrator, Group, Place, User


@dataclass
class Model(Papers):
    """With the acts of its administrators, some of which the Caf may do too."""

    def profiles_in_force(self) -> set[str]:
        """Of the contracts that are active."""
        return {profile for one in self.contracts if one.state == "active" for profile in one.profiles}

    def create_group(self, author: int, name: str, profile: str) -> set[str]:
        found = self.of_author(author, partner=True)
        if profile not in self.profiles_in_force():
            found.add("PROFILE_NOT_IN_CONTRACT")
        if any(one.is_open and one.name.casefold() == name.casefold() for one in self.groups):
            found.add("GROUP_NAME_TAKEN")
        if not found:
            self.groups.append(Group(name, profile))
        return found

    def close_group(self, author: int, group: Group, reason: str) -> set[str]:
        found = self.of_author(author) | of_reason(reason)
        if not group.is_open:
            found.add("GROUP_CLOSED")
        if not found:
            group.is_open = False
            for place in self.places:
                if self.groups[place.group] is group:
                    place.state = "withdrawn"
        return found

    def create_user(self, author: int, person: int) -> set[str]:
        found = self.of_author(author, partner=True)
        known = {user.person for user in self.users} | {one.person for one in self.administrators}
        if person in known:
            found.add("EMAIL_TAKEN")
        if not found:
            self.users.append(User(person))
        return found

    def attach(self, author: int, administrator: Administrator) -> set[str]:
        found = self.of_author(author, partner=True)
        if any(user.person == administrator.person for user in self.users):
            found.add("EMAIL_TAKEN")
        if not found:
            self.users.append(User(administrator.person))
        return found

    def lock(self, author: int, user: User, event: str, reason: str) -> set[str]:
        found = self.of_author(author) | of_reason(reason)
        following = USER_STEPS.get((user.state, event))
        if following is None:
            return found | {"TRANSITION_REFUSED"}
        if not found:
            user.state = following
        return found

    def depart(self, author: int, user: User, departs_on: date | None) -> set[str]:
        found = self.of_author(author)
        if departs_on == user.departs_on or (departs_on is not None and departs_on < self.today - timedelta(days=366)):
            found.add("FORM_REFUSED")
        if not found:
            user.departs_on = departs_on
            for place in self.places:
                if self.users[place.user] is user and place.state != "withdrawn":
                    place.ends_on = departs_on
        return found

    def assign(self, author: int, user: int, group: int, *, confirmed: bool) -> set[str]:
        opened = self.possible(self.groups[group].profile)
        found = self.of_author(author, partner=True) | self._of_place(user, group, opened, None)
        if self._is_own(author, user) and not confirmed:
            found.add("SELF_ASSIGNMENT_TO_CONFIRM")
        if not found:
            self.places.append(Place(user, group, opened, self.today, self.users[user].departs_on))
        return found

    def step_of_place(self, author: int, place: Place, event: str, reason: str) -> set[str]:
        found = self.of_author(author) | of_reason(reason)
        following = PLACE_STEPS.get((place.state, event))
        if following is None:
            return found | {"TRANSITION_REFUSED"}
        if event == "reactivate":
            found |= self._of_place(place.user, place.group, place.contracts, place)
        if not found:
            place.state = following
        return found

    def _of_place(self, user: int, group: int, opened: tuple[int, ...], known: Place | None) -> set[str]:
        found: set[str] = set()
        profile = self.groups[group].profile
        if self.is_kept_out(self.users[user]):
            found.add("USER_NOT_ACTIVE")
        if not self.groups[group].is_open:
            found.add("GROUP_CLOSED")
        others = [one for one in self.places if one is not known and one.state != "withdrawn"]
        if any((one.user, one.group) == (user, group) for one in others):
            found.add("ALREADY_IN_GROUP")
        if profile not in self.profiles_in_force():
            found.add("PROFILE_NOT_IN_CONTRACT")
        return found | self._of_seats(opened, user)

    def possible(self, profile: str) -> tuple[int, ...]:
        """The contracts that a profile can open: they carry it and have not ended."""
        return tuple(n for n, one in enumerate(self.contracts) if one.state != "ended" and profile in one.profiles)

    def _of_seats(self, opened: Iterable[int], user: int) -> set[str]:
        full = {
            number
            for number in opened
            if (maximum := self.maximum(number)) is not None and len(self.seated(number) - {user}) >= maximum
        }
        return {"MAXIMUM_USERS_REACHED"} if full else set()

    def maximum(self, contract: int) -> int | None:
        """How many people at most; none while nobody is counted."""
        return self.contracts[contract].maximum if self.contracts[contract].state == "active" else None

    # What a place and a group open, afterwards

    def change_opening(self, author: int, place: Place, chosen: set[int], *, confirmed: bool) -> set[str]:
        found = self.of_author(author, partner=True)
        if place.state == "withdrawn":
            return found | {"UNKNOWN"}
        new = chosen - set(place.contracts)
        if not chosen or not chosen <= set(self.possible(self.groups[place.group].profile)):
            found.add("FORM_REFUSED")
        if chosen == set(place.contracts):
            found.add("FORM_REFUSED")
        found |= self._of_seats(new, place.user)
        if new and self._is_own(author, place.user) and not confirmed:
            found.add("SELF_ASSIGNMENT_TO_CONFIRM")
        if not found:
            place.contracts = tuple(sorted(chosen))
        return found

    def open_to_group(self, author: int, group: int, contract: int) -> set[str]:
        found = self.of_author(author, partner=True)
        if not self.groups[group].is_open:
            found.add("GROUP_CLOSED")
        if contract not in self.possible(self.groups[group].profile):
            found.add("FORM_REFUSED")
        places = [
            one
            for one in self.places
            if one.group == group
            and one.state != "withdrawn"
            and contract not in one.contracts
            and not self._is_own(author, one.user)
        ]
        if not places:
            found.add("FORM_REFUSED")
        maximum = self.maximum(contract)
        if maximum is not None and len(self.seated(contract)) + len({one.user for one in places}) > maximum:
            found.add("MAXIMUM_USERS_REACHED")
        if not found:
            for one in places:
                one.contracts = tuple(sorted({*one.contracts, contract}))
        return found

    def change_group(self, author: int, group: Group, name: str, profile: str, *, confirmed: bool) -> set[str]:
        found = self.of_author(author, partner=True)
        if not group.is_open:
            found.add("GROUP_CLOSED")
        if (name, profile) == (group.name, group.profile):
            found.add("FORM_REFUSED")
        if any(one.is_open and one is not group and one.name.casefold() == name.casefold() for one in self.groups):
            found.add("GROUP_NAME_TAKEN")
        held = [one for one in self.places if self.groups[one.group] is group and one.state != "withdrawn"]
        if profile != group.profile:
            if profile not in self.profiles_in_force():
                found.add("PROFILE_NOT_IN_CONTRACT")
            if any(self._is_own(author, one.user) for one in held) and not confirmed:
                found.add("SELF_ASSIGNMENT_TO_CONFIRM")
        if not found:
            group.name, group.profile = name, profile
            for one in held:
                one.contracts = tuple(number for number in one.contracts if number in self.possible(profile))
        return found

    def _is_own(self, author: int, user: int) -> bool:
        return author != CAF and self.administrators[author].person == self.users[user].person
