"""Acts that only tests do: somebody belongs to an organisation at once, as the import of a file writes it."""

from dataclasses import dataclass

from habpps.domain.people import Person, Role
from habpps.domain.refusals import UnknownThingError
from habpps.use_cases.act_entry import Act, ActEntry
from habpps.use_cases.act_kinds import ActKind, Acts
from habpps.use_cases.acts import ACTS
from habpps.use_cases.appoint_administrator import APPOINTED, appoint, withdraw_replaced
from habpps.use_cases.assign_to_group import AssignToGroup, assign
from habpps.use_cases.create_user import CREATED, NewUser, write_user


@dataclass(frozen=True)
class CreateUser(Act[str]):
    """A user with a new account and first groups; gives the user."""

    person: Person
    job_title: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class AppointAdministrator(Act[str]):
    """An administrator with a new account; gives their identifier."""

    organisation_id: str
    person: Person
    replaces: str = ""


def _create_user(entry: ActEntry, act: CreateUser) -> str:
    organisation = entry.organisation(entry.author.organisation_id)
    user_id = write_user(entry, organisation, NewUser(act.person, act.job_title))
    for group_id in dict.fromkeys(act.groups):
        assign(entry, AssignToGroup(user_id, group_id))
    return user_id


def _appoint(entry: ActEntry, act: AppointAdministrator) -> str:
    organisation = entry.organisation(act.organisation_id)
    administrator = appoint(entry, organisation, act.person)
    if act.replaces:
        leaving = entry.store.administrators.get(act.replaces)
        if leaving is None or not leaving.is_active:
            raise UnknownThingError("administrator")
        withdraw_replaced(entry, organisation, act.replaces)
    return administrator.id


ACTS_OF_TESTS = Acts(
    (
        *ACTS.kinds,
        ActKind(name=CREATED, content=CreateUser, perform=_create_user, by=(Role.PARTNER_ADMINISTRATOR,)),
        ActKind(name=APPOINTED, content=AppointAdministrator, perform=_appoint, by=(Role.CAF_ADMINISTRATOR,)),
    )
)
