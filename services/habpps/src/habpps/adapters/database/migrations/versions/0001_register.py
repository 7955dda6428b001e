"""The register of habilitations, the rights feed, the journal of acts, web sessions and the outbox."""

from alembic import op

from habpps.adapters.database.feed import FIRST_STATE
from habpps.adapters.database.tables import feed_state, metadata
from servicekit.outbox import create_outbox_tables
from servicekit.web.session_tables import create_web_session_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table and the first state of the feed."""
    metadata.create_all(op.get_bind())
    op.bulk_insert(feed_state, [FIRST_STATE])
    create_outbox_tables(op)  # type: ignore[arg-type]  # Alembic's op module is its Operations
    create_web_session_tables(op)


def downgrade() -> None:
    """The first version cannot be undone: restore a backup instead."""
