"""Work on trial: it reads what it writes, nothing of it is kept, and nobody waits for it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from servicekit.database import Database, DatabaseUnavailableError, open_database
from servicekit.database.trial import written
from tests.servicekit.database.builders import add, all_things, count_of, things, wait_for

AT_ONCE = 8


def put(*rows: dict[str, Any]) -> Callable[[Connection], None]:
    """Adds things, or counts one more of those that are there."""

    def work(connection: Connection) -> None:
        table = written(connection, things, rows)
        insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
        counted = {"count": table.c.count + 1}
        connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=counted), list(rows))

    return work


def test_work_on_trial_reads_what_it_wrote_beside_what_was_there(database: Database) -> None:
    database.write(put({"id": "one", "count": 5}, {"id": "two", "count": 1}))

    def work(connection: Connection) -> tuple[list[str], int | None, int | None]:
        put({"id": "one", "count": 0}, {"id": "three", "count": 7})(connection)
        put({"id": "one", "count": 0})(connection)
        return all_things(connection), count_of("one")(connection), count_of("three")(connection)

    assert database.trial(work) == (["one", "three", "two"], 7, 7)


def test_nothing_of_a_trial_is_left_for_the_next_or_for_anybody(database: Database) -> None:
    database.write(put({"id": "one", "count": 5}))
    for _ in range(2):
        database.trial(put({"id": "one", "count": 0}, {"id": "two", "count": 0}))
        assert database.trial(count_of("one")) == 5

    assert database.read(count_of("one")) == 5
    assert database.write(count_of("one")) == 5


def test_nothing_is_left_of_a_trial_that_fails_and_its_error_arrives_as_it_is(database: Database) -> None:
    def work(connection: Connection) -> None:
        put({"id": "one", "count": 5})(connection)
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        database.trial(work)

    assert database.trial(all_things) == []
    assert database.read(all_things) == []


def test_others_write_while_many_trials_are_open_and_a_trial_keeps_its_moment(database: Database) -> None:
    database.write(put({"id": "one", "count": 5}))
    ready, let_go = threading.Barrier(AT_ONCE + 1), threading.Event()

    def work(connection: Connection) -> int | None:
        put({"id": f"mine {threading.get_ident()}", "count": 0})(connection)
        ready.wait(20)
        wait_for(let_go)
        return count_of("one")(connection)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        trials = [pool.submit(database.trial, work) for _ in range(AT_ONCE)]
        ready.wait(20)
        database.write(put({"id": "one", "count": 0}))
        database.write(add("other"))
        let_go.set()
        assert [one.result() for one in trials] == [5] * AT_ONCE
    assert database.read(all_things) == ["one", "other"]


def test_a_row_can_be_written_that_an_open_trial_has_replaced(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    database.write(things.metadata.create_all)
    database.write(put({"id": "one", "count": 5}))

    def work(connection: Connection) -> int | None:
        put({"id": "one", "count": 0})(connection)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(database.write, put({"id": "one", "count": 0})).result(20)
        return count_of("one")(connection)

    assert database.trial(work) == 6
    assert database.read(count_of("one")) == 6
    database.close()


def test_a_write_that_does_not_ask_where_is_refused_on_sqlite_and_rolled_back_elsewhere(database: Database) -> None:
    if database.dialect == "sqlite":
        with pytest.raises(sa.exc.OperationalError, match="readonly"):
            database.trial(add("one"))
    else:
        database.trial(add("one"))

    assert database.read(all_things) == []


def test_a_closed_database_refuses_a_trial(database: Database) -> None:
    database.close()

    with pytest.raises(DatabaseUnavailableError):
        database.trial(all_things)


def test_many_rows_are_replaced_at_once(database: Database) -> None:
    rows = [{"id": f"{number:05}", "count": 1} for number in range(1_200)]
    database.write(put(*rows))

    def work(connection: Connection) -> tuple[int, int]:
        put(*rows)(connection)
        counted = sa.select(sa.func.count(), sa.func.sum(things.c.count))
        found = connection.execute(counted).one()
        return int(found[0]), int(found[1])

    assert database.trial(work) == (1_200, 2_400)
