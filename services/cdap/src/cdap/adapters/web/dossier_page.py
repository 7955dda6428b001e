"""The page of a dossier, and what its paper says on each sheet."""

from flask import g, render_template
from flask_babel import gettext as _

from cdap.adapters.web import labels
from cdap.adapters.web.charts import Chart, history_chart
from cdap.adapters.web.essentials import essentials_of, for_software, mark_of
from cdap.adapters.web.formats import months_back
from cdap.adapters.web.notice_sentences import by_place
from cdap.adapters.web.values import CODES
from cdap.use_cases.consultation import Released
from servicekit.web import Professional, current_professional
from servicekit.web.formats import longdatetime

_PLAIN = frozenset(" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.,:()")


def dossier_page(answer: Released, identifier: str) -> str:
    """The dossier in HTML; `identifier` is that of the result in the address."""
    essentials = essentials_of(answer)
    return render_template(
        "cdap/dossier.html",
        answer=answer,
        dossier=answer.dossier,
        identifier=identifier,
        professional=current_professional(),
        places=by_place(answer.notices),
        essentials=essentials,
        for_software=for_software(answer, essentials),
        mark_of=mark_of,
        chart=_quotient_chart(answer),
        consultation_reference=g.request_id,
        labels=labels,
        codes=CODES,
        status_labels=CODES.STATUS_LABELS,
    )


def print_style(answer: Released, professional: Professional) -> str:
    """The margins of the sheets (CSS Paged Media §5): a name or a text can only be a string in them, never a rule."""
    reference = answer.dossier.get("reference", {})
    matricule, caf = reference.get("matricule", ""), labels.caf_label(reference.get("caf", ""))
    who = _("Consulté par %(name)s, %(organisation)s", name=professional.display_name, organisation=_organisation())
    why = _("le %(moment)s, pour : %(purpose)s", moment=longdatetime(answer.asked_at), purpose=_purpose(answer))
    boxes = {
        "top-left": _quoted(_("Dossier %(matricule)s, %(caf)s", matricule=matricule, caf=caf)),
        "top-right": _quoted(_("Confidentiel")),
        "bottom-left": f"{_quoted(who)} '\\a ' {_quoted(why)}",
        "bottom-right": f"{_quoted(_('Page'))} ' ' counter(page) '/' counter(pages) '\\a ' {_quoted(_reference())}",
    }
    look = "font: 8.5pt sans-serif; color: #000; white-space: pre-line;"
    rules = "".join(f"@{box} {{ content: {content}; {look} }}" for box, content in boxes.items())
    widths = "@bottom-left { width: 72%; } @top-left { width: 72%; }"
    return f"@page {{ size: A4 portrait; margin: 18mm 14mm 22mm; {rules} {widths} }}\n"


def _organisation() -> str:
    return current_professional().organisation.name


def _purpose(answer: Released) -> str:
    return str(labels.purpose_label(answer.purpose))


def _reference() -> str:
    return str(_("référence %(reference)s", reference=g.request_id))


def _quoted(text: object) -> str:
    """A CSS string: whatever could end it is written as its code point (CSS Syntax §4.3.7)."""
    return "'" + "".join(one if one in _PLAIN else f"\\{ord(one):x} " for one in str(text)) + "'"


def _quotient_chart(answer: Released) -> Chart | None:
    quotient = answer.dossier.get("quotient_familial")
    if quotient is None:
        return None
    history = quotient["history"]
    return history_chart(history, months_back(quotient["month"], len(history)))
