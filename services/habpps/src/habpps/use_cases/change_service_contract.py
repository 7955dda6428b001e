"""Steps of a service contract: suspend, reactivate, end."""

from habpps.domain.authorship import Author, check_role
from habpps.domain.people import Role
from habpps.domain.refusals import UnknownThingError
from habpps.domain.states import ContractEvent
from habpps.domain.versions import check_version
from habpps.use_cases.change_convention import motive_typed
from habpps.use_cases.register import ActEntry, Done, Note, Register

ACTS: dict[ContractEvent, str] = {
    ContractEvent.SUSPEND: "habpps.service_contract.suspended",
    ContractEvent.REACTIVATE: "habpps.service_contract.reactivated",
    ContractEvent.END: "habpps.service_contract.ended",
}


class ChangeServiceContract:
    """Takes one step of a service contract."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def __call__(
        self, author: Author, contract_id: str, event: ContractEvent, reason: str, *, seen: str | None = None
    ) -> Done[str]:
        """Return the identifier of the organisation. `seen`: `version_of` the contract that a form showed.

        Raises:
            RoleNotAllowedError, UnknownThingError: not their business.
            FormRefusedError: the reason is missing.
            ThingChangedError: the contract was changed since.
            TransitionRefusedError: not from the present state.
        """

        def work(entry: ActEntry) -> str:
            check_role(entry.author, Role.CAF_ADMINISTRATOR)
            contract = entry.store.contracts.get(contract_id)
            if contract is None:
                raise UnknownThingError("service contract")
            organisation = entry.organisation(contract.organisation_id)
            check_version(seen, contract)
            motive = motive_typed(reason)
            entry.save(contract.after(event))
            subject = f"service_contract:{contract.id}"
            extranet = entry.store.extranets.get(contract.extranet)
            label = contract.extranet if extranet is None else extranet.short_label
            details = {"extranet": contract.extranet}
            entry.note(
                Note(
                    act=ACTS[event],
                    subject=subject,
                    organisation_id=organisation.id,
                    label=label,
                    reason=motive,
                    details=details,
                )
            )
            return organisation.id

        return self._register.act(author, ACTS[event], work)
