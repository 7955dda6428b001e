"""The tables of what is kept of a person beside the account: credentials, acceptances, sign-ins, browsers."""

import sqlalchemy as sa

from auth.ground.adapters.database.columns import metadata, moment, name_of, words
from servicekit.database import UtcDateTime
from servicekit.database.types import sequence_type

__all__ = ["acceptance", "credential", "known_device", "link", "metadata", "sign_in"]

credential = sa.Table(
    "credential",
    metadata,
    name_of("credential_id", primary_key=True),
    name_of("account_id"),
    sa.Column("kind", sa.String(32), nullable=False),
    words("content"),
    words("name"),
    moment("created_at"),
    moment("last_used_at", nullable=True),
    sa.Column("counter", sa.BigInteger(), nullable=False, server_default="0"),
    moment("revoked_at", nullable=True),
)
sa.Index("credential_of_account", credential.c.account_id, credential.c.kind)
_LIVING_PASSWORD = (credential.c.kind == "password") & credential.c.revoked_at.is_(None)
sa.Index(
    "credential_one_password",
    credential.c.account_id,
    unique=True,
    sqlite_where=_LIVING_PASSWORD,
    postgresql_where=_LIVING_PASSWORD,
)

acceptance = sa.Table(
    "acceptance",
    metadata,
    name_of("account_id", primary_key=True),
    name_of("document", primary_key=True),
    name_of("version", primary_key=True),
    moment("accepted_at"),
)

sign_in = sa.Table(
    "sign_in",
    metadata,
    sa.Column("number", sequence_type(), primary_key=True, autoincrement=True),
    name_of("account_id"),
    sa.Column("at", UtcDateTime(), nullable=False, index=True),
    sa.Column("outcome", sa.String(32), nullable=False),
    words("address"),
    words("device"),
)
sa.Index("sign_in_of_account", sign_in.c.account_id, sign_in.c.at)

known_device = sa.Table(
    "known_device",
    metadata,
    name_of("account_id", primary_key=True),
    name_of("device_hash", primary_key=True),
    moment("first_seen_at"),
    sa.Column("last_seen_at", UtcDateTime(), nullable=False, index=True),
)

link = sa.Table(
    "link",
    metadata,
    name_of("token_hash", primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    name_of("reference"),
    sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
)
