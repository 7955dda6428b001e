"""Territory: a service contract covers the dossiers of the Caf that signed it; an extension adds those of one more."""

from dataclasses import dataclass, field, replace
from datetime import date

from habpps.domain.organisation import why_dates_refused
from habpps.domain.refusals import TransitionRefusedError
from habpps.domain.service_contract import ServiceContract


@dataclass(frozen=True, kw_only=True)
class Territory:
    """One extension, of one contract to the dossiers of one other Caf. `state`: active, ended."""

    id: str
    organisation_id: str
    contract_id: str
    caf: str
    starts_on: date
    ends_on: date | None
    state: str = "active"
    changes: int = field(default=0, compare=False)
    """How often it was changed since it was made; the store counts."""

    def is_alive(self, today: date) -> bool:
        """Not ended, and not over: it covers its Caf today, or will."""
        return self.state == "active" and (self.ends_on is None or today <= self.ends_on)

    def ended(self) -> "Territory":
        """The end of it, at once.

        Raises:
            TransitionRefusedError: it has ended.
        """
        if self.state != "active":
            details = {"machine": "territory", "state": self.state, "event": "end"}
            raise TransitionRefusedError("the extension has ended", details=details)
        return replace(self, state="ended")


def why_extension_refused(
    contract: ServiceContract, known: tuple[Territory, ...], wanted: tuple[str, date | None, date | None], today: date
) -> dict[str, str]:
    """Return field -> reason code. `known`: the extensions of the contract; `wanted`: Caf, first and last day."""
    caf, starts_on, ends_on = wanted
    problems = why_dates_refused(starts_on, ends_on)
    if caf == contract.caf:
        problems["caf"] = "TERRITORY_IS_OWN"
    elif any(one.caf == caf and one.is_alive(today) for one in known):
        problems["caf"] = "TERRITORY_EXTENDED_ALREADY"
    return problems
