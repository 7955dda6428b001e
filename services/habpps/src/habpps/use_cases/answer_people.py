"""What people answer through auth: each answer is an act of the person, in the organisation that asked."""

from dataclasses import dataclass
from datetime import datetime

from habpps.domain.address_change import AddressChange
from habpps.domain.authorship import Author, themselves
from habpps.domain.invitations import Invitation
from habpps.domain.people import AccountHolder
from habpps.domain.refusals import UnknownThingError
from habpps.use_cases.answer_invitation import AnswerInvitation, AskAccount
from habpps.use_cases.correct_person import ConfirmAddress, needs_sign_in
from habpps.use_cases.pass_on_invitations import who_asks
from habpps.use_cases.ports import Repositories
from habpps.use_cases.register import Register
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock
from servicekit.errors import ConflictError


@dataclass(frozen=True)
class InvitationCard:
    """What the person is shown of an invitation."""

    invitation: Invitation
    organisation_name: str
    is_open: bool


@dataclass(frozen=True)
class AddressCard:
    """What the person is shown of an address that waits."""

    display_name: str
    change: AddressChange
    is_open: bool
    needs_sign_in: bool


class AnswerPeople:
    """Reads for the person, and performs what they answer."""

    def __init__(self, register: Register, work: RecordedWork[Repositories], clock: Clock) -> None:
        """Keep the register: every answer goes through its one door.

        `work`: what an identifier stands for is looked up within no reach, before it is known who acts and for whom.
        """
        self._work = work
        self._register = register
        self._clock = clock

    def invitation(self, invitation_id: str) -> InvitationCard:
        """Return what an invitation says.

        Raises:
            UnknownThingError: there is none.
        """
        now = self._clock.now()
        return self._work.read(lambda store: _invitation_card(store, invitation_id, now))

    def answer(self, invitation_id: str, account_id: str, *, accepted: bool) -> str:
        """Carry out an answer; return an `InvitationOutcome`.

        Raises:
            UnknownThingError: no such invitation, or no such person.
            InvitationClosedError: it can no longer be answered.
        """
        asked = self.invitation(invitation_id).invitation
        author = self._author(asked, account_id)
        return self._register.perform(author, AnswerInvitation(invitation_id, accepted)).value

    def open_account(self, invitation_id: str) -> None:
        """Have an account made for somebody who shares a mailbox.

        Raises:
            UnknownThingError, InvitationClosedError, AccountExistsError: see `ask_account`.
        """
        invitation = self.invitation(invitation_id).invitation
        name = invitation.person.display_name
        author = themselves("", name, invitation.organisation_id, invitation.caf)
        self._register.perform(author, AskAccount(invitation_id))

    def first_sign_in(self, account_id: str) -> int:
        """Accept what was offered with a new account; return how many invitations that were."""
        now = self._clock.now()
        waiting = self._work.read(lambda store: store.everywhere.invitations(account_id))
        accepted = 0
        for one in waiting:
            if one.way.by_sign_in and one.is_open(now):
                try:
                    self._register.perform(self._author(one, account_id), AnswerInvitation(one.id, accepted=True))
                except ConflictError:
                    continue  # answered in another window, or withdrawn a moment ago
                accepted += 1
        return accepted

    def address_change(self, change_id: str) -> AddressCard:
        """Return which address waits.

        Raises:
            UnknownThingError: no such change.
        """
        now = self._clock.now()

        def read(store: Repositories) -> AddressCard:
            change, holder = _change(store, change_id)
            is_open, signed = change.is_open(now), needs_sign_in(store, change)
            return AddressCard(holder.person.display_name, change, is_open, signed)

        return self._work.read(read)

    def confirm_address(self, change_id: str, account_id: str) -> None:
        """Take over a proved address; `account_id`: of who is signed in, or empty.

        Raises:
            UnknownThingError, AddressChangeClosedError, SignInRequiredError, RoleNotAllowedError: see
                `confirm_address` of the acts.
        """
        card = self.address_change(change_id)
        author = themselves(account_id, card.display_name, card.change.organisation_id, card.change.caf)
        self._register.perform(author, ConfirmAddress(change_id))

    def _author(self, invitation: Invitation, account_id: str) -> Author:
        holder = self._work.read(lambda store: store.people.get(account_id))
        if holder is None:
            raise UnknownThingError("person")
        return themselves(account_id, holder.person.display_name, invitation.organisation_id, invitation.caf)


def _invitation_card(store: Repositories, invitation_id: str, now: datetime) -> InvitationCard:
    found = store.invitations.get(invitation_id)
    organisation = None if found is None else who_asks(store, found)
    if found is None or organisation is None:
        raise UnknownThingError("invitation")
    return InvitationCard(found, organisation.name, found.is_open(now))


def _change(store: Repositories, change_id: str) -> tuple[AddressChange, AccountHolder]:
    change = store.address_changes.get(change_id)
    holder = None if change is None else store.people.get(change.account_id)
    if change is None or holder is None:
        raise UnknownThingError("change of address")
    return change, holder
