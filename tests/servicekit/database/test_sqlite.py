"""What only SQLite must prove: its safety settings, and one thread that commits for everybody."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa
from pysqlite3 import dbapi2
from sqlalchemy import Connection

from servicekit.database import DatabaseUnavailableError, TransactionEnd, UnsafeDatabaseError, on_end, open_database
from servicekit.database.contract import gather
from servicekit.database.group_commit import WriterLimits
from servicekit.database.opening import parsed
from servicekit.database.sqlite import SqliteDatabase
from tests.servicekit.database.builders import add, all_things, create_things, held, wait_for


@pytest.fixture
def database(sqlite_url: str) -> Iterator[SqliteDatabase]:
    database = SqliteDatabase(parsed(sqlite_url))
    create_things(database)
    yield database
    database.close()


def test_a_library_with_the_wal_reset_bug_is_refused(sqlite_url: str) -> None:
    old = cast(Any, SimpleNamespace(sqlite_version="3.51.2", sqlite_version_info=(3, 51, 2)))

    with pytest.raises(UnsafeDatabaseError, match=r"SQLite 3\.51\.2 .* 3\.51\.3 or newer"):
        SqliteDatabase(parsed(sqlite_url), module=old)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x", "not a url"])
def test_only_files_and_postgresql_are_databases(url: str) -> None:
    with pytest.raises(UnsafeDatabaseError):
        open_database(url)


def test_the_refusal_of_a_url_does_not_show_its_password() -> None:
    with pytest.raises(UnsafeDatabaseError) as refused:
        open_database("mysql://me:hunter2@localhost/x")

    assert "hunter2" not in str(refused.value)


def test_a_folder_that_does_not_exist_is_an_unavailable_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailableError):
        open_database(f"sqlite:///{tmp_path / 'missing' / 'test.sqlite3'}")


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)]
)
def test_every_connection_is_safe(database: SqliteDatabase, pragma: str, value: object) -> None:
    def work(connection: Connection) -> object:
        return connection.execute(sa.text(f"PRAGMA {pragma}")).scalar_one()

    assert database.write(work) == value
    assert database.read(work) == value


def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_itself(database: SqliteDatabase) -> None:
    with pytest.raises(RuntimeError, match="inside a database write"):
        database.write(lambda _connection: database.write(add("one")))


def test_changes_that_arrive_during_a_commit_share_the_next_one(database: SqliteDatabase) -> None:
    transactions: set[int] = set()

    def work(connection: Connection) -> None:
        transactions.add(id(connection.get_transaction()))

    with ThreadPoolExecutor(max_workers=8) as pool:
        with held(database):
            futures = [pool.submit(database.write, work) for _ in range(8)]
            _wait_until_queued(database, 8)
        for future in futures:
            future.result()

    assert len(transactions) == 1


def test_one_that_fails_takes_nothing_of_the_others_with_it(database: SqliteDatabase) -> None:
    database.write(add("taken"))
    names = ["a", "taken", "b"]

    with ThreadPoolExecutor(max_workers=3) as pool:
        with held(database):
            futures = [pool.submit(database.write, add(name)) for name in names]
            _wait_until_queued(database, 3)
        errors = [type(future.exception()) for future in futures]

    assert errors == [type(None), sa.exc.IntegrityError, type(None)]
    assert database.read(all_things) == ["a", "b", "taken"]


def test_what_works_of_one_commit_gather_is_written_together(database: SqliteDatabase) -> None:
    given: list[int] = []

    def put(_connection: Connection, items: list[object]) -> None:
        given.append(len(items))

    with ThreadPoolExecutor(max_workers=8) as pool:
        with held(database):
            futures = [pool.submit(database.write, lambda found: gather(found, put, "item")) for _ in range(8)]
            _wait_until_queued(database, 8)
        for future in futures:
            future.result()

    assert given == [8]


def test_one_whose_gathered_item_is_refused_takes_nothing_of_the_others_with_it(database: SqliteDatabase) -> None:
    database.write(add("taken"))

    with ThreadPoolExecutor(max_workers=3) as pool:
        with held(database):
            futures = [pool.submit(database.write, _gathering(name)) for name in ("a", "taken", "b")]
            _wait_until_queued(database, 3)
        errors = [type(future.exception()) for future in futures]

    assert errors == [type(None), sa.exc.IntegrityError, type(None)]
    assert database.read(all_things) == ["a", "b", "taken"]


def test_when_the_commit_fails_everyone_in_it_learns_it_and_nothing_is_kept(database: SqliteDatabase) -> None:
    database.write(_create_deferred)
    ends: list[TransactionEnd] = []

    def fine(connection: Connection) -> None:
        on_end(connection, ends.append)
        add("fine")(connection)

    with ThreadPoolExecutor(max_workers=2) as pool:
        with held(database):
            futures = [pool.submit(database.write, work) for work in (fine, _point_at_nothing)]
            _wait_until_queued(database, 2)
        errors = [type(future.exception()) for future in futures]

    assert errors == [sa.exc.IntegrityError, sa.exc.IntegrityError]
    assert ends == [TransactionEnd.UNKNOWN]
    assert database.read(all_things) == []
    database.write(add("after"))
    assert database.read(all_things) == ["after"]


def test_a_work_that_commits_by_itself_fails_and_the_writer_goes_on(database: SqliteDatabase) -> None:
    def commits(connection: Connection) -> None:
        add("its own")(connection)
        connection.commit()

    with pytest.raises(DatabaseUnavailableError):
        database.write(commits)

    database.write(add("after"))
    assert sorted(database.read(all_things)) == ["after", "its own"]


def test_a_commit_that_had_nothing_to_end_changes_nothing(database: SqliteDatabase) -> None:
    database.write(lambda connection: connection.commit())
    database.write(add("after"))
    assert database.read(all_things) == ["after"]


def test_a_work_that_waits_too_long_is_refused_and_never_runs(sqlite_url: str) -> None:
    database = SqliteDatabase(parsed(sqlite_url), limits=WriterLimits(wait_seconds=0.05))
    create_things(database)

    with held(database) as holding:
        with pytest.raises(DatabaseUnavailableError, match="too busy"):
            database.write(add("late"))
        holding_error = holding.exception(20)

    assert isinstance(holding_error, DatabaseUnavailableError)  # it held the writer longer than anybody may wait
    database.close()
    again = open_database(sqlite_url)
    assert again.read(all_things) == []
    again.close()


def test_a_command_waits_for_its_own_work_as_long_as_it_takes(sqlite_url: str) -> None:
    hurried = SqliteDatabase(parsed(sqlite_url), limits=WriterLimits(wait_seconds=0.05))
    create_things(hurried)
    hurried.close()
    database = open_database(sqlite_url, patient=True)

    with held(database) as holding:
        assert not threading.Event().wait(0.2)  # four times what the other allows
    assert holding.exception(20) is None
    database.close()


def test_a_full_queue_refuses_at_once(sqlite_url: str) -> None:
    database = SqliteDatabase(parsed(sqlite_url), limits=WriterLimits(queue_jobs=1))
    create_things(database)

    with ThreadPoolExecutor(max_workers=1) as pool, held(database):
        waiting = pool.submit(database.write, add("waiting"))
        _wait_until_queued(database, 1)
        with pytest.raises(DatabaseUnavailableError, match="too many"):
            database.write(add("refused"))

    waiting.result()
    assert database.read(all_things) == ["waiting"]
    database.close()


def test_a_file_that_another_process_holds_is_an_unavailable_database(database: SqliteDatabase, tmp_path: Path) -> None:
    intruder = dbapi2.connect(tmp_path / "test.sqlite3", isolation_level=None)
    database.write(lambda connection: connection.execute(sa.text("PRAGMA busy_timeout=1")))
    intruder.execute("BEGIN IMMEDIATE")

    with pytest.raises(DatabaseUnavailableError, match="SQLITE_BUSY"):
        database.write(add("one"))

    intruder.execute("ROLLBACK")
    intruder.close()
    database.write(add("two"))
    assert database.read(all_things) == ["two"]


def test_closing_finishes_what_was_accepted(database: SqliteDatabase, sqlite_url: str) -> None:
    closed = threading.Event()

    def close() -> None:
        database.close()
        closed.set()

    with ThreadPoolExecutor(max_workers=2) as pool:
        with held(database):
            accepted = pool.submit(database.write, add("accepted"))
            _wait_until_queued(database, 1)
            pool.submit(close)
        accepted.result()
        wait_for(closed)

    other = open_database(sqlite_url)
    assert other.read(all_things) == ["accepted"]
    other.close()


def _wait_until_queued(database: SqliteDatabase, jobs: int) -> None:
    queue = database._writer._queue
    pause = threading.Event()
    for _ in range(2_000):
        if queue.qsize() >= jobs:
            return
        pause.wait(0.005)
    raise AssertionError("the jobs did not reach the writer")


def _create_deferred(connection: Connection) -> None:
    connection.execute(
        sa.text("CREATE TABLE pointer (to_thing TEXT REFERENCES thing(id) DEFERRABLE INITIALLY DEFERRED)")
    )


def _point_at_nothing(connection: Connection) -> None:
    connection.execute(sa.text("INSERT INTO pointer VALUES ('nothing')"))


def _add_all(connection: Connection, names: list[str]) -> None:
    for name in names:
        add(name)(connection)


def _gathering(name: str) -> Callable[[Connection], None]:
    return lambda connection: gather(connection, _add_all, name)
