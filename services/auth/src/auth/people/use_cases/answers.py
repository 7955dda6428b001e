"""What people answer to what habpps keeps: invitations, addresses to prove. auth shows it, and asks there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from auth.ground.use_cases.shelves import HasLinks
from auth.people.domain.links import Link
from auth.people.use_cases.stores.links import FollowedLinks
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock
from servicekit.errors import ServiceError
from servicekit.identifiers import hash_secret


class WhatFollows(Enum):
    """What follows from an answer; `partenaire.habpps.v1.InvitationOutcome` has the same names."""

    ACCEPTED = "accepted"
    TO_CONFIRM = "to_confirm"
    DECLINED = "declined"
    ALREADY_THERE = "already_there"


@dataclass(frozen=True, kw_only=True)
class InvitationCard:
    """What an invitation says. The names are those that the administrator typed."""

    organisation_name: str
    invited_by: str
    given_name: str
    family_name: str
    administrator: bool
    is_open: bool
    expires_at: datetime

    @property
    def display_name(self) -> str:
        """First name and last name."""
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True)
class AddressCard:
    """Which address waits to be proved, and whose. `needs_sign_in`: several organisations know the person."""

    account_id: str
    display_name: str
    email: str
    is_open: bool
    needs_sign_in: bool = False


class Answers(Protocol):
    """habpps, which keeps what is asked.

    Raises:
        NotFoundError: it knows no such thing.
        ConflictError: it can no longer be answered; ACCOUNT_EXISTS: a person of this name has an account.
        AccessDeniedError: the address is another account's.
        DependencyUnavailableError: it does not answer.
    """

    def invitation(self, invitation_id: str) -> InvitationCard: ...
    def answer(self, invitation_id: str, account_id: str, *, accepted: bool) -> WhatFollows: ...
    def open_account(self, invitation_id: str) -> None: ...
    def first_sign_in(self, account_id: str) -> int:
        """How many invitations are accepted by it."""

    def address_change(self, change_id: str) -> AddressCard: ...
    def confirm_address(self, change_id: str, account_id: str) -> None:
        """`account_id`: of who is signed in, or empty."""


class Store(HasLinks[FollowedLinks], Protocol):
    """What `FindLink` sees of a transaction."""


class FindLink:
    """Reads, and changes nothing: whatever opens the addresses in mails before their reader does no harm."""

    def __init__(self, work: RecordedWork[Store], clock: Clock) -> None:
        """Whether what it leads to can still be answered, habpps knows."""
        self._work = work
        self._clock = clock

    def __call__(self, token: str) -> Link | None:
        """The link with this secret, None when there is none or its time is over."""
        found = self._work.read(lambda repos: repos.links.find(hash_secret(token)))
        return found if found is not None and found.expires_at > self._clock.now() else None


class FirstSignIn:
    """Whoever was invited with a new account accepts by using it."""

    def __init__(self, answers: Answers) -> None:
        """Asked again at the portal for as long as nothing is open to the person."""
        self._answers = answers

    def __call__(self, account_id: str) -> bool:
        """Whether the person belongs to an organisation more. Nothing is lost when habpps does not answer."""
        try:
            return self._answers.first_sign_in(account_id) > 0
        except ServiceError:
            return False
