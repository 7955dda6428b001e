"""The partner administrator puts a user into a group: the habilitation that results opens the extranets."""

from dataclasses import dataclass

from habpps.domain.authorship import Author, check_role
from habpps.domain.habilitation import Habilitation, check_assignment, check_seats
from habpps.domain.people import Role
from habpps.domain.refusals import SelfAssignmentError, UnknownThingError
from habpps.domain.states import HabilitationState
from habpps.domain.versions import check_version
from habpps.use_cases.register import ActEntry, Done, Note, Register
from servicekit.identifiers import new_id


@dataclass(frozen=True)
class Assignment:
    """Who goes where. `confirmed_for_oneself`: the author knows that the profile is for themself."""

    user_id: str
    group_id: str
    confirmed_for_oneself: bool = False


class AssignToGroup:
    """Gives a habilitation. Least assignment: only what the contracts allow, and never to oneself by accident."""

    act = "habpps.habilitation.granted"

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(self, author: Author, assignment: Assignment, *, seen: str | None = None) -> Done[str]:
        """Return the identifier of the habilitation. `seen`: `version_of` the user with all places, as a form showed.

        Raises:
            RoleNotAllowedError, UnknownThingError, ConventionSuspendedError: not now, or not their business.
            ThingChangedError: the user or a place was changed since.
            UserNotActiveError, GroupClosedError, AlreadyInGroupError: nothing to assign.
            ProfileNotInContractError, MaximumUsersReachedError: the contracts do not allow it.
            SelfAssignmentError: to be confirmed.
        """

        def work(entry: ActEntry) -> str:
            check_role(entry.author, Role.PARTNER_ADMINISTRATOR)
            _check_seen(entry, assignment.user_id, seen)
            return assign(entry, assignment)

        return self._register.act(author, self.act, work)


def _check_seen(entry: ActEntry, user_id: str, seen: str | None) -> None:
    """Only what the author may see is told apart: for anything else `assign` says that it is unknown."""
    user = entry.store.users.get(user_id)
    if user is not None and user.organisation_id == entry.author.organisation_id:
        check_version(seen, user, *(one.habilitation for one in entry.store.habilitations.of_user(user.id)))


def assign(entry: ActEntry, assignment: Assignment) -> str:
    """Write the habilitation; shared with the import of a file. It refuses as `AssignToGroup` does."""
    store, today = entry.store, entry.today
    user, group = store.users.get(assignment.user_id), store.groups.get(assignment.group_id)
    if user is None:
        raise UnknownThingError("user")
    organisation = entry.organisation(user.organisation_id)
    if group is None or group.organisation_id != organisation.id:
        raise UnknownThingError("group", true_reason="UNKNOWN" if group is None else "OTHER_ORGANISATION")
    contracts = store.contracts.of(organisation.id)
    check_assignment(user, group, store.habilitations.of_user(user.id), contracts, today)
    check_seats(
        group.profile, contracts, today, lambda profiles: store.habilitations.seated(organisation.id, profiles, user.id)
    )
    for_oneself = user.account_id == entry.author.account_id
    if for_oneself and not assignment.confirmed_for_oneself:
        raise SelfAssignmentError("a profile for oneself", details={"profile": group.profile})
    habilitation = Habilitation(
        id=new_id(),
        organisation_id=organisation.id,
        caf=user.caf,
        user_id=user.id,
        group_id=group.id,
        state=HabilitationState.ACTIVE,
        starts_on=today,
        ends_on=user.departs_on,
    )
    entry.save(habilitation)
    details = {"group": group.name, "profile": group.profile}
    if for_oneself:
        details["self_assignment"] = "yes"
    label = user.person.display_name
    subject = f"habilitation:{habilitation.id}"
    entry.note(
        Note(act=AssignToGroup.act, subject=subject, organisation_id=organisation.id, label=label, details=details)
    )
    return habilitation.id
