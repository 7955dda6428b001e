"""When the turn of an invitation comes, the relay looks who has the mailbox: here, and not before, its ways part.

Nobody known: a person and an account are made. Somebody known: the account that fits the names best is told.
"""

from collections.abc import Mapping
from dataclasses import replace

from habpps.domain.account_command import AccountCommand, microseconds
from habpps.domain.invitations import Invitation
from habpps.domain.organisation import Organisation
from habpps.domain.people import AccountHolder, have_same_names
from habpps.domain.reach import Reach
from habpps.domain.refusals import InvitationClosedError
from habpps.domain.states import UserState
from habpps.use_cases.ports import AccountStatus, Repositories
from servicekit.clock import Clock
from servicekit.identifiers import random_id


def addressed(store: Repositories, command: AccountCommand, clock: Clock) -> Mapping[str, str]:
    """Return what the account service is told. Asked again, it says the same.

    Raises:
        InvitationClosedError: it was withdrawn or is over: nobody is told.
    """
    invitation = store.invitations.get(command.content["invitation_id"])
    organisation = None if invitation is None else who_asks(store, invitation)
    if invitation is None or organisation is None or not invitation.is_open(clock.now()):
        raise InvitationClosedError("over before it was sent")
    account_id = invitation.way.account_id or _account_of(store, invitation)
    if account_id != invitation.way.account_id:
        store.invitations.mark(invitation.id, replace(invitation.way, account_id=account_id))
    return {
        "account_id": account_id,
        "given_name": invitation.person.given_name,
        "family_name": invitation.person.family_name,
        "email": invitation.person.email,
        "organisation_name": organisation.name,
        "invitation_id": invitation.id,
        "expires_at_us": microseconds(invitation.expires_at),
        "renew": "" if _is_held(store, account_id) else "yes",
    }


def who_asks(store: Repositories, invitation: Invitation) -> Organisation | None:
    """Return the organisation by the name that its convention with the Caf of the invitation gives it."""
    near = store.within(Reach(invitation.caf, invitation.organisation_id))
    return near.organisations.get(invitation.organisation_id)


def passed_on(store: Repositories, invitation_id: str, status: AccountStatus) -> None:
    """Note that the two mails of an account left: its first sign-in is then the answer."""
    store.publications.lock()  # an act about the invitation comes before or after
    invitation = store.invitations.get(invitation_id)
    if invitation is not None and status.account_mails:
        store.invitations.mark(invitation_id, replace(invitation.way, by_sign_in=True))


def _account_of(store: Repositories, invitation: Invitation) -> str:
    known = store.people.with_email(invitation.person.email)
    alike = [one for one in known if have_same_names(one.person, invitation.person)]
    if known:
        return (alike or list(known))[0].account_id
    holder = AccountHolder(account_id=random_id(), person=invitation.person)
    store.people.save(holder)
    return holder.account_id


def _is_held(store: Repositories, account_id: str) -> bool:
    """Whether some organisation has the person as an active user or administrator."""
    users = store.everywhere.users(account_id)
    if any(one.state is UserState.ACTIVE for one in users):
        return True
    return any(one.is_active for one in store.everywhere.administrators(account_id))
