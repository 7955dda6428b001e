"""Pushed requests, requests of devices, tokens seen and revoked, initial access tokens, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, Table, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from auth.clients.domain.dynamic_registration import InitialAccessToken
from auth.ground.adapters.database.tables import (
    device_request,
    initial_access_token,
    pushed_request,
    revoked_token,
    seen_token,
)
from auth.protocol.domain.grants import DeviceRequest, DeviceState, PushedRequest, family_of
from servicekit.database.prepared import PreparedStatement
from servicekit.database.types import to_microseconds

_FIND_REVOKED = PreparedStatement(
    select(revoked_token.c.token_id).where(
        (revoked_token.c.token_id == bindparam("one")) | (revoked_token.c.token_id == bindparam("family"))
    )
)
_SEEN = ("token_key", "expires_at")
_INSERT_SEEN = {
    name: PreparedStatement(insert(seen_token).on_conflict_do_nothing().returning(seen_token.c.token_key), _SEEN)
    for name, insert in (("sqlite", sqlite_insert), ("postgresql", postgresql_insert))
}


class SqlPushedRequests:
    """The shelf `pushed_requests`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def find(self, request_hash: str) -> PushedRequest | None:
        """By hash."""
        query = select(pushed_request).where(pushed_request.c.request_hash == request_hash)
        row = self._connection.execute(query).mappings().first()
        return PushedRequest(**row) if row is not None else None

    def add(self, request: PushedRequest) -> None:
        """A new row."""
        self._connection.execute(pushed_request.insert().values(**asdict(request)))

    def use(self, request_hash: str, used_at: datetime) -> bool:
        """See the port: one conditional UPDATE."""
        t = pushed_request
        unused = (t.c.request_hash == request_hash) & t.c.used_at.is_(None)
        return self._connection.execute(update(t).where(unused).values(used_at=used_at)).rowcount == 1

    def waiting_of(self, client_id: str, now: datetime) -> int:
        """See the port."""
        c = pushed_request.c
        query = select(sa.func.count()).where(c.client_id == client_id, c.expires_at > now, c.used_at.is_(None))
        return int(self._connection.execute(query).scalar_one())

    def forget_before(self, moment: datetime) -> None:
        """Deletes what expired before."""
        self._connection.execute(delete(pushed_request).where(pushed_request.c.expires_at < moment))


class SqlDeviceRequests:
    """The shelf `device_requests`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def find(self, device_code_hash: str) -> DeviceRequest | None:
        """By the device's code."""
        return self._one(device_request.c.device_code_hash == device_code_hash)

    def find_by_user_code(self, user_code: str) -> DeviceRequest | None:
        """By what the person types, normalised."""
        return self._one(device_request.c.user_code == user_code)

    def add(self, request: DeviceRequest) -> None:
        """A new row."""
        self._connection.execute(device_request.insert().values(**{**asdict(request), "state": request.state.value}))

    def save(self, request: DeviceRequest, was: DeviceState) -> bool:
        """See the port: one conditional UPDATE."""
        t = device_request
        same = (t.c.device_code_hash == request.device_code_hash) & (t.c.state == was.value)
        change = update(t).where(same).values(**{**asdict(request), "state": request.state.value})
        return self._connection.execute(change).rowcount == 1

    def delete_of(self, client_id: str) -> None:
        """See the port."""
        self._connection.execute(delete(device_request).where(device_request.c.client_id == client_id))

    def deny(self, session_id: str, client_id: str) -> Sequence[str]:
        """See the port."""
        t = device_request
        same = (t.c.session_id == session_id) & (t.c.client_id == client_id)
        granted = same & (t.c.state == DeviceState.GRANTED.value)
        self._connection.execute(update(t).where(granted).values(state=DeviceState.DENIED.value))
        return list(self._connection.execute(select(t.c.family_id).where(same).order_by(t.c.family_id)).scalars())

    def waiting_of(self, client_id: str, now: datetime) -> int:
        """See the port."""
        c = device_request.c
        waiting = c.state == DeviceState.WAITING.value
        query = select(sa.func.count()).where(c.client_id == client_id, c.expires_at > now, waiting)
        return int(self._connection.execute(query).scalar_one())

    def forget_before(self, moment: datetime) -> None:
        """Deletes what expired before."""
        self._connection.execute(delete(device_request).where(device_request.c.expires_at < moment))

    def _one(self, condition: object) -> DeviceRequest | None:
        row = self._connection.execute(select(device_request).where(condition)).mappings().first()  # type: ignore[arg-type]
        return DeviceRequest(**{**row, "state": DeviceState(row["state"])}) if row is not None else None


class SqlSeenTokens:
    """The shelf `seen_tokens`: the primary key decides, so exactly one of many at once is the first."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def add(self, token_key: str, expires_at: datetime) -> bool:
        """See the port."""
        row = {"token_key": token_key, "expires_at": to_microseconds(expires_at)}
        return _INSERT_SEEN[self._connection.dialect.name].first(self._connection, row) is not None

    def forget_before(self, moment: datetime) -> None:
        """Deletes what expired before: it would be refused for its age."""
        self._connection.execute(delete(seen_token).where(seen_token.c.expires_at < moment))


class SqlRevokedTokens:
    """The shelf `revoked_tokens`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def add(self, token_id: str, expires_at: datetime) -> bool:
        """See the port."""
        return _insert_once(self._connection, revoked_token, {"token_id": token_id, "expires_at": expires_at})

    def contains(self, access_token_id: str) -> bool:
        """See the port."""
        names = {"one": access_token_id, "family": family_of(access_token_id)}
        return _FIND_REVOKED.first(self._connection, names) is not None

    def forget_before(self, moment: datetime) -> None:
        """Deletes what expired before."""
        self._connection.execute(delete(revoked_token).where(revoked_token.c.expires_at < moment))


class SqlInitialAccessTokens:
    """The shelf `initial_access_tokens`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def all(self) -> Sequence[InitialAccessToken]:
        """Newest first."""
        query = select(initial_access_token).order_by(initial_access_token.c.created_at.desc())
        return [InitialAccessToken(**row) for row in self._connection.execute(query).mappings()]

    def find(self, token_hash: str) -> InitialAccessToken | None:
        """By hash."""
        query = select(initial_access_token).where(initial_access_token.c.token_hash == token_hash)
        row = self._connection.execute(query).mappings().first()
        return InitialAccessToken(**row) if row is not None else None

    def add(self, token: InitialAccessToken) -> None:
        """A new row."""
        self._connection.execute(initial_access_token.insert().values(**asdict(token)))

    def use(self, token_hash: str, now: datetime) -> bool:
        """See the port: one conditional UPDATE."""
        t = initial_access_token
        usable = (t.c.token_hash == token_hash) & (t.c.uses_left > 0) & (t.c.expires_at > now)
        change = update(t).where(usable).values(uses_left=t.c.uses_left - 1)
        return self._connection.execute(change).rowcount == 1

    def delete(self, token_hash: str) -> bool:
        """It opens nothing any more."""
        gone = delete(initial_access_token).where(initial_access_token.c.token_hash == token_hash)
        return self._connection.execute(gone).rowcount == 1


def _insert_once(connection: Connection, table: Table, row: dict[str, object]) -> bool:
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    statement = insert(table).values(**row).on_conflict_do_nothing().returning(sa.literal(1))
    return connection.execute(statement).first() is not None
