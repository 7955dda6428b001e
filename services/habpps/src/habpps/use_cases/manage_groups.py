"""Groups: create one for a profile, close one."""

from dataclasses import replace

from habpps.domain.authorship import Author, check_role
from habpps.domain.habilitation import LONGEST_GROUP_NAME, Group, check_profile_in_force
from habpps.domain.people import Role
from habpps.domain.profiles import why_profile_refused
from habpps.domain.refusals import FormRefusedError, GroupClosedError, GroupNameTakenError, UnknownThingError
from habpps.domain.versions import check_version
from habpps.use_cases.change_convention import motive_typed
from habpps.use_cases.register import ActEntry, Done, Note, Register
from partnerkit.text import clean_line
from servicekit.identifiers import new_id


class CreateGroup:
    """Creates a group; its profile must be in a contract in force."""

    act = "habpps.group.created"

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(self, author: Author, name: str, profile: str) -> Done[str]:
        """Return the identifier of the group, in the author's own organisation.

        Raises:
            RoleNotAllowedError: not a partner administrator.
            FormRefusedError: no name, or a reserved profile (T6 to T9).
            ProfileNotInContractError: no contract in force carries the profile.
            GroupNameTakenError: an open group has this name.
            ConventionSuspendedError: read only for the moment.
        """

        def work(entry: ActEntry) -> str:
            check_role(entry.author, Role.PARTNER_ADMINISTRATOR)
            return create_group(entry, author.organisation_id, name, profile)

        return self._register.act(author, self.act, work)


def create_group(entry: ActEntry, organisation_id: str, name: str, profile: str) -> str:
    """Write the group; shared with the import of a file.

    Raises:
        FormRefusedError, ProfileNotInContractError, GroupNameTakenError: see CreateGroup.
    """
    organisation = entry.organisation(organisation_id)
    cleaned = clean_line(name)
    problems: dict[str, str] = {}
    if not cleaned:
        problems["name"] = "EMPTY"
    elif len(cleaned) > LONGEST_GROUP_NAME:
        problems["name"] = "TOO_LONG"
    refused = why_profile_refused(profile)
    if refused:
        problems["profile"] = refused
    if problems:
        raise FormRefusedError(problems)
    for other in entry.store.groups.of(organisation.id):
        if other.is_open and other.name.casefold() == cleaned.casefold():
            raise GroupNameTakenError("name taken", details={"name": cleaned})
    check_profile_in_force(profile, entry.store.contracts.of(organisation.id), entry.today)
    group = Group(id=new_id(), organisation_id=organisation.id, caf=organisation.caf, name=cleaned, profile=profile)
    entry.save(group)
    entry.note(
        Note(
            act=CreateGroup.act,
            subject=f"group:{group.id}",
            organisation_id=organisation.id,
            label=cleaned,
            details={"profile": profile},
        )
    )
    return group.id


class CloseGroup:
    """Closes a group: its members lose its profile at once."""

    act = "habpps.group.closed"

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(self, author: Author, group_id: str, reason: str, *, seen: str | None = None) -> Done[str]:
        """Return the identifier of the organisation. `seen`: `version_of` the group that a form showed.

        Raises:
            RoleNotAllowedError, UnknownThingError: not their business.
            ThingChangedError: the group was changed since.
            GroupClosedError: closed already.
            FormRefusedError: the reason is missing.
        """

        def work(entry: ActEntry) -> str:
            check_role(entry.author, Role.PARTNER_ADMINISTRATOR, Role.CAF_ADMINISTRATOR)
            group = entry.store.groups.get(group_id)
            if group is None:
                raise UnknownThingError("group")
            organisation = entry.organisation(group.organisation_id)
            check_version(seen, group)
            if not group.is_open:
                raise GroupClosedError("closed already")
            motive = motive_typed(reason)
            entry.save(replace(group, state="closed"))
            entry.note(
                Note(
                    act=self.act,
                    subject=f"group:{group.id}",
                    organisation_id=organisation.id,
                    label=group.name,
                    reason=motive,
                )
            )
            return organisation.id

        return self._register.act(author, self.act, work)
