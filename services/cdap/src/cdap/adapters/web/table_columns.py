"""Columns and rows of the tables of a dossier."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from cdap.adapters.web.formats import month, months_back
from servicekit.web import Column


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


def payment_columns(paid: Mapping[str, Any]) -> list[Column]:
    """The months of the payments, newest first."""
    count = max((len(amounts) for amounts in paid["amounts_cents"].values()), default=0)
    months = months_back(paid["until"], count)
    return [Column("code", _("Prestation")), *(Column(name, month(name), numeric=True) for name in months)]


def payment_rows(paid: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row per benefit."""
    return [{"code": code, "amounts": amounts} for code, amounts in paid["amounts_cents"].items()]


def pair_months(history: Sequence[int | None], until: str) -> list[dict[str, Any]]:
    """Each value with its month, newest first."""
    months = months_back(until, len(history))
    return [{"month": name, "value": value} for name, value in zip(months, history, strict=True)]


FUNCTIONS = {
    "child_columns": child_columns,
    "quarter_columns": quarter_columns,
    "history_columns": history_columns,
    "debt_columns": debt_columns,
    "payment_columns": payment_columns,
}
FILTERS = {"payment_rows": payment_rows, "pair_months": pair_months}
