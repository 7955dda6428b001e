"""What is due on a day, done as acts of the clock: each thing one act, once, also when it was missed for a while.

Which copy of the service does it is decided by `servicekit.database.jobs`; should two do it all the same, the second
finds it done and is refused.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from habpps.domain.authorship import CLOCK, clock_for
from habpps.domain.states import ContractEvent, ConventionEvent
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.register import Register
from partnerkit.days import french_day
from servicekit.clock import Clock
from servicekit.errors import ConflictError

NOTICE_OVER, CONTRACT_OVER = "Le dernier jour du préavis est passé.", "Le dernier jour du contrat est passé."


class EachInTurn(Protocol):
    """`servicekit.background.each_in_turn`: handles each, and gives what went wrong once all are handled."""

    def __call__(self, items: Iterable[str], handle: Callable[[str], object]) -> Iterator[Exception]: ...


class DoWhatIsDue:
    """One pass over conventions whose notice is over, contracts that have ended and requests that nobody decided."""

    def __init__(
        self, register: Register, clock: Clock, each_in_turn: EachInTurn, remind: Callable[[], object]
    ) -> None:
        """`each_in_turn` is that of `servicekit.background`; `remind`: `RemindDepartures`."""
        self._register = register
        self._clock = clock
        self._each_in_turn = each_in_turn
        self._remind = remind

    def __call__(self) -> None:
        """Do it.

        Raises:
            DependencyUnavailableError: our own database does not answer.
            Exception: the first mistake that one of them met; it stays due, and the others are done.
        """
        now = self._clock.now()
        today = french_day(now)
        ended = self._register.lists(CLOCK, lambda store: [*map("/".join, store.conventions.notice_over(today))])
        over = self._register.lists(CLOCK, lambda store: [*map("/".join, store.contracts.over(today))])
        late = self._register.lists(CLOCK, lambda store: tuple(one.id for one in store.requests.expired(now)))
        failures = [
            *self._each(ended, self._end_convention),
            *self._each(over, self._end_contract),
            *self._each(late, self._register.expire),
        ]
        self._remind()
        if failures:
            raise failures[0]

    def _each(self, items: Iterable[str], handle: Callable[[str], object]) -> Iterator[Exception]:
        def once(item: str) -> None:
            try:
                handle(item)
            except ConflictError:
                return  # another copy or an administrator was first

        return self._each_in_turn(items, once)

    def _end_convention(self, item: str) -> None:
        organisation_id, _, caf = item.partition("/")
        self._register.perform(
            clock_for(caf), ChangeConvention(organisation_id, ConventionEvent.END_NOTICE, NOTICE_OVER)
        )

    def _end_contract(self, item: str) -> None:
        contract_id, _, caf = item.partition("/")
        self._register.perform(clock_for(caf), ChangeServiceContract(contract_id, ContractEvent.END, CONTRACT_OVER))
