"""Fills the register with people straight into the tables and the feed: through the forms it would take hours."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice

from sqlalchemy import Connection

from habpps.adapters.database.unit_of_work import sql_repositories
from habpps.domain.habilitation import Habilitation
from habpps.domain.people import AccountHolder, Person, User
from habpps.domain.publication import Entity, PublishedFact, published
from habpps.domain.reach import Reach
from habpps.domain.states import HabilitationState
from habpps.use_cases.ports import FeedChange
from rights.snapshot import digest_after
from servicekit.database import Database
from servicekit.identifiers import new_id

GIVEN = ("Amélie", "Bruno", "Chloé", "David", "Élodie", "Fatou", "Guy", "Hélène", "Inès", "Jean-Marc", "Zoé")
FAMILY = ("Martin", "Bernard", "D'Aubigné", "Lévêque", "Nguyen", "Haddad", "Le Goff", "Morel", "Petit", "Roux")
CAF = "921"
_BATCH = 2_000
_Somebody = tuple[User, list[Habilitation]]


def add_people(
    database: Database, organisation_id: str, groups: Mapping[str, str], contracts: Sequence[str], people: int
) -> list[str]:
    """Add active users; seven of ten hold one place, one of ten two, the others none. Returns their identifiers.

    `groups`: identifier -> profile. `contracts`: those that each place opens.
    """
    everybody: list[_Somebody] = []
    names = list(groups)
    for number in range(people):
        user = _user(organisation_id, number)
        wanted = [names[(number + place) % len(names)] for place in range((1, 1, 1, 1, 1, 1, 1, 2, 0, 0)[number % 10])]
        places = [_place(user, group_id, groups[group_id], sorted(contracts), number) for group_id in wanted]
        everybody.append((user, places))
    for batch in _batches(everybody):
        _write(database, batch)
    return [user.id for user, _ in everybody]


def _user(organisation_id: str, number: int) -> User:
    given, family = GIVEN[number % len(GIVEN)], FAMILY[number % len(FAMILY)]
    return User(
        id=new_id(),
        account_id=new_id(),
        organisation_id=organisation_id,
        caf=CAF,
        person=Person(given, family, f"personne-{new_id()}@ville.example"),
        job_title=f"agent {number % 7}",
    )


def _place(user: User, group_id: str, profile: str, contracts: Sequence[str], number: int) -> Habilitation:
    return Habilitation(
        id=new_id(),
        organisation_id=user.organisation_id,
        caf=CAF,
        user_id=user.id,
        group_id=group_id,
        profile=profile,
        contracts=tuple(contracts),
        state=HabilitationState.SUSPENDED if number % 50 == 0 else HabilitationState.ACTIVE,
        starts_on=date(2026, 1 + number % 11, 1 + number % 20),
    )


def _batches(everybody: list[_Somebody]) -> Iterator[list[_Somebody]]:
    remaining = iter(everybody)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def _write(database: Database, batch: list[_Somebody]) -> None:
    users = [user for user, _ in batch]
    places = [place for _, held in batch for place in held]
    public: list[Entity] = [*users, *places]

    def work(connection: Connection) -> None:
        store = sql_repositories(connection, Reach(CAF))
        store.people.save(*(AccountHolder(account_id=user.account_id, person=user.person) for user in users))
        store.users.save(*users)
        store.habilitations.save(*places)
        facts = tuple(fact for one in public for fact in published(one))
        state = store.publications.lock()
        digest = _digest(state.digest, facts)
        change = FeedChange(state.revision + 1, facts, digest, state.epoch)
        store.publications.append(change, datetime(2026, 11, 23, 9, tzinfo=UTC))

    database.write(work)


def _digest(digest: bytes, facts: Sequence[PublishedFact]) -> bytes:
    for fact in facts:
        digest = digest_after(digest, fact.key, None, fact.value)
    return digest
