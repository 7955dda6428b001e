"""The journal as it begins: entries, payloads, tree, producers, checkpoints, months; and the sessions of the pages.

The row of an empty tree is written here, so that there is always one row to lock.
"""

import sqlalchemy as sa
from alembic import op

from servicekit.database import sequence_type
from servicekit.web import create_web_session_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Creates every table."""
    _create_entries()
    _create_tree()
    _create_producers()
    op.create_table(
        "checkpoint",
        sa.Column("size", sequence_type(), primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("signed_note", sa.Text, nullable=False),
    )
    op.create_table(
        "shard",
        sa.Column("name", sa.String(7), primary_key=True),
        sa.Column("key_check", sa.LargeBinary, nullable=False),
    )
    create_web_session_tables(op)


def _create_entries() -> None:
    op.create_table(
        "entry",
        sa.Column("leaf_index", sequence_type(), primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("entry", sa.LargeBinary, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.Column("shard", sa.String(7), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("decision", sa.String(10), nullable=False),
        sa.Column("actor", sa.String(64)),
        sa.Column("organisation", sa.String(64)),
        sa.Column("subject", sa.String(64)),
        sa.Column("owner", sa.String(8), nullable=False),
        sa.Column("reference", sa.String(9)),
        sa.Column("occurred_at_us", sa.BigInteger, nullable=False),
        sa.Column("received_at_us", sa.BigInteger, nullable=False),
    )
    op.create_index("entry_event_id", "entry", ["event_id"], unique=True)
    op.create_index("entry_actor", "entry", ["actor", "leaf_index"])
    op.create_index("entry_organisation", "entry", ["organisation", "leaf_index"])
    op.create_index("entry_subject", "entry", ["subject", "leaf_index"])
    op.create_index("entry_type", "entry", ["owner", "type", "leaf_index"])
    op.create_index("entry_owner", "entry", ["owner", "leaf_index"])
    op.create_index("entry_reference", "entry", ["reference", "leaf_index"])
    op.create_index("entry_received_at_us", "entry", ["received_at_us"])
    op.create_table(
        "payload",
        sa.Column("leaf_index", sequence_type(), primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )


def _create_tree() -> None:
    state = op.create_table(
        "tree_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("frontier", sa.LargeBinary, nullable=False),
        sa.Column("last_received_at_us", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(state, [{"id": 1, "size": 0, "frontier": b"", "last_received_at_us": 0}])
    op.create_table(
        "tree_node",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )


def _create_producers() -> None:
    op.create_table(
        "producer_state",
        sa.Column("service", sa.String(32), primary_key=True),
        sa.Column("epoch", sa.String(64), primary_key=True),
        sa.Column("next", sa.BigInteger, nullable=False),
        sa.Column("last_hash", sa.LargeBinary, nullable=False),
        sa.Column("last_received_at_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "producer_hole",
        sa.Column("service", sa.String(32), primary_key=True),
        sa.Column("epoch", sa.String(64), primary_key=True),
        sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.Column("hole_since_us", sa.BigInteger, nullable=False),
    )
