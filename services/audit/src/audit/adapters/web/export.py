"""Results as a file for a spreadsheet: UTF-8 with its mark, semicolons, one line per event."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(rows: Iterable[Sequence[str]], *, is_cut: bool) -> bytes:
    """The file; `is_cut` adds a last line that says that there is more."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_headings())
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    if is_cut:
        writer.writerow([_("Il y a d'autres événements : restreignez la période pour les exporter.")])
    return text.getvalue().encode("utf-8-sig")


def _headings() -> list[str]:
    return [
        _("Numéro dans le journal"),
        _("Date"),
        _("Événement"),
        _("Décision"),
        _("Motif"),
        _("Objet"),
        _("Qui"),
        _("Organisation"),
        _("Identifiant"),
        _("Empreinte de l'événement"),
    ]


def _harmless(cell: str) -> str:
    """A spreadsheet takes a text that begins like a formula for one."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
