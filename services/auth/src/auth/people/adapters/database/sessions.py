"""Sessions and the feed of their ends, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from auth.ground.adapters.database.rows import PreparedUpdate, Rows
from auth.ground.adapters.database.tables import ended_session, feed_position, session_client
from auth.ground.adapters.database.tables import session as t
from auth.people.adapters.database.session_texts import FACTORS, STEPS
from auth.people.domain.sessions import CLIENT_CLOSED, TOKEN_REVOKED, ClientSession, EndedAccess, Session
from servicekit.database.prepared import PreparedStatement

SESSIONS = Rows(t, Session, {"factors": FACTORS, "pending": STEPS})
_TOUCH = PreparedUpdate(
    update(t).where(t.c.session_id == bindparam("wanted"), t.c.ended_at.is_(None)).values(seen_at=bindparam("at"))
)
_REMEMBER_CLIENT = {
    "sqlite": PreparedStatement(sqlite_insert(session_client).on_conflict_do_nothing(), ("session_id", "client_id")),
    "postgresql": PreparedStatement(
        postgresql_insert(session_client).on_conflict_do_nothing(), ("session_id", "client_id")
    ),
}


class SqlSessions:
    """The shelf `sessions`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def find(self, session_id: str) -> Session | None:
        """By identifier (`sid`)."""
        return SESSIONS.find(self._connection, "session_id", session_id)

    def find_by_cookie(self, cookie_hash: str) -> Session | None:
        """By the hash of the cookie."""
        return SESSIONS.find(self._connection, "cookie_hash", cookie_hash)

    def open_of(self, account_id: str) -> Sequence[Session]:
        """Those of a person that have not ended."""
        query = select(t).where(t.c.account_id == account_id, t.c.ended_at.is_(None))
        return self._many(query.order_by(t.c.session_id))

    def expired(self, idle_since: datetime, opened_before: datetime, limit: int) -> Sequence[str]:
        """See the port."""
        over = (t.c.seen_at <= idle_since) | (t.c.opened_at <= opened_before)
        query = select(t.c.session_id).where(t.c.ended_at.is_(None), over).order_by(t.c.seen_at).limit(limit)
        return list(self._connection.execute(query).scalars())

    def add(self, session: Session) -> None:
        """A new row."""
        SESSIONS.add(self._connection, session)

    def save(self, session: Session) -> None:
        """Replaces the row, unless the session ended meanwhile."""
        open_row = (t.c.session_id == session.session_id) & t.c.ended_at.is_(None)
        self._connection.execute(update(t).where(open_row).values(SESSIONS.values(session)))

    def keep_pending(self, session: Session) -> bool:
        """See the port."""
        open_row = (t.c.session_id == session.session_id) & t.c.ended_at.is_(None)
        values = {"pending": STEPS.written(session.pending)}
        return self._connection.execute(update(t).where(open_row).values(values)).rowcount == 1

    def touch(self, session_id: str, seen_at: datetime) -> bool:
        """See the port."""
        return _TOUCH(self._connection, wanted=session_id, at=seen_at)

    def end(self, session_id: str, ended_at: datetime) -> bool:
        """See the port: one conditional UPDATE."""
        open_row = (t.c.session_id == session_id) & t.c.ended_at.is_(None)
        return self._connection.execute(update(t).where(open_row).values(ended_at=ended_at)).rowcount == 1

    def remember_client(self, session_id: str, client_id: str) -> None:
        """See the port."""
        statement = _REMEMBER_CLIENT[self._connection.dialect.name]
        statement.run(self._connection, {"session_id": session_id, "client_id": client_id})

    def clients_of(self, session_id: str) -> Sequence[str]:
        """In alphabetical order."""
        known = session_client.c
        query = select(known.client_id).where(known.session_id == session_id).order_by(known.client_id)
        return list(self._connection.execute(query).scalars())

    def with_clients(self, after: tuple[str, str], limit: int) -> Sequence[ClientSession]:
        """See the port."""
        known = session_client.c
        query = (
            select(t, known.client_id)
            .join_from(session_client, t, t.c.session_id == known.session_id)
            .where(t.c.ended_at.is_(None), tuple_(known.session_id, known.client_id) > tuple_(*after))
        )
        rows = self._connection.execute(query.order_by(known.session_id, known.client_id).limit(limit)).mappings()
        return [ClientSession(SESSIONS.of_mapping(row), row["client_id"]) for row in rows]

    def forget_client(self, session_id: str, client_id: str) -> bool:
        """See the port: one conditional DELETE."""
        known = session_client.c
        gone = delete(session_client).where(known.session_id == session_id, known.client_id == client_id)
        return self._connection.execute(gone).rowcount == 1

    def forget_before(self, moment: datetime) -> None:
        """See the port."""
        over = select(t.c.session_id).where(t.c.ended_at < moment)
        self._connection.execute(delete(session_client).where(session_client.c.session_id.in_(over)))
        self._connection.execute(delete(t).where(t.c.ended_at < moment))

    def _many(self, query: Select[Any]) -> list[Session]:
        return [SESSIONS.of_mapping(row) for row in self._connection.execute(query).mappings()]


class SqlEndedSessions:
    """The shelf `ended_sessions`. The UPDATE locks the one row of `feed_position`: no gap, no overtaking."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def append(self, session: Session, ended_at: datetime, reason: str) -> EndedAccess:
        """See the port."""
        return self._append(
            EndedAccess(
                session_id=session.session_id,
                account_id=session.account_id,
                ended_at=ended_at,
                reason=reason,
                revision=0,
            )
        )

    def append_token(self, token_id: str, ended_at: datetime) -> EndedAccess:
        """See the port."""
        return self._append(
            EndedAccess(
                session_id="", account_id="", ended_at=ended_at, reason=TOKEN_REVOKED, revision=0, token_id=token_id
            )
        )

    def append_client(self, client_id: str, ended_at: datetime) -> EndedAccess:
        """See the port."""
        return self._append(
            EndedAccess(
                session_id="", account_id="", ended_at=ended_at, reason=CLIENT_CLOSED, revision=0, client_id=client_id
            )
        )

    def _append(self, end: EndedAccess) -> EndedAccess:
        position = update(feed_position).values(revision=feed_position.c.revision + 1)
        revision = self._connection.execute(position.returning(feed_position.c.revision)).scalar_one()
        ended = replace(end, revision=revision)
        self._connection.execute(ended_session.insert().values(**asdict(ended)))
        return ended

    def position(self) -> tuple[int, str]:
        """Newest revision and epoch."""
        row = self._connection.execute(select(feed_position.c.revision, feed_position.c.epoch)).one()
        return row.revision, row.epoch

    def after(self, revision: int, limit: int) -> Sequence[EndedAccess]:
        """In order of revision."""
        query = select(ended_session).where(ended_session.c.revision > revision)
        return self._many(query.order_by(ended_session.c.revision).limit(limit))

    def since(self, moment: datetime) -> Sequence[EndedAccess]:
        """In order of revision."""
        query = select(ended_session).where(ended_session.c.ended_at >= moment)
        return self._many(query.order_by(ended_session.c.revision))

    def forget_before(self, moment: datetime) -> None:
        """Deletes the ends before; the revision goes on from where it was."""
        self._connection.execute(delete(ended_session).where(ended_session.c.ended_at < moment))

    def _many(self, query: Select[Any]) -> list[EndedAccess]:
        return [EndedAccess(**row) for row in self._connection.execute(query).mappings()]
