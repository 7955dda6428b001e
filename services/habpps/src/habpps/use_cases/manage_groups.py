"""Groups: create one for a profile, change its name or its profile, close one."""

from dataclasses import dataclass, replace

from habpps.domain.habilitation import LONGEST_GROUP_NAME, Group, check_profile_in_force, with_profile
from habpps.domain.profiles import why_profile_refused
from habpps.domain.refusals import (
    FormRefusedError,
    GroupClosedError,
    GroupNameTakenError,
    SelfAssignmentError,
    UnknownThingError,
)
from habpps.domain.states import HabilitationEvent
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.change_convention import check_reason, line_refused
from servicekit.identifiers import new_id

CREATED, CHANGED, CLOSED = "habpps.group.created", "habpps.group.changed", "habpps.group.closed"


@dataclass(frozen=True)
class CreateGroup(Act[str]):
    """A group in the author's own organisation; gives its identifier."""

    name: str
    profile: str


@dataclass(frozen=True)
class ChangeGroup(Act[str]):
    """Another name or profile for a group; gives its identifier.

    `confirmed_for_oneself`: the author is a member and knows it. `seen`: version of the group on the form.
    """

    group_id: str
    name: str
    profile: str
    confirmed_for_oneself: bool = False
    seen: str | None = None


@dataclass(frozen=True)
class CloseGroup(Act[str]):
    """The end of a group; gives the identifier of the organisation. `seen`: its version, as a form showed it."""

    group_id: str
    reason: str
    seen: str | None = None


def create_group(entry: ActEntry, act: CreateGroup, organisation_id: str = "") -> str:
    """Write the group; its profile must be in a contract in force. An import names the organisation.

    Raises:
        FormRefusedError: no name, or a reserved profile (T6 to T9).
        ProfileNotInContractError: no contract in force carries the profile.
        GroupNameTakenError: an open group has this name.
    """
    organisation = entry.organisation(organisation_id or entry.author.organisation_id)
    problems = line_refused("name", act.name, LONGEST_GROUP_NAME)
    refused = why_profile_refused(act.profile)
    if refused:
        problems["profile"] = refused
    if problems:
        raise FormRefusedError(problems)
    _check_name(entry, organisation.id, act.name)
    check_profile_in_force(act.profile, entry.store.contracts.of(organisation.id), entry.today)
    group = Group(id=new_id(), organisation_id=organisation.id, caf=entry.caf, name=act.name, profile=act.profile)
    entry.save(group)
    entry.note(
        Note(
            act=CREATED,
            subject=f"group:{group.id}",
            organisation_id=organisation.id,
            label=act.name,
            details={"profile": act.profile},
        )
    )
    return group.id


def _check_name(entry: ActEntry, organisation_id: str, name: str, group_id: str = "") -> None:
    for other in entry.store.groups.of(organisation_id):
        if other.is_open and other.id != group_id and other.name.casefold() == name.casefold():
            raise GroupNameTakenError("name taken", details={"name": name})


def change_group(entry: ActEntry, act: ChangeGroup) -> str:
    """Write the group. With another profile its members keep those of their extranets that it can open.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the group was changed since.
        GroupClosedError: the group is closed.
        FormRefusedError: no name, a reserved profile, or nothing changes.
        ProfileNotInContractError, GroupNameTakenError: as for a new group.
        SelfAssignmentError: to be confirmed.
    """
    store = entry.store
    group = store.groups.get(act.group_id)
    if group is None:
        raise UnknownThingError("group")
    organisation = entry.organisation(group.organisation_id)
    check_version(act.seen, group)
    if not group.is_open:
        raise GroupClosedError(f"group {group.id} is closed")
    problems = _why_change_refused(group, act)
    if problems:
        raise FormRefusedError(problems)
    _check_name(entry, organisation.id, act.name, group.id)
    entry.save(replace(group, name=act.name, profile=act.profile))
    if act.profile != group.profile:
        _change_profile(entry, group, act)
    details = {"profile": act.profile, "profile_before": group.profile, "name_before": group.name}
    entry.note(
        Note(
            act=CHANGED,
            subject=f"group:{group.id}",
            organisation_id=organisation.id,
            label=act.name,
            details=details,
        )
    )
    return group.id


def _why_change_refused(group: Group, act: ChangeGroup) -> dict[str, str]:
    problems = line_refused("name", act.name, LONGEST_GROUP_NAME)
    refused = why_profile_refused(act.profile)
    if refused:
        problems["profile"] = refused
    if (act.name, act.profile) == (group.name, group.profile):
        problems["name"] = "NOTHING_CHANGES"
    return problems


def _change_profile(entry: ActEntry, group: Group, act: ChangeGroup) -> None:
    contracts = entry.store.contracts.of(group.organisation_id)
    check_profile_in_force(act.profile, contracts, entry.today)
    places = entry.held(group.organisation_id, group.id)
    own = {user.id for user in entry.store.everywhere.users(entry.author.account_id)}
    if own & {place.user_id for place in places} and not act.confirmed_for_oneself:
        raise SelfAssignmentError("a profile for oneself", details={"profile": act.profile})
    entry.save(*(with_profile(place, act.profile, contracts, entry.today) for place in places))


def close_group(entry: ActEntry, act: CloseGroup) -> str:
    """Close a group: its members lose its profile at once.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the group was changed since.
        GroupClosedError: closed already.
        FormRefusedError: the reason is missing.
    """
    group = entry.store.groups.get(act.group_id)
    if group is None:
        raise UnknownThingError("group")
    organisation = entry.organisation(group.organisation_id)
    check_version(act.seen, group)
    if not group.is_open:
        raise GroupClosedError("closed already")
    check_reason(act.reason)
    places = entry.held(organisation.id, group.id)
    entry.save(replace(group, state="closed"), *(place.after(HabilitationEvent.WITHDRAW) for place in places))
    entry.note(
        Note(
            act=CLOSED,
            subject=f"group:{group.id}",
            organisation_id=organisation.id,
            label=group.name,
            reason=act.reason,
        )
    )
    return organisation.id
