"""Service contracts: one opens one extranet to one organisation, for profiles and purposes, for dossiers of one Caf."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from habpps.domain.organisation import why_dates_refused
from habpps.domain.profiles import why_profile_refused
from habpps.domain.states import SERVICE_CONTRACT, ContractEvent, ContractState

MOST_USERS = 10_000


@dataclass(frozen=True, kw_only=True)
class Extranet:
    """A row of the registry of extranets. Kind "administration" is open to administrators, never by contract.

    `owner`: the Caf that alone has it, or `national`.
    """

    code: str
    owner: str
    label: str
    url: str
    profiles: tuple[str, ...]
    purposes: tuple[str, ...]
    enabled: bool
    kind: str = "professional"
    changes: int = field(default=0, compare=False)
    """How often it was changed since it was made; the store counts."""

    @property
    def id(self) -> str:
        """Its code."""
        return self.code

    @property
    def short_label(self) -> str:
        """The label up to its first comma: "CDAP"."""
        return self.label.split(",")[0]


@dataclass(frozen=True)
class Purpose:
    """Why data may be consulted, and with which profiles."""

    code: str
    label: str
    profiles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ContractTerms:
    """What a contract says, before it exists."""

    extranet: str
    profiles: tuple[str, ...]
    purposes: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None
    maximum_users: int | None


@dataclass(frozen=True, kw_only=True)
class ServiceContract:
    """A contract in force or past, for the dossiers of the Caf that signed it. `maximum_users` None means no limit."""

    id: str
    organisation_id: str
    caf: str
    convention_id: str
    extranet: str
    profiles: tuple[str, ...]
    purposes: tuple[str, ...]
    state: ContractState
    starts_on: date
    ends_on: date | None
    maximum_users: int | None
    changes: int = field(default=0, compare=False)
    """How often it was changed since it was made; the store counts."""

    def after(self, event: ContractEvent) -> "ServiceContract":
        """Take one step of the state machine.

        Raises:
            TransitionRefusedError: not from this state.
        """
        return replace(self, state=SERVICE_CONTRACT.after(self.state, event))

    def opens_on(self, today: date) -> bool:
        """Say whether the contract is in force today."""
        in_time = self.starts_on <= today and (self.ends_on is None or today <= self.ends_on)
        return self.state is ContractState.ACTIVE and in_time


def why_terms_refused(
    terms: ContractTerms, extranet: Extranet | None, purposes: Mapping[str, Purpose]
) -> dict[str, str]:
    """Return field -> reason code."""
    if extranet is None or not extranet.enabled or extranet.kind != "professional":
        return {"extranet": "EXTRANET_UNKNOWN"}
    found: dict[str, str | None] = {
        "profiles": _why_profiles_refused(terms, extranet, purposes),
        "purposes": _why_purposes_refused(terms, extranet, purposes),
    }
    if terms.maximum_users is not None and not 1 <= terms.maximum_users <= MOST_USERS:
        found["maximum_users"] = "NUMBER_OUT_OF_RANGE"
    found.update(why_dates_refused(terms.starts_on, terms.ends_on))
    return {field: reason for field, reason in found.items() if reason}


def _why_profiles_refused(terms: ContractTerms, extranet: Extranet, purposes: Mapping[str, Purpose]) -> str | None:
    if not terms.profiles:
        return "EMPTY"
    usable = {profile for code in terms.purposes if code in purposes for profile in purposes[code].profiles}
    for profile in terms.profiles:
        refused = why_profile_refused(profile)
        if refused or profile not in extranet.profiles:
            return refused or "PROFILE_NOT_IN_EXTRANET"
        if terms.purposes and profile not in usable:
            return "PROFILE_WITHOUT_PURPOSE"
    return None


def _why_purposes_refused(terms: ContractTerms, extranet: Extranet, purposes: Mapping[str, Purpose]) -> str | None:
    if not terms.purposes:
        return "EMPTY"
    for code in terms.purposes:
        purpose = purposes.get(code)
        if purpose is None or code not in extranet.purposes:
            return "PURPOSE_UNKNOWN"
        if not set(purpose.profiles) & set(terms.profiles):
            return "PURPOSE_WITHOUT_PROFILE"
    return None
