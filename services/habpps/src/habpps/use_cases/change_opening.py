"""The partner administrator says which service contracts a habilitation opens: for one person, or for a whole group."""

from collections.abc import Iterable
from dataclasses import dataclass

from habpps.domain.habilitation import Group, Habilitation, choose_contracts
from habpps.domain.people import User
from habpps.domain.refusals import (
    FormRefusedError,
    GroupClosedError,
    MaximumUsersReachedError,
    SelfAssignmentError,
    UnknownThingError,
)
from habpps.domain.service_contract import ServiceContract
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.assign_to_group import check_free_seats

CHANGED, OPENED = "habpps.habilitation.changed", "habpps.group.opened"


@dataclass(frozen=True)
class ChangeOpening(Act[str]):
    """The contracts that one place opens from now on; gives the identifier of the user.

    `seen`: version of the habilitation on the form. `confirmed_for_oneself`: the author knows that it is their own.
    """

    habilitation_id: str
    contracts: tuple[str, ...]
    confirmed_for_oneself: bool = False
    seen: str | None = None


@dataclass(frozen=True)
class OpenContractToGroup(Act[int]):
    """One more contract for everybody in a group but the author; gives how many people got it.

    `seen`: version of the group on the page.
    """

    group_id: str
    contract_id: str
    seen: str | None = None


def change_opening(entry: ActEntry, act: ChangeOpening) -> str:
    """Write the habilitation with what it opens now.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the habilitation was changed since.
        FormRefusedError: none is chosen, one that the profile cannot open, or nothing changes.
        MaximumUsersReachedError: a contract is full.
        SelfAssignmentError: to be confirmed.
    """
    store = entry.store
    habilitation = store.habilitations.get(act.habilitation_id)
    user = None if habilitation is None else store.users.get(habilitation.user_id)
    group = None if habilitation is None else store.groups.get(habilitation.group_id)
    if habilitation is None or user is None or group is None or not habilitation.is_held:
        raise UnknownThingError("habilitation")
    organisation = entry.organisation(habilitation.organisation_id)
    check_version(act.seen, habilitation)
    contracts = store.contracts.of(organisation.id)
    opened = choose_contracts(habilitation.profile, contracts, act.contracts, entry.today)
    new = [contract for contract in opened if contract.id not in habilitation.contracts]
    after = habilitation.opening(contract.id for contract in opened)
    if after == habilitation:
        raise FormRefusedError({"contracts": "NOTHING_CHANGES"})
    check_free_seats(entry, user, new)
    for_oneself = user.account_id == entry.author.account_id
    if for_oneself and new and not act.confirmed_for_oneself:
        raise SelfAssignmentError("an extranet for oneself", details={"profile": habilitation.profile})
    entry.save(after)
    entry.note(_note(after, user, group, opened, for_oneself=for_oneself))
    return user.id


def open_contract_to_group(entry: ActEntry, act: OpenContractToGroup) -> int:
    """Open the contract to those of the group who do not have it.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the group was changed since.
        GroupClosedError: the group is closed.
        FormRefusedError: its profile cannot open the contract, or everybody has it.
        MaximumUsersReachedError: there are not enough seats; then nobody gets it.
    """
    store = entry.store
    group = store.groups.get(act.group_id)
    if group is None:
        raise UnknownThingError("group")
    organisation = entry.organisation(group.organisation_id)
    check_version(act.seen, group)
    if not group.is_open:
        raise GroupClosedError(f"group {group.id} is closed")
    contracts = store.contracts.of(organisation.id)
    (contract,) = choose_contracts(group.profile, contracts, (act.contract_id,), entry.today)
    own = _own(entry, organisation.id)
    places = _without(entry.held(organisation.id, group.id), contract, own)
    if not places:
        raise FormRefusedError({"contracts": "NOTHING_CHANGES"})
    people = _seats_taken(entry, contract, group, own)
    entry.save(*(place.opening((*place.contracts, contract.id)) for place in places))
    entry.note(
        Note(
            act=OPENED,
            subject=f"group:{group.id}",
            organisation_id=organisation.id,
            label=group.name,
            details={"extranet": contract.extranet, "profile": group.profile, "people": str(people)},
        )
    )
    return people


def _note(
    place: Habilitation, user: User, group: Group, opened: Iterable[ServiceContract], *, for_oneself: bool
) -> Note:
    details = {"group": group.name, "profile": group.profile, "extranets": _extranets(opened)}
    if for_oneself:
        details["self_assignment"] = "yes"
    return Note(
        act=CHANGED,
        subject=f"habilitation:{place.id}",
        organisation_id=user.organisation_id,
        label=user.person.display_name,
        details=details,
    )


def _own(entry: ActEntry, organisation_id: str) -> str:
    """Return who of the organisation the author is, or nobody."""
    pair = entry.store.reach.within_pair(organisation_id)
    users = entry.store.everywhere.users(entry.author.account_id)
    return next((one.id for one in users if pair.holds(one.organisation_id, one.caf)), "")


def _without(places: Iterable[Habilitation], contract: ServiceContract, own: str) -> list[Habilitation]:
    return [place for place in places if contract.id not in place.contracts and place.user_id != own]


def _seats_taken(entry: ActEntry, contract: ServiceContract, group: Group, own: str) -> int:
    """Return to how many people the contract opens: those who hold it by another place take no second seat.

    Raises:
        MaximumUsersReachedError.
    """
    habilitations, organisation_id = entry.store.habilitations, contract.organisation_id
    before = habilitations.seated(organisation_id, contract.id, "")
    after = habilitations.seated_with_group(organisation_id, contract.id, group.id, own)
    maximum = contract.maximum_users
    if maximum is not None and contract.opens_on(entry.today) and after > max(before, maximum):
        raise MaximumUsersReachedError(
            f"contract {contract.id} allows {maximum} people",
            details={"extranet": contract.extranet, "maximum": str(maximum)},
        )
    return after - before


def _extranets(contracts: Iterable[ServiceContract]) -> str:
    return ", ".join(sorted(contract.extranet for contract in contracts))
