"""Accounts, sessions, grants, clients, the mails and notices to send, the feed of ended sessions, the outbox."""

from alembic import op

from auth.ground.adapters.database.person_tables import metadata
from auth.ground.adapters.database.tables import feed_position
from servicekit.identifiers import new_id
from servicekit.outbox import create_outbox_tables
from servicekit.web.session_tables import create_form_answer_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table and the first position of the feed."""
    metadata.create_all(op.get_bind())
    op.bulk_insert(feed_position, [{"one": 1, "revision": 0, "epoch": new_id()}])
    create_outbox_tables(op)  # type: ignore[arg-type]  # Alembic's op module is its Operations
    create_form_answer_table(op)


def downgrade() -> None:
    """The first version cannot be undone: restore a backup instead."""
