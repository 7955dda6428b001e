"""Changing the tables, and refusing to start on tables that do not fit."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from servicekit.database import SchemaVersionError, check_schema, migrate, open_database
from tests.servicekit.database.builders import together

ADD_THING = 'op.create_table("thing", sa.Column("id", sa.String(36), primary_key=True))'
ADD_COLUMN = 'op.add_column("thing", sa.Column("note", sa.String(36)))'
MIGRATE = """
import sys, pathlib
from servicekit.database import migrate
migrate(sys.argv[1], pathlib.Path(sys.argv[2]))
"""
BREAK = 'op.drop_table("nothing")'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A service's migrations folder, empty."""
    folder = tmp_path / "100% mine" / "migrations"
    (folder / "versions").mkdir(parents=True)
    return folder


def add_migration(folder: Path, number: int, *steps: str, oldest_program: str | None = None) -> None:
    previous = "None" if number == 1 else f'"{number - 1:04d}"'
    lines = [
        "import sqlalchemy as sa",
        "from alembic import op",
        f'revision = "{number:04d}"',
        f"down_revision = {previous}",
        "" if oldest_program is None else f'oldest_program = "{oldest_program}"',
        "def upgrade():",
        *(f"    {step}" for step in steps),
    ]
    (folder / "versions" / f"{number:04d}_step.py").write_text("\n".join(lines))


def columns_of(url: str, table: str) -> list[str]:
    database = open_database(url)
    try:
        return database.read(lambda connection: _columns(connection, table))
    finally:
        database.close()


def _columns(connection: sa.Connection, table: str) -> list[str]:
    inspector = sa.inspect(connection)
    return [column["name"] for column in inspector.get_columns(table)] if inspector.has_table(table) else []


def checking(url: str, minimum: str, current: str) -> Callable[[], None]:
    def check() -> None:
        database = open_database(url)
        try:
            check_schema(database, minimum, current)
        finally:
            database.close()

    return check


def test_every_missing_migration_is_applied_in_order(database_url: str, folder: Path) -> None:
    add_migration(folder, 1, ADD_THING)
    add_migration(folder, 2, ADD_COLUMN)

    assert migrate(database_url, folder) == "0002"

    assert columns_of(database_url, "thing") == ["id", "note"]


def test_migrating_again_changes_nothing(database_url: str, folder: Path) -> None:
    add_migration(folder, 1, ADD_THING)
    migrate(database_url, folder)

    assert migrate(database_url, folder) == "0001"

    add_migration(folder, 2, ADD_COLUMN)
    assert migrate(database_url, folder) == "0002"
    assert columns_of(database_url, "thing") == ["id", "note"]


def test_a_migration_that_fails_leaves_the_tables_as_they_were(database_url: str, folder: Path) -> None:
    add_migration(folder, 1, ADD_THING)
    migrate(database_url, folder)
    add_migration(folder, 2, ADD_COLUMN)
    add_migration(folder, 3, BREAK)

    with pytest.raises(sa.exc.DBAPIError):
        migrate(database_url, folder)

    assert columns_of(database_url, "thing") == ["id"]
    checking(database_url, "0001", "0001")()


def test_two_processes_that_migrate_at_the_same_time_come_one_after_the_other(database_url: str, folder: Path) -> None:
    add_migration(folder, 1, ADD_THING)
    add_migration(folder, 2, ADD_COLUMN)
    command = [sys.executable, "-c", MIGRATE, database_url, str(folder)]

    processes = [subprocess.Popen(command) for _ in range(2)]

    assert [process.wait(60) for process in processes] == [0, 0]
    assert columns_of(database_url, "thing") == ["id", "note"]


def test_two_threads_that_migrate_at_the_same_time_come_one_after_the_other(database_url: str, folder: Path) -> None:
    add_migration(folder, 1, ADD_THING)

    results = together([lambda: migrate(database_url, folder) for _ in range(2)])

    assert [result.result() for result in results] == ["0001", "0001"]


def test_a_folder_without_a_migration_is_refused(database_url: str, folder: Path) -> None:
    with pytest.raises(SchemaVersionError, match="no migration"):
        migrate(database_url, folder)


def test_a_database_without_tables_asks_for_the_command(database_url: str) -> None:
    with pytest.raises(SchemaVersionError, match="run the command `migrate`"):
        checking(database_url, "0001", "0001")()


def test_a_database_that_is_too_old_says_what_it_has_and_what_is_needed(database_url: str, folder: Path) -> None:
    add_migration(folder, 1, ADD_THING)
    migrate(database_url, folder)

    with pytest.raises(SchemaVersionError, match="at migration 0001 and this program needs 0002"):
        checking(database_url, "0002", "0002")()


def test_a_program_goes_on_after_a_newer_one_only_added_to_the_tables(database_url: str, folder: Path) -> None:
    add_migration(folder, 1, ADD_THING)
    add_migration(folder, 2, ADD_COLUMN)
    migrate(database_url, folder)

    checking(database_url, "0001", "0001")()


def test_a_program_is_refused_after_something_it_needs_was_taken_away(database_url: str, folder: Path) -> None:
    add_migration(folder, 1, ADD_THING)
    add_migration(folder, 2, ADD_COLUMN, oldest_program="0002")
    migrate(database_url, folder)

    checking(database_url, "0001", "0002")()
    with pytest.raises(SchemaVersionError, match="programs that know migration 0002; this one knows 0001"):
        checking(database_url, "0001", "0001")()


def test_rebuilding_a_table_on_sqlite_keeps_what_points_at_it(sqlite_url: str, folder: Path) -> None:
    pointer = 'op.execute("CREATE TABLE pointer (id TEXT REFERENCES thing(id) ON DELETE CASCADE)")'
    add_migration(folder, 1, ADD_THING, pointer)
    fill = "op.execute(\"INSERT INTO thing VALUES ('a')\"); op.execute(\"INSERT INTO pointer VALUES ('a')\")"
    add_migration(folder, 2, fill)
    add_migration(
        folder,
        3,
        'with op.batch_alter_table("thing", recreate="always") as batch:',
        '    batch.add_column(sa.Column("note", sa.String(36)))',
    )

    migrate(sqlite_url, folder)

    database = open_database(sqlite_url)
    rows = database.read(lambda connection: connection.execute(sa.text("SELECT id FROM pointer")).scalars().all())
    assert rows == ["a"]
    database.close()


def test_a_migration_on_sqlite_may_not_leave_rows_that_point_at_nothing(sqlite_url: str, folder: Path) -> None:
    pointer = 'op.execute("CREATE TABLE pointer (id TEXT REFERENCES thing(id))")'
    add_migration(folder, 1, ADD_THING, pointer, "op.execute(\"INSERT INTO pointer VALUES ('nobody')\")")

    with pytest.raises(ValueError, match="point at nothing"):
        migrate(sqlite_url, folder)

    assert columns_of(sqlite_url, "pointer") == []
