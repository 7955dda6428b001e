"""Groups (one profile each), habilitations (one user in one group) with what they open, and the rules of assignment."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from habpps.domain.people import User
from habpps.domain.refusals import (
    AlreadyInGroupError,
    FormRefusedError,
    GroupClosedError,
    MaximumUsersReachedError,
    ProfileNotInContractError,
    UserNotActiveError,
)
from habpps.domain.service_contract import ServiceContract
from habpps.domain.states import HABILITATION, ContractState, HabilitationEvent, HabilitationState, UserState

LONGEST_GROUP_NAME = 80


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of an organisation under the contracts of one Caf; all its members hold its profile."""

    id: str
    organisation_id: str
    caf: str
    name: str
    profile: str
    state: str = "active"
    changes: int = field(default=0, compare=False)
    """How often it was changed since it was made; the store counts."""

    @property
    def is_open(self) -> bool:
        """Not closed."""
        return self.state == "active"


@dataclass(frozen=True, kw_only=True)
class Habilitation:
    """The right of one user to the profile of one group, under service contracts that are named.

    `contracts`: those that are open to the user; `left`: those that were once and are no longer, so that their end is
    published. Both are identifiers, sorted.
    """

    id: str
    organisation_id: str
    caf: str
    user_id: str
    group_id: str
    profile: str
    contracts: tuple[str, ...]
    state: HabilitationState
    starts_on: date
    ends_on: date | None = None
    left: tuple[str, ...] = ()
    changes: int = field(default=0, compare=False)
    """How often it was changed since it was made; the store counts."""

    def after(self, event: HabilitationEvent) -> "Habilitation":
        """Take one step of the state machine.

        Raises:
            TransitionRefusedError: not from this state.
        """
        return replace(self, state=HABILITATION.after(self.state, event))

    def opening(self, contracts: Iterable[str]) -> "Habilitation":
        """The same place with these contracts open, and no others."""
        now, ever = set(contracts), {*self.contracts, *self.left}
        return replace(self, contracts=tuple(sorted(now)), left=tuple(sorted(ever - now)))

    @property
    def is_held(self) -> bool:
        """Active or suspended: it takes a seat."""
        return self.state is not HabilitationState.WITHDRAWN


@dataclass(frozen=True)
class Membership:
    """A habilitation with its group and its user, as pages and rules need them together."""

    habilitation: Habilitation
    group: Group
    user: User


def profiles_in_force(contracts: Iterable[ServiceContract], today: date) -> tuple[str, ...]:
    """Return the profiles that at least one contract in force carries, sorted."""
    in_force = [contract for contract in contracts if contract.opens_on(today)]
    return tuple(sorted({profile for contract in in_force for profile in contract.profiles}))


def check_profile_in_force(profile: str, contracts: Sequence[ServiceContract], today: date) -> None:
    """Refuse a profile that opens nothing.

    Raises:
        ProfileNotInContractError: with the profiles that are possible.
    """
    possible = profiles_in_force(contracts, today)
    if profile not in possible:
        raise ProfileNotInContractError(
            f"no contract in force carries {profile}", details={"profile": profile, "possible": ", ".join(possible)}
        )


def contracts_for(profile: str, contracts: Iterable[ServiceContract], today: date) -> tuple[ServiceContract, ...]:
    """Return those that a profile can open: they carry it and are not over; one may be suspended, or start later."""
    return tuple(
        contract
        for contract in contracts
        if profile in contract.profiles
        and contract.state is not ContractState.ENDED
        and (contract.ends_on is None or today <= contract.ends_on)
    )


def choose_contracts(
    profile: str, contracts: Iterable[ServiceContract], chosen: Sequence[str] | None, today: date
) -> tuple[ServiceContract, ...]:
    """Return the contracts that a place opens; None: every one that its profile can open.

    Raises:
        FormRefusedError: none is chosen, or one that the profile cannot open.
    """
    possible = contracts_for(profile, contracts, today)
    if chosen is None:
        return possible
    found = tuple(contract for contract in possible if contract.id in chosen)
    if not found or len(found) < len(set(chosen)):
        raise FormRefusedError({"contracts": "EMPTY" if not chosen else "EXTRANET_NOT_OF_PROFILE"})
    return found


def with_profile(place: Habilitation, profile: str, contracts: Iterable[ServiceContract], today: date) -> Habilitation:
    """Return a place with another profile: of what it opened it keeps what this profile can open."""
    kept = {contract.id for contract in contracts_for(profile, contracts, today)} & set(place.contracts)
    return replace(place.opening(kept), profile=profile)


def check_assignment(
    user: User, group: Group, places: Sequence[Membership], contracts: Sequence[ServiceContract], today: date
) -> None:
    """Refuse an assignment that the register forbids. `places`: those of this user. `check_seats` comes after.

    Raises:
        UserNotActiveError, GroupClosedError, AlreadyInGroupError, ProfileNotInContractError.
    """
    if user.state is not UserState.ACTIVE or (user.departs_on is not None and user.departs_on < today):
        raise UserNotActiveError(f"user {user.id} is {user.state.value}")
    if not group.is_open:
        raise GroupClosedError(f"group {group.id} is closed")
    if any(one.group.id == group.id and one.habilitation.is_held for one in places):
        raise AlreadyInGroupError(f"user {user.id} already in group {group.id}")
    check_profile_in_force(group.profile, contracts, today)


def check_seats(contracts: Iterable[ServiceContract], today: date, others: Callable[[str], int]) -> None:
    """Refuse one more person where a contract is full. `others`: to how many other people a contract is open.

    Raises:
        MaximumUsersReachedError.
    """
    for contract in contracts:
        if contract.maximum_users is None or not contract.opens_on(today):
            continue
        if others(contract.id) + 1 > contract.maximum_users:
            raise MaximumUsersReachedError(
                f"contract {contract.id} allows {contract.maximum_users} people",
                details={"extranet": contract.extranet, "maximum": str(contract.maximum_users)},
            )
