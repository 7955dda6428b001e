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
    """People who would lose an extranet: how many per extranet code, and their names. `people`: all of them once."""

    losing: dict[str, tuple[str, ...]]
    people: int


def snapshot_of(entities: Iterable[Entity]) -> Snapshot:
    """Return the published view of some entities."""
    facts = (published(entity) for entity in entities)
    return Snapshot.load(((fact.key, fact.value) for fact in facts if fact is not None), revision=1, epoch=1)


def impact_of(before: Sequence[Entity], changed: Sequence[Entity], users: Sequence[User], today: date) -> Impact:
    """Compare what is open to each user before and after `changed` replaces entities of the same key."""
    old, new = snapshot_of(before), snapshot_of([*before, *changed])
    losing: dict[str, list[str]] = {}
    people: set[str] = set()
    for user in users:
        lost = _codes(old, user, today) - _codes(new, user, today)
        for code in lost:
            losing.setdefault(code, []).append(user.person.display_name)
        if lost:
            people.add(user.id)
    return Impact({code: tuple(names) for code, names in sorted(losing.items())}, len(people))


def _codes(snapshot: Snapshot, user: User, today: date) -> set[str]:
    opened = open_extranets(snapshot, user.account_id, user.organisation_id, today)
    return {one.code for one in opened if one.authorization_details[0]["type"] == "service_contract"}
