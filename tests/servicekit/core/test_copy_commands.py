"""`backup` and `restore` of the four services: a writer at work, and every file that must not be put back."""

import importlib
import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from pysqlite3 import dbapi2
from sqlalchemy import Connection

from servicekit.database import Database, DatabaseUnavailableError, copies, migrate, open_database
from servicekit.database.sqlite import use_of
from servicekit.web.session_tables import web_form_answer
from tests.architecture.tree import SERVICES
from tests.commands import run, run_apart
from tests.databases import SqliteFiles
from tests.promises import promise

ROWS = "web_form_answer"


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    """Each of the four."""
    name: str = request.param
    return name


@pytest.fixture
def config(service: str, tmp_path: Path, sqlite_files: SqliteFiles) -> Path:
    """Settings of the service, whose database is at the newest migration."""
    file = tmp_path / f"{service}.env"
    prefix = service.upper()
    file.write_text(f"{prefix}_DATA_DIRECTORY={tmp_path / 'data'}\n{prefix}_AUDIT_ADDRESS=localhost:1\n")
    (tmp_path / "data").mkdir()
    sqlite_files.copy(_migrations(service), tmp_path / "data" / f"{service}.sqlite3")
    return file


def _migrations(service: str) -> Path:
    package = importlib.import_module(service)
    (folder,) = Path(str(package.__file__)).parent.rglob("adapters/database/migrations")
    return folder


def _url(service: str, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / service}.sqlite3"


def _pair(number: int) -> Callable[[Connection], None]:
    """Two rows in one transaction: a copy that holds an odd number of them is of no moment."""

    rows = [{"key": f"{number}{half}", "lease_until": 1, "until": 1} for half in ("a", "b")]

    def work(connection: Connection) -> None:
        connection.execute(web_form_answer.insert(), rows)

    return work


def _count(path: Path) -> int:
    with closing(dbapi2.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {ROWS}").fetchone()[0])


@contextmanager
def _writing(database: Database) -> Iterator[threading.Event]:
    """Pairs of rows, one after the other, until the end; the event says that the first ones are in."""
    started, stop = threading.Event(), threading.Event()

    def write() -> None:
        number = 1000
        while not stop.is_set():
            database.write(_pair(number))
            number += 1
            if number == 1020:
                started.set()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert started.wait(60)
        yield started
    finally:
        stop.set()
        thread.join()


@promise("operators:backup-while-it-writes")
def test_a_backup_while_the_service_writes_is_of_one_moment_and_for_its_maker_alone(
    service: str, config: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite3"
    with closing(open_database(_url(service, tmp_path))) as database, _writing(database):
        done = run(service, "backup", copy, "--config", config)

    assert (done.returncode, done.stderr) == (0, "")
    assert _count(copy) >= 40
    assert _count(copy) % 2 == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["data", config.name, copy.name])


@promise("operators:restore-refuses-a-running-service", "operators:restore-keeps-the-old-database")
def test_a_restore_waits_for_the_end_of_the_service_and_keeps_what_was_there(
    service: str, config: Path, tmp_path: Path
) -> None:
    copy, live = tmp_path / "copy.sqlite3", tmp_path / "data" / f"{service}.sqlite3"
    with closing(open_database(_url(service, tmp_path))) as database:
        database.write(_pair(1))
        assert run(service, "backup", copy, "--config", config).returncode == 0
        database.write(_pair(2))
        refused = run_apart(service, "restore", copy, "--config", config)
        assert refused.returncode == 2
        assert "a service or command uses it" in refused.stderr
        assert database.read(lambda connection: connection.scalar(sa.text(f"SELECT count(*) FROM {ROWS}"))) == 4
    Path(f"{live}-wal").write_bytes(b"of another database")  # what a crash or a careless copy leaves

    done = run_apart(service, "restore", copy, "--config", config)

    assert done.returncode == 0, done.stderr
    assert _count(live) == 2
    (kept,) = live.parent.glob("*.before-restore-*Z")
    assert Path(f"{kept}-wal").read_bytes() == b"of another database"
    Path(f"{kept}-wal").unlink()
    assert _count(kept) == 4
    assert copy.exists()
    assert not Path(f"{live}-wal").exists()
    assert stat.S_IMODE(live.stat().st_mode) == 0o600


def test_a_restore_says_what_must_follow_for_this_service(service: str, config: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    run(service, "backup", copy, "--config", config)

    said = run_apart(service, "restore", copy, "--config", config).stdout

    followed = {
        "auth": "restart cdap",
        "habpps": "python -m habpps bump-epoch",
        "cdap": "python -m cdap import",
        "audit": "python -m audit accept-restored-journal",
    }
    assert f"{service}: Before the start: " in said
    assert followed[service] in said


def _of_another_service(copy: Path, service: str) -> None:
    copy.unlink()
    other = SERVICES[SERVICES.index(service) - 1]
    migrate(f"sqlite:///{copy}", _migrations(other))


def _of_a_newer_program(copy: Path, _service: str) -> None:
    with closing(dbapi2.connect(copy)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
        connection.commit()


def _cut_short(copy: Path, _service: str) -> None:
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])


def _overwritten_in_the_middle(copy: Path, _service: str) -> None:
    whole = copy.read_bytes()
    copy.write_bytes(whole[:4096] + b"\xa5" * 40960 + whole[4096 + 40960 :])


def _empty(copy: Path, _service: str) -> None:
    copy.write_bytes(b"")


def _no_database(copy: Path, _service: str) -> None:
    copy.write_text("pg_dump wrote this")


def _missing(copy: Path, _service: str) -> None:
    copy.unlink()


@promise("operators:restore-takes-only-its-own-whole-copies")
@pytest.mark.parametrize(
    "spoil",
    [
        _of_another_service,
        _of_a_newer_program,
        _cut_short,
        _overwritten_in_the_middle,
        _empty,
        _no_database,
        _missing,
    ],
)
@pytest.mark.parametrize("service", SERVICES)
def test_what_is_no_whole_copy_of_this_service_changes_nothing(
    service: str, tmp_path: Path, spoil: Callable[[Path, str], None], sqlite_files: SqliteFiles
) -> None:
    (tmp_path / "data").mkdir()
    live, copy = tmp_path / "data" / f"{service}.sqlite3", tmp_path / "copy.sqlite3"
    sqlite_files.copy(_migrations(service), live)
    copies.back_up(live, copy)
    before = live.read_bytes()
    spoil(copy, service)

    with pytest.raises(copies.CopyError):
        copies.put_back(copy, live, _migrations(service), datetime.now(UTC))

    assert live.read_bytes() == before
    assert [path.name for path in live.parent.iterdir() if "partial" in path.name or "before" in path.name] == []


def test_a_database_that_is_being_restored_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    alone = use_of(path, alone=True)
    try:
        with pytest.raises(DatabaseUnavailableError, match="it is being restored"):
            open_database(f"sqlite:///{path}")
    finally:
        os.close(alone)
    open_database(f"sqlite:///{path}").close()


@pytest.mark.parametrize("service", ["cdap"])
def test_a_backup_overwrites_nothing(service: str, config: Path, tmp_path: Path) -> None:
    live = tmp_path / "data" / "cdap.sqlite3"
    before = live.read_bytes()
    done = run(service, "backup", live, "--config", config)
    assert done.returncode == 2
    assert "is not overwritten" in done.stderr
    assert live.read_bytes() == before


@pytest.mark.parametrize("service", ["cdap"])
def test_in_a_folder_the_newest_copies_of_this_service_are_kept(service: str, config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    others = ["cdap-20260101T000000Z.sqlite3", "cdap-20260102T000000Z.sqlite3", "auth-20250101T000000Z.sqlite3"]
    for name in others:
        (folder / name).touch()
    (folder / "notes.txt").touch()

    done = run(service, "backup", folder, "--keep", 2, "--config", config)

    assert done.returncode == 0, done.stderr
    left = {path.name for path in folder.iterdir()}
    assert others[0] not in left
    assert {*others[1:], "notes.txt"} < left
    assert len(left) == 4


@pytest.mark.parametrize("service", ["cdap"])
def test_a_folder_that_is_missing_or_full_of_nothing_is_one_sentence(
    service: str, config: Path, tmp_path: Path
) -> None:
    done = run(service, "backup", tmp_path / "nowhere" / "copy.sqlite3", "--config", config)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    shutil.rmtree(tmp_path / "data")
    done = run(service, "backup", tmp_path / "copy.sqlite3", "--config", config)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_on_postgresql_they_name_the_program_that_does_it_without_the_password(
    service: str, command: str, tmp_path: Path
) -> None:
    config = tmp_path / "pg.env"
    config.touch(mode=0o600)
    config.write_text(f"{service.upper()}_DATABASE_URL=postgresql://me:hunter2@db.example:5433/books\n")
    done = run_apart(service, command, tmp_path / "copy", "--config", config)
    assert done.returncode == 2
    assert ("pg_dump" if command == "backup" else "pg_restore") in done.stderr
    assert "postgresql://me@db.example:5433/books" in done.stderr
    assert "hunter2" not in done.stderr
