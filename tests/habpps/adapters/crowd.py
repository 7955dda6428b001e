"""A commune with many people, and every act of the registry possible in it: a file that tests copy for each act."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from habpps.domain.people import Person
from habpps.domain.states import UserEvent
from habpps.use_cases.act_entry import Act
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.change_user import LockUser, SetDeparture
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.import_document import read_document
from habpps.use_cases.import_organisations import ImportOrganisations
from servicekit.database import migrate
from tests.bench.habpps.generator import add_people
from tests.habpps.adapters.conftest import MIGRATIONS, Habpps, opened_at
from tests.habpps.builders import TODAY, Commune
from tests.habpps.possible_acts import Possible, possible_acts
from tests.habpps.use_cases.test_imports import DOCUMENT

BOTH = Person("Ange", "Petit", "ange.petit@nanterre.example")


@dataclass(frozen=True)
class Crowd:
    """`file`: the register, closed. `acts`: by name, each possible in a copy of it."""

    file: Path
    commune: Commune
    acts: dict[str, Possible]
    people: int

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Habpps]:
        """A copy that may be changed, opened."""
        copy = shutil.copyfile(self.file, folder / "copy.db")
        with opened_at(f"sqlite:///{copy}") as habpps:
            yield habpps
        copy.unlink()

    @contextmanager
    def before(self, folder: Path, name: str) -> Iterator[tuple[Habpps, Possible]]:
        """The same, with everything done that an act needs."""
        with self.copied(folder) as habpps:
            for author, act in self.acts[name].before:
                habpps.all.acts.perform(author, act)
            yield habpps, self.acts[name]


def crowd_of(folder: Path, people: int) -> Crowd:
    """So many people in two groups; among them one who administers too, one locked, one gone and one about to leave."""
    file = folder / f"{people}.db"
    url = f"sqlite:///{file}"
    migrate(url, MIGRATIONS)
    with opened_at(url) as habpps:
        commune = habpps.all.ready()
        acts = possible_acts(habpps.all, commune)
        acts = {name: replace(one, act=_with_people(one.act, people)) for name, one in acts.items()}
        groups = {one.id: one.profile for one in habpps.all.look(lambda store: store.groups.of(commune.id))}
        perform = habpps.all.acts.perform
        both = habpps.all.partner(commune.id, BOTH)
        member = perform(commune.partner, AttachPerson(both.administrator_id, "agent")).value
        own = (commune.contract_id,)  # the first of many who hold this place, and the only one with a role beside
        perform(commune.partner, AssignToGroup(member, commune.group_id, contracts=own))
        users = add_people(habpps.database, commune.id, groups, [commune.contract_id], people)
        perform(commune.partner, LockUser(users[1], UserEvent.LOCK, "vol"))
        perform(commune.partner, SetDeparture(users[2], TODAY - timedelta(days=3)))
        perform(commune.partner, SetDeparture(users[3], TODAY + timedelta(days=3)))
    assert [one.name for one in folder.glob(f"{file.name}-*")] == [], "the file alone is the whole database"
    return Crowd(file, commune, acts, people)


def _with_people(act: Act[Any], people: int) -> Act[Any]:
    """An import brings as many people as the crowd has; other acts stay as they are."""
    if not isinstance(act, ImportOrganisations):
        return act
    (organisation,) = DOCUMENT["organisations"]
    (user,) = organisation["users"]
    known = {"account_id": "", "username": ""}
    users = [
        {key: value for key, value in {**user, "email": f"{number}@n.example"}.items() if key not in known}
        for number in range(people)
    ]
    siret = act.document.organisations[0].request.siret
    return ImportOrganisations(
        read_document({**DOCUMENT, "organisations": [{**organisation, "siret": siret, "users": users}]})
    )
