"""In-memory twins of the ports; the conformance suite in `adapters/test_database.py` holds them to the real ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import orjson

from cdap.domain.dossier import Dossier, DossierKey
from cdap.use_cases.consult_dossier import ConsultDossier
from cdap.use_cases.ports import ImportLine, KnownNames, Repositories, StoredDossier
from rights.sessions import EndedSessions
from rights.snapshot import Snapshot
from rights.token_marks import TokenMarks
from tests.cdap.builders import the_snapshot, the_table
from tests.servicekit.fakes import FixedClock, InMemoryUnitOfWork


@dataclass
class Shelves:
    """The dossiers of every generation."""

    lines: dict[int, dict[DossierKey, ImportLine]] = field(default_factory=dict)
    in_force: int | None = None


class InMemoryDossiers:
    """`Dossiers`; counts its reads."""

    def __init__(self, shelves: Shelves) -> None:
        self.shelves = shelves
        self.reads: list[str] = []

    def find(self, key: DossierKey) -> StoredDossier | None:
        self.reads.append("find")
        line = self._current().get(key)
        if line is None:
            return None
        return StoredDossier(key, line.name_keys, lambda: Dossier(orjson.loads(line.document)))

    def of_other_cafs(self, key: DossierKey) -> Sequence[KnownNames]:
        self.reads.append("of_other_cafs")
        others = [
            line.key for line in self._current().values() if line.key.matricule == key.matricule and line.key != key
        ]
        return [KnownNames(other, self._current()[other].name_keys) for other in sorted(others, key=lambda k: k.caf)]

    def _current(self) -> dict[DossierKey, ImportLine]:
        return self.shelves.lines.get(self.shelves.in_force or 0, {})


class InMemoryGenerations:
    """`ImportedGenerations`."""

    def __init__(self, shelves: Shelves) -> None:
        self.shelves = shelves

    def begin(self) -> int:
        return max([*self.shelves.lines, self.shelves.in_force or 0]) + 1

    def stored(self, generation: int, keys: Sequence[DossierKey]) -> Mapping[DossierKey, bytes]:
        there = self.shelves.lines.get(generation, {})
        return {key: there[key].document for key in keys if key in there}

    def remove(self, generation: int, keys: Sequence[DossierKey]) -> None:
        for key in keys:
            self.shelves.lines.get(generation, {}).pop(key, None)

    def add(self, generation: int, lines: Sequence[ImportLine]) -> None:
        self.shelves.lines.setdefault(generation, {}).update({line.key: line for line in lines})

    def put_in_force(self, generation: int, count: int) -> None:
        self.shelves.in_force = generation

    def in_force(self) -> int | None:
        return self.shelves.in_force

    def remove_some(self, keep: int | None, limit: int) -> int:
        removed = 0
        for generation in [number for number in self.shelves.lines if number != keep]:
            for key in list(self.shelves.lines[generation])[: limit - removed]:
                del self.shelves.lines[generation][key]
                removed += 1
            if not self.shelves.lines[generation]:
                del self.shelves.lines[generation]
        return removed


class FixedRights:
    """`RightsView` that says what the test says."""

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = the_snapshot()
        self.age = timedelta(seconds=1)

    def current(self) -> tuple[Snapshot | None, timedelta]:
        return self.snapshot, self.age


class FixedEndedSessions:
    """`EndedSessions` that says what the test says."""

    def __init__(self) -> None:
        self.ended: set[str] = set()
        self.known = EndedSessions(0, "epoch")
        self.confirmed_ago = timedelta(seconds=1)

    def is_ended(self, token: TokenMarks) -> bool:
        return token.session_id in self.ended or self.known.holds(token)

    def age(self) -> timedelta:
        return self.confirmed_ago


def line_of(document: dict[str, object]) -> ImportLine:
    """A dossier as an import stores it."""
    dossier = Dossier(document)
    return ImportLine(dossier.key, dossier.name_keys, orjson.dumps(document))


class Desk:
    """cdap in memory: the use case with everything around it."""

    def __init__(self, documents: Iterable[dict[str, object]]) -> None:
        shelves = Shelves()
        self.dossiers = InMemoryDossiers(shelves)
        generations = InMemoryGenerations(shelves)
        generations.add(1, [line_of(document) for document in documents])
        generations.put_in_force(1, 0)
        self.work = InMemoryUnitOfWork(Repositories(self.dossiers, generations))
        self.rights = FixedRights()
        self.ended_sessions = FixedEndedSessions()
        self.clock = FixedClock()
        self.consult = ConsultDossier(self.work, self.rights, self.ended_sessions, the_table(), self.clock)
