"""What an act opens and closes for people, computed with the same decision that the extranets use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from habpps.domain.notices import Rights
from habpps.domain.publication import Entity, published
from rights.decision import open_extranets
from rights.snapshot import Snapshot

MOST_NAMES = 3


@dataclass(frozen=True)
class Concerned:
    """Somebody whose rights may change. `people`: how many have the same rights, `names` those of the first of them."""

    account_id: str
    names: tuple[str, ...]
    people: int = 1


@dataclass(frozen=True, kw_only=True)
class Change:
    """What opens or closes: an extranet, or of one that stays open a profile (else empty).

    `extranet`: its short label. `names`: the first of those concerned, at most `MOST_NAMES`.
    """

    extranet: str
    profile: str
    people: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Effects:
    """What an act opens and closes today. `gaining`, `losing`: people, each once."""

    opens: tuple[Change, ...] = ()
    closes: tuple[Change, ...] = ()
    gaining: int = 0
    losing: int = 0

    def __add__(self, other: "Effects") -> "Effects":
        """Return both together: of two organisations."""
        return Effects(
            self.opens + other.opens,
            self.closes + other.closes,
            self.gaining + other.gaining,
            self.losing + other.losing,
        )


Access = tuple[str, str]
"""Code of an extranet and a profile, or the role in the one of administrators."""


def snapshot_of(entities: Iterable[Entity]) -> Snapshot:
    """Return the published view of some entities."""
    facts = (fact for entity in entities for fact in published(entity))
    return Snapshot.load(((fact.key, fact.value) for fact in facts), revision=1, epoch=1)


def effects_of(rights: Rights, people: Iterable[Concerned]) -> Effects:
    """Compare what is open to some people before and after."""
    opened, closed = _Counts(), _Counts()
    for one in people:
        old, new = (_accesses(snapshot, rights, one.account_id) for snapshot in (rights.before, rights.after))
        opened.add(one, _named(new - old, old))
        closed.add(one, _named(old - new, new))
    return Effects(opened.changes(rights.labels), closed.changes(rights.labels), opened.people, closed.people)


class _Counts:
    def __init__(self) -> None:
        self.people = 0
        self._found: dict[Access, tuple[int, tuple[str, ...]]] = {}

    def add(self, one: Concerned, accesses: set[Access]) -> None:
        self.people += one.people if accesses else 0
        for access in accesses:
            people, names = self._found.get(access, (0, ()))
            self._found[access] = people + one.people, (*names, *one.names)[:MOST_NAMES]

    def changes(self, labels: Mapping[str, str]) -> tuple[Change, ...]:
        return tuple(
            Change(extranet=labels.get(code, code), profile=profile, people=people, names=names)
            for (code, profile), (people, names) in sorted(self._found.items())
        )


def _named(changed: set[Access], kept: set[Access]) -> set[Access]:
    """Name the extranet alone where nothing of it was or stays open."""
    codes = {code for code, _profile in kept}
    return {(code, profile if code in codes else "") for code, profile in changed}


def _accesses(snapshot: Snapshot, rights: Rights, account_id: str) -> set[Access]:
    found: set[Access] = set()
    for one in open_extranets(snapshot, account_id, rights.organisation_id, rights.today):
        for detail in one.authorization_details:
            profiles = detail["profiles"] if detail["type"] == "service_contract" else [detail["role"]]
            assert isinstance(profiles, list)
            found.update((one.code, str(each)) for each in profiles)
    return found
