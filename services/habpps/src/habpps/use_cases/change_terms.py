"""The Caf changes what a service contract says: profiles, purposes, days, maximum. What it narrows closes at once."""

from dataclasses import dataclass, replace

from habpps.domain.refusals import FormRefusedError, TransitionRefusedError, UnknownThingError
from habpps.domain.service_contract import ContractTerms, ServiceContract, why_terms_refused
from habpps.domain.states import ContractState
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.change_convention import check_reason

CHANGED = "habpps.service_contract.changed"


@dataclass(frozen=True)
class ChangeTerms(Act[str]):
    """What a contract says from now on; gives the identifier of the organisation. `seen`: its version on the form.

    The extranet of a contract never changes: `terms` names the same.
    """

    contract_id: str
    terms: ContractTerms
    reason: str
    seen: str | None = None


def check_alive(contract: ServiceContract) -> None:
    """Refuse to change a contract that has ended.

    Raises:
        TransitionRefusedError.
    """
    if contract.state is ContractState.ENDED:
        details = {"machine": "service_contract", "state": contract.state.value, "event": "change"}
        raise TransitionRefusedError("the contract has ended", details=details)


def changed_by(contract: ServiceContract, terms: ContractTerms) -> ServiceContract:
    """Return the contract with other terms; without a first day it keeps its own."""
    return replace(
        contract,
        profiles=tuple(sorted(set(terms.profiles))),
        purposes=tuple(sorted(set(terms.purposes))),
        starts_on=terms.starts_on or contract.starts_on,
        ends_on=terms.ends_on,
        maximum_users=terms.maximum_users,
    )


def change_terms(entry: ActEntry, act: ChangeTerms) -> str:
    """Write the contract with its new terms.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: the contract was changed since.
        TransitionRefusedError: the contract has ended.
        FormRefusedError: something typed is wrong, nothing changes, or more people hold it than may.
    """
    contract = entry.store.contracts.get(act.contract_id)
    if contract is None:
        raise UnknownThingError("service contract")
    organisation = entry.organisation(contract.organisation_id)
    check_version(act.seen, contract)
    check_alive(contract)
    extranet = entry.store.extranets.get(contract.extranet)
    problems = why_terms_refused(replace(act.terms, extranet=contract.extranet), extranet, entry.catalogue.purposes)
    after = changed_by(contract, act.terms)
    maximum = after.maximum_users
    if maximum is not None and entry.store.habilitations.seated(organisation.id, contract.id, "") > maximum:
        problems.setdefault("maximum_users", "FEWER_THAN_PEOPLE")
    if act.terms.extranet != contract.extranet or after == contract:
        problems.setdefault("extranet", "NOTHING_CHANGES")
    if problems or extranet is None:
        raise FormRefusedError(problems)
    check_reason(act.reason)
    entry.save(after)
    entry.note(
        Note(
            act=CHANGED,
            subject=f"service_contract:{contract.id}",
            organisation_id=organisation.id,
            label=extranet.short_label,
            reason=act.reason,
            details=_details(after),
        )
    )
    return organisation.id


def _details(contract: ServiceContract) -> dict[str, str]:
    return {
        "extranet": contract.extranet,
        "profiles": ", ".join(contract.profiles),
        "purposes": ", ".join(contract.purposes),
        "starts_on": contract.starts_on.isoformat(),
        "ends_on": contract.ends_on.isoformat() if contract.ends_on else "-",
        "maximum_users": str(contract.maximum_users or "-"),
    }
