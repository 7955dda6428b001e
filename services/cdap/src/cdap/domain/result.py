"""How a consultation that was allowed ended: the kinds that a professional must be able to tell apart.

A kind that speaks of a figure (quotient familial, resources) is only told to a profile that may see the figure.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from cdap.domain.dossier import Dossier
from cdap.domain.figures import Standing, standings_of
from cdap.domain.reduction import MINIMAL_FIELDS, REFERENCE_ONLY

EARLY_CHILDHOOD_PROFILE = "T2"
EARLY_CHILDHOOD_YEARS = 7  # childcare contribution: at least one child under 7


class ResultKind(Enum):
    """Stable names: gRPC clients and the journal read them."""

    FOUND = "FOUND"
    CLOSED = "CLOSED"
    TRANSFERRED = "TRANSFERRED"
    BEING_AFFILIATED = "BEING_AFFILIATED"
    SUSPENDED = "SUSPENDED"
    INCOMPLETE = "INCOMPLETE"
    DECEASED = "DECEASED"
    NO_RIGHT = "NO_RIGHT"
    QF_UNAVAILABLE = "QF_UNAVAILABLE"
    RESOURCES_MISSING = "RESOURCES_MISSING"
    NOT_ELIGIBLE = "NOT_ELIGIBLE"
    ELIGIBILITY_UNKNOWN = "ELIGIBILITY_UNKNOWN"  # a child is perhaps young enough: its birthday is known in part only


@dataclass(frozen=True, slots=True)
class Result:
    """The kind, the fields it narrows the view to (None: no narrowing), and what the figures shown are worth."""

    kind: ResultKind
    only: frozenset[str] | None = None
    standings: Mapping[str, Standing] = field(default_factory=dict)


_BY_CODE = {
    "101": Result(ResultKind.CLOSED, MINIMAL_FIELDS),
    "102": Result(ResultKind.CLOSED, MINIMAL_FIELDS),
    "132": Result(ResultKind.DECEASED, MINIMAL_FIELDS),
    "131": Result(ResultKind.INCOMPLETE, MINIMAL_FIELDS),
    "111": Result(ResultKind.BEING_AFFILIATED),
    "121": Result(ResultKind.SUSPENDED),
    "141": Result(ResultKind.NO_RIGHT),
}
_FOUND = Result(ResultKind.FOUND)
_TRANSFERRED = Result(ResultKind.TRANSFERRED, MINIMAL_FIELDS)
_NOT_ELIGIBLE = Result(ResultKind.NOT_ELIGIBLE, REFERENCE_ONLY)
_ELIGIBILITY_UNKNOWN = Result(ResultKind.ELIGIBILITY_UNKNOWN, REFERENCE_ONLY)
_RESOURCE_FIELDS = ("annual_resources", "quarterly_resources", "quotient_familial")


def result_of(dossier: Dossier, profile: str, fields: Collection[str], today: date) -> Result:
    """How the consultation ends for this profile.

    Under the profile of childcare no field is shown without a child who is born and surely under 7: an announced child
    does not count, and one whose birthday is known in part counts only when every possible day is late enough.
    """
    result = _kind_of(dossier, profile, fields, today)
    if result.only is not None:
        return result
    return replace(result, standings=standings_of(dossier.document, fields, today))


def _kind_of(dossier: Dossier, profile: str, fields: Collection[str], today: date) -> Result:
    code = dossier.status_code
    if dossier.transferred_to is not None:
        return _TRANSFERRED
    if code in {"101", "102", "131", "132"}:
        return _BY_CODE[code]
    if profile == EARLY_CHILDHOOD_PROFILE:
        young = dossier.has_child_under(EARLY_CHILDHOOD_YEARS, today)
        if not young:
            return _ELIGIBILITY_UNKNOWN if young is None else _NOT_ELIGIBLE
    if code == "151":
        return Result(ResultKind.QF_UNAVAILABLE) if "quotient_familial" in fields else _FOUND
    if code == "161":
        told = any(name in fields for name in _RESOURCE_FIELDS)
        return Result(ResultKind.RESOURCES_MISSING) if told else _FOUND
    return _BY_CODE.get(code, _FOUND)
