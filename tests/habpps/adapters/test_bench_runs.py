"""The figures of the pages in docs/performance.md come from a program that still runs."""

import re

import pytest

from tests.bench.habpps.__main__ import measure


def test_the_benchmark_of_the_pages_measures_every_page(capsys: pytest.CaptureFixture[str]) -> None:
    measure(people=120, users=60, organisations=3, rounds=1)
    lines = re.findall(r"^  (\S.*?)  +[\d.]+ +[\d.]+x +[\d.]+$", capsys.readouterr().out, re.MULTILINE)
    assert len(lines) == 3 * len(set(lines)) > 50
