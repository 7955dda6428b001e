"""In-memory twins of the store of dossiers and of what an import needs; `adapters/test_database.py` holds them true."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from cdap.domain.dossier import Dossier, DossierKey
from cdap.domain.timeless import in_month, timeless
from cdap.use_cases.caf_swap import GONE
from cdap.use_cases.chunk_plan import content_of
from cdap.use_cases.import_ports import CafMonth, Held, OddRecord, Row, UnfinishedFile
from cdap.use_cases.ports import KnownNames, Repositories, StoredDossier
from servicekit.audit_events import RecordedWork
from tests.cdap.builders import NOW


@dataclass
class Shelves:
    """What the store holds: rows by number of the month for each dossier, the Cafs, the files half imported."""

    rows: dict[DossierKey, dict[int, Row]] = field(default_factory=dict)
    months: dict[str, CafMonth] = field(default_factory=dict)
    files: dict[str, UnfinishedFile] = field(default_factory=dict)
    odd: dict[str, list[OddRecord]] = field(default_factory=dict)
    seen: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def current(self, key: DossierKey) -> Row | None:
        """The row that readers take; None without a document."""
        rows, month = self.rows.get(key, {}), self.months.get(key.caf)
        numbers = [number for number in rows if month is not None and number <= month.number]
        row = rows[max(numbers)] if numbers else None
        return None if row is None or row.stored is None else row

    def of_caf(self, caf: str) -> list[str]:
        """Matricules with a row, in order."""
        return sorted(key.matricule for key, rows in self.rows.items() if key.caf == caf and rows)


class InMemoryDossiers:
    """`Dossiers`; counts its reads."""

    def __init__(self, shelves: Shelves) -> None:
        self.shelves = shelves
        self.reads: list[str] = []

    def find(self, key: DossierKey) -> StoredDossier | None:
        self.reads.append("find")
        row = self.shelves.current(key)
        if row is None or row.stored is None:
            return None
        stored, month = row.stored, self.shelves.months[key.caf].month
        return StoredDossier(key, row.name_keys, lambda: Dossier(in_month(orjson.loads(stored), month)))

    def of_other_cafs(self, key: DossierKey) -> Sequence[KnownNames]:
        self.reads.append("of_other_cafs")
        others = [DossierKey(caf, key.matricule) for caf in sorted(self.shelves.months) if caf != key.caf]
        found = [(other, self.shelves.current(other)) for other in others]
        return [KnownNames(other, row.name_keys) for other, row in found if row is not None]


class InMemoryCafMonths:
    """`CafMonths`."""

    def __init__(self, shelves: Shelves) -> None:
        self.shelves = shelves

    def every(self) -> Sequence[CafMonth]:
        return [self.shelves.months[caf] for caf in sorted(self.shelves.months)]

    def of(self, caf: str) -> CafMonth | None:
        return self.shelves.months.get(caf)

    def fill(self, caf: CafMonth) -> None:
        self.shelves.months[caf.caf] = caf

    def put_in_force(self, filled: CafMonth) -> None:
        self.shelves.months[filled.caf] = filled

    def tidied(self, caf: CafMonth) -> None:
        held = self.shelves.months[caf.caf]
        if held.number == caf.number:
            self.shelves.months[caf.caf] = replace(held, is_tidy=True)

    def release(self, caf: CafMonth) -> None:
        held = self.shelves.months[caf.caf]
        if held.filling == caf.filling:
            self.shelves.months[caf.caf] = replace(held, filling="", filling_name="", filling_month="")


class InMemoryDossierRows:
    """`DossierRows`."""

    def __init__(self, shelves: Shelves) -> None:
        self.shelves = shelves
        self.written = 0

    def held(self, caf: CafMonth, matricules: Sequence[str]) -> Mapping[str, Held]:
        held = {}
        for matricule in matricules:
            rows = self._rows(caf, matricule)
            if rows:
                old = [rows[number].content for number in sorted(rows) if number <= caf.number]
                new = rows.get(caf.next_number)
                held[matricule] = Held(old[-1] if old else None, new.content if new else None)
        return held

    def put(self, caf: CafMonth, rows: Sequence[Row]) -> None:
        self.written += len(rows)
        for row in rows:
            self.shelves.rows.setdefault(DossierKey(caf.caf, row.matricule), {})[caf.next_number] = row

    def take_back(self, caf: CafMonth, matricules: Sequence[str]) -> None:
        for matricule in matricules:
            self._rows(caf, matricule).pop(caf.next_number, None)

    def in_force(self, caf: CafMonth, after: str, limit: int) -> Sequence[str]:
        later = [matricule for matricule in self.shelves.of_caf(caf.caf) if matricule > after]
        return [one for one in later if min(self._rows(caf, one)) <= caf.number][:limit]

    def tidy(self, caf: CafMonth, after: str, limit: int) -> str:
        page = self.in_force(caf, after, limit)
        for matricule in page:
            rows = self._rows(caf, matricule)
            if caf.number in rows:
                for number in [number for number in rows if number < caf.number]:
                    del rows[number]
                if rows[caf.number].stored is None:
                    del rows[caf.number]
        return page[-1] if page else ""

    def discard(self, caf: CafMonth, limit: int) -> int:
        filled = [one for one in self.shelves.of_caf(caf.caf) if caf.next_number in self._rows(caf, one)][:limit]
        self.take_back(caf, filled)
        return len(filled)

    def _rows(self, caf: CafMonth, matricule: str) -> dict[int, Row]:
        return self.shelves.rows.get(DossierKey(caf.caf, matricule), {})


class InMemoryUnfinishedFiles:
    """`UnfinishedFiles`."""

    def __init__(self, shelves: Shelves) -> None:
        self.shelves = shelves

    def find(self, digest: str) -> UnfinishedFile | None:
        return self.shelves.files.get(digest)

    def every(self) -> Sequence[UnfinishedFile]:
        return sorted(self.shelves.files.values(), key=lambda file: file.began_at)

    def begin(self, file: UnfinishedFile) -> None:
        self.shelves.files[file.digest] = file

    def take(self, file: UnfinishedFile, holder: str) -> bool:
        held = self.find(file.digest)
        if held is None or (held.holder, held.beat) != (file.holder, file.beat):
            return False
        self.shelves.files[file.digest] = replace(held, holder=holder, beat=held.beat + 1)
        return True

    def beat(self, digest: str, holder: str) -> bool:
        held = self.find(digest)
        if held is None or held.holder != holder:
            return False
        self.shelves.files[digest] = replace(held, beat=held.beat + 1)
        return True

    def give_up(self, digest: str) -> None:
        self.shelves.files[digest] = replace(self.shelves.files[digest], is_given_up=True)

    def reach(self, digest: str, line: int, offset: int, tally: Mapping[str, Any]) -> None:
        kept = orjson.loads(orjson.dumps(tally))
        self.shelves.files[digest] = replace(self.shelves.files[digest], line=line, offset=offset, tally=kept)

    def note(self, digest: str, odd: Sequence[OddRecord], seen: Mapping[str, bytes]) -> None:
        self.shelves.odd.setdefault(digest, []).extend(odd)
        self.shelves.seen[digest] = dict(seen)

    def odd(self, digest: str) -> Sequence[OddRecord]:
        return sorted(self.shelves.odd.get(digest, []), key=lambda record: record.line)

    def seen(self, digest: str) -> Mapping[str, bytes]:
        return self.shelves.seen.get(digest, {})

    def remove(self, digest: str) -> None:
        for held in (self.shelves.files, self.shelves.odd, self.shelves.seen):
            held.pop(digest, None)


class Lines:
    """`IncomingFile` of the test."""

    def __init__(self, *lines: bytes, name: str = "test.jsonl") -> None:
        self.given = lines
        self.name = name

    def digest(self) -> str:
        return hashlib.sha256(b"".join(self.given)).hexdigest()

    def lines(self, offset: int) -> Iterator[tuple[bytes, int]]:
        end = 0
        for line in self.given:
            end += len(line)
            if end > offset:
                yield line, end


class FixedHolders:
    """`Holders` that knows what the test says; a pause lets a second pass, and does what the test wants meanwhile."""

    def __init__(self, me: str = "machine 1") -> None:
        self.me = me
        self.gone: set[str] = set()
        self.now = 0.0
        self.meanwhile: Callable[[], object] = lambda: None

    def is_gone(self, holder: str) -> bool:
        return holder in self.gone

    def pause(self) -> None:
        self.now += 1
        self.meanwhile()

    def seconds(self) -> float:
        return self.now


def repositories(shelves: Shelves) -> Repositories:
    """The repositories of one transaction in memory."""
    return Repositories(
        InMemoryDossiers(shelves),
        InMemoryCafMonths(shelves),
        InMemoryDossierRows(shelves),
        InMemoryUnfinishedFiles(shelves),
    )


def hold(work: RecordedWork[Repositories], documents: Iterable[Mapping[str, Any]]) -> None:
    """These dossiers are in force, and no other of their Cafs, each Caf in the month of its first one."""
    by_caf: dict[str, list[Dossier]] = {}
    for document in documents:
        dossier = Dossier(document)
        by_caf.setdefault(dossier.key.caf, []).append(dossier)

    def store(repos: Repositories) -> None:
        for caf, dossiers in by_caf.items():
            month = dossiers[0].reference_month
            held = repos.months.of(caf) or CafMonth(caf=caf)
            filled = replace(held, filling="held by the test", filling_name="test.jsonl", filling_month=month)
            repos.months.fill(filled)
            repos.rows.put(filled, [row_of(dossier, month) for dossier in dossiers])
            gone = set(repos.rows.in_force(filled, "", 10_000)) - {one.key.matricule for one in dossiers}
            repos.rows.put(filled, [Row(matricule, GONE) for matricule in sorted(gone)])
            in_force = replace(held, month=month, number=held.next_number, dossier_count=len(dossiers), in_force_at=NOW)
            repos.months.put_in_force(in_force)
            repos.rows.tidy(in_force, "", 10_000)

    work.write(store)


def row_of(dossier: Dossier, month: str) -> Row:
    """A dossier as an import of this month stores it."""
    stored = orjson.dumps(timeless(dossier.document, month), option=orjson.OPT_SORT_KEYS)
    return Row(dossier.key.matricule, content_of(stored), dossier.name_keys, stored)
