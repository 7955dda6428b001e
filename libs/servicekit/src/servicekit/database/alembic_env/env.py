"""The environment Alembic runs every service's migrations in: given connection, one transaction, one at a time.

Started by `servicekit.database.migrations`, which gives the connection. PostgreSQL's lock is an advisory lock taken at
the beginning of the transaction, so that it goes away with it.
"""

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection, text

from servicekit.database.group_commit import raw_connection
from servicekit.database.migrations import ADVISORY_LOCK, LOCK_WAIT_SECONDS, PROGRAM_TABLE


def note_oldest_program(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Keeps what a contracting migration says about the programs that can still be used."""
    del heads, run_args  # Alembic's signature
    revision = context.script.get_revision(step.up_revision_id or "")
    oldest = getattr(revision.module, "oldest_program", None)
    if oldest is None or ctx.connection is None:
        return
    ctx.connection.execute(text(f"CREATE TABLE IF NOT EXISTS {PROGRAM_TABLE} (program VARCHAR(32) NOT NULL)"))
    statement = text(f"INSERT INTO {PROGRAM_TABLE} (program) VALUES (:program)")  # noqa: S608 - constant name
    ctx.connection.execute(statement, {"program": str(oldest)})


def run(connection: Connection) -> None:
    """Applies what is missing in one transaction."""
    if connection.dialect.name == "sqlite":  # rebuilding a table must not delete what points at it
        raw_connection(connection).execute("PRAGMA foreign_keys=OFF")
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT_SECONDS}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
        context.configure(connection=connection, transactional_ddl=True, on_version_apply=note_oldest_program)
        context.run_migrations()
        if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
            raise ValueError("the migration leaves rows that point at nothing")


run(context.config.attributes["connection"])
