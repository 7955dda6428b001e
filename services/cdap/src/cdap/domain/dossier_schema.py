"""The schema of a dossier, as one value. The README describes it for people.

A dossier that passes is safe for everything that reads it: `dossier`, `reduction`, `result` and the pages check nothing
again. Lengths are generous, those of the CNAF record are shorter: what a source did not cut is no reason to lose a
family. What no profile may see (nationality, controls, IBAN) is an unknown field and sets the record aside.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from cdap.domain.checks import (
    Check,
    Problems,
    by_code,
    cents,
    code,
    cog,
    day,
    flag,
    group,
    many,
    month,
    or_null,
    pattern,
    text,
    whole,
)
from cdap.domain.dossier import HISTORY_MONTHS
from cdap.domain.names import name_key
from cdap.domain.partial_date import parse_partial_date
from cdap.domain.prestations import (
    DEBT_CODES,
    FAMILY_SITUATION_LABELS,
    OCCUPANCY_LABELS,
    PRESTATION_CODES,
    RESOURCE_LABELS,
    RSA_STATE_LABELS,
)
from cdap.domain.status import STATUS_CODES

MOST_CHILDREN = 99
LONGEST_NAME = 80  # the CNAF record cuts family names at 28 and first names at 32
LONGEST_FIRST_NAMES = 200
CAF_CODE = re.compile(r"[0-9]{3}")
_caf = pattern(CAF_CODE, "NOT_A_CAF_CODE")
_year = whole(1990, 2100)
_children = whole(0, MOST_CHILDREN)
_role = code({"allocataire", "spouse"})

_IDENTITY = {
    "birth_name": text(LONGEST_NAME),
    "usage_name": or_null(text(LONGEST_NAME)),
    "first_names": text(LONGEST_FIRST_NAMES),
    "birth_on": day,
    "sex": code({"F", "M"}),
}
_ADDRESS_LINE = or_null(text(100))
_RESOURCES = group({"year": _year, "amount_cents": or_null(cents)})
_HISTORY = many(or_null(whole(0, 99_999)), 1, HISTORY_MONTHS)

REQUIRED: Mapping[str, Check] = {
    "reference": group(
        {"caf": _caf, "matricule": pattern(re.compile(r"[0-9]{7}"), "NOT_A_MATRICULE"), "month": month},
        {"letter": pattern(re.compile(r"[A-Z]"), "NOT_A_LETTER")},
    ),
    "status": group({"code": code(STATUS_CODES), "since_on": day}, {"transferred_to": or_null(_caf)}),
    "persons": many(group({"role": _role, **_IDENTITY}), 1, 2),
    "birth_places": group({"allocataire": or_null(cog)}, {"spouse": or_null(cog)}),
    "address": group(
        {
            "recipient": or_null(text(300)),
            "identity_complement": _ADDRESS_LINE,
            "geographic_complement": _ADDRESS_LINE,
            "street": _ADDRESS_LINE,
            "locality": _ADDRESS_LINE,
            "postal_city": _ADDRESS_LINE,
            "country": _ADDRESS_LINE,
        }
    ),
    "contact": group({"phone": or_null(text(40)), "email": or_null(text(254))}),
    "family_situation": group({"code": code(set(FAMILY_SITUATION_LABELS)), "since_on": day}),
    "children": many(group(_IDENTITY), 0, MOST_CHILDREN),
    "dependent_children": _children,
    "aeeh_children": _children,
    "alternating_residence": _children,
    "annual_resources": _RESOURCES,
    "previous_annual_resources": _RESOURCES,
    "quotient_familial": group(
        {
            "supplier": code({"CNAF", "MSA"}),
            "value": or_null(whole(0, 99_999)),
            "month": month,
            "computed_on": day,
            "history": _HISTORY,
        }
    ),
    "prestations_paid": group(
        {"until": month, "amounts_cents": by_code(PRESTATION_CODES, many(cents, 1, HISTORY_MONTHS))}
    ),
    "open_rights": many(code(PRESTATION_CODES), 0, len(PRESTATION_CODES)),
    "housing": group(
        {
            "occupancy": code(set(OCCUPANCY_LABELS)),
            "rent_cents": or_null(cents),
            "landlord": or_null(text(200)),
            "arrears": flag,
        }
    ),
    "debts": many(group({"nature": code(DEBT_CODES), "balance_cents": cents, "monthly_cents": cents}), 0, 20),
    "payment": group({"paid_to_landlord": flag}),
}
OPTIONAL: Mapping[str, Check] = {
    "quarterly_resources": group(
        {
            "from": month,
            "to": month,
            "items": many(
                group({"person": _role, "nature": code(set(RESOURCE_LABELS)), "monthly_cents": many(cents, 3, 3)}),
                0,
                20,
            ),
        }
    ),
    "rsa": group(
        {
            "state": code(set(RSA_STATE_LABELS)),
            "with_majoration": flag,
            "since_on": day,
            "rights_and_duties": flag,
            "suspension_reason": or_null(text(2)),
        }
    ),
    "disability_rights": group(
        {},
        {
            "aah": group({"since_on": day}),
            "aeeh": group({"since_on": day, "children": whole(1, MOST_CHILDREN)}),
        },
    ),
}
SCHEMA = group(required=REQUIRED, optional=OPTIONAL)
FIELDS = frozenset((*REQUIRED, *OPTIONAL))


def schema_problems(line: object) -> Problems:
    """What is wrong with a line, as (path, reason) pairs: first its form, then, if that is right, its coherence."""
    problems: Problems = []
    SCHEMA(line, "", problems)
    if not problems and isinstance(line, dict):
        _check_coherence(line, problems)
    return problems


def _check_coherence(line: Mapping[str, Any], problems: Problems) -> None:
    roles = [person["role"] for person in line["persons"]]
    if roles.count("allocataire") != 1 or roles.count("spouse") > 1:
        problems.append(("persons", "NOT_ONE_ALLOCATAIRE"))
    for position, person in enumerate(line["persons"]):
        if not name_key(person["birth_name"]):
            problems.append((f"persons[{position}].birth_name", "NAME_WITHOUT_LETTER"))
        if parse_partial_date(person["birth_on"]).is_surely_after(_last_day(line["reference"]["month"])):
            problems.append((f"persons[{position}].birth_on", "BORN_AFTER_THE_MONTH"))
    # The Caf may count as dependent a child that it does not list here: expected, or living at the other parent's.
    if line["aeeh_children"] > max(len(line["children"]), line["dependent_children"]):
        problems.append(("aeeh_children", "MORE_THAN_THE_CHILDREN"))
    if line["quotient_familial"]["history"][0] != line["quotient_familial"]["value"]:
        problems.append(("quotient_familial.history", "DOES_NOT_BEGIN_WITH_THE_VALUE"))
    transferred_to = line["status"].get("transferred_to")
    if transferred_to is not None and transferred_to == line["reference"]["caf"]:
        problems.append(("status.transferred_to", "SAME_CAF"))


def _last_day(month: str) -> date:
    year, number = int(month[:4]), int(month[5:7])
    return date(year, number, monthrange(year, number)[1])
