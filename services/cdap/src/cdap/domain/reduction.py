"""What a profile sees of a dossier: fields not granted are absent, some are shown reduced.

Neighbour: `rights.field_table` names the reductions; a test holds that each one is implemented here.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from cdap.domain.dossier import Document, Dossier
from cdap.domain.dossier_schema import FIELDS
from cdap.domain.partial_date import parse_partial_date
from cdap.domain.prestations import HOUSING_AIDS, RSA_AND_PPA, RSA_DEBTS
from cdap.domain.status import INACTIVE_CODES

FULL = "full"
COUPLE_CODES = frozenset({"MAR", "PAC", "RPA", "RVC", "RVM", "VIM"})  # SITFAM: two adults live together
MINIMAL_FIELDS = frozenset({"reference", "status", "persons"})
REFERENCE_ONLY = frozenset({"reference"})

Reduction = Callable[[Any, date], Any]


def reduce(
    dossier: Dossier, fields: Mapping[str, str], today: date, only: frozenset[str] | None = None
) -> dict[str, Any]:
    """The view of a profile: each field granted and present, whole or reduced. `only` narrows it further.

    Raises:
        KeyError: a reduction of the table that is not implemented (refused at start by `reduction_problems`).
    """
    document = dossier.document
    return {
        field: document[field] if how == FULL else REDUCTIONS[how](document[field], today)
        for field, how in fields.items()
        if field in document and (only is None or field in only)
    }


def _active_or_not(status: Document, _: date) -> dict[str, Any]:
    return {"active": status["code"] not in INACTIVE_CODES}


def _couple_or_isolated(situation: Document, _: date) -> dict[str, Any]:
    return {"couple": situation["code"] in COUPLE_CODES}


def _count_and_ages(children: list[Document], today: date) -> dict[str, Any]:
    """Children that are born: how many, the age that each has reached at least (of those whose year is known).

    Beside, only when there are some: `approximate`, how many ages may be a year more; `ages_unknown`; `announced`.
    """
    birthdays = [parse_partial_date(child["birth_on"]) for child in children]
    born = [birth_on for birth_on in birthdays if not birth_on.is_surely_after(today)]
    ages = [(birth_on.youngest_age_on(today), birth_on.oldest_age_on(today)) for birth_on in born]
    known = [(max(0, youngest), oldest) for youngest, oldest in ages if youngest is not None]
    more = {
        "approximate": sum(1 for youngest, oldest in known if youngest != oldest),
        "ages_unknown": len(born) - len(known),
        "announced": len(birthdays) - len(born),
    }
    listed = sorted((youngest for youngest, _ in known), reverse=True)
    return {"count": len(born), "ages": listed, **{name: count for name, count in more.items() if count}}


def _rights_or_payments(group: Any, kept: frozenset[str]) -> Any:
    if isinstance(group, list):  # open rights
        return [code for code in group if code in kept]
    amounts = {code: months[:1] for code, months in group["amounts_cents"].items() if code in kept}
    return {"until": group["until"], "amounts_cents": amounts}  # of the payments: the current month only


def _housing_aid_only(group: Any, _: date) -> Any:
    return _rights_or_payments(group, HOUSING_AIDS)


def _rsa_ppa_only(group: Any, _: date) -> Any:
    return _rights_or_payments(group, RSA_AND_PPA)


def _rsa_only(debts: list[Document], _: date) -> list[Document]:
    return [debt for debt in debts if debt["nature"] in RSA_DEBTS]


def _total_only(debts: list[Document], _: date) -> dict[str, Any]:
    return {"balance_cents": sum(debt["balance_cents"] for debt in debts)}


def _phone_only(contact: Document, _: date) -> dict[str, Any]:
    return {"phone": contact["phone"]} if contact.get("phone") else {}


def _reason_hidden(rsa: Document, _: date) -> dict[str, Any]:
    return {name: value for name, value in rsa.items() if name != "suspension_reason"}


def _yes_or_no(payment: Document, _: date) -> dict[str, Any]:
    return {"paid_to_landlord": payment["paid_to_landlord"]}


REDUCTIONS: Mapping[str, Reduction] = {
    "active_or_not": _active_or_not,
    "couple_or_isolated": _couple_or_isolated,
    "count_and_ages": _count_and_ages,
    "housing_aid_only": _housing_aid_only,
    "rsa_ppa_only": _rsa_ppa_only,
    "rsa_only": _rsa_only,
    "total_only": _total_only,
    "phone_only": _phone_only,
    "reason_hidden": _reason_hidden,
    "yes_or_no": _yes_or_no,
}

# Which reductions make sense for which field, of those that can be reduced; any other pair is refused at start.
REDUCTIONS_OF_FIELD: Mapping[str, frozenset[str]] = {
    "status": frozenset({"active_or_not"}),
    "contact": frozenset({"phone_only"}),
    "family_situation": frozenset({"couple_or_isolated"}),
    "children": frozenset({"count_and_ages"}),
    "prestations_paid": frozenset({"housing_aid_only", "rsa_ppa_only"}),
    "open_rights": frozenset({"housing_aid_only", "rsa_ppa_only"}),
    "rsa": frozenset({"reason_hidden"}),
    "debts": frozenset({"rsa_only", "total_only"}),
    "payment": frozenset({"yes_or_no"}),
}


def reduction_problems(profile: str, fields: Mapping[str, str]) -> list[str]:
    """What a profile of the table asks that cannot be done: unknown fields, reductions that do not fit the field."""
    problems = [f"profile {profile}: unknown field {field}" for field in fields if field not in FIELDS]
    problems += [
        f"profile {profile}: field {field} cannot be reduced to {how}"
        for field, how in fields.items()
        if field in FIELDS and how != FULL and how not in REDUCTIONS_OF_FIELD.get(field, ())
    ]
    return problems
