"""The partner administrator puts a user into a group: the habilitation that results opens the extranets."""

from dataclasses import dataclass

from habpps.domain.authorship import Author, check_role
from habpps.domain.habilitation import Habilitation, check_assignment, check_seats
from habpps.domain.people import Role
from habpps.domain.refusals import SelfAssignmentError, UnknownThingError
from habpps.domain.states import HabilitationState
from habpps.use_cases.register import Done, Entry, Note, Register
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
        """Keep the register."""
        self._register = register

    def __call__(self, author: Author, assignment: Assignment) -> Done[str]:
        """Return the identifier of the habilitation.

        Raises:
            RoleNotAllowedError, UnknownThingError, ConventionSuspendedError: not now, or not their business.
            UserNotActiveError, GroupClosedError, AlreadyInGroupError: nothing to assign.
            ProfileNotInContractError, MaximumUsersReachedError: the contracts do not allow it.
            SelfAssignmentError: to be confirmed.
        """

        def work(entry: Entry) -> str:
            check_role(entry.author, Role.PARTNER_ADMINISTRATOR)
            return assign(entry, assignment)

        return self._register.act(author, self.act, work)


def assign(entry: Entry, assignment: Assignment) -> str:
    """Write the habilitation; shared with the import of a file.

    Raises:
        ServiceError: see AssignToGroup.
    """
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
        new_id(), organisation.id, user.id, group.id, HabilitationState.ACTIVE, today, user.departs_on
    )
    entry.save(habilitation)
    details = {"group": group.name, "profile": group.profile}
    if for_oneself:
        details["self_assignment"] = "yes"
    label = user.person.display_name
    subject = f"habilitation:{habilitation.id}"
    entry.note(Note(AssignToGroup.act, subject, organisation.id, label, details=details))
    return habilitation.id
