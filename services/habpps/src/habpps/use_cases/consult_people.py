"""What the pages show of people as such: invitations that wait, names and addresses to correct."""

from dataclasses import dataclass
from datetime import datetime

from habpps.domain.address_change import AddressChange
from habpps.domain.authorship import Author, check_reach
from habpps.domain.invitations import Invitation, InvitationState
from habpps.domain.organisation import Organisation
from habpps.domain.people import AccountHolder
from habpps.domain.refusals import InvitationClosedError, UnknownThingError
from habpps.domain.versions import version_of
from habpps.use_cases.correct_person import reaches
from habpps.use_cases.ports import Repositories
from habpps.use_cases.register import Register
from servicekit.clock import Clock


@dataclass(frozen=True, kw_only=True)
class InvitationView:
    """An invitation that waits. `answered_name`: who accepted under another name; `failed`: it could not be sent."""

    invitation: Invitation
    organisation: Organisation
    answered_name: str = ""
    failed: bool = False

    @property
    def version(self) -> str:
        """For the forms about it."""
        return version_of(self.invitation)

    @property
    def to_confirm(self) -> bool:
        """An administrator decides next."""
        return self.invitation.state is InvitationState.TO_CONFIRM


@dataclass(frozen=True, kw_only=True)
class PersonView:
    """A person of an organisation, to correct. `change`: the address that waits to be proved, if it was asked here.

    Nothing tells whether another organisation knows the person too.
    """

    organisation: Organisation
    holder: AccountHolder
    change: AddressChange | None

    @property
    def version(self) -> str:
        """For the forms about the person."""
        return version_of(self.holder)

    @property
    def change_version(self) -> str:
        """For the form about the address that waits; empty when none does."""
        return "" if self.change is None else version_of(self.change)


class ConsultPeople:
    """Reads for the pages."""

    def __init__(self, register: Register, clock: Clock) -> None:
        """Keep the register: it confirms the author and records refusals."""
        self._register = register
        self._clock = clock

    def invitations(self, author: Author, organisation_id: str) -> tuple[InvitationView, ...]:
        """Return those that the author decides about: users for a partner, administrators for a Caf.

        Raises:
            UnknownThingError: not there, or not theirs.
        """
        now = self._clock.now()

        def work(store: Repositories) -> tuple[InvitationView, ...]:
            organisation = check_reach(author, store.organisations.get(organisation_id))
            refused = {one.account_id for one in store.commands.refused_of(organisation.id)}
            waiting = store.invitations.waiting(organisation.id, now)
            own = (one for one in waiting if one.as_administrator == author.is_caf)
            return tuple(_shown(store, organisation, one, failed=one.id in refused) for one in own)

        return self._register.read(author, "habpps.users.listed", work)

    def invitation(self, author: Author, invitation_id: str) -> InvitationView:
        """Return one that waits for somebody.

        Raises:
            UnknownThingError: not there, or not theirs.
            InvitationClosedError: it is over.
        """
        now = self._clock.now()
        return self._register.read(author, "habpps.users.listed", lambda store: _one(store, author, invitation_id, now))

    def person(self, author: Author, organisation_id: str, account_id: str) -> PersonView:
        """Return a person whom the author may correct.

        Raises:
            UnknownThingError, RoleNotAllowedError: not there, or not theirs.
        """
        now = self._clock.now()

        def work(store: Repositories) -> PersonView:
            organisation = check_reach(author, store.organisations.get(organisation_id))
            holder = reaches(store, author, organisation, account_id)
            asked = store.address_changes.of_account(account_id)
            # What another organisation typed stays there until the person has proved it.
            own = (one for one in asked if store.reach.holds(one.organisation_id, one.caf) and one.is_open(now))
            return PersonView(organisation=organisation, holder=holder, change=next(own, None))

        return self._register.read(author, "habpps.user.read", work)


def _one(store: Repositories, author: Author, invitation_id: str, now: datetime) -> InvitationView:
    found = store.invitations.get(invitation_id)
    if found is None:
        raise UnknownThingError("invitation")
    organisation = check_reach(author, store.organisations.get(found.organisation_id))
    if found.as_administrator != author.is_caf:
        raise UnknownThingError("invitation")
    if not found.waits(now):
        raise InvitationClosedError(f"invitation {found.id} is over")
    return _shown(store, organisation, found, failed=False)


def _shown(store: Repositories, organisation: Organisation, invitation: Invitation, *, failed: bool) -> InvitationView:
    """Only after an answer, and only under another name, anything is said of an account."""
    waits = invitation.state is InvitationState.TO_CONFIRM
    holder = store.people.get(invitation.answered_by) if waits else None
    name = holder.person.display_name if holder is not None else ""
    return InvitationView(invitation=invitation, organisation=organisation, answered_name=name, failed=failed)
