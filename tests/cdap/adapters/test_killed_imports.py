"""Real processes that import: killed at any moment they go on; two of one Caf refuse each other, of two Cafs do not."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from cdap.adapters.database.tables import dossier
from cdap.adapters.files.processes import LinuxHolders
from cdap.domain.dossier import DossierKey
from cdap.use_cases.import_claims import ImportRunningError, ImportUnfinishedError
from cdap.use_cases.import_dossiers import ImportChoices, ImportDossiers
from cdap.use_cases.import_report import ImportReport
from cdap.use_cases.ports import Repositories
from tests.architecture.tree import ROOT
from tests.cdap.adapters.conftest import Cdap
from tests.cdap.builders import in_another_caf
from tests.cdap.store_fakes import FixedHolders, Lines
from tests.promises import promise

KILLS = 20
COUNT = 120
LAST = 600  # numbers that are asked for
MONTHS = [f"{year}-{month:02d}" for year in range(2027, 2032) for month in range(1, 13)]


Document = dict[str, Any]


def the_month(position: int) -> list[Document]:
    """Of two Cafs: each month ten numbers later, every third dossier changed."""
    documents = []
    for number in range(position * 10, position * 10 + COUNT):
        document = in_another_caf("921" if number % 4 else "751", f"{number:07d}")
        document["reference"]["month"] = MONTHS[position]
        if number % 3 == 0:
            document["dependent_children"] = 1 + position % 9
        documents.append(document)
    return documents


def everything(repos: Repositories) -> dict[str, Mapping[str, Any]]:
    """Every dossier that a reader finds in one transaction."""
    found: dict[str, Mapping[str, Any]] = {}
    for number in range(LAST):
        stored = repos.dossiers.find(DossierKey("921" if number % 4 else "751", f"{number:07d}"))
        if stored is not None:
            found[stored.key.matricule] = stored.read().document
    return found


def of_caf(documents: list[Document], caf: str) -> dict[str, Document]:
    return {one["reference"]["matricule"]: one for one in documents if one["reference"]["caf"] == caf}


@pytest.fixture
def dying(database_url: str, tmp_path: Path) -> Iterator[Callable[[Path, int], tuple[int, str]]]:
    """Imports a file in a process of its own that lives so many milliseconds; (signal that ended it, resumed after)."""
    environment = os.environ | {"CDAP_DATABASE_URL": database_url, "CDAP_DATA_DIRECTORY": str(tmp_path / "data")}
    command = [sys.executable, "-m", "tests.cdap.importing"]
    with subprocess.Popen(
        command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def run(path: Path, milliseconds: int) -> tuple[int, str]:
            process.stdin.write(f"{path} {milliseconds}\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            ended, resumed_after = process.stdout.readline().split()  # type: ignore[union-attr]
            return int(ended), resumed_after

        yield run
        process.stdin.close()


@promise("cdap:interrupted-import-goes-on")
@promise("cdap:old-month-until-the-swap")
def test_killed_at_twenty_moments_every_month_is_whole_before_and_right_after(
    cdap: Cdap, dying: Callable[[Path, int], tuple[int, str]], tmp_path: Path
) -> None:
    moments = random.Random(20261130)
    path = tmp_path / "month.jsonl"
    kills = resumed = 0
    before: list[Document] = []
    lifetime = 300.0  # milliseconds; about what an import takes
    for position in range(len(MONTHS)):
        after = the_month(position)
        path.write_bytes(b"".join(orjson.dumps(document) + b"\n" for document in after))
        while True:
            began = monotonic()
            ended, resumed_after = dying(path, 0 if kills >= KILLS else moments.randint(1, int(lifetime)))
            if ended == 0:
                break
            assert ended == signal.SIGKILL
            kills += 1
            found = cdap.work.read(everything)
            for caf in ("921", "751"):
                here = {key: one for key, one in found.items() if one["reference"]["caf"] == caf}
                assert not before or here in (of_caf(before, caf), of_caf(after, caf)), f"kill {kills}, Caf {caf}"
        resumed += int(resumed_after) > 0
        lifetime = max(50.0, (monotonic() - began) * 1000)
        assert cdap.work.read(everything) == of_caf(after, "921") | of_caf(after, "751")
        assert rows_of(cdap) == COUNT, "nothing is left over"
        assert cdap.work.read(lambda repos: repos.files.every()) == []
        before = after
        if kills >= KILLS:
            break
    assert kills >= KILLS
    assert resumed, "none went on after a checkpoint"


def rows_of(cdap: Cdap) -> int:
    return cdap.database.read(
        lambda connection: connection.scalar(select(func.count()).where(dossier.c.caf.in_(("921", "751")))) or 0
    )


class Meeting(Lines):
    """A file whose reader waits for the others once it has filled something."""

    def __init__(self, meeting: threading.Barrier, *lines: bytes) -> None:
        super().__init__(*lines)
        self._meeting = meeting

    def lines(self, offset: int) -> Iterator[tuple[bytes, int]]:
        for place, line in enumerate(super().lines(offset)):
            if place == 12:
                self._meeting.wait(30)
            yield line


def a_file(meeting: threading.Barrier, caf: str, first: int) -> Meeting:
    lines = [orjson.dumps(in_another_caf(caf, f"{number:07d}")) + b"\n" for number in range(first, first + 40)]
    return Meeting(meeting, *lines)


def together(cdap: Cdap, *files: Lines) -> list[ImportReport | Exception]:
    """Imports them at once, each as a process of its own would."""
    ended: dict[int, ImportReport | Exception] = {}

    def work(place: int) -> None:
        choices = ImportChoices(chunk_lines=5, checkpoint_lines=10)
        try:
            ended[place] = ImportDossiers(cdap.work, cdap.clock, FixedHolders(f"machine {place}"), choices)(
                files[place]
            )
        except Exception as error:  # noqa: BLE001 - told to the test
            ended[place] = error

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(files))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [ended[place] for place in range(len(files))]


@promise("cdap:one-file-per-caf-at-a-time")
def test_different_cafs_are_imported_side_by_side(cdap: Cdap) -> None:
    meeting = threading.Barrier(3)
    ended = together(cdap, *(a_file(meeting, caf, 1) for caf in ("931", "941", "951")))
    assert [report.dossier_count for report in ended if isinstance(report, ImportReport)] == [40, 40, 40], ended


@promise("cdap:one-file-per-caf-at-a-time")
def test_of_two_imports_of_one_caf_one_is_refused(cdap: Cdap) -> None:
    alone = threading.Barrier(1)
    ended = together(cdap, a_file(alone, "931", 1), a_file(alone, "931", 7), a_file(alone, "931", 13))
    refused = [error for error in ended if isinstance(error, ImportUnfinishedError | ImportRunningError)]
    imported = [report for report in ended if isinstance(report, ImportReport)]
    assert len(refused) + len(imported) == 3, ended
    assert imported
    first = [cdap.work.read(lambda repos, n=n: repos.dossiers.find(DossierKey("931", f"{n:07d}"))) for n in (1, 13)]  # type: ignore[misc]
    assert first[0] is None or first[1] is not None or len(refused) == 2


def test_a_process_is_known_to_be_gone_when_it_is() -> None:
    here = LinuxHolders()
    assert not here.is_gone(here.me)
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    place, number, _ = here.me.rsplit(" ", 2)
    assert number == str(os.getpid())
    started = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[19]
    other = f"{place} {child.pid} {started}"
    assert not here.is_gone(other)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert here.is_gone(other), "dead and not yet buried"
    child.communicate()
    assert here.is_gone(other)
    assert here.is_gone(f"{place} {os.getpid()} 1"), "another process had the number before"


@pytest.mark.parametrize("holder", ["", "x", "elsewhere boot pid:[1] 1 1", "machine 1"])
def test_of_a_process_of_another_machine_nothing_is_known(holder: str) -> None:
    assert not LinuxHolders().is_gone(holder)
