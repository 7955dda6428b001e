"""`python -m tests.bench.habpps [PEOPLE [USERS [ORGANISATIONS]]]`: CPU time of each page.

For 1 and 5 000 users, then among the 50 000 people of a Caf with 2 000 organisations.

Printed beside it is the ratio to an empty page of the same application (the help page), which no reading can beat.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from habpps.use_cases.manage_groups import CreateGroup
from servicekit.database import migrate
from tests.bench.habpps.generator import add_people
from tests.bench.population import a_siret
from tests.habpps.adapters.conftest import MIGRATIONS, Habpps, Pages, opened_at
from tests.habpps.builders import Commune

USERS = 5_000
ORGANISATIONS = 2_000
REGISTER = 50_000
ROUNDS = 9


def main() -> None:
    """Print every figure."""
    measure(*[int(argument) for argument in sys.argv[1:4]])


def measure(
    people: int = REGISTER, users: int = USERS, organisations: int = ORGANISATIONS, *, rounds: int = ROUNDS
) -> None:
    """Print the figures of every page."""
    with tempfile.TemporaryDirectory() as folder, opened_at(_migrated(f"sqlite:///{folder}/register.db")) as habpps:
        commune = habpps.all.ready()
        pages = Pages(habpps, Path(folder))
        social = habpps.all.acts.perform(commune.partner, CreateGroup("Service social", "T1")).value
        groups = {commune.group_id: "T2", social: "T1"}
        _print("1 user", Asked(pages, commune, commune.user_id, rounds))
        added = add_people(habpps.database, commune.id, groups, [commune.contract_id], users)
        asked = Asked(pages, commune, added[7], rounds)
        _print(f"{users} users", asked)
        fill(habpps, people - users, organisations)
        _print(f"{users} users of {people} people in {organisations} organisations", asked)


def _migrated(url: str) -> str:
    migrate(url, MIGRATIONS)
    return url


def fill(habpps: Habpps, people: int, organisations: int) -> None:
    """Add so many people in so many other organisations of the same Caf."""
    for number in range(organisations):
        other = habpps.all.organisation(siret=a_siret(number), reference=f"C-{number}", name=f"Commune numéro {number}")
        add_people(habpps.database, other, {f"group-{number}": "T2"}, [f"contract-{number}"], people // organisations)


@dataclass(frozen=True)
class Asked:
    """Whose pages are measured, and how often each."""

    pages: Pages
    commune: Commune
    user_id: str
    rounds: int

    def page(self, path: str) -> tuple[float, int]:
        """Median CPU milliseconds of this process for one page, and its bytes."""
        size = len(self.pages.get(path))
        return self._cpu(lambda: self.pages.get(path)), size

    def suspended(self) -> tuple[float, int]:
        """The same for the two forms that suspend a contract and open it again, halved."""

        def there_and_back() -> None:
            for word in ("suspendre", "reactiver"):
                self.pages.post(f"/contrats/{self.commune.contract_id}/{word}", reason="contrôle")

        return self._cpu(there_and_back) / 2, 0

    def created(self) -> tuple[float, int]:
        """The same for the form that creates a user."""
        self.pages.author = self.commune.partner
        number = iter(range(10_000))

        def create() -> None:
            email = f"nouveau-{next(number)}-{time.monotonic_ns()}@ville.example"
            self.pages.post(
                "/utilisateurs/nouveau", given_name="Zoé", family_name="Roy", email=email, job_title="agent"
            )

        return self._cpu(create), 0

    def _cpu(self, act: Callable[[], object]) -> float:
        act()
        times = []
        for _ in range(self.rounds):
            before = time.process_time()
            act()
            times.append(time.process_time() - before)
        return 1000 * median(times)


def _print(title: str, asked: Asked) -> None:
    pages, commune, user_id = asked.pages, asked.commune, asked.user_id
    print(f"\n{title:<50} {'CPU ms':>8} {'ratio':>7} {'kB':>7}")
    pages.author = commune.partner
    floor, _ = asked.page("/aide")
    partner = {
        "home": "/",
        "groups": "/groupes",
        "group": f"/groupes/{commune.group_id}",
        "group, searched": f"/groupes/{commune.group_id}?q=leveque",
        "close group": f"/groupes/{commune.group_id}/fermer",
        "users": "/utilisateurs",
        "users, searched": "/utilisateurs?q=amelie",
        "users, without group": "/utilisateurs?groupe=-",
        "users, sorted": "/utilisateurs?tri=-job_title",
        "new user": "/utilisateurs/nouveau",
        "user": f"/utilisateurs/{user_id}",
        "lock user": f"/utilisateurs/{user_id}/verrouiller",
        "departure": f"/utilisateurs/{user_id}/depart",
    }
    caf = {
        "organisations": "/organismes",
        "organisations, searched": "/organismes?q=commune",
        "organisations, sorted": "/organismes?tri=-name&page=2",
        "organisation": f"/organismes/{commune.id}",
        "suspend contract": f"/contrats/{commune.contract_id}/suspendre",
        "suspend convention": f"/organismes/{commune.id}/convention/suspendre",
    }
    for name, path in partner.items():
        _line(name, asked.page(path), floor)
    pages.author = pages.habpps.all.caf
    for name, path in caf.items():
        _line(name, asked.page(path), floor)
    _line("suspending and opening a contract (acts)", asked.suspended(), floor)
    _line("creating a user (the act)", asked.created(), floor)


def _line(name: str, found: tuple[float, int], floor: float) -> None:
    milliseconds, size = found
    print(f"  {name:<48} {milliseconds:8.1f} {milliseconds / floor:6.1f}x {size / 1000:7.1f}", flush=True)


if __name__ == "__main__":
    main()
