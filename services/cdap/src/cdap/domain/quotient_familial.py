"""The quotient familial: what it is computed from, the number of parts, the rounding.

QF = (annual resources / 12 + family benefits of the month) / parts (formula published by the Caf). Resources are those
of the year N-2, net taxable before the 10 % deduction, less social abatements. Annual and one-off benefits
are left out.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import floor


@dataclass(frozen=True, slots=True)
class PartsRule:
    """What differs between sources. Parts are counted in halves, so that they stay whole numbers."""

    single_person_halves: int = 4  # 2 parts, "couple ou personne isolée"; some sources say 1 part


@dataclass(frozen=True, slots=True)
class Household:
    """What the parts depend on: couple or isolated, number of dependent children, how many of them with AEEH."""

    couple: bool
    children: int = 0
    aeeh_children: int = 0


DEFAULT_PARTS = PartsRule()


def parts_in_halves(household: Household, rule: PartsRule = DEFAULT_PARTS) -> int:
    """Number of parts, times two.

    2 parts, +0.5 for the 1st and the 2nd child, +1 for the 3rd, +0.5 for each one after and for each AEEH child.
    """
    alone = not household.couple and household.children == 0
    base = rule.single_person_halves if alone else 4
    third_child = 1 if household.children >= 3 else 0
    return base + household.children + third_child + household.aeeh_children


def quotient_familial(annual_resources_cents: int, monthly_benefits_cents: int, halves: int) -> int:
    """The QF in whole euros, rounded half up. `halves` is the number of parts times two.

    Raises:
        ValueError: no part at all.
    """
    if halves <= 0:
        raise ValueError("a household has parts")
    monthly = Fraction(annual_resources_cents, 12) + monthly_benefits_cents
    value = monthly * 2 / halves / 100
    return max(0, floor(value + Fraction(1, 2)))
