"""What an interruption leaves and how it goes on; who may take a file."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from cdap.use_cases.held_work import ImportTakenError
from cdap.use_cases.import_claims import (
    LEASE_SECONDS,
    ImportRunningError,
    ImportUnfinishedError,
)
from cdap.use_cases.import_dossiers import ImportDossiers
from cdap.use_cases.import_report import ImportReport
from cdap.use_cases.ports import Repositories
from servicekit.audit_events import Outcome
from tests.cdap.builders import the_document
from tests.cdap.fakes import Desk
from tests.cdap.months import SMALL, imported, lines_of, matricules, november, of_month, state
from tests.cdap.store_fakes import FixedHolders, Lines
from tests.promises import promise
from tests.servicekit.fakes import InMemoryUnitOfWork

T = TypeVar("T")


class KilledError(BaseException):
    """The process dies."""


class DyingWork(InMemoryUnitOfWork[Repositories]):
    """Dies at its n-th commit, before or after it; nothing of the process goes on."""

    def __init__(self, work: InMemoryUnitOfWork[Repositories], dies_at: int, *, before: bool) -> None:
        super().__init__(work.repos)
        self._living = work
        self._left = dies_at
        self._before = before

    def write(self, work: Callable[[Repositories], T]) -> T:
        return self._dying(lambda: self._living.write(work))

    def record(self, work: Callable[[Repositories], Outcome[T]]) -> T:
        return self._dying(lambda: self._living.record(work))

    def _dying(self, commit: Callable[[], T]) -> T:
        self._left -= 1
        if self._left == 0 and self._before:
            raise KilledError
        value = commit()
        if self._left == 0:
            raise KilledError
        return value


def a_file_with_everything() -> Lines:
    """Changed, unchanged, new, gone, odd, repeated and contradicted records of two Cafs."""
    documents = [of_month(f"{n:07d}", "2026-12") for n in (1, 2, 4, 5, 6, 11, 12, 13)]
    documents[2]["dependent_children"] = 7
    documents += [documents[0], of_month("0000002", "2026-12", dependent_children=8), documents[1]]
    documents += [of_month(f"{n:07d}", "2026-12", "751") for n in range(40, 60)]
    return Lines(*lines_of(*documents).given, b"{\n", *lines_of(of_month("0000021", "2026-12")).given)


def a_desk_in_november() -> Desk:
    desk = Desk([])
    imported(desk, november())
    imported(desk, lines_of(of_month("0000042", "2026-11", "751"), of_month("0000070", "2026-11", "751")))
    return desk


def test_the_file_with_everything_has_everything() -> None:
    desk = a_desk_in_november()
    report = imported(desk, a_file_with_everything())
    assert {code: (caf.dossier_count, caf.changed_count, caf.gone_count) for code, caf in report.in_force.items()} == {
        "751": (20, 19, 1),
        "921": (8, 5, 5),
    }
    assert report.reasons == {"REPEATED": 1, "DUPLICATE": 2, "NOT_JSON": 1}
    assert report.dossier_count + report.set_aside_count == report.record_count


@promise("cdap:interrupted-import-goes-on")
@pytest.mark.parametrize("before", [True, False])
def test_an_import_that_dies_anywhere_ends_as_if_it_had_not(*, before: bool) -> None:
    whole = a_desk_in_november()
    wanted_report = imported(whole, a_file_with_everything())
    wanted, events = state(whole), [(event.owner, event.payload) for event in whole.work.events]
    deaths = 0
    for dies_at in itertools.count(1):
        desk = a_desk_in_november()
        was = matricules(desk)
        dying = DyingWork(desk.work, dies_at, before=before)
        try:
            ImportDossiers(dying, desk.clock, FixedHolders("machine 2"), SMALL)(a_file_with_everything())
        except KilledError:
            deaths += 1
        else:
            break
        if desk.shelves.months["921"].month == "2026-11":
            assert matricules(desk) == was, "readers see the old month"
        if state(desk) == wanted:
            continue  # it died when everything was done
        desk.holders.gone.add("machine 2")
        report = imported(desk, a_file_with_everything())
        assert state(desk) == wanted, f"killed at commit {dies_at}"
        assert [(event.owner, event.payload) for event in desk.work.events] == events
        assert report.record_count == wanted_report.record_count
        assert report.tally.to_json() == wanted_report.tally.to_json()
    assert deaths > 20


def test_a_refused_file_that_dies_while_it_is_given_up_leaves_nothing_when_it_is_given_again() -> None:
    refused = Lines(*november().given, *[b"{\n"] * 9)
    for dies_at in itertools.count(1):
        desk = Desk([the_document()])
        wanted = state(desk)
        try:
            ImportDossiers(DyingWork(desk.work, dies_at, before=False), desk.clock, FixedHolders("machine 2"), SMALL)(
                refused
            )
        except KilledError:
            desk.holders.gone.add("machine 2")
            assert not imported(desk, refused).is_in_force
        else:
            break
        rows, months, *others = state(desk)
        assert rows == wanted[0]
        assert months["921"].filling == ""
        assert others == [{}, {}, {}]


def killed_half_way(desk: Desk, lines: Lines) -> None:
    with pytest.raises(KilledError):
        ImportDossiers(DyingWork(desk.work, 6, before=False), desk.clock, FixedHolders("machine 2"), SMALL)(lines)


@promise("cdap:one-file-per-caf-at-a-time")
def test_another_file_while_one_is_half_done_is_refused_with_what_to_do_or_replaces_it() -> None:
    desk = Desk([the_document()])
    killed_half_way(desk, november())
    desk.holders.gone.add("machine 2")
    other = lines_of(of_month("0000099", "2026-11"))
    with pytest.raises(ImportUnfinishedError, match=r"month\.jsonl.*--replace"):
        imported(desk, other)
    assert matricules(desk) == ["0346145"]
    assert imported(desk, lines_of(of_month("0000001", "2026-11", "751"))).is_in_force, "another Caf goes on"
    assert imported(desk, other, replace(SMALL, replace=True)).is_in_force
    assert matricules(desk) == ["0000099"]
    assert [file.name for file in desk.shelves.files.values()] == []


@promise("cdap:one-file-per-caf-at-a-time")
@pytest.mark.parametrize("replaces", [False, True])
def test_a_file_at_which_somebody_works_is_taken_by_nobody(*, replaces: bool) -> None:
    desk = Desk([])
    lines = november()
    killed_half_way(desk, lines)  # it looks as if it were alive: machine 2 is not known to be gone
    digest = lines.digest()
    desk.holders.meanwhile = lambda: desk.work.write(lambda repos: repos.files.beat(digest, "machine 2"))
    with pytest.raises(ImportRunningError):
        imported(desk, lines)
    if replaces:
        with pytest.raises(ImportRunningError):
            imported(desk, lines_of(of_month("0000099", "2026-11")), replace(SMALL, replace=True))


def test_a_machine_that_is_silent_for_long_loses_its_file_and_writes_nothing_more() -> None:
    desk = Desk([])
    lines = november()
    seen: list[ImportReport] = []

    class Sleepy(Lines):
        def lines(self, offset: int) -> Any:
            for place, line in enumerate(super().lines(offset)):
                if place == 8 and not seen:
                    seen.append(imported(desk, lines))
                yield line

    sleeping = ImportDossiers(desk.work, desk.clock, FixedHolders("machine 2"), SMALL)
    with pytest.raises(ImportTakenError):
        sleeping(Sleepy(*lines.given))
    assert desk.holders.now >= LEASE_SECONDS
    assert seen[0].is_in_force
    assert matricules(desk) == [f"{number:07d}" for number in range(1, 11)]


def test_a_file_that_died_before_it_filled_anything_is_forgotten() -> None:
    desk = Desk([])
    with pytest.raises(KilledError):
        ImportDossiers(DyingWork(desk.work, 1, before=False), desk.clock, FixedHolders("machine 2"), SMALL)(november())
    desk.holders.gone.add("machine 2")
    imported(desk, lines_of(of_month("0000001", "2026-11")))
    assert desk.shelves.files == {}
