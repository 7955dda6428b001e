"""Server-side sessions of a relying party: the cookie is a secret, the table keeps its hash and sealed tokens.

A session ends after 15 minutes without a request, after 10 hours, by DÉCONNEXION, or when the issuer says so
(`end_by_sid`). OWASP ASVS 5.0 §7.3.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from servicekit.clock import Clock
from servicekit.database import Database
from servicekit.identifiers import hash_secret, new_secret
from servicekit.web.secrets import WebSecrets
from servicekit.web.session_tables import web_seen_once, web_session


@dataclass(frozen=True, kw_only=True)
class WebSessionLimits:
    """How long sessions live."""

    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=10)
    touch: timedelta = timedelta(minutes=1)  # the idle time is written at most this often
    refresh_lease: timedelta = timedelta(seconds=15)  # longer than the time-out of the token endpoint


@dataclass(frozen=True, kw_only=True)
class SessionContent:
    """What a session remembers; encrypted at rest."""

    sid: str
    subject: str
    display_name: str
    organisation: str
    access_token: str
    access_expires_at: float  # seconds since 1970
    refresh_token: str | None
    id_token: str
    last_login_at: float | None  # seconds since 1970: the sign-in before this one


@dataclass(frozen=True)
class LogoutToken:
    """Which sessions the issuer ends: those of `sid`, or all of `subject` when there is no `sid`."""

    token_id: str
    sid: str | None
    subject: str | None
    expires_at: datetime


@dataclass(frozen=True)
class WebSession:
    """An open session."""

    id_hash: str
    version: int
    content: SessionContent
    opened_at: float


class WebSessions:
    """The sessions of one service."""

    def __init__(
        self, database: Database, secrets: WebSecrets, clock: Clock, limits: WebSessionLimits | None = None
    ) -> None:
        """`secrets` is `app.web_secrets`; the tables are made by `create_web_session_tables`."""
        self._database = database
        self._sealer = secrets.sealer("web sessions")
        self._clock = clock
        self._limits = limits or WebSessionLimits()

    def open(self, content: SessionContent, instead_of: str | None = None) -> str:
        """A new session; the value for its cookie. `instead_of` is the cookie there was: that session ends."""
        cookie = new_secret()
        now = self._now()
        absolute = now + int(self._limits.absolute.total_seconds())
        row = {
            "id_hash": hash_secret(cookie),
            "sid": content.sid,
            "subject": content.subject,
            "sealed": self._seal(hash_secret(cookie), content),
            "version": 1,
            "refresh_until": 0,
            "opened_at": now,
            "touched_at": now,
            "idle_until": min(now + int(self._limits.idle.total_seconds()), absolute),
            "ends_at": absolute,
        }

        def work(connection: Connection) -> None:
            if instead_of:
                connection.execute(delete(web_session).where(web_session.c.id_hash == hash_secret(instead_of)))
            connection.execute(insert(web_session).values(row))

        self._database.write(work)
        return cookie

    def find(self, cookie: str) -> WebSession | None:
        """The session behind a cookie when it still lives; this request makes it live on."""
        id_hash, now = hash_secret(cookie), self._now()
        row = self._row(id_hash)
        session = self._opened(row)
        if row is None or session is None:
            return None
        due = now - row.touched_at >= self._limits.touch.total_seconds()
        return None if due and not self._touch(id_hash, now, row.ends_at) else session

    def reload(self, session: WebSession) -> WebSession | None:
        """The session as it stands now; None when it ended meanwhile."""
        return self._opened(self._row(session.id_hash))

    def _row(self, id_hash: str) -> Any:
        return self._database.read(
            lambda connection: connection.execute(select(web_session).where(web_session.c.id_hash == id_hash)).first()
        )

    def _opened(self, row: Any) -> WebSession | None:
        if row is None or row.idle_until <= self._now() or row.ends_at <= self._now():
            return None
        content = self._sealer.read(row.sealed, row.id_hash, lambda text: SessionContent(**json.loads(text)))
        return WebSession(row.id_hash, row.version, content, row.opened_at) if content is not None else None

    def _touch(self, id_hash: str, now: int, ends_at: int) -> bool:
        idle_until = min(now + int(self._limits.idle.total_seconds()), ends_at)
        statement = (
            update(web_session).where(web_session.c.id_hash == id_hash).values(touched_at=now, idle_until=idle_until)
        )
        return self._database.write(lambda connection: connection.execute(statement).rowcount) == 1

    def claim_refresh(self, session: WebSession) -> bool:
        """Whether this caller, and nobody else in any process, may now use the session's refresh token."""
        now = self._now()
        statement = (
            update(web_session)
            .where(
                web_session.c.id_hash == session.id_hash,
                web_session.c.version == session.version,
                web_session.c.refresh_until <= now,
            )
            .values(refresh_until=now + int(self._limits.refresh_lease.total_seconds()))
        )
        return self._database.write(lambda connection: connection.execute(statement).rowcount) == 1

    def release_refresh(self, session: WebSession) -> None:
        """Gives the claim back without new tokens: the issuer did not take the refresh token."""
        statement = update(web_session).where(web_session.c.id_hash == session.id_hash).values(refresh_until=0)
        self._database.write(lambda connection: connection.execute(statement).rowcount)

    def replace_tokens(self, session: WebSession, content: SessionContent) -> WebSession | None:
        """The session with new tokens, and the claim given back; None when it ended meanwhile."""
        statement = (
            update(web_session)
            .where(web_session.c.id_hash == session.id_hash, web_session.c.version == session.version)
            .values(sealed=self._seal(session.id_hash, content), version=session.version + 1, refresh_until=0)
        )
        changed = self._database.write(lambda connection: connection.execute(statement).rowcount)
        return WebSession(session.id_hash, session.version + 1, content, session.opened_at) if changed == 1 else None

    def end(self, session: WebSession) -> None:
        """Ends one session. Ending it twice is no error."""
        self._database.write(lambda connection: _delete(connection, web_session.c.id_hash == session.id_hash))

    def end_by_sid(self, sid: str) -> int:
        """Ends the sessions of one sign-in at the issuer; how many there were."""
        return self._database.write(lambda connection: _delete(connection, web_session.c.sid == sid))

    def end_once(self, token: LogoutToken) -> int | None:
        """What a logout token says, in the transaction that remembers it: how many sessions ended, None when it was
        seen before. So a delivery that failed half-way can be sent again."""

        def work(connection: Connection) -> int | None:
            if not _first_time(connection, "logout token", token.token_id, token.expires_at):
                return None
            column, value = (web_session.c.sid, token.sid) if token.sid else (web_session.c.subject, token.subject)
            return _delete(connection, column == value)

        try:
            return self._database.write(work)
        except IntegrityError:
            return None  # the same token at the same moment: the other was first

    def accept_once(self, kind: str, value: str, until: datetime) -> bool:
        """True the first time a value of this kind is seen; remembered until `until`."""
        try:
            return self._database.write(lambda connection: _first_time(connection, kind, value, until))
        except IntegrityError:
            return False  # twice at the same moment: the other was first

    def _seal(self, id_hash: str, content: SessionContent) -> str:
        return self._sealer.seal(json.dumps(asdict(content)), id_hash)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _delete(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.execute(delete(web_session).where(condition)).rowcount


def _first_time(connection: Connection, kind: str, value: str, until: datetime) -> bool:
    key = hash_secret(f"{kind}\n{value}")
    if connection.execute(select(web_seen_once.c.key).where(web_seen_once.c.key == key)).first() is not None:
        return False
    connection.execute(insert(web_seen_once).values(key=key, until=int(until.timestamp()) + 1))
    return True
