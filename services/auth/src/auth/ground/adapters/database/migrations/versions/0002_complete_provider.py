"""What a complete provider keeps: pushed requests, devices, tokens seen and revoked, what grants are bound to.

Columns of rows that the version before writes have a default, so that both run together.
"""

import sqlalchemy as sa
from alembic import op

from servicekit.database import UtcDateTime
from servicekit.web.session_tables import create_form_answer_table

revision = "0002"
down_revision = "0001"

_NEW_TEXTS = {
    "ended_session": ("token_id", "client_id"),
    "session": ("address", "user_agent"),
    "authorization_code": ("dpop_key", "claims_request", "details_request"),
    "refresh_token": ("binding", "claims_request", "details_request"),
    "mail": ("about", "failure"),
    "logout_notice": ("failure",),
}


def upgrade() -> None:
    """Add the columns, then the tables."""
    create_form_answer_table(op)
    for table, names in _NEW_TEXTS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("account", sa.Column("locked_by", sa.String(64)))
    op.create_table(
        "known_origin",
        sa.Column("origin_key", sa.String(64), primary_key=True),
        sa.Column("seen_at", UtcDateTime(), nullable=False, index=True),
    )
    for queue in ("mail", "logout_notice"):
        op.add_column(queue, sa.Column("failed_at", UtcDateTime()))
    op.add_column("logout_notice", sa.Column("has_begun", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ("rights_after", "rights_revision"):
        op.add_column("logout_notice", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("client", sa.Column("change", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_logout_notice_rights_revision", "logout_notice", ["rights_revision"])
    op.create_index("ix_client_change", "client", ["change"])
    op.drop_index("ix_refresh_token_access_token_id", "refresh_token")
    for table in ("authorization_code", "refresh_token"):
        op.create_index(f"{table}_of_session", table, ["session_id", "client_id"])
    _create_requests()
    for table, key in (("seen_token", "token_key"), ("revoked_token", "token_id")):
        op.create_table(
            table,
            sa.Column(key, sa.String(64), primary_key=True),
            sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
        )
    op.create_table(
        "initial_access_token",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(16), nullable=False),
    )


def _create_requests() -> None:
    op.create_table(
        "pushed_request",
        sa.Column("request_hash", sa.String(64), primary_key=True),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("dpop_key", sa.Text(), nullable=False, server_default=""),
        sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
        sa.Column("used_at", UtcDateTime()),
    )
    op.create_table(
        "device_request",
        sa.Column("device_code_hash", sa.String(64), primary_key=True),
        sa.Column("user_code", sa.String(16), nullable=False, unique=True),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
        sa.Column("family_id", sa.String(64), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("polled_at", UtcDateTime()),
        sa.Column("account_id", sa.Text(), nullable=False, server_default=""),
        sa.Column("session_id", sa.Text(), nullable=False, server_default=""),
        sa.Column("organisation_id", sa.String(64)),
    )


def downgrade() -> None:
    """The version before ignores what it does not know: nothing to undo."""
