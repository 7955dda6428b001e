"""What the pages of a Caf show of extranets: the national ones, and those that are its own."""

from dataclasses import dataclass

from habpps.domain.authorship import Author, check_role
from habpps.domain.organisation import Organisation
from habpps.domain.people import Role
from habpps.domain.refusals import UnknownThingError
from habpps.domain.service_contract import Extranet, ServiceContract
from habpps.domain.versions import version_of
from habpps.use_cases.ports import Repositories
from habpps.use_cases.register import Register


@dataclass(frozen=True)
class ExtranetView:
    """An extranet, and the contracts of this Caf that open it. `is_own`: the Caf may withdraw it."""

    extranet: Extranet
    contracts: tuple[tuple[Organisation, ServiceContract], ...]
    is_own: bool

    @property
    def version(self) -> str:
        """For the form about it."""
        return version_of(self.extranet)


class ConsultExtranets:
    """Reads for the pages."""

    def __init__(self, register: Register) -> None:
        """Keep the register: it confirms the author and records refusals."""
        self._register = register

    def all(self, author: Author) -> tuple[Extranet, ...]:
        """Return those that this Caf can offer.

        Raises:
            RoleNotAllowedError: nobody of a Caf.
        """

        def work(store: Repositories) -> tuple[Extranet, ...]:
            check_role(author, Role.CAF_ADMINISTRATOR)
            return store.extranets.all()

        return self._register.read(author, "habpps.extranets.listed", work)

    def one(self, author: Author, code: str) -> ExtranetView:
        """Return one with the organisations that have a contract for it.

        Raises:
            RoleNotAllowedError: nobody of a Caf.
            UnknownThingError: there is none, or it is another Caf's.
        """

        def work(store: Repositories) -> ExtranetView:
            check_role(author, Role.CAF_ADMINISTRATOR)
            found = store.extranets.get(code)
            if found is None:
                raise UnknownThingError("extranet")
            opened = [(store.organisations.get(one.organisation_id), one) for one in store.contracts.for_extranet(code)]
            contracts = tuple((organisation, one) for organisation, one in opened if organisation is not None)
            return ExtranetView(found, contracts, found.owner == author.caf)

        return self._register.read(author, "habpps.extranets.listed", work)
