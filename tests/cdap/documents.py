"""Any dossier that the schema accepts, for Hypothesis: every code, partial dates, long names, nulls, empty lists."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from cdap.domain.dossier import HISTORY_MONTHS
from cdap.domain.prestations import (
    DEBT_CODES,
    FAMILY_SITUATION_LABELS,
    OCCUPANCY_LABELS,
    PRESTATION_CODES,
    RESOURCE_LABELS,
    RSA_STATE_LABELS,
)
from cdap.domain.status import STATUS_CODES

FULL_DATES = st.dates(date(1900, 1, 1), date(2100, 12, 31))
DATES = st.one_of(
    FULL_DATES.map(date.isoformat),
    FULL_DATES.map(lambda day: f"{day:%Y-%m}-00"),
    FULL_DATES.map(lambda day: f"{day.year}-00-00"),
    st.just("0000-00-00"),
    st.sampled_from(["2020", "2020-05", "2024-02-29", "2019-11-23", "2026-11-24"]),
)
LATEST_MONTHS = st.sampled_from(["2026-11", "2026-10", "2026-09", "2025-12"])
MONTHS = st.one_of(LATEST_MONTHS, st.dates(date(1990, 1, 1), date(2099, 12, 31)).map(lambda day: f"{day:%Y-%m}"))
CENTS = st.integers(0, 999_999_999)
LETTERS = st.sampled_from("ABCÉÈŒÆŁĐÑ '-éß<>&\"\\")
NAMES = st.text(LETTERS, max_size=70).map(lambda text: f"N{text}")
TEXTS = st.text(LETTERS, max_size=38).map(lambda text: f"X{text}")
COGS = st.one_of(st.none(), st.from_regex(r"(?:[0-9]{2}|2A|2B)[0-9]{3}", fullmatch=True).filter(str.isascii))
IDENTITIES = st.fixed_dictionaries(
    {
        "birth_name": NAMES,
        "usage_name": st.none() | NAMES,
        "first_names": NAMES,
        "birth_on": DATES,
        "sex": st.sampled_from("FM"),
    }
)
RESOURCES = st.fixed_dictionaries({"year": st.integers(1990, 2100), "amount_cents": st.none() | CENTS})
COUNTS = st.integers(0, 99)
FLAGS = st.booleans()
QUARTERS = st.fixed_dictionaries(
    {
        "from": MONTHS,
        "to": MONTHS,
        "items": st.lists(
            st.fixed_dictionaries(
                {
                    "person": st.sampled_from(["allocataire", "spouse"]),
                    "nature": st.sampled_from(sorted(RESOURCE_LABELS)),
                    "monthly_cents": st.lists(CENTS, min_size=3, max_size=3),
                }
            ),
            max_size=3,
        ),
    }
)
QUOTIENTS = st.fixed_dictionaries(
    {
        "supplier": st.sampled_from(["CNAF", "MSA"]),
        "month": MONTHS,
        "computed_on": DATES,
        "history": st.lists(st.none() | st.integers(0, 99_999), min_size=1, max_size=HISTORY_MONTHS),
    }
).map(lambda quotient: quotient | {"value": quotient["history"][0]})


ADDRESS_LINES = (
    *("recipient", "identity_complement", "geographic_complement", "street", "locality", "postal_city", "country"),
)
ADDRESSES = st.fixed_dictionaries(dict.fromkeys(ADDRESS_LINES, st.none() | TEXTS))
AMOUNTS = st.dictionaries(
    st.sampled_from(sorted(PRESTATION_CODES)), st.lists(CENTS, min_size=1, max_size=HISTORY_MONTHS)
)
HOUSINGS = st.fixed_dictionaries(
    {
        "occupancy": st.sampled_from(sorted(OCCUPANCY_LABELS)),
        "rent_cents": st.none() | CENTS,
        "landlord": st.none() | TEXTS,
        "arrears": FLAGS,
    }
)
DEBTS = st.fixed_dictionaries(
    {"nature": st.sampled_from(sorted(DEBT_CODES)), "balance_cents": CENTS, "monthly_cents": CENTS}
)
SINCE = st.fixed_dictionaries({"since_on": DATES})
RSA = st.fixed_dictionaries(
    {
        "state": st.sampled_from(sorted(RSA_STATE_LABELS)),
        "with_majoration": FLAGS,
        "since_on": DATES,
        "rights_and_duties": FLAGS,
        "suspension_reason": st.sampled_from([None, "GF"]),
    }
)
AEEH = st.fixed_dictionaries({"since_on": DATES, "children": st.integers(1, 99)})
DISABILITY = st.fixed_dictionaries({}, optional={"aah": SINCE, "aeeh": AEEH})
OPTIONAL = {"quarterly_resources": QUARTERS, "rsa": RSA, "disability_rights": DISABILITY}


@st.composite
def accepted_documents(draw: st.DrawFn) -> dict[str, Any]:
    """A dossier, 921 / 0346145 / LEFEVRE, of which everything else is drawn."""
    persons = [draw(IDENTITIES) | {"role": "allocataire", "birth_name": "LEFEVRE", "birth_on": "1990-00-00"}]
    if draw(FLAGS):
        persons.append(draw(IDENTITIES) | {"role": "spouse", "birth_on": draw(st.sampled_from(["1988-01-00", "1950"]))})
    children = draw(st.lists(IDENTITIES, max_size=4))
    dependents = draw(COUNTS)
    document: dict[str, Any] = {
        "reference": {"caf": "921", "matricule": "0346145", "month": draw(LATEST_MONTHS)},
        "status": {"code": draw(st.sampled_from(sorted(STATUS_CODES))), "since_on": draw(DATES)},
        "persons": persons,
        "birth_places": {"allocataire": draw(COGS), "spouse": draw(COGS)},
        "address": draw(ADDRESSES),
        "contact": draw(
            st.fixed_dictionaries({"phone": st.none() | st.just("0199001234"), "email": st.none() | TEXTS})
        ),
        "family_situation": {"code": draw(st.sampled_from(sorted(FAMILY_SITUATION_LABELS))), "since_on": draw(DATES)},
        "children": children,
        "dependent_children": dependents,
        "aeeh_children": draw(st.integers(0, max(dependents, len(children)))),
        "alternating_residence": draw(COUNTS),
        "annual_resources": draw(RESOURCES),
        "previous_annual_resources": draw(RESOURCES),
        "quotient_familial": draw(QUOTIENTS),
        "prestations_paid": {
            "until": draw(MONTHS),
            "amounts_cents": draw(AMOUNTS),
        },
        "open_rights": draw(st.lists(st.sampled_from(sorted(PRESTATION_CODES)), unique=True)),
        "housing": draw(HOUSINGS),
        "debts": draw(st.lists(DEBTS, max_size=3)),
        "payment": {"paid_to_landlord": draw(FLAGS)},
    }
    return document | draw(st.fixed_dictionaries({}, optional=OPTIONAL))
