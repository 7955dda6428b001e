"""What a professional must be told beside a dossier: a pure function of the result, the figures and the children.

Each notice has a place: at the top, or beside the field it speaks of. The sentences are in `adapters/web`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from cdap.domain.dossier import Dossier
from cdap.domain.figures import Standing, data_are_old, year_in_force
from cdap.domain.result import EARLY_CHILDHOOD_PROFILE, Result, ResultKind

TOP = "top"


class NoticeKind(Enum):
    """What is said. Those of the top that explain the result are the kinds of `ResultKind`."""

    DATA_OLD = "DATA_OLD"
    USE_FOR_PARTICIPATION = "USE_FOR_PARTICIPATION"
    RESOURCES_UNKNOWN = "RESOURCES_UNKNOWN"
    RESOURCES_OLD = "RESOURCES_OLD"
    RESOURCES_OTHER_PERIOD = "RESOURCES_OTHER_PERIOD"
    RESOURCES_CONTRADICTED = "RESOURCES_CONTRADICTED"
    RESOURCES_TO_CONFIRM = "RESOURCES_TO_CONFIRM"
    PREVIOUS_OLD = "PREVIOUS_OLD"
    QUARTER_OLD = "QUARTER_OLD"
    QUARTER_TO_CONFIRM = "QUARTER_TO_CONFIRM"
    QF_UNKNOWN = "QF_UNKNOWN"
    QF_OLD = "QF_OLD"
    QF_OTHER_PERIOD = "QF_OTHER_PERIOD"
    QF_CONTRADICTED = "QF_CONTRADICTED"
    QF_TO_CONFIRM = "QF_TO_CONFIRM"
    ANNOUNCED_CHILDREN = "ANNOUNCED_CHILDREN"
    MORE_DEPENDENT_CHILDREN = "MORE_DEPENDENT_CHILDREN"
    ALTERNATING_RESIDENCE = "ALTERNATING_RESIDENCE"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to say. `values` fill the sentence: years, months, numbers of children, cents."""

    kind: ResultKind | NoticeKind
    place: str
    values: Mapping[str, Any] = field(default_factory=dict)


_OF_FIGURES: Mapping[tuple[str, Standing], NoticeKind] = {
    ("annual_resources", Standing.UNKNOWN): NoticeKind.RESOURCES_UNKNOWN,
    ("annual_resources", Standing.OLD): NoticeKind.RESOURCES_OLD,
    ("annual_resources", Standing.OTHER_PERIOD): NoticeKind.RESOURCES_OTHER_PERIOD,
    ("annual_resources", Standing.CONTRADICTED): NoticeKind.RESOURCES_CONTRADICTED,
    ("annual_resources", Standing.TO_CONFIRM): NoticeKind.RESOURCES_TO_CONFIRM,
    ("previous_annual_resources", Standing.OLD): NoticeKind.PREVIOUS_OLD,
    ("quarterly_resources", Standing.OLD): NoticeKind.QUARTER_OLD,
    ("quarterly_resources", Standing.TO_CONFIRM): NoticeKind.QUARTER_TO_CONFIRM,
    ("quotient_familial", Standing.UNKNOWN): NoticeKind.QF_UNKNOWN,
    ("quotient_familial", Standing.OLD): NoticeKind.QF_OLD,
    ("quotient_familial", Standing.OTHER_PERIOD): NoticeKind.QF_OTHER_PERIOD,
    ("quotient_familial", Standing.CONTRADICTED): NoticeKind.QF_CONTRADICTED,
    ("quotient_familial", Standing.TO_CONFIRM): NoticeKind.QF_TO_CONFIRM,
}


def notices_of(
    dossier: Dossier, result: Result, profile: str, view: Mapping[str, Any], today: date
) -> tuple[Notice, ...]:
    """Everything to say about what this profile sees. A field that is not in `view` is not spoken of."""
    notices = [] if result.kind is ResultKind.FOUND else [Notice(result.kind, TOP)]
    if result.only is None and data_are_old(dossier.document, today):
        notices.append(Notice(NoticeKind.DATA_OLD, TOP, {"month": dossier.reference_month}))
    values = _values(dossier, today)
    for name, standing in result.standings.items():
        kind = _OF_FIGURES.get((name, standing))
        if name == "annual_resources" and standing is Standing.IN_FORCE and profile == EARLY_CHILDHOOD_PROFILE:
            kind = NoticeKind.USE_FOR_PARTICIPATION
        if kind is not None:
            notices.append(Notice(kind, name, values[name]))
    return (*notices, *_of_children(dossier, view, today))


def _values(dossier: Dossier, today: date) -> dict[str, dict[str, Any]]:
    document = dossier.document
    annual = document["annual_resources"]
    quarter = document.get("quarterly_resources", {})
    return {
        "annual_resources": {"year": annual["year"], "in_force": year_in_force(today)},
        "previous_annual_resources": {"year": document["previous_annual_resources"]["year"]},
        "quarterly_resources": {"month": quarter.get("to")},
        "quotient_familial": {"month": document["quotient_familial"]["month"]},
    }


def _of_children(dossier: Dossier, view: Mapping[str, Any], today: date) -> list[Notice]:
    notices = []
    announced = sum(1 for birth_on in dossier.birthdays if birth_on.is_surely_after(today))
    if announced and "children" in view:
        notices.append(Notice(NoticeKind.ANNOUNCED_CHILDREN, "children", {"count": announced}))
    more = view.get("dependent_children", 0) - len(dossier.birthdays)
    if more > 0 and "children" in view:
        notices.append(Notice(NoticeKind.MORE_DEPENDENT_CHILDREN, "children", {"count": more}))
    if alternating := view.get("alternating_residence", 0):
        notices.append(Notice(NoticeKind.ALTERNATING_RESIDENCE, "children", {"count": alternating}))
    return notices
