"""A household and how it is drawn: who lives there, what they earned in each year, how they live."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from faker import Faker

from onebox.dossiers.places import BIRTH_PLACES, COMMUNES, SOCIAL_LANDLORDS, STREETS, Commune

_POOL = 600
_HOUSEHOLDS = (("single", 30), ("single_parent", 30), ("couple", 5), ("couple_with_children", 35))


@dataclass(frozen=True, slots=True)
class Person:
    """An adult or a child."""

    birth_name: str
    usage_name: str | None
    first_names: str
    birth_on: date
    sex: str


@dataclass(slots=True, kw_only=True)
class DrawnHousehold:
    """What a dossier is made of. Resources: cents by year; `earnings_cents`: of a month now."""

    caf: str
    matricule: str
    adults: list[Person]
    children: list[Person]
    situation: str
    situation_since_on: date
    resources_cents: dict[int, int]
    earnings_cents: int
    commune: Commune
    street: str
    occupancy: str
    rent_cents: int
    landlord: str | None
    housing_aid: str
    birth_places: list[str]
    aeeh_children: int = 0
    asf_children: int = 0
    alternating: int = 0
    disabled_adult: bool = False
    arrears: bool = False
    phone: str | None = None
    email: str | None = None
    debts: list[tuple[str, int, int]] = field(default_factory=list)


class Names:
    """Pools of French names, drawn once from the seed."""

    def __init__(self, seed: int) -> None:
        faker = Faker("fr_FR")
        faker.seed_instance(seed)
        self.family = [faker.last_name().upper()[:28] for _ in range(_POOL)]
        self.first = {
            "F": [faker.first_name_female().upper() for _ in range(_POOL)],
            "M": [faker.first_name_male().upper() for _ in range(_POOL)],
        }


class HouseholdDrawer:
    """Draws households: the same seed gives the same ones."""

    def __init__(self, random: Random, names: Names, today: date) -> None:
        self._random = random
        self._names = names
        self._today = today

    def draw(self, caf: str, matricule: str) -> DrawnHousehold:
        """A coherent household: ages, names, resources, housing and rights fit one another."""
        random = self._random
        kind = random.choices([name for name, _ in _HOUSEHOLDS], [weight for _, weight in _HOUSEHOLDS])[0]
        couple = kind.startswith("couple")
        parents = kind in {"single_parent", "couple_with_children"}
        adults = self._adults(couple=couple, oldest=52 if parents else 75)
        children = self._children(adults) if parents else []
        level_cents = int(random.lognormvariate(7.25, 0.55) * 100) * (3 if couple else 2) // 2
        household = DrawnHousehold(
            caf=caf,
            matricule=matricule,
            adults=adults,
            children=children,
            situation=random.choice(("MAR", "PAC", "VIM")) if couple else random.choice(("CEL", "DIV", "ISO", "SEF")),
            situation_since_on=self._today - timedelta(days=random.randint(60, 5000)),
            resources_cents=self._resources(level_cents),
            earnings_cents=level_cents if random.random() < 0.8 else 0,
            commune=random.choice(COMMUNES[caf]),
            street=f"{random.randint(1, 180)} {random.choice(STREETS)}",
            occupancy="LOC",
            rent_cents=0,
            landlord=None,
            housing_aid="",
            birth_places=[random.choice(BIRTH_PLACES) for _ in adults],
        )
        self._settle(household)
        return household

    def _adults(self, *, couple: bool, oldest: int) -> list[Person]:
        random, names = self._random, self._names
        sex = random.choice("FM")
        age_days = random.randint(21 * 365, oldest * 365)
        first = Person(random.choice(names.family), None, self._first(sex), self._ago(age_days), sex)
        if not couple:
            return [first]
        other = "M" if sex == "F" else "F"
        other_days = max(20 * 365, age_days + random.randint(-1500, 1500))
        spouse = Person(random.choice(names.family), None, self._first(other), self._ago(other_days), other)
        man, woman = (first, spouse) if sex == "M" else (spouse, first)
        if random.random() < 0.5:
            changed = Person(woman.birth_name, man.birth_name, woman.first_names, woman.birth_on, "F")
            return [changed, man] if sex == "F" else [man, changed]
        return [first, spouse]

    def _children(self, adults: list[Person]) -> list[Person]:
        random = self._random
        youngest = min((self._today - adult.birth_on).days for adult in adults)
        count = random.choices((1, 2, 3, 4, 5), (40, 38, 15, 5, 2))[0]
        latest = max(400, min(19 * 365, youngest - 19 * 365))
        name = next((adult.birth_name for adult in adults if adult.sex == "M"), adults[0].birth_name)
        births = sorted((random.randint(20, latest) for _ in range(count)), reverse=True)
        spaced = [days + 300 * (count - place) for place, days in enumerate(births)]
        children = []
        for days in spaced:
            sex = random.choice("FM")
            children.append(Person(name, None, self._first(sex), self._ago(min(days, 19 * 365)), sex))
        return children

    def _resources(self, level_cents: int) -> dict[int, int]:
        year = self._today.year
        return {
            past: round(level_cents * 12 * self._random.uniform(0.85, 1.05)) // 100 * 100
            for past in range(year - 4, year - 1)
        }

    def _settle(self, household: DrawnHousehold) -> None:
        random = self._random
        children = household.children
        if children and random.random() < 0.04:
            household.aeeh_children = 1
        if children and len(household.adults) == 1:
            household.asf_children = len(children) if random.random() < 0.6 else 0
            household.alternating = len(children) if random.random() < 0.12 else 0
        if random.random() < 0.04:
            household.disabled_adult, household.earnings_cents = True, household.earnings_cents // 4
        self._house(household)
        if random.random() < 0.06:
            nature = random.choice(("INK", "AFD", "ALD"))
            balance = random.randint(8_000, 180_000)
            household.debts.append((nature, balance, balance // 20))
        # 01 99 00 xx xx is kept by the regulator for fiction; .invalid never exists (RFC 2606).
        household.phone = f"0199{random.randint(0, 999_999):06d}"
        household.email = f"allocataire{household.caf}{household.matricule}@exemple.invalid"

    def _house(self, household: DrawnHousehold) -> None:
        random = self._random
        if random.random() < 0.22:
            household.occupancy = random.choice(("ACC", "PRO", "HGP"))
            return
        social = random.random() < 0.55
        persons = len(household.adults) + len(household.children)
        household.rent_cents = (random.randint(30_000, 45_000) + 9_000 * persons) * (1 if social else 2)
        household.landlord = random.choice(SOCIAL_LANDLORDS) if social else "BAILLEUR PRIVE"
        household.housing_aid = "APL" if social else "ALF" if household.children else "ALS"
        household.arrears = random.random() < 0.05

    def _first(self, sex: str) -> str:
        return self._random.choice(self._names.first[sex])[:32]

    def _ago(self, days: int) -> date:
        return self._today - timedelta(days=days)
