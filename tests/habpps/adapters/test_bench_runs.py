"""The figures of the pages in docs/performance.md come from a program that still runs."""

import re
from pathlib import Path

import pytest

from habpps.adapters.files.imports import read_json
from tests.bench.habpps.__main__ import measure
from tests.bench.population import a_siret, write_register
from tests.habpps.builders import MemoryRegister


def test_the_benchmark_of_the_pages_measures_every_page(capsys: pytest.CaptureFixture[str]) -> None:
    measure(people=120, users=60, organisations=3, rounds=1)
    lines = re.findall(r"^  (\S.*?)  +[\d.]+ +[\d.]+x +[\d.]+$", capsys.readouterr().out, re.MULTILINE)
    assert len(lines) == 3 * len(set(lines)) > 50


def test_the_register_of_very_many_people_can_be_imported(tmp_path: Path) -> None:
    file = tmp_path / "register.json"
    write_register(file, "921", people=6, organisations=2)
    register = MemoryRegister()
    register.all.import_organisations(read_json(file))
    sirets = [a_siret(number) for number in range(2)]
    assert all(register.all.look(lambda store: [store.organisations.with_siret(one) for one in sirets]))
