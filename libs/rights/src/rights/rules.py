"""The conditions of a right, as one ordered table: read it top to bottom.

A check answers None (the condition holds) or the reason why not (UPPER_SNAKE, stable: programs and French pages depend
on it). What is missing, unknown or unreadable does not hold. `rights.question_rules` adds those of a question.
"""

from collections.abc import Callable
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from rights.facts import NATIONAL
from rights.field_table import RESERVED_PROFILES
from rights.right import Right, fitting_purposes, is_over, purposes_of

CheckT = TypeVar("CheckT", bound=Callable[..., str | None])
RightCheck = Callable[[Right, date], str | None]


class Rule(NamedTuple, Generic[CheckT]):
    """One condition: its identifier, written into the audit record, and its check."""

    rule_id: str
    check: CheckT


def _extranet_is_enabled(right: Right, _: date) -> str | None:
    if right.extranet is None:
        return "EXTRANET_UNKNOWN"
    return None if right.extranet.enabled is True else "EXTRANET_DISABLED"


def _extranet_is_professional(right: Right, _: date) -> str | None:
    return None if right.extranet is not None and right.extranet.kind == "professional" else "EXTRANET_NOT_PROFESSIONAL"


def _extranet_is_of_this_caf(right: Right, _: date) -> str | None:
    # For other Cafs it does not exist: the answer is that of a code which nobody knows.
    offered = right.extranet is not None and right.extranet.owner in (NATIONAL, right.caf)
    return None if offered else "EXTRANET_UNKNOWN"


def _organisation_is_active(right: Right, _: date) -> str | None:
    if right.organisation is None:
        return "ORGANISATION_UNKNOWN"
    return None if right.organisation.state == "active" else "ORGANISATION_CLOSED"


def _convention_exists(right: Right, _: date) -> str | None:
    convention, organisation = right.convention, right.organisation
    if convention is None or organisation is None:
        return "CONVENTION_MISSING"
    binds = (convention.organisation_id, convention.caf) == (organisation.id, right.caf)
    return None if binds else "CONVENTION_MISSING"


def _convention_is_not_over(right: Right, today: date) -> str | None:
    if right.convention is None:
        return "CONVENTION_MISSING"
    if right.convention.state == "terminated_for_breach":
        return "CONVENTION_TERMINATED"
    if right.convention.state == "ended" or is_over(right.convention.ends_on, today):
        return "CONVENTION_ENDED"
    return None


def _convention_is_active(right: Right, _: date) -> str | None:
    # A denounced convention works until the end of its notice, which is its ends_on.
    convention = right.convention
    if convention is not None and convention.state == "denounced":
        return None if convention.ends_on is not None else "CONVENTION_ENDED"
    return None if convention is not None and convention.state == "active" else "CONVENTION_SUSPENDED"


def _convention_has_started(right: Right, today: date) -> str | None:
    return None if right.convention is not None and right.convention.starts_on <= today else "CONVENTION_NOT_STARTED"


def _contract_exists(right: Right, _: date) -> str | None:
    return "SERVICE_CONTRACT_MISSING" if right.contract is None else None


def _contract_is_not_over(right: Right, today: date) -> str | None:
    contract = right.contract
    over = contract is None or contract.state == "ended" or is_over(contract.ends_on, today)
    return "SERVICE_CONTRACT_ENDED" if over else None


def _contract_is_active(right: Right, _: date) -> str | None:
    return None if right.contract is not None and right.contract.state == "active" else "SERVICE_CONTRACT_SUSPENDED"


def _contract_has_started(right: Right, today: date) -> str | None:
    return None if right.contract is not None and right.contract.starts_on <= today else "SERVICE_CONTRACT_NOT_STARTED"


def _contract_opens_something(right: Right, _: date) -> str | None:
    return None if right.contract and purposes_of(right) else "SERVICE_CONTRACT_EMPTY"


def _user_is_active(right: Right, _: date) -> str | None:
    if right.user is None:
        return "USER_UNKNOWN"
    if right.user.state == "active":
        return None
    return {"locked": "USER_LOCKED", "closed": "USER_CLOSED"}.get(right.user.state, "USER_INACTIVE")


def _habilitation_exists(right: Right, _: date) -> str | None:
    return "NO_HABILITATION" if right.grant is None else None


def _habilitation_is_not_over(right: Right, today: date) -> str | None:
    if right.grant is None or right.grant.state == "withdrawn":
        return "HABILITATION_WITHDRAWN"
    return "HABILITATION_ENDED" if is_over(right.grant.ends_on, today) else None


def _habilitation_is_active(right: Right, _: date) -> str | None:
    return None if right.grant is not None and right.grant.state == "active" else "HABILITATION_SUSPENDED"


def _habilitation_has_started(right: Right, today: date) -> str | None:
    return None if right.grant is not None and right.grant.starts_on <= today else "HABILITATION_NOT_STARTED"


def _profile_is_open(right: Right, _: date) -> str | None:
    # T6 to T9 have no published meaning: they are refused wherever they appear.
    return None if right.grant is not None and right.grant.profile not in RESERVED_PROFILES else "PROFILE_RESERVED"


def _profile_is_in_contract(right: Right, _: date) -> str | None:
    held = right.grant is not None and right.contract is not None and right.grant.profile in right.contract.profiles
    return None if held else "PROFILE_NOT_IN_CONTRACT"


def _profile_is_in_extranet(right: Right, _: date) -> str | None:
    served = right.grant is not None and right.extranet is not None and right.grant.profile in right.extranet.profiles
    return None if served else "PROFILE_NOT_IN_EXTRANET"


def _profile_has_a_purpose(right: Right, _: date) -> str | None:
    return None if fitting_purposes(right) else "PROFILE_WITHOUT_PURPOSE"


# The right itself. The order is that of the documents: a person learns first of the paper nearest to the Caf that is
# missing. "Over" stands before "suspended" so that, of several contracts, the one still alive gives the reason.
RIGHT_RULES: tuple[Rule[RightCheck], ...] = (
    Rule("extranet-is-enabled", _extranet_is_enabled),
    Rule("extranet-is-professional", _extranet_is_professional),
    Rule("extranet-is-of-this-caf", _extranet_is_of_this_caf),
    Rule("organisation-is-active", _organisation_is_active),
    Rule("convention-exists", _convention_exists),
    Rule("convention-is-not-over", _convention_is_not_over),
    Rule("convention-is-active", _convention_is_active),
    Rule("convention-has-started", _convention_has_started),
    Rule("contract-exists", _contract_exists),
    Rule("contract-is-not-over", _contract_is_not_over),
    Rule("contract-is-active", _contract_is_active),
    Rule("contract-has-started", _contract_has_started),
    Rule("contract-opens-something", _contract_opens_something),
    Rule("user-is-active", _user_is_active),
    Rule("habilitation-exists", _habilitation_exists),
    Rule("habilitation-is-not-over", _habilitation_is_not_over),
    Rule("habilitation-is-active", _habilitation_is_active),
    Rule("habilitation-has-started", _habilitation_has_started),
    Rule("profile-is-open", _profile_is_open),
    Rule("profile-is-in-contract", _profile_is_in_contract),
    Rule("profile-is-in-extranet", _profile_is_in_extranet),
    Rule("profile-has-a-purpose", _profile_has_a_purpose),
)
