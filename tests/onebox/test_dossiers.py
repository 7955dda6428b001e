"""The dossiers of the demo: of nobody, the same for the same seed, and such as the service of consultations takes."""

from datetime import date
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from cdap.adapters.files.json_lines import DossierFile
from cdap.domain.dossier import DossierKey
from cdap.use_cases.import_dossiers import ImportDossiers
from onebox.dossiers.__main__ import main
from onebox.dossiers.generator import (
    FIRST_MATRICULE,
    LAST_MATRICULE,
    MOST_DOSSIERS,
    longest_step,
    numbers,
    write_dossiers,
)
from tests.cdap.fakes import Desk

NOVEMBER = date(2026, 11, 1)


def test_the_command_writes_dossiers_that_are_all_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, desk = tmp_path / "dossiers.jsonl", Desk([])
    assert main(["--seed", "7", "--count", "400", "--month", "2026-11", "--output", str(path)]) == 0
    assert capsys.readouterr().out == f"400 synthetic dossiers of 2026-11 in {path}\n"
    with DossierFile(path) as file:
        report = ImportDossiers(desk.work, desk.clock, desk.holders)(file)
    assert (report.dossier_count, report.odd_records) == (400, [])
    for caf, matricule in (("921", "0346145"), ("921", "0346146"), ("751", "0346147"), ("921", "0346151")):
        assert desk.dossiers.find(DossierKey(caf, matricule)) is not None, "guides name it"


def test_the_same_seed_writes_the_same_dossiers_and_another_others(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a", "b", "c")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        write_dossiers(path, seed, 60, NOVEMBER)
    first, again, other = (path.read_bytes() for path in paths)
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    "wrong",
    [
        ["--count=-5"],
        ["--count=10000001"],
        ["--count=x"],
        ["--count=\u0663"],
        ["--month=2026-13"],
        ["--month=0026-01"],
        [],
    ],
)
def test_what_cannot_be_written_is_refused_at_once(wrong: list[str], tmp_path: Path) -> None:
    output = ["--output", str(tmp_path / "f")] if wrong else []
    with pytest.raises(SystemExit) as ended:
        main([*wrong, *output])
    assert ended.value.code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--count", "1", "--output", str(tmp_path / "no" / "f")]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("count", [10_000, 1_000_000, 2_000_000, 2_250_000, 5_000_000, 9_000_000, MOST_DOSSIERS])
def test_up_to_ten_million_dossiers_have_numbers_of_seven_digits(count: int) -> None:
    of_the_largest = count * 0.81  # 80 % are drawn; ten million draws miss that by far less than 1 %
    assert FIRST_MATRICULE + of_the_largest * (1 + longest_step(count)) / 2 <= LAST_MATRICULE


@pytest.mark.parametrize("count", [50_000, MOST_DOSSIERS])
def test_no_number_is_given_twice(count: int) -> None:
    given = list(islice(numbers(Random(1), count), 50_000))
    assert len(set(given)) == len(given)
    with pytest.raises(ValueError, match="10000000"):
        next(numbers(Random(1), MOST_DOSSIERS + 1))
