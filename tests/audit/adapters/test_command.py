"""`python -m audit verify`, the process that is killed, and one byte changed in the file of the database itself."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pysqlite3 import dbapi2

from audit.use_cases.erase import RedactionDecision
from audit.verify_command import as_text, as_value, report_on
from servicekit.errors import ServiceError, StartError
from tests.audit.builders import FakeProducer, MovingClock, journal, settings_in

_KILLED_WRITER = """
import os, sys
from pathlib import Path
from tests.audit.builders import FakeProducer, journal
folder = Path(sys.argv[1])
with journal(folder, f"sqlite:///{folder / 'audit.sqlite3'}") as opened:
    cdap = FakeProducer(epoch="00000000-0000-7000-8000-00000000000e")
    while True:
        events = cdap.events(7)
        opened.append(*events)
        opened.core.use_cases.publish()
        print(events[-1].act.event_id, flush=True)
"""


def run_command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m audit …` with the settings of the folder."""
    environment = {
        **os.environ,
        "AUDIT_ENVIRONMENT": "test",
        "AUDIT_DATA_DIRECTORY": str(folder),
        "AUDIT_DATABASE_URL": f"sqlite:///{folder / 'audit.sqlite3'}",
    }
    command = [sys.executable, "-m", "audit", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def write(folder: Path, count: int = 20) -> None:
    """A small signed journal in a SQLite file."""
    with journal(folder, f"sqlite:///{folder / 'audit.sqlite3'}") as opened:
        opened.append(*FakeProducer().events(count))
        opened.core.use_cases.publish()


def test_an_intact_journal_gives_exit_code_0_and_a_changed_one_1_with_the_place(tmp_path: Path) -> None:
    write(tmp_path)
    good = run_command(tmp_path, "verify")
    assert (good.returncode, good.stdout.startswith("The journal is intact: 20 entries, 1 checkpoints")) == (0, True)
    with dbapi2.connect(tmp_path / "audit.sqlite3") as connection:
        data, stored = connection.execute("SELECT entry, event_id FROM entry WHERE leaf_index = 7").fetchone()
        changed = data.replace(b'"granted"', b'"refused"')
        connection.execute("UPDATE entry SET entry = ? WHERE leaf_index = 7", (changed,))
    connection.close()
    event_id = str(UUID(bytes=stored))
    bad = run_command(tmp_path, "verify", "--json")
    report = json.loads(bad.stdout)
    assert bad.returncode == 1
    assert not report["intact"]
    assert [(one["table"], one["column"], one["index"], one["event_id"]) for one in report["problems"]] == [
        ("entry", "entry", 7, event_id)
    ]
    assert f"entry.entry (entry 7, event {event_id})" in run_command(tmp_path, "verify").stdout


def test_what_cannot_be_run_gives_exit_code_2_and_one_sentence(tmp_path: Path) -> None:
    missing = run_command(tmp_path, "verify")
    assert (missing.returncode, missing.stderr) == (2, "audit: There is no database at that address.\n")
    assert not (tmp_path / "audit.sqlite3").exists()
    write(tmp_path)
    (tmp_path / "keys" / "checkpoint.vkey").unlink()
    keyless = run_command(tmp_path, "verify")
    assert keyless.returncode == 2
    assert "Traceback" not in keyless.stderr


def test_a_lost_key_of_a_month_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "keys" / "shard-2026-11.access.key").unlink()
    answer = run_command(tmp_path, "verify")
    assert answer.returncode == 1
    assert "the key of 2026-11.access is not there" in answer.stdout


def test_a_journal_that_was_cut_or_rolled_back_is_noticed(tmp_path: Path) -> None:
    write(tmp_path)
    backup = (tmp_path / "audit.sqlite3").read_bytes()
    url = f"sqlite:///{tmp_path / 'audit.sqlite3'}"
    with journal(tmp_path, url) as opened:
        opened.append(*FakeProducer().events(5))
        opened.core.use_cases.publish()
    for leftover in tmp_path.glob("audit.sqlite3-*"):
        leftover.unlink()
    (tmp_path / "audit.sqlite3").write_bytes(backup)
    answer = run_command(tmp_path, "verify")
    assert answer.returncode == 1
    assert "it signs 25 entries, there are 20" in answer.stdout
    with pytest.raises(ServiceError, match="25 were signed"), journal(tmp_path, url):
        pass


def test_a_writer_that_is_killed_leaves_an_intact_journal_that_holds_all_it_acknowledged(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", _KILLED_WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().strip() for _ in range(10)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += [line.strip() for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    writer.wait(30)
    writer.stdout.close()
    with journal(tmp_path, f"sqlite:///{tmp_path / 'audit.sqlite3'}") as opened:
        found = opened.core.use_cases.results.store.read(lambda r: r.entries.by_event_ids(acknowledged))
        assert set(found) == set(acknowledged)
        opened.append(*FakeProducer().events(3))
        opened.core.use_cases.publish()
        report = opened.verify()
        assert report.problems == ()
        assert report.irregularities == ()


@pytest.fixture(scope="module")
def written_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("file")
    write(folder, 60)
    with dbapi2.connect(folder / "audit.sqlite3") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return folder


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_byte_changed_in_the_file_changes_nothing_or_is_named(written_file: Path, data: st.DataObject) -> None:
    """A byte that no row uses (free space, statistics) may change; whatever a row holds may not."""
    path = written_file / "audit.sqlite3"
    original = path.read_bytes()
    at = data.draw(st.integers(0, len(original) - 1))
    before = _rows(path)
    path.write_bytes(original[:at] + bytes([original[at] ^ 1 << data.draw(st.integers(0, 7))]) + original[at + 1 :])
    try:
        outcome = _outcome(written_file)
        after = _rows(path)
    finally:
        path.write_bytes(original)
        for leftover in written_file.glob("audit.sqlite3-*"):
            leftover.unlink()
    assert outcome != "intact" or after == before


def _outcome(folder: Path) -> str:
    try:
        report = report_on(settings_in(folder, ""), f"sqlite:///{folder / 'audit.sqlite3'}")
    except (StartError, ServiceError):
        return "could not run"
    assert as_text(report)
    assert as_value(report)["intact"] == report.is_intact
    return "intact" if report.is_intact else "named"


def _rows(path: Path) -> Any:
    evidence = ("entry", "payload", "redaction", "tree_state", "tile", "checkpoint")
    tables = (*evidence, "producer_state", "producer_hole", "shard")
    connection = dbapi2.connect(path)
    connection.text_factory = bytes
    try:
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables]
    except (dbapi2.DatabaseError, UnicodeDecodeError):
        return "unreadable"
    finally:
        connection.close()


def test_progress_is_told_on_standard_error_and_only_when_it_takes_long(tmp_path: Path) -> None:
    write(tmp_path)
    assert run_command(tmp_path, "verify").stderr == ""


def test_redact_needs_a_second_person_and_verify_counts_what_is_erased(tmp_path: Path) -> None:
    with journal(tmp_path, f"sqlite:///{tmp_path / 'audit.sqlite3'}", MovingClock(datetime.now(UTC))) as opened:
        now_us = int(opened.clock.now().timestamp()) * 1_000_000
        receipts = opened.append(*FakeProducer().events(5, occurred_at_us=now_us))
        opened.core.use_cases.publish()
    told = ("redact", receipts[2].event_id, "--by", "A. Responsable", "--reason", "a wrong field", "--agreed-by")
    assert run_command(tmp_path, *told, "a. responsable").returncode == 2
    done = run_command(tmp_path, *told, "B. Déléguée")
    assert (done.returncode, done.stderr) == (0, "")
    assert run_command(tmp_path, "expire").stdout == "No key is at the end of its term.\n"
    report = run_command(tmp_path, "verify")
    assert report.returncode == 0, report.stdout
    assert "not readable any more: 1 redacted, 0 whose term is over" in report.stdout


def test_a_redacted_payload_and_its_key_are_overwritten_in_the_file(tmp_path: Path) -> None:
    with journal(tmp_path, f"sqlite:///{tmp_path / 'audit.sqlite3'}") as opened:
        receipts = opened.append(*FakeProducer().events(5))
        store = opened.core.use_cases.results.store
        sealed = [row.sealed for row in store.read(lambda r: r.entries.between(2, 4))]
        opened.erasing.redact(receipts[2].event_id, RedactionDecision("A", "B", "a wrong field"))
    whole = b"".join(path.read_bytes() for path in tmp_path.glob("audit.sqlite3*"))
    gone, kept = sealed
    assert gone is not None
    assert kept is not None
    assert kept.wrapped_key in whole
    assert kept.data[:40] in whole
    assert gone.wrapped_key not in whole
    assert gone.data[:40] not in whole
