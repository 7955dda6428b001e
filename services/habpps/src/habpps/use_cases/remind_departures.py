"""Tells people some days before their last day that their access is about to end. Run again, it tells nobody twice."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from habpps.domain.account_command import AccountCommand, CommandKind
from habpps.domain.notices import NEAR_DEPARTURE, Notice, NoticeKind, Rights, accesses, reminder_id
from habpps.domain.people import User
from habpps.domain.reach import Reach
from habpps.use_cases.ports import Repositories, Signals
from habpps.use_cases.tell_people import parts_of, rights_of
from partnerkit.days import french_day
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock


class RemindDepartures:
    """One pass over those who leave soon."""

    def __init__(self, work: RecordedWork[Repositories], signals: Signals, clock: Clock) -> None:
        """Keep the unit of work: a reminder changes no right, so it is no act."""
        self._work = work
        self._signals = signals
        self._clock = clock

    def __call__(self) -> int:
        """Ask for the mails that are due; return how many.

        Raises:
            DependencyUnavailableError: our own database does not answer.
        """
        today = french_day(self._clock.now())
        leaving = self._work.read(lambda store: store.users.leaving(today, today + NEAR_DEPARTURE))
        by_place = sorted(leaving, key=_place)
        asked = sum(self._asked(place, [*users], today) for place, users in groupby(by_place, key=_place))
        if asked:
            self._signals.commands.announce()
        return asked

    def _asked(self, place: tuple[str, str], users: Sequence[User], today: date) -> int:
        """In one organisation, for its work with one Caf."""
        organisation_id, caf = place
        return self._work.write(lambda store: self._remind(store.within(Reach(caf)), organisation_id, users, today))

    def _remind(self, store: Repositories, organisation_id: str, users: Sequence[User], today: date) -> int:
        organisation = store.organisations.get(organisation_id)
        reminders = {reminder_id(one.id, one.departs_on): one for one in users if one.departs_on is not None}
        known = store.commands.known(list(reminders))
        new = {key: one for key, one in reminders.items() if key not in known}
        if organisation is None or not new:
            return 0
        places = parts_of(store.habilitations.of_users([one.id for one in new.values()]))
        rights = rights_of(store, organisation, places, (), today)
        asked = (self._command(key, one, rights) for key, one in new.items())
        commands = [command for command in asked if command is not None]
        store.commands.save(*commands)
        return len(commands)

    def _command(self, command_id: str, user: User, rights: Rights) -> AccountCommand | None:
        closing = accesses(rights, user.account_id)
        if not closing:
            return None
        notice = Notice(
            kind=NoticeKind.DEPARTURE_NEAR,
            organisation_name=rights.organisation_name,
            closed=closing,
            ends_on=user.departs_on,
        )
        now = self._clock.now()
        return AccountCommand(
            id=command_id,
            kind=CommandKind.NOTIFY,
            account_id=user.account_id,
            organisation_id=user.organisation_id,
            caf=user.caf,
            requested_by="",
            requested_at=now,
            next_attempt_at=now,
            content=notice.content(),
        )


def _place(user: User) -> tuple[str, str]:
    return user.organisation_id, user.caf
