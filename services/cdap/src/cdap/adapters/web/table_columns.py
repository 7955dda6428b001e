"""Columns and rows of the tables of a dossier."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _

from cdap.adapters.web.formats import month, months_back
from cdap.adapters.web.values import CODES
from servicekit.web import Column
from servicekit.web.formats import figure

BENEFITS_OF_A_TABLE = 4


def child_columns() -> list[Column]:
    """Children."""
    return [
        Column("birth_name", _("Nom")),
        Column("first_names", _("Prénoms")),
        Column("birth_on", _("Date de naissance")),
        Column("sex", _("Sexe")),
    ]


def quarter_columns(quarter: Mapping[str, Any]) -> list[Column]:
    """The three months of a quarterly declaration, oldest first."""
    months = reversed(months_back(quarter["to"], 3))
    return [Column("nature", _("Nature")), *(Column(name, month(name), numeric=True) for name in months)]


def history_columns() -> list[Column]:
    """The quotient familial by month."""
    return [Column("month", _("Mois")), Column("value", _("Quotient familial"), numeric=True, unit="€")]


def debt_columns() -> list[Column]:
    """Debts."""
    return [
        Column("nature", _("Nature")),
        Column("balance_cents", _("Solde"), numeric=True),
        Column("monthly_cents", _("Retenue mensuelle"), numeric=True),
    ]


class PaymentTable(NamedTuple):
    """Some benefits, a row for each month, newest first: so that no month is cut on paper or on a phone."""

    columns: list[Column]
    rows: list[dict[str, Any]]
    caption: str


def payment_tables(paid: Mapping[str, Any]) -> list[PaymentTable]:
    """Tables of at most four benefits each."""
    codes = list(paid["amounts_cents"])
    groups = [codes[place : place + BENEFITS_OF_A_TABLE] for place in range(0, len(codes), BENEFITS_OF_A_TABLE)]
    return [_payment_table(paid, group, one_of_several=len(groups) > 1) for group in groups]


def _payment_table(paid: Mapping[str, Any], codes: list[str], *, one_of_several: bool) -> PaymentTable:
    amounts = [paid["amounts_cents"][code] for code in codes]
    months = months_back(paid["until"], max(map(len, amounts)))
    columns = [Column(code, CODES.PRESTATION_LABELS[code], numeric=True) for code in codes]
    rows = [
        {"month": name, "amounts": [paid_in[place] if place < len(paid_in) else None for paid_in in amounts]}
        for place, name in enumerate(months)
    ]
    named = _("Prestations versées, par mois (%(codes)s)", codes=", ".join(codes))
    caption = named if one_of_several else _("Prestations versées, par mois")
    return PaymentTable([Column("month", _("Mois")), *columns], rows, caption)


def ages_of_children(children: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Number and ages, with what is not known of them."""
    items = [
        (_("Nombre d'enfants"), figure(children["count"])),
        (_("Âges, en années"), ", ".join(map(str, children["ages"])) or _("non connus")),
    ]
    for name, label in (
        ("approximate", _("Âges à un an près (date de naissance connue en partie)")),
        ("ages_unknown", _("Enfants dont l'âge n'est pas connu")),
        ("announced", _("Naissances attendues")),
    ):
        if name in children:
            items.append((label, figure(children[name])))
    return items


def pair_months(history: Sequence[int | None], until: str) -> list[dict[str, Any]]:
    """Each value with its month, newest first."""
    months = months_back(until, len(history))
    return [{"month": name, "value": value} for name, value in zip(months, history, strict=True)]


FUNCTIONS = {
    "child_columns": child_columns,
    "quarter_columns": quarter_columns,
    "history_columns": history_columns,
    "debt_columns": debt_columns,
}
FILTERS = {"payment_tables": payment_tables, "pair_months": pair_months, "ages_of_children": ages_of_children}
