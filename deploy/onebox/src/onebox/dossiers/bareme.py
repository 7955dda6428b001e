"""Monthly benefits by a scale of our own: plausible amounts for demonstration, never the law. Cents.

Orders of magnitude follow the amounts of 2025; thresholds are simplified so that each rule is one line.
"""

from dataclasses import dataclass
from fractions import Fraction

AF_TWO_CHILDREN = 15_180
AF_FURTHER_CHILD = 19_449
AF_HALF_ABOVE = 7_856_500
AF_QUARTER_ABOVE = 10_471_900
CF_AMOUNT, CF_BELOW = 19_761, 4_600_000
ASF_PER_CHILD = 20_018
PAJE_AMOUNT, PAJE_BELOW, PAJE_BELOW_PER_CHILD = 19_758, 3_200_000, 500_000
AEEH_PER_CHILD = 15_180
AAH_FULL = 103_332
RSA_SINGLE = 64_652
PPA_FULL = 63_300
LEAST_PAID = 1_500
RENT_COUNTED_SINGLE, RENT_COUNTED_PER_PERSON = 33_000, 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the amounts of a month depend on. Money in cents; resources of the year N-2; earnings of the month."""

    couple: bool
    children: int
    children_under_3: int
    aeeh_children: int
    asf_children: int
    annual_resources_cents: int
    monthly_earnings_cents: int
    rent_cents: int
    housing_aid: str  # "APL", "ALF", "ALS" or "" for none
    disabled_adult: bool


def monthly_benefits(situation: Situation) -> dict[str, int]:
    """Amounts paid, by code of benefit; only those paid."""
    amounts = {
        "AF": _af(situation),
        "CF": CF_AMOUNT if situation.children >= 3 and situation.annual_resources_cents < CF_BELOW else 0,
        "ASF": 0 if situation.couple else ASF_PER_CHILD * situation.asf_children,
        "PAJE": _paje(situation),
        "AEEH": AEEH_PER_CHILD * situation.aeeh_children,
        "AAH": max(0, AAH_FULL - situation.monthly_earnings_cents) if situation.disabled_adult else 0,
    }
    if situation.housing_aid:
        amounts[situation.housing_aid] = _housing_aid(situation)
    if not amounts["AAH"]:
        amounts["RSA"] = _rsa(situation, sum(amounts.values()))
        amounts["PPA"] = _ppa(situation)
    return {code: amount for code, amount in amounts.items() if amount >= LEAST_PAID}


def _af(situation: Situation) -> int:
    if situation.children < 2:
        return 0
    full = AF_TWO_CHILDREN + AF_FURTHER_CHILD * (situation.children - 2)
    if situation.annual_resources_cents > AF_QUARTER_ABOVE:
        return full // 4
    return full // 2 if situation.annual_resources_cents > AF_HALF_ABOVE else full


def _paje(situation: Situation) -> int:
    ceiling = PAJE_BELOW + PAJE_BELOW_PER_CHILD * situation.children
    return PAJE_AMOUNT if situation.children_under_3 and situation.annual_resources_cents < ceiling else 0


def _persons(situation: Situation) -> int:
    return situation.children + (2 if situation.couple else 1)


def _housing_aid(situation: Situation) -> int:
    others = _persons(situation) - 1
    counted = min(situation.rent_cents, RENT_COUNTED_SINGLE + RENT_COUNTED_PER_PERSON * others)
    allowance = 45_000 + 15_000 * others
    participation = max(0, situation.annual_resources_cents // 12 - allowance) * 30 // 100
    return max(0, counted * 90 // 100 - participation)


def _rsa(situation: Situation, other_benefits_cents: int) -> int:
    others = _persons(situation) - 1
    share = Fraction(1) + Fraction(1, 2) * min(others, 1) + Fraction(3, 10) * max(0, others - 1)
    return max(0, int(RSA_SINGLE * share) - situation.monthly_earnings_cents - other_benefits_cents * 60 // 100)


def _ppa(situation: Situation) -> int:
    earnings = situation.monthly_earnings_cents
    if earnings < 30_000:
        return 0
    others = _persons(situation) - 1
    return max(0, PPA_FULL * (100 + 30 * others) // 100 + earnings * 61 // 100 - earnings * (100 + 10 * others) // 100)
