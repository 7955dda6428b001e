"""Noticing that numbers of a producer are missing: a loss of events must be seen, not guessed."""

from dataclasses import dataclass, field
from datetime import timedelta

from audit.domain.alarm import Alarm, alarm_act
from audit.domain.producer_chain import Hole
from audit.use_cases.append_events import OrderedJournal
from audit.use_cases.ports import Alarms, JournalStore
from audit.use_cases.times import microseconds
from servicekit.clock import Clock

HOLE_PATIENCE = timedelta(seconds=30)
_MICROSECOND = timedelta(microseconds=1)
_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class MissingNumbers:
    """Numbers of a producer epoch that did not arrive for longer than is tolerated."""

    service: str
    epoch: str
    hole: Hole


@dataclass(frozen=True)
class WatchProducers:
    """Looks for holes older than 30 s; each becomes an alarm of the journal once per process."""

    store: JournalStore
    journal: OrderedJournal
    alarms: Alarms
    clock: Clock
    _told: set[Alarm] = field(default_factory=set)

    def __call__(self) -> tuple[MissingNumbers, ...]:
        """The holes older than 30 s, oldest first.

        Raises:
            DependencyUnavailableError: the database or the journal does not answer.
        """
        now_us = microseconds(self.clock.now())
        late = missing_numbers(self.store, now_us)
        new = {Alarm("NUMBERS_MISSING", one.service, one.epoch, one.hole.first) for one in late} - self._told
        if new:
            self.journal.append(tuple(alarm_act(alarm, now_us) for alarm in new), _TIMEOUT_SECONDS)
            self._told.update(new)
            for alarm in new:
                told: dict[str, str | int] = {"service": alarm.service, "epoch": alarm.epoch}
                self.alarms.raised(alarm.kind, told)
        return late


def missing_numbers(store: JournalStore, now_us: int) -> tuple[MissingNumbers, ...]:
    """The holes older than 30 s at that time, oldest first."""
    before_us = now_us - HOLE_PATIENCE // _MICROSECOND
    rows = store.read(lambda repositories: repositories.producers.holes(before_us))
    return tuple(MissingNumbers(service, epoch, hole) for service, epoch, hole in rows)
