"""The Caf administrator records a service contract: it opens one extranet to the organisation."""

from habpps.domain.authorship import Author, check_role
from habpps.domain.people import Role
from habpps.domain.refusals import ContractExistsError, ConventionNotActiveError, FormRefusedError
from habpps.domain.service_contract import ContractTerms, ServiceContract, why_terms_refused
from habpps.domain.states import ContractState, ConventionState
from habpps.use_cases.ports import Catalogue
from habpps.use_cases.register import ActEntry, Done, Note, Register
from servicekit.identifiers import new_id


class OpenServiceContract:
    """Records a signed contract; it is in force from its first day."""

    act = "habpps.service_contract.opened"

    def __init__(self, register: Register, catalogue: Catalogue) -> None:
        self._register = register
        self._catalogue = catalogue

    def __call__(self, author: Author, organisation_id: str, terms: ContractTerms) -> Done[str]:
        """Return the identifier of the contract.

        Raises:
            RoleNotAllowedError, UnknownThingError: not their business.
            FormRefusedError: something typed is wrong.
            ConventionNotActiveError: the convention must be in force first.
            ContractExistsError: one contract per extranet.
        """
        return self._register.act(
            author, self.act, lambda entry: open_service_contract(entry, organisation_id, terms, self._catalogue)
        )


def open_service_contract(entry: ActEntry, organisation_id: str, terms: ContractTerms, catalogue: Catalogue) -> str:
    """Write the contract; shared with the import of a file.

    Raises:
        FormRefusedError, ConventionNotActiveError, ContractExistsError: see OpenServiceContract.
    """
    check_role(entry.author, Role.CAF_ADMINISTRATOR)
    organisation = entry.organisation(organisation_id)
    extranet = entry.store.extranets.get(terms.extranet)
    problems = why_terms_refused(terms, extranet, catalogue.purposes, organisation.caf)
    if problems or extranet is None or terms.starts_on is None:
        raise FormRefusedError(problems)
    convention = entry.store.conventions.of(organisation.id)
    if convention is None or convention.state is not ConventionState.ACTIVE:
        state = "none" if convention is None else convention.state.value
        raise ConventionNotActiveError("no active convention", details={"state": state})
    for contract in entry.store.contracts.of(organisation.id):
        if contract.extranet == terms.extranet and contract.state is not ContractState.ENDED:
            raise ContractExistsError("contract in force", details={"extranet": terms.extranet})
    contract = ServiceContract(
        id=new_id(),
        organisation_id=organisation.id,
        caf=convention.caf,
        convention_id=convention.id,
        extranet=terms.extranet,
        profiles=tuple(sorted(set(terms.profiles))),
        purposes=tuple(sorted(set(terms.purposes))),
        territories=tuple(sorted(set(terms.territories))),
        state=ContractState.ACTIVE,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        maximum_users=terms.maximum_users,
    )
    entry.save(contract)
    entry.note(
        Note(
            act=OpenServiceContract.act,
            subject=f"service_contract:{contract.id}",
            organisation_id=organisation.id,
            label=extranet.short_label,
            details={
                "extranet": contract.extranet,
                "profiles": ", ".join(contract.profiles),
                "purposes": ", ".join(contract.purposes),
                "territories": ", ".join(contract.territories),
            },
        )
    )
    return contract.id
