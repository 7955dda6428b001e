"""The Caf records that a service contract covers the dossiers of another Caf, for a time, and ends it."""

from dataclasses import dataclass
from datetime import date

from habpps.domain.refusals import FormRefusedError, UnknownThingError
from habpps.domain.service_contract import ServiceContract
from habpps.domain.territory import Territory, why_extension_refused
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.change_convention import check_reason
from habpps.use_cases.change_terms import check_alive
from servicekit.identifiers import new_id

EXTENDED, ENDED = "habpps.territory.extended", "habpps.territory.ended"


@dataclass(frozen=True)
class ExtendTerritory(Act[str]):
    """The dossiers of `caf` too, on these days; gives the identifier of the organisation."""

    contract_id: str
    caf: str
    starts_on: date | None
    ends_on: date | None
    reason: str


@dataclass(frozen=True)
class EndTerritory(Act[str]):
    """The end of an extension, at once; gives the identifier of the organisation. `seen`: its version on the form."""

    territory_id: str
    reason: str
    seen: str | None = None


def extend_territory(entry: ActEntry, act: ExtendTerritory) -> str:
    """Write the extension.

    Raises:
        UnknownThingError: not their business.
        TransitionRefusedError: the contract has ended.
        FormRefusedError: a day, the reason or the Caf is wrong.
    """
    contract = entry.store.contracts.get(act.contract_id)
    if contract is None:
        raise UnknownThingError("service contract")
    organisation = entry.organisation(contract.organisation_id)
    check_alive(contract)
    check_reason(act.reason)
    known = entry.store.territories.of(organisation.id)
    own = tuple(one for one in known if one.contract_id == contract.id)
    problems = why_extension_refused(contract, own, (act.caf, act.starts_on, act.ends_on), entry.today)
    if act.caf not in entry.catalogue.cafs:
        problems["caf"] = "CAF_UNKNOWN"
    if problems or act.starts_on is None:
        raise FormRefusedError(problems)
    territory = Territory(
        id=new_id(),
        organisation_id=organisation.id,
        contract_id=contract.id,
        caf=act.caf,
        starts_on=act.starts_on,
        ends_on=act.ends_on,
    )
    entry.save(territory)
    entry.note(_note(entry, EXTENDED, contract, territory, act.reason))
    return organisation.id


def end_territory(entry: ActEntry, act: EndTerritory) -> str:
    """End the extension: its dossiers are closed at once, the rest of the contract goes on.

    Raises:
        UnknownThingError: not their business.
        ThingChangedError: it was changed since.
        TransitionRefusedError: it has ended.
        FormRefusedError: the reason is missing.
    """
    territory = entry.store.territories.get(act.territory_id)
    contract = None if territory is None else entry.store.contracts.get(territory.contract_id)
    if territory is None or contract is None:
        raise UnknownThingError("territory")
    organisation = entry.organisation(territory.organisation_id)
    check_version(act.seen, territory)
    check_reason(act.reason)
    entry.save(territory.ended())
    entry.note(_note(entry, ENDED, contract, territory, act.reason))
    return organisation.id


def _note(entry: ActEntry, act: str, contract: ServiceContract, territory: Territory, reason: str) -> Note:
    extranet = entry.store.extranets.get(contract.extranet)
    details = {"extranet": contract.extranet, "caf": territory.caf, "starts_on": territory.starts_on.isoformat()}
    if territory.ends_on is not None:
        details["ends_on"] = territory.ends_on.isoformat()
    return Note(
        act=act,
        subject=f"service_contract:{contract.id}",
        organisation_id=contract.organisation_id,
        label=contract.extranet if extranet is None else extranet.short_label,
        reason=reason,
        details=details,
    )
