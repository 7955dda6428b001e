"""The list of the extranet and the sessions of its pages."""

from alembic import op

from onebox.demo_extranet.entries import metadata
from servicekit.web.session_tables import create_web_session_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
    metadata.create_all(op.get_bind())
    create_web_session_tables(op)
