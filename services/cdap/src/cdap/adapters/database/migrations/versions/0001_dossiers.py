"""Dossiers, the generation in force, web sessions and the outbox."""

from alembic import op

from cdap.adapters.database.tables import metadata
from servicekit.outbox import create_outbox_tables
from servicekit.web.session_tables import create_web_session_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    metadata.create_all(op.get_bind())
    create_outbox_tables(op)  # type: ignore[arg-type]  # Alembic's op module is its Operations
    create_web_session_tables(op)


def downgrade() -> None:
    """The first version cannot be undone: restore a backup instead."""
