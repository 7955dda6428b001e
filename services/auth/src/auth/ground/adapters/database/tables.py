"""The tables of auth. Secrets are hashes; times are microseconds (`servicekit.database.types`)."""

import sqlalchemy as sa

from auth.ground.adapters.database.columns import metadata, moment, name_of, words
from servicekit.database import Json, UtcDateTime
from servicekit.database.jobs import job_table

job = job_table(metadata)

account = sa.Table(
    "account",
    metadata,
    name_of("account_id", primary_key=True),
    sa.Column("username", sa.String(64), nullable=False, unique=True),
    sa.Column("given_name", sa.Text(), nullable=False),
    sa.Column("family_name", sa.Text(), nullable=False),
    sa.Column("email", sa.Text(), nullable=False),
    moment("created_at"),
    sa.Column("provisional_hash", sa.Text()),
    moment("provisional_expires_at", nullable=True),
    moment("provisional_used_at", nullable=True),
    moment("locked_at", nullable=True),
    sa.Column("locked_reason", sa.String(64)),
    moment("last_login_at", nullable=True),
    name_of("locked_by", nullable=True),
    sa.Column("language", sa.String(2), nullable=False, server_default="fr"),
)

session = sa.Table(
    "session",
    metadata,
    name_of("session_id", primary_key=True),
    sa.Column("cookie_hash", sa.String(64), nullable=False, unique=True),
    name_of("account_id"),
    moment("opened_at"),
    moment("seen_at"),
    moment("authenticated_at"),
    moment("previous_login_at", nullable=True),
    name_of("organisation_id", nullable=True),
    sa.Column("factors", sa.Text(), nullable=False),
    sa.Column("pending", sa.Text(), nullable=False),
    moment("ended_at", nullable=True),
    words("address"),
    words("user_agent"),
    sa.Column("new_device", sa.Boolean(), nullable=False, server_default=sa.false()),
)
sa.Index("session_open_of_account", session.c.account_id, session.c.ended_at)
sa.Index("session_open_seen", session.c.ended_at, session.c.seen_at)

session_client = sa.Table(
    "session_client",
    metadata,
    name_of("session_id", primary_key=True),
    name_of("client_id", primary_key=True),
)

ended_session = sa.Table(
    "ended_session",
    metadata,
    sa.Column("revision", sa.BigInteger(), primary_key=True, autoincrement=False),
    name_of("session_id"),
    name_of("account_id"),
    sa.Column("ended_at", UtcDateTime(), nullable=False, index=True),
    sa.Column("reason", sa.String(64), nullable=False),
    words("token_id"),
    words("client_id"),
)

feed_position = sa.Table(
    "feed_position",
    metadata,
    sa.Column("one", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),
    name_of("epoch"),
)

authorization_code = sa.Table(
    "authorization_code",
    metadata,
    sa.Column("code_hash", sa.String(64), primary_key=True),
    name_of("client_id"),
    name_of("account_id"),
    name_of("session_id"),
    name_of("organisation_id", nullable=True),
    sa.Column("redirect_uri", sa.Text(), nullable=False),
    sa.Column("scope", sa.Text(), nullable=False),
    sa.Column("audience", sa.Text(), nullable=False),
    sa.Column("code_challenge", sa.String(64), nullable=False),
    sa.Column("nonce", sa.Text()),
    moment("issued_at"),
    sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
    name_of("family_id"),
    moment("used_at", nullable=True),
    words("dpop_key"),
    words("claims_request"),
    words("details_request"),
)

sa.Index("authorization_code_of_session", authorization_code.c.session_id, authorization_code.c.client_id)

refresh_token = sa.Table(
    "refresh_token",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("family_id", sa.String(64), nullable=False, index=True),
    name_of("client_id"),
    name_of("account_id"),
    name_of("session_id"),
    name_of("organisation_id", nullable=True),
    sa.Column("scope", sa.Text(), nullable=False),
    sa.Column("audience", sa.Text(), nullable=False),
    sa.Column("access_token_id", sa.String(64), nullable=False),
    sa.Column("issued_at", UtcDateTime(), nullable=False, index=True),
    moment("used_at", nullable=True),
    moment("revoked_at", nullable=True),
    words("binding"),
    words("claims_request"),
    words("details_request"),
)

sa.Index("refresh_token_of_session", refresh_token.c.session_id, refresh_token.c.client_id)

pushed_request = sa.Table(
    "pushed_request",
    metadata,
    name_of("request_hash", primary_key=True),
    name_of("client_id"),
    sa.Column("parameters", sa.Text(), nullable=False),
    words("dpop_key"),
    sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
    moment("used_at", nullable=True),
)

device_request = sa.Table(
    "device_request",
    metadata,
    name_of("device_code_hash", primary_key=True),
    sa.Column("user_code", sa.String(16), nullable=False, unique=True),
    name_of("client_id"),
    sa.Column("scope", sa.Text(), nullable=False),
    sa.Column("audience", sa.Text(), nullable=False),
    moment("issued_at"),
    sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
    name_of("family_id"),
    sa.Column("interval_s", sa.Integer(), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    moment("polled_at", nullable=True),
    words("account_id"),
    words("session_id"),
    name_of("organisation_id", nullable=True),
)

seen_token = sa.Table(
    "seen_token",
    metadata,
    name_of("token_key", primary_key=True),
    sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
)

revoked_token = sa.Table(
    "revoked_token",
    metadata,
    name_of("token_id", primary_key=True),
    sa.Column("expires_at", UtcDateTime(), nullable=False, index=True),
)

initial_access_token = sa.Table(
    "initial_access_token",
    metadata,
    name_of("token_hash", primary_key=True),
    sa.Column("name", sa.Text(), nullable=False),
    moment("created_at"),
    moment("expires_at"),
    sa.Column("uses_left", sa.Integer(), nullable=False),
    sa.Column("profile", sa.String(32), nullable=False),
    sa.Column("owner", sa.String(16), nullable=False),
)

client = sa.Table(
    "client",
    metadata,
    name_of("client_id", primary_key=True),
    sa.Column("description", Json(), nullable=False),
    sa.Column("change", sa.BigInteger(), nullable=False, server_default="0", index=True),
)

consent = sa.Table(
    "consent",
    metadata,
    name_of("account_id", primary_key=True),
    name_of("client_id", primary_key=True),
    sa.Column("scope", sa.Text(), nullable=False),
    moment("given_at"),
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
    name_of("origin_key", primary_key=True),
    sa.Column("seen_at", UtcDateTime(), nullable=False, index=True),
)

mail = sa.Table(
    "mail",
    metadata,
    name_of("mail_id", primary_key=True),
    sa.Column("account_id", sa.String(64), nullable=False, index=True),
    sa.Column("kind", sa.String(32), nullable=False),
    moment("queued_at"),
    sa.Column("next_attempt_at", UtcDateTime(), nullable=False, index=True),
    sa.Column("requested_by", sa.Text(), nullable=False),
    sa.Column("organisation_name", sa.Text(), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    moment("sent_at", nullable=True),
    moment("failed_at", nullable=True),
    words("about"),
    words("failure"),
    words("notice"),
    words("address"),
    words("link"),
)

logout_notice = sa.Table(
    "logout_notice",
    metadata,
    name_of("notice_id", primary_key=True),
    sa.Column("session_id", sa.String(64), nullable=False, index=True),
    name_of("account_id"),
    name_of("client_id"),
    moment("queued_at"),
    sa.Column("next_attempt_at", UtcDateTime(), nullable=False, index=True),
    sa.Column("attempts", sa.Integer(), nullable=False),
    moment("delivered_at", nullable=True),
    moment("failed_at", nullable=True),
    words("failure"),
    sa.Column("has_begun", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("rights_after", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("rights_revision", sa.BigInteger(), nullable=False, server_default="0", index=True),
)

account_command = sa.Table(
    "account_command",
    metadata,
    name_of("command_id", primary_key=True),
    sa.Column("answer", sa.Text(), nullable=False),
    moment("carried_out_at"),
)
