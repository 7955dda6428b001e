"""People of an organisation: users and administrators. One person has one account (the OIDC subject)."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from habpps.domain.states import USER, UserEvent, UserState
from partnerkit.email import InvalidEmailError, checked_email
from partnerkit.text import letters_of, typed_name, why_name_refused

LONGEST_NAME = 60
LONGEST_JOB_TITLE = 80


class Role(StrEnum):
    """What an administrator administers."""

    PARTNER_ADMINISTRATOR = "partner_administrator"
    CAF_ADMINISTRATOR = "caf_administrator"
    CAF_AUDITOR = "caf_auditor"
    OPERATOR = "operator"
    CLOCK = "clock"
    PERSON = "person"
    """The person themselves, who answers what an administrator asked."""


@dataclass(frozen=True)
class Person:
    """Who somebody is: clean names, an address that an envelope can hold. Only `person_typed` makes one."""

    given_name: str
    family_name: str
    email: str

    @property
    def display_name(self) -> str:
        """First name and last name."""
        return f"{self.given_name} {self.family_name}"


def person_typed(given_name: str, family_name: str, email: str) -> Person:
    """Make a person of what was typed or imported. An address that cannot be one stays as typed, to be refused."""
    try:
        address = checked_email(email)
    except InvalidEmailError:
        address = email.strip()
    return Person(typed_name(given_name), typed_name(family_name), address)


def have_same_names(one: Person, other: Person) -> bool:
    """Say whether two spellings are of one name: accents, capitals, hyphens and apostrophes do not count."""
    return _letters(one) == _letters(other)


def _letters(person: Person) -> tuple[str, str]:
    return letters_of(person.given_name), letters_of(person.family_name)


def why_person_refused(person: Person) -> dict[str, str]:
    """Return field -> reason code for each field that is wrong."""
    problems: dict[str, str] = {}
    for part, name in (("given_name", person.given_name), ("family_name", person.family_name)):
        refused = why_name_refused(name, LONGEST_NAME)
        if refused:
            problems[part] = refused
    try:
        if checked_email(person.email) != person.email:
            problems["email"] = "EMAIL_MALFORMED"
    except InvalidEmailError as refused_email:
        problems["email"] = refused_email.reason
    return problems


@dataclass(frozen=True, kw_only=True)
class AccountHolder:
    """Whose an account is: one person, once, whatever organisations they belong to.

    `email_verified_at`: when the address was proved by a link sent to it; None: it was typed by an administrator.
    """

    account_id: str
    person: Person
    email_verified_at: datetime | None = None
    language: str = "fr"

    @property
    def id(self) -> str:
        """The account."""
        return self.account_id

    @property
    def changes(self) -> str:
        """What forms are compared by (`domain.versions`): the content, as a count would tell of other organisations."""
        return "\n".join((self.person.given_name, self.person.family_name, self.person.email))


@dataclass(frozen=True, kw_only=True)
class User:
    """A professional in one organisation, for its work with one Caf. `person` is that of the account, kept once.

    `joined_at`: when they accepted to join it; None: they were written without an invitation.
    """

    id: str
    account_id: str
    organisation_id: str
    caf: str
    person: Person
    job_title: str
    state: UserState = UserState.ACTIVE
    departs_on: date | None = None
    joined_at: datetime | None = None
    changes: int = field(default=0, compare=False)
    """How often it was changed since it was made; the store counts."""

    def after(self, event: UserEvent) -> "User":
        """Take one step of the state machine.

        Raises:
            TransitionRefusedError: not from this state.
        """
        return replace(self, state=USER.after(self.state, event))

    def since_joined(self, moment: datetime | None) -> datetime | None:
        """Return a moment of the account, unless it tells that the person was known elsewhere before."""
        early = moment is not None and self.joined_at is not None and moment < self.joined_at
        return None if early else moment


@dataclass(frozen=True, kw_only=True)
class Administrator:
    """Somebody who administers: a Caf, or what a partner has agreed with one. `person` is that of the account."""

    id: str
    account_id: str
    organisation_id: str
    caf: str
    person: Person
    role: Role
    state: str = "active"
    changes: int = field(default=0, compare=False)
    """How often it was changed since it was made; the store counts."""

    @property
    def is_active(self) -> bool:
        """Not withdrawn."""
        return self.state == "active"
