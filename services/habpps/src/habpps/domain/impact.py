"""What an act would change for people, told before it is done, with the same decision that the extranets use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from habpps.domain.people import User
from habpps.domain.publication import Entity, published
from rights.decision import open_extranets
from rights.snapshot import Snapshot


@dataclass(frozen=True)
class Impact:
    """How many people would lose an extranet, per extranet code. `people`: all of them once."""

    losing: dict[str, int]
    people: int


def snapshot_of(entities: Iterable[Entity]) -> Snapshot:
    """Return the published view of some entities."""
    facts = (fact for entity in entities for fact in published(entity))
    return Snapshot.load(((fact.key, fact.value) for fact in facts), revision=1, epoch=1)


def impact_of(
    before: Sequence[Entity], changed: Sequence[Entity], people: Sequence[tuple[User, int]], today: date
) -> Impact:
    """Compare what is open before and after `changed` replaces entities of the same key.

    `people`: one user for all who have the same rights, and how many they are.
    """
    old, new = snapshot_of(before), snapshot_of([*before, *changed])
    losing: dict[str, int] = {}
    concerned = 0
    for user, count in people:
        lost = _codes(old, user, today) - _codes(new, user, today)
        for code in lost:
            losing[code] = losing.get(code, 0) + count
        concerned += count if lost else 0
    return Impact(dict(sorted(losing.items())), concerned)


def _codes(snapshot: Snapshot, user: User, today: date) -> set[str]:
    opened = open_extranets(snapshot, user.account_id, user.organisation_id, today)
    return {one.code for one in opened if one.authorization_details[0]["type"] == "service_contract"}
