"""Prepared statements behave as SQLAlchemy's own, on both databases."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from servicekit.database import Database
from servicekit.database.prepared import PreparedStatement
from tests.servicekit.database.builders import all_things, things

ADD = PreparedStatement(things.insert(), ("id", "count"))
FIND = PreparedStatement(sa.select(things.c.id, things.c.count).where(things.c.id == sa.bindparam("wanted")))


def test_a_prepared_statement_writes_and_reads(database: Database) -> None:
    database.write(lambda connection: ADD.run(connection, {"id": "one", "count": 7}))
    database.write(lambda connection: ADD.run_many(connection, [{"count": n, "id": f"many-{n}"} for n in range(3)]))

    found = database.read(lambda connection: FIND.first(connection, {"wanted": "one"}))
    missing = database.read(lambda connection: FIND.first(connection, {"wanted": "two"}))

    assert found is not None
    assert tuple(found) == ("one", 7)
    assert missing is None
    assert database.read(all_things) == ["many-0", "many-1", "many-2", "one"]


def test_a_broken_constraint_is_the_error_that_repositories_know(database: Database) -> None:
    database.write(lambda connection: ADD.run(connection, {"id": "one", "count": 1}))

    with pytest.raises(IntegrityError):
        database.write(lambda connection: ADD.run(connection, {"id": "one", "count": 2}))

    assert database.read(lambda connection: FIND.first(connection, {"wanted": "one"})) is not None


def test_all_rows_are_read_and_nothing_is_written_without_rows(database: Database) -> None:
    many = PreparedStatement(sa.select(things.c.id).where(things.c.count > sa.bindparam("least")).order_by(things.c.id))
    database.write(lambda connection: ADD.run_many(connection, []))
    database.write(lambda connection: ADD.run_many(connection, [{"id": f"n-{n}", "count": n} for n in range(4)]))
    found = database.read(lambda connection: many.all(connection, {"least": 1}))
    assert [tuple(row) for row in found] == [("n-2",), ("n-3",)]
