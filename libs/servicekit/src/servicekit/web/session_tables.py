"""Tables of a relying party's sessions and of the answers of forms, in the service's own database.

Times are seconds since 1970, UTC.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    update,
)

web_metadata = MetaData()

web_session = Table(
    "web_session",
    web_metadata,
    Column("id_hash", String(64), primary_key=True),  # SHA-256 of the cookie: the table opens no session
    Column("sid", String(128), nullable=False, index=True),
    Column("subject", String(128), nullable=False, index=True),
    Column("sealed", Text, nullable=False),  # tokens and names, encrypted, bound to id_hash
    Column("version", Integer, nullable=False),  # grows with each new token
    Column("refresh_until", BigInteger, nullable=False),  # one process refreshes at a time, until then
    Column("opened_at", BigInteger, nullable=False),
    Column("touched_at", BigInteger, nullable=False),
    Column("idle_until", BigInteger, nullable=False, index=True),
    Column("ends_at", BigInteger, nullable=False, index=True),
)

web_seen_once = Table(
    "web_seen_once",
    web_metadata,
    Column("key", String(64), primary_key=True),  # SHA-256 of kind and value
    Column("until", BigInteger, nullable=False, index=True),
)

web_kept_result = Table(
    "web_kept_result",
    web_metadata,
    Column("key", String(64), primary_key=True),  # SHA-256 of the identifier in the address
    Column("session", String(64), ForeignKey("web_session.id_hash", ondelete="CASCADE"), nullable=False, index=True),
    Column("sealed", Text),  # the result, encrypted with a key of the session; empty once `until` is over
    Column("sealed_question", Text, nullable=False),  # what was typed, encrypted in the same way
    Column("until", BigInteger, nullable=False, index=True),
)

form_metadata = MetaData()

web_form_answer = Table(
    "web_form_answer",
    form_metadata,
    Column("key", String(64), primary_key=True),  # keyed hash of the form's value, what was typed and the browser
    Column("lease_until", BigInteger, nullable=False),  # who claimed it works on it until then
    Column("until", BigInteger, nullable=False, index=True),
    Column("sealed", Text),  # the answer, encrypted, bound to the key; empty while the first sending is under way
)


def create_form_answer_table(op: Any) -> None:
    """For a service without sessions of a relying party: only the answers of forms (`servicekit.web.repeats`)."""
    form_metadata.create_all(op.get_bind())


def create_web_session_tables(op: Any) -> None:
    """For a migration of a service: `create_web_session_tables(op)` with Alembic's `op`. Undone by dropping all."""
    web_metadata.create_all(op.get_bind())
    create_form_answer_table(op)


def forget_form_answers(connection: Connection, now: datetime) -> int:
    """For `servicekit.database.clean_up`: answers whose quarter of an hour is over; how many."""
    return connection.execute(delete(web_form_answer).where(web_form_answer.c.until <= _seconds(now))).rowcount


def forget_ended_sessions(connection: Connection, now: datetime) -> int:
    """For `servicekit.database.clean_up`: sessions that have ended, with what was kept for them, results whose time is
    over, and what may be seen again; how many rows."""
    at = _seconds(now)
    ended = (web_session.c.idle_until <= at) | (web_session.c.ends_at <= at)
    old_result = (web_kept_result.c.until <= at) & web_kept_result.c.sealed.is_not(None)
    statements = (
        delete(web_seen_once).where(web_seen_once.c.until <= at),
        delete(web_session).where(ended),
        update(web_kept_result).where(old_result).values(sealed=None),
    )
    return sum(connection.execute(statement).rowcount for statement in statements)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
