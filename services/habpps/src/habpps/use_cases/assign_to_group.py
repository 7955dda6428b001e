"""The partner administrator puts a user into a group: the habilitation that results opens the extranets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from habpps.domain.habilitation import (
    Group,
    Habilitation,
    Membership,
    check_assignment,
    check_seats,
    choose_contracts,
)
from habpps.domain.people import Role, User
from habpps.domain.refusals import SelfAssignmentError, UnknownThingError
from habpps.domain.service_contract import ServiceContract
from habpps.domain.states import HabilitationState
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from servicekit.identifiers import new_id

GRANTED = "habpps.habilitation.granted"


@dataclass(frozen=True)
class AssignToGroup(Act[str]):
    """Who goes where; gives the identifier of the habilitation.

    `confirmed_for_oneself`: the author knows that the profile is for themself. `contracts`: the service contracts that
    this opens to the user; None: every one that the profile can open. `seen`: version of the user with all places, as a
    form showed them.
    """

    user_id: str
    group_id: str
    confirmed_for_oneself: bool = False
    contracts: tuple[str, ...] | None = None
    seen: str | None = None


def check_place(entry: ActEntry, user: User, group: Group, others: Sequence[Membership]) -> None:
    """Refuse a place that the register forbids. `others`: those that the user has beside it.

    Raises:
        UserNotActiveError, GroupClosedError, AlreadyInGroupError, ProfileNotInContractError: nothing to assign.
    """
    check_assignment(user, group, others, entry.store.contracts.of(user.organisation_id), entry.today)


def check_free_seats(entry: ActEntry, user: User, contracts: Iterable[ServiceContract]) -> None:
    """Refuse to open contracts that are full.

    Raises:
        MaximumUsersReachedError.
    """
    check_seats(
        contracts,
        entry.today,
        lambda contract_id: entry.store.habilitations.seated(user.organisation_id, contract_id, user.id),
    )


def assign(entry: ActEntry, act: AssignToGroup) -> str:
    """Write the habilitation. Least assignment: only what the contracts allow, and never to oneself by accident.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the user or a place was changed since.
        UserNotActiveError, GroupClosedError, AlreadyInGroupError: nothing to assign.
        ProfileNotInContractError, MaximumUsersReachedError: the contracts do not allow it.
        FormRefusedError: no contract is chosen, or one that the profile cannot open.
        SelfAssignmentError: to be confirmed.
    """
    store = entry.store
    user, group = store.users.get(act.user_id), store.groups.get(act.group_id)
    if user is None:
        raise UnknownThingError("user")
    organisation = entry.organisation(user.organisation_id)
    places = store.habilitations.of_user(user.id)
    check_version(act.seen, user, *(one.habilitation for one in places))
    if group is None or group.organisation_id != organisation.id:
        raise UnknownThingError("group", true_reason="UNKNOWN" if group is None else "OTHER_ORGANISATION")
    check_place(entry, user, group, places)
    opened = choose_contracts(group.profile, store.contracts.of(organisation.id), act.contracts, entry.today)
    check_free_seats(entry, user, opened)
    for_oneself = user.account_id == entry.author.account_id and entry.author.role is not Role.PERSON
    if for_oneself and not act.confirmed_for_oneself:
        raise SelfAssignmentError("a profile for oneself", details={"profile": group.profile})
    habilitation = new_place(user, group, opened, entry.today)
    entry.save(habilitation)
    entry.note(grant_note(habilitation, user, group, opened, for_oneself=for_oneself))
    return habilitation.id


def new_place(user: User, group: Group, opened: Iterable[ServiceContract], today: date) -> Habilitation:
    """Return a place that opens these contracts, not written yet."""
    return Habilitation(
        id=new_id(),
        organisation_id=user.organisation_id,
        caf=user.caf,
        user_id=user.id,
        group_id=group.id,
        profile=group.profile,
        contracts=tuple(sorted(contract.id for contract in opened)),
        state=HabilitationState.ACTIVE,
        starts_on=today,
        ends_on=user.departs_on,
    )


def grant_note(
    habilitation: Habilitation, user: User, group: Group, opened: Iterable[ServiceContract], *, for_oneself: bool
) -> Note:
    """Say who got which place."""
    extranets = ", ".join(sorted(contract.extranet for contract in opened))
    details = {"group": group.name, "profile": group.profile, "extranets": extranets}
    if for_oneself:
        details["self_assignment"] = "yes"
    return Note(
        act=GRANTED,
        subject=f"habilitation:{habilitation.id}",
        organisation_id=user.organisation_id,
        label=user.person.display_name,
        details=details,
    )
