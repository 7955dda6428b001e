"""What a group could open: each service contract that its profile can open, and to how many members it is open."""

from habpps.domain.authorship import Author, check_reach
from habpps.domain.habilitation import Group, contracts_for
from habpps.domain.service_contract import ServiceContract
from habpps.use_cases.ports import Repositories
from habpps.use_cases.register import Register
from partnerkit.days import french_day
from servicekit.clock import Clock


class ConsultOpenings:
    """Reads for the page of a group."""

    def __init__(self, register: Register, clock: Clock) -> None:
        self._register = register
        self._clock = clock

    def __call__(self, author: Author, group: Group) -> tuple[tuple[ServiceContract, int], ...]:
        """Return the contracts that the profile of a group can open, each with how many members have it.

        Raises:
            UnknownThingError: not theirs.
        """

        def work(store: Repositories) -> tuple[tuple[ServiceContract, int], ...]:
            organisation = check_reach(author, store.organisations.get(group.organisation_id))
            opened = store.habilitations.opened_in(group.id)
            today = french_day(self._clock.now())
            possible = contracts_for(group.profile, store.contracts.of(organisation.id), today)
            return tuple((contract, opened.get(contract.id, 0)) for contract in possible)

        return self._register.read(author, "habpps.group.read", work)
