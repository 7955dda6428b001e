"""The state of the journal at a glance: size, last checkpoint, alarms, producers; the reader's own events per day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from audit.domain.checkpoint import SignedCheckpoint
from audit.domain.producer_chain import ProducerChain
from audit.use_cases.ports import JournalStore, Repositories
from audit.use_cases.times import microseconds
from audit.use_cases.watch_producers import MissingNumbers, missing_numbers
from partnerkit.days import french_day, french_midnight
from servicekit.clock import Clock

DAYS_SHOWN = 14
_CHAINS_SHOWN = 20
TO_EXAMINE = "cdap.consultation.suspicious"


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many events of one owner were received on a day as it is lived in metropolitan France."""

    counted_on: date
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalState:
    """What the first page shows."""

    size: int
    last_received_at_us: int
    checkpoint: SignedCheckpoint | None
    missing: tuple[MissingNumbers, ...]
    chains: tuple[ProducerChain, ...]
    days: tuple[DayCount, ...]
    to_examine: int
    """Consultations to be examined among the days shown."""


@dataclass(frozen=True)
class ReadJournalState:
    """Reads the state; nothing in it names a person, so it needs no case number.

    The size of the tree is published anyway; what is counted by day is only what the reader may search.
    """

    store: JournalStore
    clock: Clock

    def __call__(self, owner: str) -> JournalState:
        """The state now, for the auditor of this owner.

        Raises:
            DependencyUnavailableError: the database does not answer.
        """
        now_at = self.clock.now()
        missing = missing_numbers(self.store, microseconds(now_at))
        return self.store.read(lambda repositories: _read(repositories, owner, french_day(now_at), missing))


@dataclass(frozen=True)
class ReadEventTypes:
    """Lists the types of events, for the search form."""

    store: JournalStore

    def __call__(self, owner: str) -> Sequence[str]:
        """Every type among the events of this owner, sorted.

        Raises:
            DependencyUnavailableError: the database does not answer.
        """
        return self.store.read(lambda repositories: repositories.entries.types(owner))


def _read(repositories: Repositories, owner: str, today: date, missing: tuple[MissingNumbers, ...]) -> JournalState:
    state = repositories.tree.state()
    size, first_day = state.frontier.size, today - timedelta(days=DAYS_SHOWN - 1)
    first = _first_index(repositories, first_day, size)
    return JournalState(
        size=size,
        last_received_at_us=state.last_received_at_us,
        checkpoint=repositories.checkpoints.newest(),
        missing=missing,
        chains=tuple(repositories.producers.chains(_CHAINS_SHOWN)),
        days=_days(repositories, owner, today, size),
        to_examine=repositories.entries.count(owner, first, size, TO_EXAMINE),
    )


def _days(repositories: Repositories, owner: str, today: date, size: int) -> tuple[DayCount, ...]:
    """Indexes grow with the time of reception, so a day is found by its two ends."""
    days = [today - timedelta(days=back) for back in range(DAYS_SHOWN - 1, -1, -1)]
    starts = [_first_index(repositories, day, size) for day in days]
    ends = [*starts[1:], size]
    counted = (repositories.entries.count(owner, start, end) for start, end in zip(starts, ends, strict=True))
    return tuple(DayCount(day, count) for day, count in zip(days, counted, strict=True))


def _first_index(repositories: Repositories, day: date, size: int) -> int:
    index = repositories.entries.first_index_since(microseconds(french_midnight(day)))
    return size if index is None else index
