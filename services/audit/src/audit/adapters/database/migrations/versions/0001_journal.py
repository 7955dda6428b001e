"""The journal as it begins: entries, payloads, tree, producers, checkpoints, months; what events are
called; what is due; and the sessions of the pages.

The row of an empty tree is written here, so that there is always one row to lock.
"""

from alembic import op

from audit.adapters.database.tables import metadata, tree_state, words_metadata, work_metadata
from servicekit.web import create_web_session_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table and the empty tree."""
    metadata.create_all(op.get_bind())
    words_metadata.create_all(op.get_bind())
    work_metadata.create_all(op.get_bind())
    op.bulk_insert(tree_state, [{"id": 1, "size": 0, "frontier": b"", "last_received_at_us": 0}])
    create_web_session_tables(op)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE tile ALTER COLUMN hashes SET STORAGE EXTERNAL")  # hashes cannot be compressed


def downgrade() -> None:
    """The first version cannot be undone: restore a backup instead."""
