"""What each figure of a dossier is worth today: in force, to be confirmed, or not to be used, and why.

A pure function of the dossier and the day. Whatever shows a figure, or tells people to compute with it, asks here, so
that no instruction stands beside a figure that must not be used.
"""

from collections.abc import Collection, Mapping
from datetime import date
from enum import Enum

from cdap.domain.dossier import Document

YEARS_BACK = 2  # resources of the year N-2 are in force from January to December of the year N
LATEST_MONTHS = 2  # data of a month that is further back are old: an import was missed
_QUARTER_MONTHS = 6  # a quarterly declaration further back says nothing of today
_PROVISIONAL_CODES = frozenset({"111", "121"})  # being affiliated, suspended: figures may change
_QF_CONTRADICTED = frozenset({"151", "161"})


class Standing(Enum):
    """Stable names: gRPC clients read them. Only a figure IN_FORCE may be computed with."""

    IN_FORCE = "IN_FORCE"
    TO_CONFIRM = "TO_CONFIRM"  # of the period in force, but the dossier is provisional, or its data are old
    UNKNOWN = "UNKNOWN"  # the figure is not there
    OLD = "OLD"  # of an earlier period
    OTHER_PERIOD = "OTHER_PERIOD"  # of a later period than the one in force
    CONTRADICTED = "CONTRADICTED"  # there, although the state of the dossier says that it is not available


def year_in_force(today: date) -> int:
    """The year whose resources count today."""
    return today.year - YEARS_BACK


def months_since(month: str, today: date) -> int:
    """Calendar months from "2026-11" until today; negative for a month to come."""
    return (today.year - int(month[:4])) * 12 + today.month - int(month[5:7])


def standings_of(document: Document, fields: Collection[str], today: date) -> Mapping[str, Standing]:
    """What each figure among `fields` is worth; fields that hold no such figure are left out."""
    known = {name: rule for name, rule in _RULES.items() if name in fields and name in document}
    return {name: rule(document, today) for name, rule in known.items()}


def data_are_old(document: Document, today: date) -> bool:
    """Whether the month of the dossier is further back than a monthly import explains."""
    return months_since(document["reference"]["month"], today) > LATEST_MONTHS


def _annual(document: Document, today: date) -> Standing:
    resources = document["annual_resources"]
    if resources["amount_cents"] is None:
        return Standing.UNKNOWN
    if resources["year"] != year_in_force(today):
        return Standing.OLD if resources["year"] < year_in_force(today) else Standing.OTHER_PERIOD
    return Standing.CONTRADICTED if document["status"]["code"] == "161" else _unless_provisional(document, today)


def _previous(document: Document, _: date) -> Standing:
    return Standing.UNKNOWN if document["previous_annual_resources"]["amount_cents"] is None else Standing.OLD


def _quotient(document: Document, today: date) -> Standing:
    quotient = document["quotient_familial"]
    if quotient["value"] is None:
        return Standing.UNKNOWN
    since = months_since(quotient["month"], today)
    if since > 1 or int(quotient["month"][:4]) < today.year:  # it is computed again each January
        return Standing.OLD
    if since < 0:
        return Standing.OTHER_PERIOD
    if document["status"]["code"] in _QF_CONTRADICTED:
        return Standing.CONTRADICTED
    return _unless_provisional(document, today)


def _quarterly(document: Document, today: date) -> Standing:
    if months_since(document["quarterly_resources"]["to"], today) > _QUARTER_MONTHS:
        return Standing.OLD
    if document["status"]["code"] == "161":
        return Standing.TO_CONFIRM
    return _unless_provisional(document, today)


def _unless_provisional(document: Document, today: date) -> Standing:
    provisional = document["status"]["code"] in _PROVISIONAL_CODES or data_are_old(document, today)
    return Standing.TO_CONFIRM if provisional else Standing.IN_FORCE


_RULES = {
    "annual_resources": _annual,
    "previous_annual_resources": _previous,
    "quotient_familial": _quotient,
    "quarterly_resources": _quarterly,
}
FIGURE_FIELDS = frozenset(_RULES)
