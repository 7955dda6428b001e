"""What only PostgreSQL must prove: durability settings, retries, and a server that goes away."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from structlog.testing import capture_logs

from servicekit.database import (
    Database,
    DatabaseUnavailableError,
    TransactionEnd,
    UnsafeDatabaseError,
    on_end,
    open_database,
)
from servicekit.database.postgresql import BACKGROUND_CONNECTIONS, POOLS
from tests.promises import promise
from tests.servicekit.database.builders import add, all_things, create_things, held, increment, together

pytestmark = pytest.mark.postgresql


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    database = open_database(postgresql_url, threads=4)
    create_things(database)
    yield database
    database.close()


@pytest.fixture
def server(postgresql_url: str) -> Iterator[Connection]:
    """The server's side of the database: changes settings, ends connections."""
    engine = sa.create_engine(postgresql_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def test_a_server_that_does_not_wait_for_the_disk_is_refused(postgresql_url: str, server: Connection) -> None:
    name = sa.make_url(postgresql_url).database
    server.execute(sa.text(f"ALTER DATABASE {name} SET synchronous_commit = off"))

    with pytest.raises(UnsafeDatabaseError, match="synchronous_commit=off"):
        open_database(postgresql_url)


@promise("operators:connections-checked-at-start")
def test_a_server_that_gives_too_few_connections_is_named_at_the_start(postgresql_url: str, server: Connection) -> None:
    wanted = POOLS * (4 + BACKGROUND_CONNECTIONS)
    name = sa.make_url(postgresql_url).database

    def said(threads: int) -> list[str]:
        with capture_logs() as lines:
            open_database(postgresql_url, threads=threads).close()
        return [str(line["problem"]) for line in lines if "problem" in line]

    assert said(4) == []
    server.execute(sa.text(f"ALTER DATABASE {name} CONNECTION LIMIT {wanted - 1}"))
    (sentence,) = said(4)
    assert f"may open {wanted} connections and PostgreSQL gives it {wanted - 1}, by its CONNECTION LIMIT" in sentence
    server.execute(sa.text(f"ALTER DATABASE {name} CONNECTION LIMIT -1"))
    (sentence,) = said(int(server.execute(sa.text("SHOW max_connections")).scalar_one()))
    assert "by its max_connections (others hold " in sentence


def test_a_server_that_is_not_there_is_an_unavailable_database() -> None:
    with pytest.raises(DatabaseUnavailableError):
        open_database("postgresql://nobody@127.0.0.1:1/nothing")


def test_without_a_free_connection_in_two_seconds_the_database_is_unavailable(postgresql_url: str) -> None:
    database = open_database(postgresql_url, threads=1)

    with ExitStack() as stack:
        for _ in range(1 + BACKGROUND_CONNECTIONS):
            stack.enter_context(held(database))
        with pytest.raises(DatabaseUnavailableError, match="no free database connection"):
            database.write(lambda _connection: None)

    database.close()


@pytest.mark.parametrize("use", ["read", "write"])
def test_who_is_at_work_when_the_database_closes_leaves_no_connection_open(
    database: Database, server: Connection, use: str
) -> None:
    inside, let_go = threading.Event(), threading.Event()

    def work(_connection: Connection) -> None:
        inside.set()
        assert let_go.wait(20)

    with ThreadPoolExecutor(max_workers=1) as pool:
        at_work = pool.submit(getattr(database, use), work)
        assert inside.wait(20)
        database.close()
        let_go.set()
        at_work.result()

    assert _connections_after_a_moment(server) == 0


def test_connections_that_the_server_ended_are_replaced(database: Database, server: Connection) -> None:
    database.read(all_things)
    database.read(all_things, snapshot=False)
    _end_connections(server)

    database.write(add("one"))

    assert database.read(all_things) == ["one"]
    assert database.read(all_things, snapshot=False) == ["one"]


def test_a_work_whose_connection_is_lost_runs_again(database: Database, server: Connection) -> None:
    attempts: list[TransactionEnd] = []

    def work(connection: Connection) -> None:
        on_end(connection, attempts.append)
        add("one")(connection)
        if not attempts:
            _end_connections(server)
            add("two")(connection)

    database.write(work)

    assert attempts == [TransactionEnd.ROLLED_BACK, TransactionEnd.COMMITTED]
    assert database.read(all_things) == ["one"]


def test_a_connection_lost_during_the_commit_leaves_the_end_unknown(database: Database, server: Connection) -> None:
    ends: list[TransactionEnd] = []

    def work(connection: Connection) -> None:
        on_end(connection, ends.append)
        add("one")(connection)
        _end_connections(server)

    with pytest.raises(DatabaseUnavailableError):
        database.write(work)

    assert ends == [TransactionEnd.UNKNOWN]


def test_a_deadlock_is_resolved_by_running_one_work_again(database: Database) -> None:
    database.write(add("a"))
    database.write(add("b"))
    both_inside = threading.Barrier(2)
    runs: list[str] = []

    def work(first: str, second: str) -> None:
        def run(connection: Connection) -> None:
            runs.append(first)
            increment(first)(connection)
            if len(runs) <= 2:
                both_inside.wait(20)
            increment(second)(connection)

        database.write(run)

    for future in together([lambda: work("a", "b"), lambda: work("b", "a")]):
        future.result()

    assert len(runs) > 2


def test_four_threads_can_each_hold_a_transaction(database: Database) -> None:
    all_inside = threading.Barrier(4)

    with ThreadPoolExecutor(max_workers=4) as pool:
        futures = [pool.submit(database.write, lambda _connection: all_inside.wait(20)) for _ in range(4)]

    assert sorted(future.result() for future in futures) == [0, 1, 2, 3]


def _end_connections(server: Connection) -> None:
    server.execute(
        sa.text(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    )


def _connections_after_a_moment(server: Connection) -> int:
    """How many other connections the database has: the server learns a little later that one was closed."""
    count = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    deadline = time.monotonic() + 5
    while (found := int(server.execute(count).scalar_one())) and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return found
