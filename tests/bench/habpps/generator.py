"""Fills the register with people straight into the tables: through the forms it would take hours."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, insert

from habpps.adapters.database import tables
from habpps.adapters.database.statements import searchable
from servicekit.database import Database
from servicekit.identifiers import new_id

GIVEN = ("Amélie", "Bruno", "Chloé", "David", "Élodie", "Fatou", "Guy", "Hélène", "Inès", "Jean-Marc", "Zoé")
FAMILY = ("Martin", "Bernard", "D'Aubigné", "Lévêque", "Nguyen", "Haddad", "Le Goff", "Morel", "Petit", "Roux")
_BATCH = 2_000


def add_people(
    database: Database, organisation_id: str, groups: Mapping[str, str], contracts: Sequence[str], people: int
) -> list[str]:
    """Add active users; seven of ten hold one place, one of ten two, the others none. Returns their identifiers.

    `groups`: identifier -> profile. `contracts`: those that each place opens.
    """
    people_rows: list[dict[str, Any]] = []
    users: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    names = list(groups)
    for number in range(people):
        person, user = _user(organisation_id, number)
        people_rows.append(person)
        users.append(user)
        for place in range((1, 1, 1, 1, 1, 1, 1, 2, 0, 0)[number % 10]):
            group_id = names[(number + place) % len(names)]
            opened = {"group_id": group_id, "profile": groups[group_id], "contracts": sorted(contracts), "left": []}
            places.append(_place(organisation_id, str(user["id"]), number) | opened)
    for table, rows in (
        (tables.person, people_rows),
        (tables.professional, users),
        (tables.habilitation, places),
    ):
        for batch in _batches(rows):
            _write(database, table, batch)
    return [str(user["id"]) for user in users]


def _user(organisation_id: str, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    given, family = GIVEN[number % len(GIVEN)], f"{FAMILY[number % len(FAMILY)]}"
    email, title = f"personne-{new_id()}@ville.example", f"agent {number % 7}"
    person = {
        "account_id": new_id(),
        "given_name": given,
        "family_name": family,
        "email": email,
        "language": "fr",
        "search": searchable(family, given, email),
    }
    user = {
        "id": new_id(),
        "account_id": person["account_id"],
        "organisation_id": organisation_id,
        "caf": "921",
        "job_title": title,
        "state": "active",
        "departs_on": None,
        "search": searchable(title),
    }
    return person, user


def _place(organisation_id: str, user_id: str, number: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organisation_id": organisation_id,
        "caf": "921",
        "user_id": user_id,
        "state": "suspended" if number % 50 == 0 else "active",
        "starts_on": date(2026, 1 + number % 11, 1),
        "ends_on": None,
    }


def _batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def _write(database: Database, table: Table, batch: list[dict[str, Any]]) -> None:
    def work(connection: Connection) -> None:
        connection.execute(insert(table), batch)

    database.write(work)
