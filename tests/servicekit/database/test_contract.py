"""What both databases promise (servicekit.database.contract)."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from servicekit.database import Database, DatabaseUnavailableError, TransactionEnd, on_end, open_database
from servicekit.database.contract import gather
from tests.servicekit.database.builders import add, all_things, count_of, increment, things, together, wait_for


def _fail(_connection: Connection) -> None:
    raise LookupError


def test_what_is_written_is_there_for_another_process(database: Database, database_url: str) -> None:
    database.write(add("one"))

    other = open_database(database_url)

    assert other.read(all_things) == ["one"]
    other.close()


def test_a_write_gives_back_the_value_of_its_work(database: Database) -> None:
    assert database.write(lambda connection: connection.execute(sa.select(sa.literal(7))).scalar_one()) == 7


def test_a_work_that_fails_leaves_nothing_and_its_error_arrives_as_it_is(database: Database) -> None:
    def work(connection: Connection) -> None:
        add("one")(connection)
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        database.write(work)

    assert database.read(all_things) == []


def test_a_broken_constraint_is_left_to_the_repository(database: Database) -> None:
    database.write(add("one"))

    with pytest.raises(sa.exc.IntegrityError):
        database.write(add("one"))


def test_a_mistake_in_a_statement_is_not_called_an_unavailable_database(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        database.read(lambda connection: connection.execute(sa.text("SELECT nothing FROM nowhere")))


@pytest.mark.parametrize("snapshot", [True, False])
def test_a_read_cannot_change_anything(database: Database, snapshot: bool) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        database.read(add("one"), snapshot=snapshot)

    assert database.read(all_things) == []


def test_a_read_goes_on_after_an_error_of_its_work(database: Database) -> None:
    with pytest.raises(LookupError):
        database.read(_fail)

    assert database.read(all_things) == []


def test_a_read_sees_one_moment_even_when_others_commit_meanwhile(database: Database) -> None:
    database.write(add("one"))
    first_read, committed = threading.Event(), threading.Event()

    def work(connection: Connection) -> tuple[list[str], list[str]]:
        before = all_things(connection)
        first_read.set()
        wait_for(committed)
        return before, all_things(connection)

    def commit() -> None:
        wait_for(first_read)
        database.write(add("two"))
        committed.set()

    reading, _ = together([lambda: database.read(work), commit])

    assert reading.result() == (["one"], ["one"])
    assert database.read(all_things, snapshot=False) == ["one", "two"]


def test_sixteen_threads_lose_no_update(database: Database) -> None:
    database.write(add("counter"))

    def ten_times() -> None:
        for _ in range(10):
            database.write(increment("counter"))

    for future in together([ten_times] * 16):
        future.result()

    assert database.read(count_of("counter")) == 160


def test_two_works_that_each_look_before_they_write_cannot_both_be_right(database: Database) -> None:
    """Write skew: each adds itself only when it sees nobody."""
    together_now = threading.Barrier(2)

    def add_when_alone(name: str) -> None:
        together_now.wait(20)

        def work(connection: Connection) -> None:
            if not all_things(connection):
                add(name)(connection)

        database.write(work)

    for future in together([lambda: add_when_alone("one"), lambda: add_when_alone("two")]):
        future.result()

    assert len(database.read(all_things)) == 1


def test_the_end_of_a_transaction_is_told_in_order_after_a_commit(database: Database) -> None:
    told: list[tuple[str, TransactionEnd]] = []

    def work(connection: Connection) -> None:
        on_end(connection, lambda end: told.append(("first", end)))
        on_end(connection, lambda end: told.append(("second", end)))
        assert not told

    database.write(work)

    assert told == [("first", TransactionEnd.COMMITTED), ("second", TransactionEnd.COMMITTED)]


def test_the_end_of_a_transaction_is_told_in_reverse_order_after_an_error(database: Database) -> None:
    told: list[tuple[str, TransactionEnd]] = []

    def work(connection: Connection) -> None:
        on_end(connection, lambda end: told.append(("first", end)))
        on_end(connection, lambda end: told.append(("second", end)))
        raise LookupError

    with pytest.raises(LookupError):
        database.write(work)

    assert told == [("second", TransactionEnd.ROLLED_BACK), ("first", TransactionEnd.ROLLED_BACK)]


def test_the_end_of_a_read_cannot_be_asked_for(database: Database) -> None:
    with pytest.raises(RuntimeError):
        database.read(lambda connection: on_end(connection, lambda _end: None))


def test_what_a_work_gathers_is_written_once_before_the_commit(database: Database) -> None:
    given: list[list[str]] = []

    def put(connection: Connection, names: list[str]) -> None:
        given.append(names.copy())
        for name in names:
            add(name)(connection)

    def work(connection: Connection) -> None:
        gather(connection, put, "one")
        gather(connection, put, "two")
        assert all_things(connection) == []

    database.write(work)

    assert given == [["one", "two"]]
    assert database.read(all_things) == ["one", "two"]


def test_an_error_while_what_was_gathered_is_written_undoes_the_work(database: Database) -> None:
    told: list[TransactionEnd] = []

    def put(connection: Connection, _items: list[str]) -> None:
        on_end(connection, told.append)
        raise LookupError("gathered")

    def work(connection: Connection) -> None:
        add("one")(connection)
        gather(connection, put, "anything")

    with pytest.raises(LookupError, match="gathered"):
        database.write(work)

    assert told == [TransactionEnd.ROLLED_BACK]
    assert database.read(all_things) == []


def test_what_a_failed_work_gathered_is_forgotten(database: Database) -> None:
    def put(connection: Connection, names: list[str]) -> None:
        for name in names:
            add(name)(connection)

    def failing(connection: Connection) -> None:
        gather(connection, put, "lost")
        raise LookupError

    with pytest.raises(LookupError):
        database.write(failing)
    database.write(lambda connection: gather(connection, put, "kept"))

    assert database.read(all_things) == ["kept"]


def test_nothing_is_gathered_in_a_read(database: Database) -> None:
    with pytest.raises(RuntimeError):
        database.read(lambda connection: gather(connection, lambda _connection, _items: None, "item"))


def test_a_closed_database_refuses(database: Database) -> None:
    database.close()
    database.close()

    with pytest.raises(DatabaseUnavailableError):
        database.read(all_things)
    with pytest.raises(DatabaseUnavailableError):
        database.write(add("one"))


def test_the_free_part_of_the_disk_is_a_fraction(database: Database) -> None:
    assert 0 <= database.free_fraction() <= 1


def test_times_and_json_come_back_as_they_were(database: Database) -> None:
    at = datetime(2026, 11, 23, 10, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=1)))
    value = {"b": [1, None, "é"], "a": {"c": True}}
    row = {"id": "one", "count": 1, "at": at, "value": value}

    database.write(lambda connection: connection.execute(things.insert(), [row]))
    found = database.read(lambda connection: connection.execute(sa.select(things.c.at, things.c.value)).one())
    stored = database.read(lambda connection: connection.execute(sa.text("SELECT at, value FROM thing")).one())

    assert found.at == at
    assert found.at.tzinfo is UTC
    assert found.value == value
    assert stored.at == 1_795_424_400_123_456
    assert stored.value == '{"a":{"c":true},"b":[1,null,"é"]}'
