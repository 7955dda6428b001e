"""Steps of a service contract: suspend, reactivate, end."""

from dataclasses import dataclass

from habpps.domain.refusals import UnknownThingError
from habpps.domain.states import ContractEvent
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.change_convention import check_reason

ACTS: dict[ContractEvent, str] = {
    ContractEvent.SUSPEND: "habpps.service_contract.suspended",
    ContractEvent.REACTIVATE: "habpps.service_contract.reactivated",
    ContractEvent.END: "habpps.service_contract.ended",
}


@dataclass(frozen=True)
class ChangeServiceContract(Act[str]):
    """One step of a contract; gives the identifier of the organisation. `seen`: its version, as a form showed it."""

    contract_id: str
    event: ContractEvent
    reason: str
    seen: str | None = None


def change_service_contract(entry: ActEntry, act: ChangeServiceContract) -> str:
    """Take the step.

    Raises:
        UnknownThingError: not their business.
        FormRefusedError: the reason is missing.
        ThingChangedError: the contract was changed since.
        TransitionRefusedError: not from the present state.
    """
    contract = entry.store.contracts.get(act.contract_id)
    if contract is None:
        raise UnknownThingError("service contract")
    organisation = entry.organisation(contract.organisation_id)
    check_version(act.seen, contract)
    check_reason(act.reason)
    entry.save(contract.after(act.event))
    extranet = entry.store.extranets.get(contract.extranet)
    entry.note(
        Note(
            act=ACTS[act.event],
            subject=f"service_contract:{contract.id}",
            organisation_id=organisation.id,
            label=contract.extranet if extranet is None else extranet.short_label,
            reason=act.reason,
            details={"extranet": contract.extranet},
        )
    )
    return organisation.id
