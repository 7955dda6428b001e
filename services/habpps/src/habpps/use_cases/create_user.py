"""Users are written: by the import of a file, or of an administrator of the organisation."""

from dataclasses import dataclass

from habpps.domain.organisation import Organisation
from habpps.domain.people import LONGEST_JOB_TITLE, Person, User, why_person_refused
from habpps.domain.refusals import EmailTakenError, FormRefusedError, UnknownThingError
from habpps.domain.states import UserState
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.appoint_administrator import ask_account
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
    person = act.person
    problems = why_person_refused(person) | line_refused("job_title", act.job_title, LONGEST_JOB_TITLE)
    if problems:
        raise FormRefusedError(problems)
    for user in entry.store.users.with_email(organisation.id, person.email):
        if user.state is not UserState.CLOSED:
            raise EmailTakenError("user already", details={"kind": "user", "id": user.id})
    if not account_id:
        for one in entry.store.administrators.of(organisation.id):
            if one.person.email == person.email:
                raise EmailTakenError("administrator already", details={"kind": "administrator", "id": one.id})
    user = User(
        id=new_id(),
        account_id=account_id or random_id(),
        organisation_id=organisation.id,
        caf=entry.caf,
        person=person,
        job_title=act.job_title,
    )
    entry.save(user)
    if not account_id:
        ask_account(entry, user.account_id, organisation, person)
    entry.note(
        Note(
            act=ATTACHED if account_id else CREATED,
            subject=f"account:{user.account_id}",
            organisation_id=organisation.id,
            label=person.display_name,
            details={"job_title": user.job_title},
        )
    )
    return user.id
