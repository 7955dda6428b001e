"""`python -m tests.bench.habpps [PEOPLE]`: CPU time of each page, 1 and 5 000 users, in a register of 50 000 people.

Printed beside it is the ratio to an empty page of the same application (the help page), which no reading can beat.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from habpps.use_cases.manage_groups import CreateGroup
from tests.bench.habpps.generator import add_people
from tests.habpps.adapters.conftest import Habpps, Pages, opened_at
from tests.habpps.builders import OTHER_SIRET, Commune

USERS = 5_000
REGISTER = 50_000
ROUNDS = 9


def main() -> None:
    """Print every figure."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else REGISTER
    with tempfile.TemporaryDirectory() as folder, opened_at(f"sqlite:///{folder}/register.db") as habpps:
        commune = habpps.all.ready()
        pages = Pages(habpps, Path(folder))
        social = habpps.all.acts.perform(commune.partner, CreateGroup("Service social", "T1")).value
        groups = {commune.group_id: "T2", social: "T1"}
        _print("1 user", pages, commune, commune.user_id)
        users = add_people(habpps.database, commune.id, groups, USERS)
        _print(f"{USERS} users", pages, commune, users[7])
        fill(habpps, people - USERS)
        _print(f"{USERS} users of {people} people", pages, commune, users[7])


def fill(habpps: Habpps, people: int) -> None:
    """Add another organisation with so many people."""
    other = habpps.all.organisation(siret=OTHER_SIRET, reference="C-2")
    add_people(habpps.database, other, {"other-group": "T2"}, people)


def _print(title: str, pages: Pages, commune: Commune, user_id: str) -> None:
    print(f"\n{title:<44} {'CPU ms':>8} {'ratio':>7} {'kB':>7}")
    pages.author = commune.partner
    floor, _ = measured(pages, "/aide")
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
        "organisation": f"/organismes/{commune.id}",
        "suspend contract": f"/contrats/{commune.contract_id}/suspendre",
        "suspend convention": f"/organismes/{commune.id}/convention/suspendre",
    }
    for name, path in partner.items():
        _line(name, measured(pages, path), floor)
    pages.author = pages.habpps.all.caf
    for name, path in caf.items():
        _line(name, measured(pages, path), floor)
    _line("creating a user (the act)", created(pages, commune), floor)


def _line(name: str, found: tuple[float, int], floor: float) -> None:
    milliseconds, size = found
    print(f"  {name:<42} {milliseconds:8.1f} {milliseconds / floor:6.1f}x {size / 1000:7.1f}", flush=True)


def measured(pages: Pages, path: str) -> tuple[float, int]:
    """Median CPU milliseconds of this process for one page, and its bytes."""
    size = len(pages.get(path))
    return _cpu(lambda: pages.get(path)), size


def created(pages: Pages, commune: Commune) -> tuple[float, int]:
    """The same for the form that creates a user."""
    pages.author = commune.partner
    number = iter(range(10_000))

    def create() -> None:
        email = f"nouveau-{next(number)}-{time.monotonic_ns()}@ville.example"
        pages.post("/utilisateurs/nouveau", given_name="Zoé", family_name="Roy", email=email, job_title="agent")

    return _cpu(create), 0


def _cpu(act: Callable[[], object]) -> float:
    act()
    times = []
    for _ in range(ROUNDS):
        before = time.process_time()
        act()
        times.append(time.process_time() - before)
    return 1000 * median(times)


if __name__ == "__main__":
    main()
