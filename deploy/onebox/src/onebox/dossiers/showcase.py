"""Dossiers that guides, demonstrations and tests name: always the same, whatever the seed draws around them.

| Caf | matricule | name | what it shows |
|---|---|---|---|
| 921 | 0346145 | LEFÈVRE | single parent, two children, one under 7: QF by the formula |
| 921 | 0346146 | MOREAU (spouse, usage name D'ARC-LE GOFF) | couple, children over 7: not eligible under T2 |
| 751 | 0346147 | GARNIER | dossier of Paris: outside the territory of a partner of the 921 |
| 921 | 0346148 | ROUSSEL | closed |
| 921 | 0346149 | FONTAINE | moved to the Caf 951 |
| 921 | 0346150 | CHEVALIER | suspended |
| 921 | 0346151 | BLANCHARD | resources missing |
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from onebox.dossiers.household import DrawnHousehold, HouseholdDrawer, Person
from onebox.dossiers.places import COMMUNES

_SINCE = "2026-06-01"


def showcase(drawer: HouseholdDrawer, month_on: date) -> Iterator[tuple[DrawnHousehold, dict[str, Any]]]:
    """Households, each with what its document changes."""
    yield _household(drawer, ("921", "0346145"), "LEFÈVRE", month_on, [3, 8]), {}
    couple = _household(drawer, ("921", "0346146"), "MOREAU", month_on, [9, 12])
    spouse = Person("LE GOFF", "D'ARC-LE GOFF", "SOLÈNE", date(1986, 5, 17), "F")
    couple.adults.append(spouse)
    couple.birth_places.append("29232")
    couple.situation, couple.asf_children = "MAR", 0
    yield couple, {}
    yield _household(drawer, ("751", "0346147"), "GARNIER", month_on, [4]), {}
    closed = {"status": {"code": "101", "since_on": _SINCE}, "open_rights": []}
    yield _household(drawer, ("921", "0346148"), "ROUSSEL", month_on, [5]), closed
    moved = {"status": {"code": "101", "since_on": _SINCE, "transferred_to": "951"}, "open_rights": []}
    yield _household(drawer, ("921", "0346149"), "FONTAINE", month_on, [2]), moved
    suspended = {"status": {"code": "121", "since_on": _SINCE}}
    yield _household(drawer, ("921", "0346150"), "CHEVALIER", month_on, [1]), suspended
    unknown = {
        "status": {"code": "161", "since_on": _SINCE},
        "annual_resources": {"year": month_on.year - 2, "amount_cents": None},
        "quotient_familial": {
            "supplier": "CNAF",
            "value": None,
            "month": f"{month_on:%Y-%m}",
            "computed_on": month_on.replace(day=5).isoformat(),
            "history": [None],
        },
    }
    yield _household(drawer, ("921", "0346151"), "BLANCHARD", month_on, [6]), unknown


def _household(
    drawer: HouseholdDrawer, key: tuple[str, str], name: str, month_on: date, ages: list[int]
) -> DrawnHousehold:
    """A tenant who works, alone with children of these ages."""
    household = drawer.draw(*key)
    household.adults = [Person(name, None, "CLAIRE", date(1990, 4, 12), "F")]
    household.children = [
        Person(name, None, first, month_on - timedelta(days=age * 365 + 150), sex)
        for age, (first, sex) in zip(ages, (("LOUISE", "F"), ("HUGO", "M")), strict=False)
    ]
    household.birth_places = ["92050"]
    household.situation, household.situation_since_on = "CEL", date(2021, 9, 1)
    household.resources_cents = dict.fromkeys(household.resources_cents, 1_080_000)
    household.earnings_cents = 90_000
    household.commune, household.street = COMMUNES[key[0]][0], "12 RUE DES LILAS"
    household.occupancy, household.rent_cents, household.landlord = "LOC", 56_000, "LOGIS DU VAL"
    household.housing_aid, household.arrears, household.disabled_adult = "APL", False, False
    household.aeeh_children, household.alternating, household.asf_children = 0, 0, len(ages)
    household.debts = [("INK", 12_000, 4_000), ("ALD", 30_000, 3_000)] if key[1] == "0346145" else []
    return household
