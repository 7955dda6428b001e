"""What is due on a day, done as acts of the clock: each thing one act, once, also when it was missed for a while.

Which copy of the service does it is decided by `servicekit.database.jobs`; should two do it all the same, the second
finds it done and is refused.
"""

from collections.abc import Callable, Iterable

from habpps.domain.authorship import CLOCK, clock_for
from habpps.domain.states import ContractEvent, ConventionEvent
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.push_account_commands import EachApart
from habpps.use_cases.register import Register
from partnerkit.days import french_day
from servicekit.clock import Clock
from servicekit.errors import ConflictError

NOTICE_OVER, CONTRACT_OVER = "Le dernier jour du préavis est passé.", "Le dernier jour du contrat est passé."


class DoWhatIsDue:
    """One pass over conventions whose notice is over, contracts that have ended and requests that nobody decided."""

    def __init__(self, register: Register, clock: Clock, each_apart: EachApart, remind: Callable[[], object]) -> None:
        """`remind` tells those who leave soon (`RemindDepartures`)."""
        self._register = register
        self._clock = clock
        self._each_apart = each_apart
        self._remind = remind

    def __call__(self) -> None:
        """Do it.

        Raises:
            DependencyUnavailableError: our own database does not answer.
        """
        now = self._clock.now()
        today = french_day(now)
        ended = self._register.lists(CLOCK, lambda store: [*map("/".join, store.conventions.notice_over(today))])
        self._each(ended, self._end_convention, "conventions")
        over = self._register.lists(CLOCK, lambda store: [*map("/".join, store.contracts.over(today))])
        self._each(over, self._end_contract, "service contracts")
        late = self._register.lists(CLOCK, lambda store: tuple(one.id for one in store.requests.expired(now)))
        self._each(late, self._register.expire, "requests")
        self._remind()

    def _each(self, items: Iterable[str], handle: Callable[[str], object], queue: str) -> None:
        def once(item: str) -> None:
            try:
                handle(item)
            except ConflictError:
                return  # another copy or an administrator was first

        self._each_apart(items, once, lambda *_failed: None, queue=f"what is due: {queue}")

    def _end_convention(self, item: str) -> None:
        organisation_id, _, caf = item.partition("/")
        self._register.perform(
            clock_for(caf), ChangeConvention(organisation_id, ConventionEvent.END_NOTICE, NOTICE_OVER)
        )

    def _end_contract(self, item: str) -> None:
        contract_id, _, caf = item.partition("/")
        self._register.perform(clock_for(caf), ChangeServiceContract(contract_id, ContractEvent.END, CONTRACT_OVER))
