"""The Caf administrator records a service contract: it opens one extranet to the organisation."""

from dataclasses import dataclass

from habpps.domain.refusals import ContractExistsError, ConventionNotActiveError, FormRefusedError
from habpps.domain.service_contract import ContractTerms, ServiceContract, why_terms_refused
from habpps.domain.states import ContractState, ConventionState
from habpps.use_cases.act_entry import Act, ActEntry, Note
from servicekit.identifiers import new_id

OPENED = "habpps.service_contract.opened"


@dataclass(frozen=True)
class OpenServiceContract(Act[str]):
    """A signed contract, in force from its first day; gives its identifier."""

    organisation_id: str
    terms: ContractTerms


def open_service_contract(entry: ActEntry, act: OpenServiceContract) -> str:
    """Write the contract.

    Raises:
        UnknownThingError: not their business.
        FormRefusedError: something typed is wrong.
        ConventionNotActiveError: the convention must be in force first.
        ContractExistsError: one contract per extranet.
    """
    terms = act.terms
    organisation = entry.organisation(act.organisation_id)
    extranet = entry.store.extranets.get(terms.extranet)
    problems = why_terms_refused(terms, extranet, entry.catalogue.purposes)
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
        state=ContractState.ACTIVE,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        maximum_users=terms.maximum_users,
    )
    entry.save(contract)
    entry.note(
        Note(
            act=OPENED,
            subject=f"service_contract:{contract.id}",
            organisation_id=organisation.id,
            label=extranet.short_label,
            details={
                "extranet": contract.extranet,
                "profiles": ", ".join(contract.profiles),
                "purposes": ", ".join(contract.purposes),
                "caf": contract.caf,
            },
        )
    )
    return contract.id
