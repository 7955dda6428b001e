"""The tables of auth. Secrets are hashes; times are microseconds (`servicekit.database.types`)."""

import sqlalchemy as sa

from servicekit.database import Json, UtcDateTime
from servicekit.database.types import sequence_type

metadata = sa.MetaData()


def _id(name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), primary_key=primary_key, nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    """Empty when nothing was said, also in rows that an older version of the service writes."""
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


account = sa.Table(
    "account",
    metadata,
    _id("account_id", primary_key=True),
    sa.Column("username", sa.String(64), nullable=False, unique=True),
    sa.Column("given_name", sa.Text(), nullable=False),
    sa.Column("family_name", sa.Text(), nullable=False),
    sa.Column("email", sa.Text(), nullable=False),
    _at("created_at"),
    sa.Column("provisional_hash", sa.Text()),
    _at("provisional_expires_at", nullable=True),
    _at("provisional_used_at", nullable=True),
    _at("locked_at", nullable=True),
    sa.Column("locked_reason", sa.String(64)),
    _at("last_login_at", nullable=True),
    _id("locked_by", nullable=True),
    sa.Column("language", sa.String(2), nullable=False, server_default="fr"),
)

credential = sa.Table(
    "credential",
    metadata,
    _id("credential_id", primary_key=True),
    _id("account_id"),
    sa.Column("kind", sa.String(32), nullable=False),
    _text("content"),
    _text("name"),
    _at("created_at"),
    _at("last_used_at", nullable=True),
    sa.Column("counter", sa.BigInteger(), nullable=False, server_default="0"),
    _at("revoked_at", nullable=True),
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

session = sa.Table(
    "session",
    metadata,
    _id("session_id", primary_key=True),
    sa.Column("cookie_hash", sa.String(64), nullable=False, unique=True),
    _id("account_id"),
    _at("opened_at"),
    _at("seen_at"),
    _at("authenticated_at"),
    _at("previous_login_at", nullable=True),
    _id("organisation_id", nullable=True),
    sa.Column("factors", sa.Text(), nullable=False),
    sa.Column("pending", sa.Text(), nullable=False),
    _at("ended_at", nullable=True),
    _text("address"),
    _text("user_agent"),
    sa.Column("new_device", sa.Boolean(), nullable=False, server_default=sa.false()),
)
sa.Index("session_open_of_account", session.c.account_id, session.c.ended_at)
sa.Index("session_open_seen", session.c.ended_at, session.c.seen_at)

acceptance = sa.Table(
    "acceptance",
    metadata,
    _id("account_id", primary_key=True),
    _id("document", primary_key=True),
    _id("version", primary_key=True),
    _at("accepted_at"),
)

sign_in = sa.Table(
    "sign_in",
    metadata,
    sa.Column("number", sequence_type(), primary_key=True, autoincrement=True),
    _id("account_id"),
    sa.Column("at", UtcDateTime(), nullable=False, index=True),
    sa.Column("outcome", sa.String(32), nullable=False),
    _text("address"),
    _text("device"),
)
sa.Index("sign_in_of_account", sign_in.c.account_id, sign_in.c.at)

known_device = sa.Table(
    "known_device",
    metadata,
    _id("account_id", primary_key=True),
    _id("device_hash", primary_key=True),
    _at("first_seen_at"),
    sa.Column("last_seen_at", UtcDateTime(), nullable=False, index=True),
)

session_client = sa.Table(
    "session_client",
    metadata,
    _id("session_id", primary_key=True),
    _id("client_id", primary_key=True),
)

ended_session = sa.Table(
    "ended_session",
    metadata,
    sa.Column("revision", sa.BigInteger(), primary_key=True, autoincrement=False),
    _id("session_id"),
    _id("account_id"),
    sa.Column("ended_at", UtcDateTime(), nullable=False, index=True),
    sa.Column("reason", sa.String(64), nullable=False),
    _text("token_id"),
    _text("client_id"),
)

feed_position = sa.Table(
    "feed_position",
    metadata,
    sa.Column("one", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),
    _id("epoch"),
)

authorization_code = sa.Table(
    "authorization_code",
    metadata,
    sa.Column("code_hash", sa.String(64), primary_key=True),
    _id("client_id"),
    _id("account_id"),
    _id("session_id"),
    _id("organisation_id", nullable=True),
    sa.Column("redirect_uri", sa.Text(), nullable=False),
    sa.Column("scope", sa.Text(), nullable=False),
    sa.Column("audience", sa.Text(), nullable=False),
    sa.Column("code_challenge", sa.String(64), nullable=False),
    sa.Column("nonce", sa.Text()),
    _at("issued_at"),
    sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
    _id("family_id"),
    _at("used_at", nullable=True),
    _text("dpop_key"),
    _text("claims_request"),
    _text("details_request"),
)

sa.Index("authorization_code_of_session", authorization_code.c.session_id, authorization_code.c.client_id)

refresh_token = sa.Table(
    "refresh_token",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("family_id", sa.String(64), nullable=False, index=True),
    _id("client_id"),
    _id("account_id"),
    _id("session_id"),
    _id("organisation_id", nullable=True),
    sa.Column("scope", sa.Text(), nullable=False),
    sa.Column("audience", sa.Text(), nullable=False),
    sa.Column("access_token_id", sa.String(64), nullable=False),
    sa.Column("issued_at", UtcDateTime(), nullable=False, index=True),
    _at("used_at", nullable=True),
    _at("revoked_at", nullable=True),
    _text("binding"),
    _text("claims_request"),
    _text("details_request"),
)

sa.Index("refresh_token_of_session", refresh_token.c.session_id, refresh_token.c.client_id)

pushed_request = sa.Table(
    "pushed_request",
    metadata,
    _id("request_hash", primary_key=True),
    _id("client_id"),
    sa.Column("parameters", sa.Text(), nullable=False),
    _text("dpop_key"),
    sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
    _at("used_at", nullable=True),
)

device_request = sa.Table(
    "device_request",
    metadata,
    _id("device_code_hash", primary_key=True),
    sa.Column("user_code", sa.String(16), nullable=False, unique=True),
    _id("client_id"),
    sa.Column("scope", sa.Text(), nullable=False),
    sa.Column("audience", sa.Text(), nullable=False),
    _at("issued_at"),
    sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
    _id("family_id"),
    sa.Column("interval_s", sa.Integer(), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    _at("polled_at", nullable=True),
    _text("account_id"),
    _text("session_id"),
    _id("organisation_id", nullable=True),
)

seen_token = sa.Table(
    "seen_token",
    metadata,
    _id("token_key", primary_key=True),
    sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
)

revoked_token = sa.Table(
    "revoked_token",
    metadata,
    _id("token_id", primary_key=True),
    sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
)

initial_access_token = sa.Table(
    "initial_access_token",
    metadata,
    _id("token_hash", primary_key=True),
    sa.Column("name", sa.Text(), nullable=False),
    _at("created_at"),
    _at("expires_at"),
    sa.Column("uses_left", sa.Integer(), nullable=False),
    sa.Column("profile", sa.String(32), nullable=False),
    sa.Column("owner", sa.String(16), nullable=False),
)

client = sa.Table(
    "client",
    metadata,
    _id("client_id", primary_key=True),
    sa.Column("description", Json(), nullable=False),
    sa.Column("change", sa.BigInteger(), nullable=False, server_default="0", index=True),
)

consent = sa.Table(
    "consent",
    metadata,
    _id("account_id", primary_key=True),
    _id("client_id", primary_key=True),
    sa.Column("scope", sa.Text(), nullable=False),
    _at("given_at"),
)

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("attempt_key", sa.String(120), nullable=False),
    sa.Column("made_at", UtcDateTime(), nullable=False, index=True),
)
sa.Index("attempt_key_made", attempt.c.attempt_key, attempt.c.made_at)

known_origin = sa.Table(
    "known_origin",
    metadata,
    _id("origin_key", primary_key=True),
    sa.Column("seen_at", UtcDateTime(), nullable=False, index=True),
)

mail = sa.Table(
    "mail",
    metadata,
    _id("mail_id", primary_key=True),
    sa.Column("account_id", sa.String(64), nullable=False, index=True),
    sa.Column("kind", sa.String(32), nullable=False),
    _at("queued_at"),
    sa.Column("next_attempt_at", UtcDateTime(), nullable=False, index=True),
    sa.Column("requested_by", sa.Text(), nullable=False),
    sa.Column("organisation_name", sa.Text(), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    _at("sent_at", nullable=True),
    _at("failed_at", nullable=True),
    _text("about"),
    _text("failure"),
    _text("notice"),
)

logout_notice = sa.Table(
    "logout_notice",
    metadata,
    _id("notice_id", primary_key=True),
    sa.Column("session_id", sa.String(64), nullable=False, index=True),
    _id("account_id"),
    _id("client_id"),
    _at("queued_at"),
    sa.Column("next_attempt_at", UtcDateTime(), nullable=False, index=True),
    sa.Column("attempts", sa.Integer(), nullable=False),
    _at("delivered_at", nullable=True),
    _at("failed_at", nullable=True),
    _text("failure"),
    sa.Column("has_begun", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("rights_after", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("rights_revision", sa.BigInteger(), nullable=False, server_default="0", index=True),
)

account_command = sa.Table(
    "account_command",
    metadata,
    _id("command_id", primary_key=True),
    sa.Column("answer", sa.Text(), nullable=False),
    _at("carried_out_at"),
)
