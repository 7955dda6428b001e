"""The partner administrator creates a user, or makes a user of somebody the organisation knows already."""

from dataclasses import dataclass

from habpps.domain.authorship import Author, check_role
from habpps.domain.organisation import Organisation
from habpps.domain.people import LONGEST_JOB_TITLE, Person, Role, User, why_person_refused
from habpps.domain.refusals import EmailTakenError, FormRefusedError, UnknownThingError
from habpps.domain.states import UserState
from habpps.use_cases.appoint_administrator import ask_account
from habpps.use_cases.assign_to_group import Assignment, assign
from habpps.use_cases.register import ActEntry, Done, Note, Register
from partnerkit.text import clean_line
from servicekit.identifiers import new_id


@dataclass(frozen=True)
class UserRequest:
    """A person, what they do, and the groups that they join at once."""

    person: Person
    job_title: str
    groups: tuple[str, ...] = ()

    def problems(self) -> dict[str, str]:
        """Return field -> reason code."""
        found = why_person_refused(self.person)
        if not clean_line(self.job_title):
            found["job_title"] = "EMPTY"
        elif len(clean_line(self.job_title)) > LONGEST_JOB_TITLE:
            found["job_title"] = "TOO_LONG"
        return found


class CreateUser:
    """Creates a user in the author's own organisation; the person receives two mails."""

    act = "habpps.user.created"

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(self, author: Author, request: UserRequest) -> Done[str]:
        """Return the identifier of the user.

        Raises:
            RoleNotAllowedError, ConventionSuspendedError: not now, or not them.
            FormRefusedError: something typed is wrong.
            EmailTakenError: the organisation knows this address; `details` say who it is ("kind", "id").
            ServiceError: a group refuses, as in AssignToGroup; then nobody is created.
        """

        def work(entry: ActEntry) -> str:
            check_role(entry.author, Role.PARTNER_ADMINISTRATOR)
            user_id = create_user(entry, entry.organisation(author.organisation_id), request)
            for group_id in dict.fromkeys(request.groups):
                assign(entry, Assignment(user_id, group_id))
            return user_id

        return self._register.act(author, self.act, work)


class AttachPerson:
    """Makes a user of an administrator of the same organisation: same account, no new mail."""

    act = "habpps.user.attached"

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(self, author: Author, administrator_id: str, job_title: str) -> Done[str]:
        """Return the identifier of the user.

        Raises:
            RoleNotAllowedError, ConventionSuspendedError, UnknownThingError: not now, or not their business.
            FormRefusedError: something typed is wrong.
            EmailTakenError: this person is a user already.
        """

        def work(entry: ActEntry) -> str:
            check_role(entry.author, Role.PARTNER_ADMINISTRATOR)
            organisation = entry.organisation(author.organisation_id)
            known = entry.store.administrators.get(administrator_id)
            if known is None or known.organisation_id != organisation.id:
                raise UnknownThingError("administrator")
            request = UserRequest(known.person, job_title)
            return create_user(entry, organisation, request, account_id=known.account_id)

        return self._register.act(author, self.act, work)


def create_user(entry: ActEntry, organisation: Organisation, request: UserRequest, account_id: str = "") -> str:
    """Write the user; with `account_id` the account exists already and no mail is sent.

    Raises:
        FormRefusedError, EmailTakenError: see CreateUser.
    """
    problems = request.problems()
    if problems:
        raise FormRefusedError(problems)
    for user in entry.store.users.with_email(organisation.id, request.person.email):
        if user.state is not UserState.CLOSED:
            raise EmailTakenError("user already", details={"kind": "user", "id": user.id})
    if not account_id:
        for one in entry.store.administrators.of(organisation.id):
            if one.person.email == request.person.email:
                raise EmailTakenError("administrator already", details={"kind": "administrator", "id": one.id})
    user = User(
        id=new_id(),
        account_id=account_id or new_id(),
        organisation_id=organisation.id,
        caf=organisation.caf,
        person=request.person,
        job_title=clean_line(request.job_title),
    )
    entry.save(user)
    if not account_id:
        ask_account(entry, user.account_id, organisation, user.person)
    entry.note(
        Note(
            act=AttachPerson.act if account_id else CreateUser.act,
            subject=f"account:{user.account_id}",
            organisation_id=organisation.id,
            label=user.person.display_name,
            details={"job_title": user.job_title},
        )
    )
    return user.id
