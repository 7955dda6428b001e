"""Tells people some days before their last day that their access is about to end. Run again, it tells nobody twice."""

from datetime import date

from habpps.domain.account_command import AccountCommand, CommandKind
from habpps.domain.notices import NEAR_DEPARTURE, Notice, NoticeKind, accesses, reminder_id
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
        asked = sum(self._asked(user, today) for user in leaving)
        if asked:
            self._signals.commands.announce()
        return asked

    def _asked(self, user: User, today: date) -> bool:
        return self._work.write(lambda store: self._remind(store.within(Reach(user.caf)), user, today))

    def _remind(self, store: Repositories, user: User, today: date) -> bool:
        organisation = store.organisations.get(user.organisation_id)
        if user.departs_on is None or organisation is None:
            return False
        command_id = reminder_id(user.id, user.departs_on)
        if store.commands.get(command_id) is not None:
            return False
        rights = rights_of(store, organisation, parts_of(store.habilitations.of_user(user.id)), (), today)
        closing = accesses(rights, user.account_id)
        if not closing:
            return False
        notice = Notice(
            kind=NoticeKind.DEPARTURE_NEAR, organisation_name=organisation.name, closed=closing, ends_on=user.departs_on
        )
        now = self._clock.now()
        store.commands.save(
            AccountCommand(
                id=command_id,
                kind=CommandKind.NOTIFY,
                account_id=user.account_id,
                organisation_id=organisation.id,
                caf=user.caf,
                requested_by="",
                requested_at=now,
                next_attempt_at=now,
                content=notice.content(),
            )
        )
        return True
