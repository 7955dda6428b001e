"""The schema of a dossier, as one value; lengths are those of the CNAF record. The README describes it for people.

A dossier that passes is safe for everything that reads it: `dossier`, `reduction`, `result` and the pages check nothing
again. What no profile may see (nationality, controls, IBAN) is an unknown field and refuses the line. The NIR may come
with a line; `import_dossiers` takes it out before anything is stored.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from cdap.domain.checks import (
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
from cdap.domain.prestations import (
    DEBT_CODES,
    FAMILY_SITUATION_LABELS,
    OCCUPANCY_LABELS,
    PRESTATION_CODES,
    RESOURCE_LABELS,
    RSA_STATE_LABELS,
)
from cdap.domain.status import STATUS_CODES

CAF_CODE = re.compile(r"[0-9A-Z]{3}")
_caf = pattern(CAF_CODE, "NOT_A_CAF_CODE")
_year = whole(1990, 2100)
_role = code({"allocataire", "spouse"})

_IDENTITY = {
    "birth_name": text(28),
    "usage_name": or_null(text(28)),
    "first_names": text(32),
    "birth_on": day,
    "sex": code({"F", "M"}),
}
_ADDRESS_LINE = or_null(text(38))
_RESOURCES = group({"year": _year, "amount_cents": or_null(cents)})
_HISTORY = many(or_null(whole(0, 99_999)), 1, HISTORY_MONTHS)

SCHEMA = group(
    required={
        "reference": group(
            {"caf": _caf, "matricule": pattern(re.compile(r"[0-9]{7}"), "NOT_A_MATRICULE"), "month": month},
            {"letter": pattern(re.compile(r"[A-Z]"), "NOT_A_LETTER")},
        ),
        "status": group({"code": code(STATUS_CODES), "since_on": day}, {"transferred_to": or_null(_caf)}),
        "persons": many(group({"role": _role, **_IDENTITY}), 1, 2),
        "birth_places": group({"allocataire": or_null(cog)}, {"spouse": or_null(cog)}),
        "address": group(
            {
                "recipient": text(64),
                "identity_complement": _ADDRESS_LINE,
                "geographic_complement": _ADDRESS_LINE,
                "street": or_null(text(70)),
                "locality": _ADDRESS_LINE,
                "postal_city": text(38),
                "country": text(32),
            }
        ),
        "contact": group({"phone": or_null(text(20)), "email": or_null(text(254))}),
        "family_situation": group({"code": code(set(FAMILY_SITUATION_LABELS)), "since_on": day}),
        "children": many(group(_IDENTITY), 0, 25),
        "dependent_children": whole(0, 25),
        "aeeh_children": whole(0, 25),
        "alternating_residence": whole(0, 25),
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
                "landlord": or_null(text(64)),
                "arrears": flag,
            }
        ),
        "debts": many(group({"nature": code(DEBT_CODES), "balance_cents": cents, "monthly_cents": cents}), 0, 20),
        "payment": group({"paid_to_landlord": flag}),
    },
    optional={
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
                "aeeh": group({"since_on": day, "children": whole(1, 25)}),
            },
        ),
        "nir": text(21),
    },
)


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
        if date.fromisoformat(person["birth_on"]).isoformat()[:7] > line["reference"]["month"]:
            problems.append((f"persons[{position}].birth_on", "BORN_AFTER_THE_MONTH"))
    children = len(line["children"])
    for field in ("dependent_children", "aeeh_children", "alternating_residence"):
        if line[field] > children:
            problems.append((field, "MORE_THAN_THE_CHILDREN"))
    if line["quotient_familial"]["history"][0] != line["quotient_familial"]["value"]:
        problems.append(("quotient_familial.history", "DOES_NOT_BEGIN_WITH_THE_VALUE"))
    transferred_to = line["status"].get("transferred_to")
    if transferred_to is not None and transferred_to == line["reference"]["caf"]:
        problems.append(("status.transferred_to", "SAME_CAF"))
