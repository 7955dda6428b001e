"""From a household to the document of its dossier: amounts of 24 months, quotient familial by the formula."""

from datetime import date
from typing import Any

from cdap.domain.dossier import HISTORY_MONTHS
from cdap.domain.quotient_familial import Household, parts_in_halves, quotient_familial
from onebox.dossiers.bareme import Situation, monthly_benefits
from onebox.dossiers.household import DrawnHousehold, Person

_OLDEST_DEPENDENT = 20


def document_of(household: DrawnHousehold, month_on: date) -> dict[str, Any]:
    """A line of the import file. `month_on` is the first day of the month of the figures."""
    months = [_months_before(month_on, back) for back in range(HISTORY_MONTHS)]
    figures = _figures(household, months)
    benefits = [paid for paid, _ in figures]
    quotients = [quotient for _, quotient in figures]
    month = f"{month_on:%Y-%m}"
    year = month_on.year
    document = {
        "reference": {"caf": household.caf, "matricule": household.matricule, "month": month},
        "status": {"code": "000", "since_on": household.situation_since_on.isoformat()},
        "persons": [
            {"role": role, **_identity(person)}
            for role, person in zip(("allocataire", "spouse"), household.adults, strict=False)
        ],
        "birth_places": dict(zip(("allocataire", "spouse"), household.birth_places, strict=False)),
        "address": _address(household),
        "contact": {"phone": household.phone, "email": household.email},
        "family_situation": {"code": household.situation, "since_on": household.situation_since_on.isoformat()},
        "children": [_identity(child) for child in household.children],
        "dependent_children": len(_dependents(household, month_on)),
        "aeeh_children": household.aeeh_children,
        "alternating_residence": household.alternating,
        "annual_resources": {"year": year - 2, "amount_cents": household.resources_cents[year - 2]},
        "previous_annual_resources": {"year": year - 3, "amount_cents": household.resources_cents[year - 3]},
        "quarterly_resources": _quarter(household, month_on),
        "quotient_familial": {
            "supplier": "CNAF",
            "value": quotients[0],
            "month": month,
            "computed_on": month_on.replace(day=5).isoformat(),
            "history": quotients,
        },
        "prestations_paid": {"until": month, "amounts_cents": _by_code(benefits)},
        "open_rights": sorted(benefits[0]),
        "housing": {
            "occupancy": household.occupancy,
            "rent_cents": household.rent_cents or None,
            "landlord": household.landlord,
            "arrears": household.arrears,
        },
        "debts": [
            {"nature": nature, "balance_cents": balance, "monthly_cents": monthly}
            for nature, balance, monthly in household.debts
        ],
        "payment": {"paid_to_landlord": household.housing_aid == "APL"},
    }
    return document | _rights(household, benefits[0])


def _rights(household: DrawnHousehold, paid: dict[str, int]) -> dict[str, Any]:
    since = household.situation_since_on.isoformat()
    rights: dict[str, Any] = {}
    if "RSA" in paid:
        alone_with_child = len(household.adults) == 1 and bool(household.children)
        rights["rsa"] = {
            "state": "2",
            "with_majoration": alone_with_child,
            "since_on": since,
            "rights_and_duties": True,
            "suspension_reason": None,
        }
    disability: dict[str, Any] = {}
    if "AAH" in paid:
        disability["aah"] = {"since_on": since}
    if household.aeeh_children:
        disability["aeeh"] = {"since_on": since, "children": household.aeeh_children}
    return rights | ({"disability_rights": disability} if disability else {})


def _dependents(household: DrawnHousehold, first: date) -> list[Person]:
    oldest = first.replace(year=first.year - _OLDEST_DEPENDENT)
    return [child for child in household.children if oldest < child.birth_on <= first]


def _situation(household: DrawnHousehold, first: date) -> Situation:
    dependents = _dependents(household, first)
    count = len(dependents)
    under_3 = first.replace(year=first.year - 3)
    return Situation(
        couple=len(household.adults) == 2,
        children=count,
        children_under_3=sum(child.birth_on > under_3 for child in dependents),
        aeeh_children=min(household.aeeh_children, count),
        asf_children=min(household.asf_children, count),
        annual_resources_cents=household.resources_cents[first.year - 2],
        monthly_earnings_cents=household.earnings_cents,
        rent_cents=household.rent_cents,
        housing_aid=household.housing_aid,
        disabled_adult=household.disabled_adult,
    )


def _figures(household: DrawnHousehold, months: list[date]) -> list[tuple[dict[str, int], int]]:
    """Benefits and quotient familial of each month; computed again only when the situation changes."""
    known: dict[Situation, tuple[dict[str, int], int]] = {}
    figures = []
    for first in months:
        situation = _situation(household, first)
        if situation not in known:
            paid = monthly_benefits(situation)
            halves = parts_in_halves(Household(situation.couple, situation.children, situation.aeeh_children))
            known[situation] = (
                paid,
                quotient_familial(situation.annual_resources_cents, sum(paid.values()), halves),
            )
        figures.append(known[situation])
    return figures


def _by_code(benefits: list[dict[str, int]]) -> dict[str, list[int]]:
    codes = sorted({code for paid in benefits for code in paid})
    return {code: [paid.get(code, 0) for paid in benefits] for code in codes}


def _quarter(household: DrawnHousehold, month_on: date) -> dict[str, Any]:
    first, last = _months_before(month_on, 3), _months_before(month_on, 1)
    nature = "SAL" if household.earnings_cents else "CHO"
    items = [{"person": "allocataire", "nature": nature, "monthly_cents": [household.earnings_cents] * 3}]
    return {"from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}", "items": items}


def _identity(person: Person) -> dict[str, Any]:
    return {
        "birth_name": person.birth_name,
        "usage_name": person.usage_name,
        "first_names": person.first_names,
        "birth_on": person.birth_on.isoformat(),
        "sex": person.sex,
    }


def _address(household: DrawnHousehold) -> dict[str, Any]:
    first = household.adults[0]
    title = "MADAME" if first.sex == "F" else "MONSIEUR"
    name = first.usage_name or first.birth_name
    return {
        "recipient": f"{title} {first.first_names} {name}"[:64],
        "identity_complement": None,
        "geographic_complement": None,
        "street": household.street,
        "locality": None,
        "postal_city": f"{household.commune.postal_code} {household.commune.name}",
        "country": "FRANCE",
    }


def _months_before(month_on: date, back: int) -> date:
    index = month_on.year * 12 + month_on.month - 1 - back
    return date(index // 12, index % 12 + 1, 1)
