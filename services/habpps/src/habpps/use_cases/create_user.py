"""Users are written: by the import of a file, or of an administrator of the organisation."""

from collections.abc import Iterable
from dataclasses import dataclass

from habpps.domain.organisation import Organisation
from habpps.domain.people import LONGEST_JOB_TITLE, Administrator, Person, User, why_person_refused
from habpps.domain.refusals import EmailTakenError, FormRefusedError, UnknownThingError
from habpps.domain.states import UserState
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.appoint_administrator import ask_accounts
from habpps.use_cases.change_convention import line_refused
from servicekit.identifiers import new_id, random_id

CREATED, ATTACHED = "habpps.user.created", "habpps.user.attached"


@dataclass(frozen=True)
class NewUser:
    """A person, and what they do."""

    person: Person
    job_title: str


@dataclass(frozen=True)
class AttachPerson(Act[str]):
    """An administrator of the organisation becomes a user of it: same account, no new mail; gives the user."""

    administrator_id: str
    job_title: str


def attach_person(entry: ActEntry, act: AttachPerson) -> str:
    """Write the user of a known account.

    Raises:
        UnknownThingError: not their business.
        FormRefusedError: something typed is wrong.
        EmailTakenError: this person is a user already.
    """
    organisation = entry.organisation(entry.author.organisation_id)
    known = entry.store.administrators.get(act.administrator_id)
    if known is None or known.organisation_id != organisation.id:
        raise UnknownThingError("administrator", true_reason="UNKNOWN" if known is None else "OTHER_ORGANISATION")
    return write_user(entry, organisation, NewUser(known.person, act.job_title), known.account_id)


def write_user(entry: ActEntry, organisation: Organisation, act: NewUser, account_id: str = "") -> str:
    """Write the user without groups; with `account_id` the account exists already and no mail is sent.

    Raises:
        FormRefusedError: something typed is wrong.
        EmailTakenError: the organisation knows this address; `details` say who it is ("kind", "id").
    """
    check_new_user(
        act,
        entry.store.users.with_email(organisation.id, act.person.email),
        () if account_id else entry.store.administrators.of(organisation.id),
    )
    user = new_user(entry, organisation, act, account_id)
    entry.save(user)
    if not account_id:
        ask_accounts(entry, organisation, {user.account_id: act.person})
    entry.note(creation_note(user, ATTACHED if account_id else CREATED))
    return user.id


def check_new_user(act: NewUser, users: Iterable[User], administrators: Iterable[Administrator]) -> None:
    """Refuse who cannot be written, or is known in the organisation.

    `users`: those with this address; `administrators`: nobody for an account that exists already.

    Raises:
        FormRefusedError, EmailTakenError: see `write_user`.
    """
    problems = why_person_refused(act.person) | line_refused("job_title", act.job_title, LONGEST_JOB_TITLE)
    if problems:
        raise FormRefusedError(problems)
    for user in users:
        if user.state is not UserState.CLOSED:
            raise EmailTakenError("user already", details={"kind": "user", "id": user.id})
    for one in administrators:
        if one.person.email == act.person.email:
            raise EmailTakenError("administrator already", details={"kind": "administrator", "id": one.id})


def new_user(entry: ActEntry, organisation: Organisation, act: NewUser, account_id: str = "") -> User:
    """Return a user of the organisation, not written yet, of a new account or of this one."""
    return User(
        id=new_id(),
        account_id=account_id or random_id(),
        organisation_id=organisation.id,
        caf=entry.caf,
        person=act.person,
        job_title=act.job_title,
    )


def creation_note(user: User, act: str) -> Note:
    """Say who became a user: `CREATED`, or `ATTACHED` of an account that existed."""
    return Note(
        act=act,
        subject=f"account:{user.account_id}",
        organisation_id=user.organisation_id,
        label=user.person.display_name,
        details={"job_title": user.job_title},
    )
