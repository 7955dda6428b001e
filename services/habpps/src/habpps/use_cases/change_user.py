"""Acts on a user: lock, unlock, new provisional password, departure date."""

from dataclasses import dataclass, replace
from datetime import date

from habpps.domain.account_command import CommandKind
from habpps.domain.notices import NEAR_DEPARTURE, reminder_id
from habpps.domain.people import User
from habpps.domain.refusals import FormRefusedError, OwnSecondStepError, UnknownThingError, UserNotActiveError
from habpps.domain.states import UserEvent, UserState
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.change_convention import check_reason
from habpps.use_cases.ports import Repositories
from partnerkit.days import shifted

LONGEST_PAST_DAYS = 366
LOCK_ACTS: dict[UserEvent, str] = {
    UserEvent.LOCK: "habpps.user.locked",
    UserEvent.UNLOCK: "habpps.user.unlocked",
}
RESET = "habpps.password.reset"
FACTORS_FORGOTTEN = "habpps.second_step.taken_off"
DEPARTURE_NOTED, DEPARTURE_CANCELLED = "habpps.user.departure_noted", "habpps.user.departure_cancelled"


@dataclass(frozen=True)
class LockUser(Act[str]):
    """LOCK or UNLOCK of a user of the organisation; gives the user. `seen`: their version, as a form showed them."""

    user_id: str
    event: UserEvent
    reason: str
    seen: str | None = None


@dataclass(frozen=True)
class ResetPassword(Act[str]):
    """A new provisional password is sent, every session of the person ends; gives the user. `seen`: their version."""

    user_id: str
    seen: str | None = None


@dataclass(frozen=True)
class ForgetSecondStep(Act[str]):
    """The second step of a sign-in is taken off somebody who lost it, every session of theirs ends; gives the user.

    `seen`: their version.
    """

    user_id: str
    seen: str | None = None


@dataclass(frozen=True)
class SetDeparture(Act[str]):
    """The last day of a user; None takes it back; gives the user. `seen`: their version, as a form showed them."""

    user_id: str
    departs_on: date | None
    seen: str | None = None


def lock_user(entry: ActEntry, act: LockUser) -> str:
    """Lock or unlock a user.

    The account itself is locked only when the person belongs to no other organisation: nobody decides for another.

    Raises:
        UnknownThingError: not their business.
        FormRefusedError: the reason is missing.
        ThingChangedError: the user was changed since.
        TransitionRefusedError: not from the present state.
    """
    user = _user(entry, act.user_id)
    check_version(act.seen, user)
    check_reason(act.reason)
    entry.save(user.after(act.event))
    locking = act.event is UserEvent.LOCK
    if not belongs_elsewhere(entry.store, user):
        kind = CommandKind.LOCK if locking else CommandKind.UNLOCK
        entry.command(kind, user.account_id, user.organisation_id, {"reason": "LOCKED_BY_ADMINISTRATOR"})
    elif locking:
        content = {"reason": "LOCKED_IN_ORGANISATION"}
        entry.command(CommandKind.END_SESSIONS, user.account_id, user.organisation_id, content)
    entry.note(_note(LOCK_ACTS[act.event], user, act.reason))
    return user.id


def reset_password(entry: ActEntry, act: ResetPassword) -> str:
    """Have a new provisional password sent.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the user was changed since.
        UserNotActiveError: unlock first.
    """
    user = _user(entry, act.user_id)
    check_version(act.seen, user)
    if user.state is not UserState.ACTIVE:
        raise UserNotActiveError(f"user {user.id} is {user.state.value}")
    entry.command(CommandKind.RESET_PASSWORD, user.account_id, user.organisation_id, {})
    entry.note(_note(RESET, user, ""))
    return user.id


def forget_second_step(entry: ActEntry, act: ForgetSecondStep) -> str:
    """Have the second step of somebody's sign-in taken off: somebody else says that it was lost, never the person.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the user was changed since.
        UserNotActiveError: unlock first.
        OwnSecondStepError: it is the author's own.
    """
    user = _user(entry, act.user_id)
    check_version(act.seen, user)
    if user.account_id == entry.author.account_id:
        raise OwnSecondStepError("nobody takes their own second step off here")
    if user.state is not UserState.ACTIVE:
        raise UserNotActiveError(f"user {user.id} is {user.state.value}")
    entry.command(CommandKind.FORGET_FACTORS, user.account_id, user.organisation_id, {})
    entry.note(_note(FACTORS_FORGOTTEN, user, ""))
    return user.id


def set_departure(entry: ActEntry, act: SetDeparture) -> str:
    """Note the last day of a user: the habilitations end with that day, without anybody having to think of it.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the user was changed since.
        FormRefusedError: the date is more than a year old, or it is so already.
    """
    user, departs_on = _user(entry, act.user_id), act.departs_on
    check_version(act.seen, user)
    if departs_on is not None and departs_on < shifted(entry.today, -LONGEST_PAST_DAYS):
        raise FormRefusedError({"departs_on": "TOO_FAR_IN_THE_PAST"})
    if departs_on == user.departs_on:
        raise FormRefusedError({"departs_on": "DEPARTURE_UNCHANGED"})
    places = [one.habilitation for one in entry.store.habilitations.of_user(user.id) if one.habilitation.is_held]
    entry.save(replace(user, departs_on=departs_on), *(replace(place, ends_on=departs_on) for place in places))
    if departs_on is not None and departs_on <= entry.today + NEAR_DEPARTURE:
        entry.remember_sent(reminder_id(user.id, departs_on), user.account_id, user.organisation_id)
    day = departs_on or user.departs_on
    name = DEPARTURE_CANCELLED if departs_on is None else DEPARTURE_NOTED
    entry.note(_note(name, user, "", {"departs_on": day.isoformat() if day else ""}))
    return user.id


def belongs_elsewhere(store: Repositories, user: User) -> bool:
    """Say whether the account lives or administers in another organisation too, or for another Caf."""
    others = [one for one in store.everywhere.users(user.account_id) if one.id != user.id]
    return bool(
        [one for one in others if one.state is not UserState.CLOSED]
        or [
            one
            for one in store.everywhere.administrators(user.account_id)
            if one.is_active and (one.organisation_id, one.caf) != (user.organisation_id, user.caf)
        ]
    )


def _user(entry: ActEntry, user_id: str) -> User:
    user = entry.store.users.get(user_id)
    if user is None:
        raise UnknownThingError("user")
    entry.organisation(user.organisation_id)
    return user


def _note(act: str, user: User, reason: str, details: dict[str, str] | None = None) -> Note:
    subject = f"account:{user.account_id}"
    return Note(
        act=act,
        subject=subject,
        organisation_id=user.organisation_id,
        label=user.person.display_name,
        reason=reason,
        details=details or {},
    )
