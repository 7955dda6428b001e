"""Decisions that the real services made while rights changed, exported from the journal and decided again: equal."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bench.replay_decisions import PATIENT, replayed
from tests.databases import new_postgresql
from tests.promises import promise
from tests.whole.house import SERVICES

DECISIONS = 120
"""`python -m tests.bench.replay_decisions` makes 10 000."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def stores(request: pytest.FixtureRequest) -> Iterator[dict[str, dict[str, object]]]:
    """Settings by service: a database each, of one engine."""
    with ExitStack() as stack:
        settings: dict[str, dict[str, object]] = {name: dict(PATIENT) for name in SERVICES}
        if request.param == "postgresql":
            server = request.getfixturevalue("postgresql_server")
            for name in SERVICES:
                settings[name]["database_url"] = stack.enter_context(new_postgresql(server))
        yield settings


@promise("journal:decisions-decided-again")
def test_what_the_services_decided_while_rights_narrowed_and_widened_comes_out_the_same(
    tmp_path: Path, stores: dict[str, dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert replayed(tmp_path, DECISIONS, stores) == 0
    told = capsys.readouterr().out
    assert f"{DECISIONS} decisions decided again, 0 problems." in told
    assert "Released" in told
