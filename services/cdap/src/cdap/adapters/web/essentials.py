"""What a professional came for, in a few figures at the top of the dossier; the mark that every figure carries."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from cdap.adapters.web.formats import day, month, whole_euros
from cdap.adapters.web.values import CODES
from cdap.domain.figures import Standing
from cdap.use_cases.consultation import Released
from servicekit.web.formats import euros, figure

MONTHS_OF_A_YEAR = 12
MARKS: Mapping[Standing, object] = {
    Standing.TO_CONFIRM: _l("à confirmer"),
    Standing.OLD: _l("ancienne valeur, à ne pas utiliser"),
    Standing.OTHER_PERIOD: _l("à ne pas utiliser"),
    Standing.CONTRADICTED: _l("à ne pas utiliser"),
}
# Fields whose figures and notices stand at the top, by profile; others see a summary of what their profile holds.
FIELDS = {"T2": ("annual_resources", "dependent_children", "aeeh_children"), "T5": ("quotient_familial",)}
_SUMMARY = ("status", "annual_resources", "quotient_familial", "dependent_children", "rsa")


class KeyFigure(NamedTuple):
    """One figure. `copied` is what the button "Copier" puts in the clipboard; empty: no button. `mark`: a warning."""

    field: str
    term: str
    value: str
    detail: str = ""
    copied: str = ""
    mark: str = ""


def monthly_cents(annual_cents: int) -> int:
    """A twelfth of the year, rounded to the cent, half up."""
    return (annual_cents * 2 + MONTHS_OF_A_YEAR) // (2 * MONTHS_OF_A_YEAR)


def mark_of(standing: Standing | None) -> str:
    """The warning a figure carries; empty when it may be used or is not there."""
    return str(MARKS.get(standing, "")) if standing else ""


def essentials_of(answer: Released) -> list[KeyFigure]:
    """The figures of the top; none when the result narrowed the dossier to who and its state."""
    if not answer.standings:
        return []
    fields = FIELDS.get(answer.profile, _SUMMARY)
    return [one for name in fields if name in answer.dossier for one in _DRAWN[name](answer)]


def for_software(answer: Released, essentials: Sequence[KeyFigure]) -> str:
    """The figures that may be used as lines of plain text, to be pasted into other software; empty when there is none.

    A number is written as `KeyFigure.copied` is: without unit or separator, and with the period it is of.
    """
    usable = [one for one in essentials if one.copied]
    if not usable:
        return ""
    matricule = answer.dossier.get("reference", {}).get("matricule", "")
    lines = [str(_("Numéro d'allocataire : %(matricule)s", matricule=matricule))]
    lines += [f"{one.term} : {one.copied}" + (f" ({one.detail})" if one.detail else "") for one in usable]
    return "\n".join(lines)


def _annual(answer: Released) -> list[KeyFigure]:
    resources = answer.dossier["annual_resources"]
    standing = answer.standings["annual_resources"]
    term, year, cents = _("Base ressources annuelle"), resources["year"], resources["amount_cents"]
    detail = _("ressources de %(year)s", year=year)
    if cents is None:
        return [KeyFigure("annual_resources", term, _("non connue de la Caf"), detail)]
    if standing is not Standing.IN_FORCE:
        return [KeyFigure("annual_resources", term, whole_euros(cents), detail, mark=mark_of(standing))]
    yearly = KeyFigure("annual_resources", term, whole_euros(cents), detail, _typed(cents))
    monthly = monthly_cents(cents)
    twelfth = KeyFigure(
        "annual_resources", _("Base mensuelle"), euros(Decimal(monthly) / 100), _("un douzième"), _typed(monthly)
    )
    return [yearly, twelfth]


def _quotient(answer: Released) -> list[KeyFigure]:
    quotient = answer.dossier["quotient_familial"]
    standing = answer.standings["quotient_familial"]
    term, of_month = _("Quotient familial"), month(quotient["month"])
    if quotient["value"] is None:
        return [KeyFigure("quotient_familial", term, _("non connu"), of_month)]
    detail = _("%(month)s, date du calcul : %(day)s", month=of_month, day=day(quotient["computed_on"]))
    value = euros(quotient["value"], cents=False)
    copied = str(quotient["value"]) if standing is Standing.IN_FORCE else ""
    return [KeyFigure("quotient_familial", term, value, detail, copied, mark_of(standing))]


def _dependent_children(answer: Released) -> list[KeyFigure]:
    count = answer.dossier["dependent_children"]
    return [KeyFigure("dependent_children", _("Enfants à charge"), figure(count), copied=str(count))]


def _aeeh_children(answer: Released) -> list[KeyFigure]:
    count = answer.dossier["aeeh_children"]
    return [KeyFigure("aeeh_children", _("Dont bénéficiaires de l'AEEH"), figure(count), copied=str(count))]


def _status(answer: Released) -> list[KeyFigure]:
    status = answer.dossier["status"]
    if "code" not in status:
        return [KeyFigure("status", _("État du dossier"), _("Actif") if status["active"] else _("Non actif"))]
    since = _("depuis : %(day)s", day=day(status["since_on"]))
    return [KeyFigure("status", _("État du dossier"), CODES.STATUS_LABELS[status["code"]], since)]


def _rsa(answer: Released) -> list[KeyFigure]:
    rsa = answer.dossier["rsa"]
    since = _("depuis : %(day)s", day=day(rsa["since_on"]))
    return [KeyFigure("rsa", _("RSA"), CODES.RSA_STATE_LABELS[rsa["state"]], since)]


def _typed(cents: int) -> str:
    """As other software takes it: "10800" or "900,50"."""
    whole, rest = divmod(cents, 100)
    return f"{whole},{rest:02d}" if rest else str(whole)


_DRAWN: Mapping[str, Any] = {
    "annual_resources": _annual,
    "quotient_familial": _quotient,
    "dependent_children": _dependent_children,
    "aeeh_children": _aeeh_children,
    "status": _status,
    "rsa": _rsa,
}
