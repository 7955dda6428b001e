"""People of an organisation: users and administrators. One person has one account (the OIDC subject)."""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from habpps.domain.states import USER, UserEvent, UserState

_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z]{2,63}")
LONGEST_NAME = 60
LONGEST_EMAIL = 254
LONGEST_JOB_TITLE = 80


class Role(StrEnum):
    """What an administrator administers."""

    PARTNER_ADMINISTRATOR = "partner_administrator"
    CAF_ADMINISTRATOR = "caf_administrator"
    CAF_AUDITOR = "caf_auditor"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Person:
    """Who somebody is: names as typed, e-mail in lower case."""

    given_name: str
    family_name: str
    email: str

    @property
    def display_name(self) -> str:
        """First name and last name."""
        return f"{self.given_name} {self.family_name}"


def clean(text: str) -> str:
    """Put the spaces of a typed line in order."""
    return " ".join(text.split())


def person_typed(given_name: str, family_name: str, email: str) -> Person:
    """Make a person of what was typed, spaces and case put in order."""
    return Person(clean(given_name), clean(family_name), email.strip().lower())


def why_person_refused(person: Person) -> dict[str, str]:
    """Return field -> reason code for each field that is wrong."""
    problems: dict[str, str] = {}
    for field, value in (("given_name", person.given_name), ("family_name", person.family_name)):
        if not value:
            problems[field] = "EMPTY"
        elif len(value) > LONGEST_NAME:
            problems[field] = "TOO_LONG"
        elif not all(character.isalpha() or character in " '’-." for character in value):
            problems[field] = "NAME_CHARACTERS"
    if not person.email:
        problems["email"] = "EMPTY"
    elif len(person.email) > LONGEST_EMAIL or _EMAIL.fullmatch(person.email) is None:
        problems["email"] = "EMAIL_MALFORMED"
    return problems


@dataclass(frozen=True)
class User:
    """A professional in one organisation."""

    id: str
    account_id: str
    organisation_id: str
    person: Person
    job_title: str
    state: UserState = UserState.ACTIVE
    departs_on: date | None = None

    def after(self, event: UserEvent) -> "User":
        """Take one step of the state machine.

        Raises:
            TransitionRefusedError: not from this state.
        """
        return replace(self, state=USER.after(self.state, event))


@dataclass(frozen=True)
class Administrator:
    """Somebody who administers: for a partner or for a Caf."""

    id: str
    account_id: str
    organisation_id: str
    person: Person
    role: Role
    state: str = "active"

    @property
    def is_active(self) -> bool:
        """Not withdrawn."""
        return self.state == "active"
