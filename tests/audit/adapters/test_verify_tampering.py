"""One changed byte anywhere in the evidence is found, and the place is named."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Table, make_url, select, update

from audit.adapters.database.tables import metadata
from audit.use_cases.accept_restored import Decision
from audit.use_cases.erase import RedactionDecision
from servicekit.database import open_database
from tests.audit.builders import FakeProducer, journal, settings_in, verify

COLUMNS = [(table.name, one.name) for table in metadata.sorted_tables for one in table.columns]


def write_a_journal(folder: Path, url: str) -> None:
    """A journal with every table filled: 272 entries, four checkpoints, a hole that is accepted, a redacted payload."""
    with journal(folder, url) as opened:
        cdap, auth = FakeProducer("cdap"), FakeProducer("auth")
        receipts = opened.append(*cdap.events(150))
        opened.append(*auth.events(3, type="auth.session.opened", subject=None, payload={}))
        opened.core.use_cases.publish()
        auth.events(2)
        opened.append(*auth.events(2, type="auth.session.opened", subject=None, payload={}))
        opened.append(*cdap.events(115, decision="refused", reason="RIGHTS_STALE"))
        opened.core.use_cases.publish()
        opened.core.accept(Decision("A. Responsable", "the producer was lost"))
        decision = RedactionDecision("A. Responsable", "B. Déléguée", "a wrong field")
        opened.erasing.redact(receipts[60].event_id, decision)
        opened.core.use_cases.publish()


def flip(value: Any, at: int, *, is_number: bool) -> Any:
    """The value with one byte changed."""
    if value is None:
        return 1 if is_number else "x"
    if isinstance(value, int):
        return value ^ (1 << 9 + at % 20)
    if isinstance(value, str):
        at %= len(value)
        other = "0" if value[at] != "0" else "1"
        return value[:at] + other + value[at + 1 :]
    data = bytearray(value)
    data[at % len(data)] ^= 1 << at % 8
    return bytes(data)


def change(connection: Connection, table: Table, name: str, at: int) -> None:
    """Flips one byte of one row chosen by `at`."""
    keys = list(table.primary_key.columns)
    rows = connection.execute(select(*table.columns).order_by(*keys)).all()
    row = dict(zip([one.name for one in table.columns], rows[at * 7 % len(rows)], strict=True))
    this_row = [key == row[key.name] for key in keys]
    changed = flip(row[name], at, is_number=table.columns[name].type.python_type is int)
    connection.execute(update(table).where(*this_row).values({name: changed}))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], scope="module")
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A journal on each engine, written once."""
    folder = tmp_path_factory.mktemp("journal")
    if request.param == "sqlite":
        yield from _written(folder, f"sqlite:///{folder / 'audit.sqlite3'}")
    else:
        server = request.getfixturevalue("postgresql_server")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE audit_tampering")
        yield from _written(folder, make_url(server).set(database="audit_tampering").render_as_string(False))
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE audit_tampering WITH (FORCE)")


def _written(folder: Path, url: str) -> Iterator[tuple[Path, str]]:
    write_a_journal(folder, url)
    yield folder, url


class _Undo(Exception):  # noqa: N818 - it is no error
    """Takes the change back."""


def report_after_change(folder: Path, url: str, table: str, name: str, at: int) -> Any:
    """The report about the journal with one byte changed; the change is taken back."""
    database = open_database(url, threads=2)
    found: list[Any] = []

    def work(connection: Connection) -> None:
        change(connection, metadata.tables[table], name, at)
        found.append(verify(settings_in(folder, url), _Within(connection)))  # type: ignore[arg-type]
        raise _Undo

    try:
        with pytest.raises(_Undo):
            database.write(work)
    finally:
        database.close()
    return found[-1]


class _Within:
    """A database whose reads see the transaction that is not committed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, work: Any) -> Any:
        """Runs at once."""
        return work(self._connection)


def test_a_journal_nobody_touched_is_intact(written: tuple[Path, str]) -> None:
    folder, url = written
    database = open_database(url, threads=2)
    report = verify(settings_in(folder, url), database)
    database.close()
    assert report.problems == ()
    assert report.is_intact
    assert (report.size, report.checkpoints, report.redacted, report.expired) == (272, 4, 1, 0)
    assert [(one.kind, one.service, one.number) for one in report.irregularities] == [("NUMBERS_MISSING", "auth", 5)]


@pytest.mark.parametrize(("table", "name"), COLUMNS)
def test_one_byte_changed_in_any_column_is_found_and_named(written: tuple[Path, str], table: str, name: str) -> None:
    folder, url = written
    for at in (3, 20):
        report = report_after_change(folder, url, table, name, at)
        assert not report.is_intact
        named = [problem for problem in report.problems if problem.table == table and name in (problem.column or "")]
        assert named, report.problems
        most = {("entry", "leaf_index"): 16, ("redaction", "leaf_index"): 8}.get((table, name), 4)
        assert report.problem_count <= most, report.problems
