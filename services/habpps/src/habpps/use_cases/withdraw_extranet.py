"""A Caf withdraws an extranet of its own: it is open to nobody any more, whatever contracts say."""

from dataclasses import dataclass, replace

from habpps.domain.refusals import ExtranetClosedError, RoleNotAllowedError, UnknownThingError
from habpps.domain.service_contract import Extranet
from habpps.domain.versions import check_version
from habpps.use_cases.act_entry import Act, ActEntry, Note
from habpps.use_cases.change_convention import check_reason
from servicekit.event_form import NATIONAL

WITHDRAWN = "habpps.extranet.withdrawn"


@dataclass(frozen=True)
class WithdrawExtranet(Act[str]):
    """Close an extranet of the own Caf; gives its code. `seen`: its version, as a form showed it."""

    extranet: str
    reason: str
    seen: str | None = None


def withdraw_extranet(entry: ActEntry, act: WithdrawExtranet) -> str:
    """Close it. Each partner with a contract for it reads so in its history; the contracts stay as they are.

    Declared again by the operator's file, it is open again to those whom the contracts still name.

    Raises:
        UnknownThingError: there is none, or it is another Caf's.
        RoleNotAllowedError: it is national.
        ThingChangedError: it was changed since.
        FormRefusedError: the reason is missing.
        ExtranetClosedError: it is withdrawn already.
    """
    found = entry.store.extranets.get(act.extranet)
    if found is None:
        raise UnknownThingError("extranet")
    if found.owner == NATIONAL:
        raise RoleNotAllowedError("a national extranet is withdrawn by its operator")
    near = entry.for_caf(found.owner)
    check_version(act.seen, found)
    check_reason(act.reason)
    if not found.enabled:
        raise ExtranetClosedError(f"extranet {found.code} is withdrawn")
    near.save(replace(found, enabled=False))
    contracts = near.store.contracts.for_extranet(found.code)
    partners = dict.fromkeys(one.organisation_id for one in contracts)
    for organisation_id in ([near.author.organisation_id] if near.author.is_caf else []) + list(partners):
        near.note(_note(found, organisation_id, act.reason))
    if not near.notes:
        near.note(_note(found, "", act.reason))
    return found.code


def _note(extranet: Extranet, organisation_id: str, reason: str) -> Note:
    return Note(
        act=WITHDRAWN,
        subject=f"extranet:{extranet.code}",
        organisation_id=organisation_id,
        label=extranet.short_label,
        reason=reason,
    )
