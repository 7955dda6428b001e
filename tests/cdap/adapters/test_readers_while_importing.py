"""Consultations while a month is imported: readers see the month before, whole, then the new one, whole."""

import threading
from collections import Counter
from collections.abc import Iterator

import orjson
import pytest

from cdap.domain.dossier import DossierKey
from cdap.use_cases.import_dossiers import ImportChoices, ImportDossiers
from cdap.use_cases.ports import Repositories
from servicekit.audit_events import RecordedWork
from tests.cdap.adapters.conftest import Cdap
from tests.cdap.builders import in_another_caf
from tests.cdap.store_fakes import FixedHolders, Lines, hold
from tests.promises import promise

COUNT = 150
LEFT = 20  # of those of November, how many are gone in December
READERS = 3
OLD, NEW = 612, 700


def a_month(month: str, value: int, first: int) -> list[dict[str, object]]:
    documents = []
    for number in range(first, first + COUNT):
        document = in_another_caf("921", f"{number:07d}")
        document["reference"]["month"] = month
        document["quotient_familial"] |= {"month": month, "value": value, "history": [value]}
        documents.append(document)
    return documents


def seen(repos: Repositories) -> tuple[tuple[str, int, str], ...]:
    """What one transaction of a reader sees: which dossiers, and of what month and value they are."""
    found = []
    for number in range(COUNT + LEFT):
        stored = repos.dossiers.find(DossierKey("921", f"{number:07d}"))
        if stored is not None:
            document = stored.read().document
            found.append((stored.key.matricule, document["quotient_familial"]["value"], document["reference"]["month"]))
    return tuple(found)


class Readers:
    """Threads that read until they are told to stop."""

    def __init__(self, work: RecordedWork[Repositories]) -> None:
        self._work = work
        self._ending = threading.Event()
        self.saw: Counter[tuple[tuple[str, int, str], ...]] = Counter()
        self.errors: list[Exception] = []
        self.began = threading.Barrier(READERS + 1)
        self._threads = [threading.Thread(target=self._read) for _ in range(READERS)]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        self.began.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _read(self) -> None:
        self.began.wait()
        try:
            while not self._ending.is_set():
                self.saw[self._work.read(seen)] += 1
            self.saw[self._work.read(seen)] += 1
        except Exception as error:  # noqa: BLE001 - told to the test
            self.errors.append(error)


@promise("cdap:old-month-until-the-swap")
@pytest.mark.parametrize("dies", [False, True])
def test_readers_see_the_old_month_or_the_new_one_and_never_half_of_one(cdap: Cdap, *, dies: bool) -> None:
    november, december = a_month("2026-11", OLD, 0), a_month("2026-12", NEW, LEFT)
    hold(cdap.work, november)
    old, new = (
        tuple((f"{number:07d}", value, month) for number in range(first, first + COUNT))
        for first, value, month in ((0, OLD, "2026-11"), (LEFT, NEW, "2026-12"))
    )
    lines = [orjson.dumps(document) + b"\n" for document in december]
    choices = ImportChoices(chunk_lines=10, checkpoint_lines=30)
    with Readers(cdap.work) as readers:
        if dies:
            with pytest.raises(OSError, match="torn"):
                ImportDossiers(cdap.work, cdap.clock, FixedHolders("machine 2"), choices)(Torn(*lines))
            assert set(readers.saw) <= {old}
        holders = FixedHolders()
        holders.gone.add("machine 2")
        report = ImportDossiers(cdap.work, cdap.clock, holders, choices)(Lines(*lines))
    assert report.is_in_force
    assert bool(report.resumed_after) == dies
    assert readers.errors == []
    assert set(readers.saw) <= {old, new}
    assert new in readers.saw


class Torn(Lines):
    """A file whose disk fails in the middle."""

    def lines(self, offset: int) -> Iterator[tuple[bytes, int]]:
        for place, line in enumerate(super().lines(offset)):
            if place == COUNT // 2:
                raise OSError("torn")
            yield line
