"""Somebody is asked to join an organisation. Whether the address was known before is nowhere told to who asks.

Nothing of the register changes before the answer, so that everything the inviter sees (pages, counts, history) is the
same whoever the address belongs to: what differs is done later, by the relay, and shown to the person alone.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from habpps.domain.people import Person
from habpps.domain.refusals import InvitationClosedError

LIFE = timedelta(days=14)
"""How long an invitation can be answered."""


class InvitationState(StrEnum):
    """`sent`: nothing to tell yet; `to_confirm`: accepted by a person of another name, so an administrator decides.

    `refused`: by that administrator.
    """

    SENT = "sent"
    TO_CONFIRM = "to_confirm"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class InvitationOutcome(StrEnum):
    """What follows from an answer; `partenaire.habpps.v1.InvitationOutcome` has the same names."""

    ACCEPTED = "accepted"
    TO_CONFIRM = "to_confirm"
    DECLINED = "declined"
    ALREADY_THERE = "already_there"


@dataclass(frozen=True, kw_only=True)
class Way:
    """Which way an invitation goes: nobody of the organisation is told, and no form is compared by it.

    `account_id`: whose mailbox it went to, once the relay knows. `by_sign_in`: the account was made for it, so its
    first sign-in is the answer. `is_declined`: only somebody who had an account can say no, so saying it is not told.
    """

    account_id: str = ""
    by_sign_in: bool = False
    is_declined: bool = False


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What was typed, by whom, for what: a user with a function and groups, or an administrator.

    `replaces`: identifier of the administrator who leaves once it is accepted, or empty. `answered_by`: account of who
    accepted, shown where it has another name.
    """

    id: str
    organisation_id: str
    caf: str
    person: Person
    as_administrator: bool = False
    job_title: str = ""
    groups: tuple[str, ...] = ()
    replaces: str = ""
    invited_by: str
    invited_by_name: str
    created_at: datetime
    expires_at: datetime
    state: InvitationState = InvitationState.SENT
    answered_by: str = ""
    way: Way = Way()
    changes: int = field(default=0, compare=False)
    """How often it was changed since it was made; the store counts."""

    def is_open(self, now: datetime) -> bool:
        """Say whether the person can still answer."""
        return self._is_in_time(now) and not self.way.is_declined

    def waits(self, now: datetime) -> bool:
        """Say whether an administrator can still decide something about it: also where the person has said no."""
        return self.state is InvitationState.TO_CONFIRM or self._is_in_time(now)

    def _is_in_time(self, now: datetime) -> bool:
        return self.state is InvitationState.SENT and now < self.expires_at

    def answered(self, state: InvitationState, account_id: str, now: datetime) -> "Invitation":
        """Note that a person accepts.

        Raises:
            InvitationClosedError: it was answered or withdrawn, or its time is over.
        """
        self.check_open(now)
        return replace(self, state=state, answered_by=account_id)

    def check_open(self, now: datetime) -> None:
        """Refuse what can no longer be answered.

        Raises:
            InvitationClosedError: it was answered or withdrawn, or its time is over.
        """
        if not self.is_open(now):
            raise InvitationClosedError(f"invitation {self.id} is {self.state.value}")

    def decided(self, state: InvitationState) -> "Invitation":
        """Note what an administrator decides about an answer, or that it is withdrawn.

        Raises:
            InvitationClosedError: it is decided already.
        """
        if self.state not in {InvitationState.SENT, InvitationState.TO_CONFIRM}:
            raise InvitationClosedError(f"invitation {self.id} is {self.state.value}")
        return replace(self, state=state)

    def again(self, now: datetime) -> "Invitation":
        """Send it once more, with a new time.

        Raises:
            InvitationClosedError: it was answered or withdrawn.
        """
        if self.state is not InvitationState.SENT:
            raise InvitationClosedError(f"invitation {self.id} is {self.state.value}")
        return replace(self, expires_at=now + LIFE)
