"""An administrator asks somebody to join: a user of the own organisation, or an administrator of a partner.

These acts never look whether the address is known elsewhere: who asks sees the same pages, counts, history and times.
"""

from dataclasses import dataclass, replace

from habpps.domain.account_command import CommandKind
from habpps.domain.invitations import LIFE, Invitation, InvitationState
from habpps.domain.organisation import Organisation
from habpps.domain.people import LONGEST_JOB_TITLE, Person, why_person_refused
from habpps.domain.refusals import (
    EmailTakenError,
    FormRefusedError,
    GroupClosedError,
    InvitedAlreadyError,
    UnknownThingError,
)
from habpps.domain.states import UserState
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.change_convention import line_refused
from servicekit.identifiers import new_id

INVITED, INVITED_AGAIN, WITHDRAWN = (
    "habpps.invitation.sent",
    "habpps.invitation.sent_again",
    "habpps.invitation.withdrawn",
)
ADMINISTRATOR_INVITED = "habpps.administrator.invited"


@dataclass(frozen=True)
class InviteUser(Act[str]):
    """A person, what they do, and the groups that they join with their answer; gives the invitation."""

    person: Person
    job_title: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class SendInvitationAgain(Act[str]):
    """The mails once more, with a new time; gives the invitation. `seen`: its version, as a form showed it."""

    invitation_id: str
    seen: str | None = None


@dataclass(frozen=True)
class WithdrawInvitation(Act[str]):
    """It can no longer be answered; gives the invitation. `seen`: its version, as a form showed it."""

    invitation_id: str
    seen: str | None = None


def invite_user(entry: ActEntry, act: InviteUser) -> str:
    """Ask somebody to join the author's own organisation.

    Raises:
        FormRefusedError: something typed is wrong.
        EmailTakenError: the organisation knows this address; `details` say who it is ("kind", "id").
        InvitedAlreadyError: an invitation to this address waits for an answer.
        UnknownThingError, GroupClosedError: a group is not one of theirs, or nobody joins it any more.
    """
    organisation = entry.organisation(entry.author.organisation_id)
    problems = why_person_refused(act.person) | line_refused("job_title", act.job_title, LONGEST_JOB_TITLE)
    if problems:
        raise FormRefusedError(problems)
    _check_unknown_here(entry, organisation, act.person)
    for group_id in act.groups:
        _check_group(entry, organisation, group_id)
    groups = tuple(dict.fromkeys(act.groups))
    made = replace(new_invitation(entry, organisation, act.person), job_title=act.job_title, groups=groups)
    return send(entry, organisation, made)


def send_invitation_again(entry: ActEntry, act: SendInvitationAgain) -> str:
    """Send the mails of an invitation once more.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: it was changed since.
        InvitationClosedError: it was answered or withdrawn.
    """
    known, organisation = invitation_of(entry, act.invitation_id)
    check_version(act.seen, known)
    again = known.again(entry.clock.now())
    entry.save(again)
    entry.store.invitations.mark(known.id, replace(known.way, is_declined=False))
    ask_to_send(entry, again)
    entry.note(invitation_note(INVITED_AGAIN, again, organisation))
    return again.id


def withdraw_invitation(entry: ActEntry, act: WithdrawInvitation) -> str:
    """Take an invitation back.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: it was changed since.
        InvitationClosedError: it was answered or withdrawn already.
    """
    known, organisation = invitation_of(entry, act.invitation_id)
    check_version(act.seen, known)
    entry.save(known.decided(InvitationState.WITHDRAWN))
    entry.note(invitation_note(WITHDRAWN, known, organisation))
    return known.id


def new_invitation(entry: ActEntry, organisation: Organisation, person: Person) -> Invitation:
    """Return an invitation of the author, not written yet."""
    now = entry.clock.now()
    return Invitation(
        id=new_id(),
        organisation_id=organisation.id,
        caf=entry.caf,
        person=person,
        invited_by=entry.author.account_id,
        invited_by_name=entry.author.display_name,
        created_at=now,
        expires_at=now + LIFE,
    )


def send(entry: ActEntry, organisation: Organisation, made: Invitation) -> str:
    """Write an invitation and have it sent.

    Raises:
        InvitedAlreadyError: one to this address, for the same, waits for an answer.
    """
    for other in entry.store.invitations.waiting(organisation.id, entry.clock.now()):
        if (other.person.email, other.as_administrator) == (made.person.email, made.as_administrator):
            raise InvitedAlreadyError("invited already")
    entry.save(made)
    ask_to_send(entry, made)
    entry.note(invitation_note(ADMINISTRATOR_INVITED if made.as_administrator else INVITED, made, organisation))
    return made.id


def ask_to_send(entry: ActEntry, invitation: Invitation) -> None:
    """Ask the relay to send it: it stands in a queue of its own, and looks for the person when its turn comes."""
    entry.promised += bool(invitation.groups or invitation.as_administrator)
    asks = {"invitation_id": invitation.id}
    entry.command(CommandKind.INVITE, invitation.id, invitation.organisation_id, asks)


def invitation_of(entry: ActEntry, invitation_id: str) -> tuple[Invitation, Organisation]:
    """Return an invitation that the author may decide about.

    Raises:
        UnknownThingError: not their business; one to administer is the affair of the Caf.
    """
    found = entry.store.invitations.get(invitation_id)
    if found is None:
        raise UnknownThingError("invitation")
    organisation = entry.organisation(found.organisation_id)
    if found.as_administrator != entry.author.is_caf:
        raise UnknownThingError("invitation", true_reason="ROLE_NOT_ALLOWED")
    return found, organisation


def invitation_note(act: str, invitation: Invitation, organisation: Organisation, **details: str) -> Note:
    """Say what happened to an invitation, by the name that was typed."""
    asked = {"invited_as": "administrator" if invitation.as_administrator else "user"}
    if invitation.job_title:
        asked["job_title"] = invitation.job_title
    return Note(
        act=act,
        subject=f"invitation:{invitation.id}",
        organisation_id=organisation.id,
        label=invitation.person.display_name,
        details={**asked, **details},
    )


def _check_unknown_here(entry: ActEntry, organisation: Organisation, person: Person) -> None:
    """Only the own organisation is looked at: who asks sees its people anyway."""
    for user in entry.store.users.with_email(organisation.id, person.email):
        if user.state is not UserState.CLOSED:
            raise EmailTakenError("user already", details={"kind": "user", "id": user.id})
    for one in entry.store.administrators.of(organisation.id):
        if one.person.email == person.email:
            raise EmailTakenError("administrator already", details={"kind": "administrator", "id": one.id})


def _check_group(entry: ActEntry, organisation: Organisation, group_id: str) -> None:
    group = entry.store.groups.get(group_id)
    if group is None or group.organisation_id != organisation.id:
        raise UnknownThingError("group", true_reason="UNKNOWN" if group is None else "OTHER_ORGANISATION")
    if not group.is_open:
        raise GroupClosedError(f"group {group.id} is closed")
