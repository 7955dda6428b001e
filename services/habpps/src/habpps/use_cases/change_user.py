"""Acts on a user: lock, unlock, new provisional password, departure date."""

from dataclasses import replace
from datetime import date

from habpps.domain.account_command import CommandKind
from habpps.domain.authorship import Author, check_role
from habpps.domain.notices import NEAR_DEPARTURE, reminder_id
from habpps.domain.people import Role, User
from habpps.domain.refusals import FormRefusedError, UnknownThingError, UserNotActiveError
from habpps.domain.states import UserEvent, UserState
from habpps.domain.versions import check_version
from habpps.use_cases.change_convention import motive_typed
from habpps.use_cases.ports import Repositories
from habpps.use_cases.register import ActEntry, Done, Note, Register
from partnerkit.days import shifted

LONGEST_PAST_DAYS = 366
LOCK_ACTS: dict[UserEvent, str] = {
    UserEvent.LOCK: "habpps.user.locked",
    UserEvent.UNLOCK: "habpps.user.unlocked",
}


class LockUser:
    """Locks or unlocks a user of the organisation.

    The account itself is locked only when the person belongs to no other organisation: nobody decides for another.
    """

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(
        self, author: Author, user_id: str, event: UserEvent, reason: str, *, seen: str | None = None
    ) -> Done[str]:
        """Return the identifier of the user; `event` is LOCK or UNLOCK. `seen`: `version_of` the user that was shown.

        Raises:
            RoleNotAllowedError, UnknownThingError, ConventionSuspendedError: not now, or not their business.
            FormRefusedError: the reason is missing.
            ThingChangedError: the user was changed since.
            TransitionRefusedError: not from the present state.
        """

        def work(entry: ActEntry) -> str:
            user = _user(entry, user_id)
            check_version(seen, user)
            motive = motive_typed(reason)
            entry.save(user.after(event))
            locking = event is UserEvent.LOCK
            if not belongs_elsewhere(entry.store, user):
                kind = CommandKind.LOCK if locking else CommandKind.UNLOCK
                entry.command(kind, user.account_id, user.organisation_id, {"reason": "LOCKED_BY_ADMINISTRATOR"})
            elif locking:
                content = {"reason": "LOCKED_IN_ORGANISATION"}
                entry.command(CommandKind.END_SESSIONS, user.account_id, user.organisation_id, content)
            entry.note(_note(LOCK_ACTS[event], user, motive))
            return user.id

        return self._register.act(author, LOCK_ACTS[event], work)


class ResetPassword:
    """Has a new provisional password sent; every session of the person ends."""

    act = "habpps.password.reset"

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(self, author: Author, user_id: str, *, seen: str | None = None) -> Done[str]:
        """Return the identifier of the user. `seen`: `version_of` the user that was shown.

        Raises:
            RoleNotAllowedError, UnknownThingError, ConventionSuspendedError: not now, or not their business.
            ThingChangedError: the user was changed since.
            UserNotActiveError: unlock first.
        """

        def work(entry: ActEntry) -> str:
            user = _user(entry, user_id)
            check_version(seen, user)
            if user.state is not UserState.ACTIVE:
                raise UserNotActiveError(f"user {user.id} is {user.state.value}")
            entry.command(CommandKind.RESET_PASSWORD, user.account_id, user.organisation_id, {})
            entry.note(_note(self.act, user, ""))
            return user.id

        return self._register.act(author, self.act, work)


class SetDeparture:
    """Notes the last day of a user: the habilitations end with that day, without anybody having to think of it."""

    act = "habpps.user.departure_noted"
    act_cancelled = "habpps.user.departure_cancelled"

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(self, author: Author, user_id: str, departs_on: date | None, *, seen: str | None = None) -> Done[str]:
        """Return the identifier of the user; None takes the date back. `seen`: `version_of` the user that was shown.

        Raises:
            RoleNotAllowedError, UnknownThingError, ConventionSuspendedError: not now, or not their business.
            ThingChangedError: the user was changed since.
            FormRefusedError: the date is more than a year old, or it is so already.
        """
        act = self.act if departs_on is not None else self.act_cancelled

        def work(entry: ActEntry) -> str:
            user = _user(entry, user_id)
            check_version(seen, user)
            if departs_on is not None and departs_on < shifted(entry.today, -LONGEST_PAST_DAYS):
                raise FormRefusedError({"departs_on": "TOO_FAR_IN_THE_PAST"})
            if departs_on == user.departs_on:
                raise FormRefusedError({"departs_on": "DEPARTURE_UNCHANGED"})
            entry.save(replace(user, departs_on=departs_on))
            for membership in entry.store.habilitations.of_user(user.id):
                if membership.habilitation.is_held:
                    entry.save(replace(membership.habilitation, ends_on=departs_on))
            if departs_on is not None and departs_on <= entry.today + NEAR_DEPARTURE:
                entry.remember_sent(reminder_id(user.id, departs_on), user.account_id, user.organisation_id)
            day = departs_on or user.departs_on
            entry.note(_note(act, user, "", {"departs_on": day.isoformat() if day else ""}))
            return user.id

        return self._register.act(author, act, work)


def belongs_elsewhere(store: Repositories, user: User) -> bool:
    """Say whether the account lives in another organisation too, or administers another one."""
    others = [one for one in store.users.with_account(user.account_id) if one.id != user.id]
    return bool(
        [one for one in others if one.state is not UserState.CLOSED]
        or [
            one
            for one in store.administrators.with_account(user.account_id)
            if one.is_active and one.organisation_id != user.organisation_id
        ]
    )


def _user(entry: ActEntry, user_id: str) -> User:
    check_role(entry.author, Role.PARTNER_ADMINISTRATOR, Role.CAF_ADMINISTRATOR)
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
