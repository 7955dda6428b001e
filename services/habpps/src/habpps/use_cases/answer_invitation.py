"""The person answers an invitation; where the names differ, an administrator confirms before anything opens."""

from contextlib import suppress
from dataclasses import dataclass, replace

from habpps.domain.invitations import Invitation, InvitationOutcome, InvitationState
from habpps.domain.organisation import Organisation
from habpps.domain.people import AccountHolder, User, have_same_names
from habpps.domain.refusals import AccountExistsError, InvitationClosedError, UnknownThingError
from habpps.domain.states import UserState
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry
from habpps.use_cases.appoint_administrator import appoint, withdraw_replaced
from habpps.use_cases.assign_to_group import AssignToGroup, assign
from habpps.use_cases.invite_person import ask_to_send, invitation_note, invitation_of
from servicekit.errors import ConflictError
from servicekit.identifiers import new_id, random_id

ACCEPTED, DECLINED, TO_CONFIRM = (
    "habpps.invitation.accepted",
    "habpps.invitation.declined",
    "habpps.invitation.to_confirm",
)
CONFIRMED, REFUSED, ACCOUNT_ASKED = (
    "habpps.invitation.confirmed",
    "habpps.invitation.refused",
    "habpps.invitation.account_asked",
)


@dataclass(frozen=True)
class AnswerInvitation(Act[str]):
    """What a person says; gives an `InvitationOutcome`."""

    invitation_id: str
    accepted: bool


@dataclass(frozen=True)
class AskAccount(Act[str]):
    """Whoever has the mailbox has no account: one is made with the names of the invitation; gives the invitation."""

    invitation_id: str


@dataclass(frozen=True)
class ConfirmInvitation(Act[str]):
    """An administrator decides about an answer under another name; gives the invitation. `seen`: its version."""

    invitation_id: str
    confirmed: bool
    seen: str | None = None


def answer_invitation(entry: ActEntry, act: AnswerInvitation) -> str:
    """Accept for the account of the author; or decline, which is not told to who asked.

    Raises:
        UnknownThingError: no such invitation, or no such person.
        InvitationClosedError: it was answered or withdrawn, or its time is over.
    """
    invitation, organisation = _asked(entry, act.invitation_id)
    holder = entry.store.people.get(entry.author.account_id)
    if holder is None:
        raise UnknownThingError("person")
    now = entry.clock.now()
    if not act.accepted:
        invitation.check_open(now)
        entry.store.invitations.mark(invitation.id, replace(invitation.way, is_declined=True))
        entry.note_apart(invitation_note(DECLINED, invitation, organisation))
        return InvitationOutcome.DECLINED
    if not have_same_names(holder.person, invitation.person):
        entry.save(invitation.answered(InvitationState.TO_CONFIRM, holder.account_id, now))
        answered = {"answered_name": holder.person.display_name}
        entry.note(invitation_note(TO_CONFIRM, invitation, organisation, **answered))
        return InvitationOutcome.TO_CONFIRM
    entry.save(invitation.answered(InvitationState.ACCEPTED, holder.account_id, now))
    entry.note(invitation_note(ACCEPTED, invitation, organisation))
    return _join(entry, invitation, organisation, holder)


def ask_account(entry: ActEntry, act: AskAccount) -> str:
    """Make an account for somebody who shares the mailbox of another person.

    Raises:
        UnknownThingError: no such invitation.
        InvitationClosedError: it was answered or withdrawn, or its time is over.
        AccountExistsError: a person of this name has one.
    """
    invitation, organisation = _asked(entry, act.invitation_id)
    invitation.check_open(entry.clock.now())
    person = invitation.person
    if any(have_same_names(one.person, person) for one in entry.store.people.with_email(person.email)):
        raise AccountExistsError("a person of this name has an account with this address")
    holder = AccountHolder(account_id=random_id(), person=person)
    entry.save(holder)
    entry.store.invitations.mark(invitation.id, replace(invitation.way, account_id=holder.account_id))
    ask_to_send(entry, invitation)
    entry.note_apart(invitation_note(ACCOUNT_ASKED, invitation, organisation))
    return invitation.id


def confirm_invitation(entry: ActEntry, act: ConfirmInvitation) -> str:
    """Let the person in who answered under another name, or not.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: it was changed since.
        InvitationClosedError: nobody waits for this decision.
    """
    invitation, organisation = invitation_of(entry, act.invitation_id)
    check_version(act.seen, invitation)
    holder = entry.store.people.get(invitation.answered_by)
    if invitation.state is not InvitationState.TO_CONFIRM or holder is None:
        raise InvitationClosedError(f"invitation {invitation.id} is {invitation.state.value}")
    state = InvitationState.ACCEPTED if act.confirmed else InvitationState.REFUSED
    entry.save(invitation.decided(state))
    name = holder.person.display_name
    entry.note(invitation_note(CONFIRMED if act.confirmed else REFUSED, invitation, organisation, answered_name=name))
    if act.confirmed:
        _join(entry, invitation, organisation, holder)
    return invitation.id


def _asked(entry: ActEntry, invitation_id: str) -> tuple[Invitation, Organisation]:
    found = entry.store.invitations.get(invitation_id)
    if found is None:
        raise UnknownThingError("invitation")
    return found, entry.organisation(found.organisation_id)


def _join(entry: ActEntry, invitation: Invitation, organisation: Organisation, holder: AccountHolder) -> str:
    """Write what was asked for. A person who has the place already keeps it as it is: nothing reopens by itself."""
    if invitation.as_administrator:
        return _administer(entry, invitation, organisation, holder)
    users = entry.store.everywhere.users(holder.account_id)
    pair = entry.store.reach.within_pair(organisation.id)
    known = next((one for one in users if pair.holds(one.organisation_id, one.caf)), None)
    if known is not None and known.state is not UserState.CLOSED:
        return InvitationOutcome.ALREADY_THERE
    user = User(
        id=new_id() if known is None else known.id,
        account_id=holder.account_id,
        organisation_id=organisation.id,
        caf=invitation.caf,
        person=holder.person,
        job_title=invitation.job_title,
        joined_at=entry.clock.now(),
    )
    entry.save(user)
    for group_id in invitation.groups:
        with suppress(ConflictError):  # full or closed meanwhile: an administrator sees a user without that group
            assign(entry, AssignToGroup(user.id, group_id, confirmed_for_oneself=True))
    return InvitationOutcome.ACCEPTED


def _administer(entry: ActEntry, invitation: Invitation, organisation: Organisation, holder: AccountHolder) -> str:
    pair = entry.store.reach.within_pair(organisation.id)
    for one in entry.store.everywhere.administrators(holder.account_id):
        if pair.holds(one.organisation_id, one.caf) and one.is_active:
            return InvitationOutcome.ALREADY_THERE
    appoint(entry, organisation, holder.person, holder.account_id)
    if invitation.replaces:
        withdraw_replaced(entry, organisation, invitation.replaces)
    return InvitationOutcome.ACCEPTED
