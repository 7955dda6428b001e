"""`python -m cdap import`: exit codes, the report beside the file, what is said on the terminal."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from cdap.__main__ import NOTHING_IMPORTED, SOME_SET_ASIDE
from servicekit.commands import CANNOT_START
from tests.cdap.builders import in_another_caf, the_document
from tests.promises import promise

NAMES_OF_THE_ODD = ("Zéphyrine", "BEAUREPAIRE", "0346145")


class Machine:
    """A folder with a database, where commands run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "dossiers.jsonl"
        self.report = folder / "dossiers.jsonl.ecarts.tsv"

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "CDAP_DATA_DIRECTORY": str(self.folder / "data"), **settings}
        command = [sys.executable, "-m", "cdap", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)

    def write(self, good: int, *odd: bytes) -> None:
        lines = [orjson.dumps(in_another_caf("921", f"{number:07d}")) for number in range(1, good + 1)]
        self.file.write_bytes(b"\n".join([*lines, *odd]) + b"\n")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    assert machine.run("migrate").returncode == 0
    return machine


def an_odd_line() -> bytes:
    document = the_document()
    document["persons"][0] |= {"birth_name": "BEAUREPAIRE", "first_names": "Zéphyrine", "birth_on": "2020-13-45"}
    return orjson.dumps(document)


def test_a_file_without_anything_odd_ends_with_0_and_leaves_no_report(machine: Machine) -> None:
    machine.report.write_text("of an earlier file")
    machine.write(3)
    done = machine.run("import", str(machine.file))
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "dossiers importés : 3",
        "Caf 921, 2026-11 : 3 dossiers en vigueur, dont 3 nouveaux ou modifiés ; 0 ne sont plus là",
    ]
    told = machine.run("months")
    assert told.stdout.startswith("Caf 921 : 2026-11, 3 dossiers, depuis le ")
    assert not machine.report.exists()


@promise("cdap:odd-records-set-aside")
def test_odd_records_are_named_in_a_report_and_nothing_of_them_is_repeated(machine: Machine) -> None:
    machine.write(120, an_odd_line())
    done = machine.run("import", str(machine.file))
    assert done.returncode == SOME_SET_ASIDE
    assert "dossiers importés : 120 ; enregistrements mis de côté : 1 sur 121 (0,83 %, limite 1 %)" in done.stdout
    report = machine.report.read_text()
    assert "121\t•••••45\tpersons[0].birth_on\tNOT_A_DATE\t" in report
    assert stat.S_IMODE(machine.report.stat().st_mode) == 0o600
    for told in (report, done.stdout, done.stderr):
        assert not [name for name in NAMES_OF_THE_ODD if name in told]


def test_too_many_odd_records_refuse_the_file_and_the_share_is_a_setting(machine: Machine) -> None:
    machine.write(3, an_odd_line())
    done = machine.run("import", str(machine.file))
    assert done.returncode == NOTHING_IMPORTED
    assert "rien n'est importé" in done.stdout
    assert machine.report.exists()
    assert machine.run("import", str(machine.file), CDAP_IMPORT_SET_ASIDE_PERCENT="25").returncode == SOME_SET_ASIDE
    assert machine.run("import", str(machine.file), CDAP_IMPORT_SET_ASIDE_PERCENT="101").returncode == CANNOT_START


def test_a_report_that_cannot_be_written_is_said_before_anything_is_imported(machine: Machine) -> None:
    machine.write(3)
    done = machine.run("import", str(machine.file), "--report", str(machine.folder / "nowhere" / "report.tsv"))
    assert done.returncode == CANNOT_START
    assert "--report" in done.stderr
    assert "Traceback" not in done.stderr
