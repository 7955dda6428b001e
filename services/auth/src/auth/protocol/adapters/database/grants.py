"""Authorization codes and refresh tokens in SQL. Single use is one conditional UPDATE."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, exists, select, update

from auth.ground.adapters.database.rows import PreparedUpdate, Rows
from auth.ground.adapters.database.tables import authorization_code, refresh_token, session
from auth.protocol.adapters.database.holders import HOLDERS, IS_SIGNED_IN, labelled, read_holder, with_person
from auth.protocol.domain.grants import AuthorizationCode, FoundCode, FoundToken, RefreshToken
from servicekit.database.prepared import PreparedStatement


def _session_is_open(session_id: ColumnElement[str]) -> ColumnElement[bool]:
    return exists().where(session.c.session_id == session_id, session.c.ended_at.is_(None))


def _with_holder(table: Table, rows: Rows[Any], key: ColumnElement[str]) -> PreparedStatement:
    """One question for a grant and whose it is."""
    same = (session.c.session_id == table.c.session_id) & (session.c.account_id == table.c.account_id)
    columns = labelled([*rows.columns, *HOLDERS.columns])
    joined = with_person(table.outerjoin(session, same))
    return PreparedStatement(select(*columns).select_from(joined).where(key == bindparam("wanted")))


_CODES = Rows(authorization_code, AuthorizationCode)
_TOKENS = Rows(refresh_token, RefreshToken)
_code, _token = authorization_code.c, refresh_token.c
_USE_CODE = PreparedUpdate(
    update(authorization_code)
    .where(_code.code_hash == bindparam("wanted"), _code.used_at.is_(None), _session_is_open(_code.session_id))
    .values(used_at=bindparam("at"))
)
_USE_TOKEN = PreparedUpdate(
    update(refresh_token)
    .where(_token.token_hash == bindparam("wanted"), _token.used_at.is_(None), _token.revoked_at.is_(None))
    .where(_session_is_open(_token.session_id))
    .values(used_at=bindparam("at"))
)
_FIND_CODE = _with_holder(authorization_code, _CODES, _code.code_hash)
_FIND_TOKEN = _with_holder(refresh_token, _TOKENS, _token.token_hash)
_STANDS = PreparedStatement(
    select(_token.family_id)
    .where(_token.token_hash == bindparam("wanted"), _token.revoked_at.is_(None))
    .where(exists().where(session.c.session_id == _token.session_id, IS_SIGNED_IN).select_from(with_person(session)))
)


class SqlCodes:
    """The shelf `codes`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def find(self, code_hash: str) -> FoundCode | None:
        """By hash."""
        row = _FIND_CODE.first(self._connection, {"wanted": code_hash})
        if row is None:
            return None
        count = len(_CODES.columns)
        return FoundCode(_CODES.read(row[:count]), read_holder(row[count:]))

    def add(self, code: AuthorizationCode) -> None:
        """A new row."""
        _CODES.add(self._connection, code)

    def use(self, code_hash: str, used_at: datetime) -> bool:
        """See the port."""
        return _USE_CODE(self._connection, wanted=code_hash, at=used_at)

    def spend(self, session_id: str, client_id: str, used_at: datetime) -> Sequence[str]:
        """See the port."""
        same = (_code.session_id == session_id) & (_code.client_id == client_id)
        unused = update(authorization_code).where(same, _code.used_at.is_(None)).values(used_at=used_at)
        self._connection.execute(unused)
        query = select(_code.family_id).where(same).distinct().order_by(_code.family_id)
        return list(self._connection.execute(query).scalars())

    def delete_of(self, client_id: str) -> None:
        """See the port."""
        self._connection.execute(delete(authorization_code).where(_code.client_id == client_id))

    def forget_before(self, moment: datetime) -> None:
        """Deletes codes that expired before."""
        self._connection.execute(delete(authorization_code).where(authorization_code.c.expires_at < moment))


class SqlRefreshTokens:
    """The shelf `refresh_tokens`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def find(self, token_hash: str) -> FoundToken | None:
        """By hash."""
        row = _FIND_TOKEN.first(self._connection, {"wanted": token_hash})
        if row is None:
            return None
        count = len(_TOKENS.columns)
        return FoundToken(_TOKENS.read(row[:count]), read_holder(row[count:]))

    def stands(self, token_hash: str) -> bool:
        """See the port."""
        return _STANDS.first(self._connection, {"wanted": token_hash}) is not None

    def add(self, token: RefreshToken) -> None:
        """A new row."""
        _TOKENS.add(self._connection, token)

    def use(self, token_hash: str, used_at: datetime) -> bool:
        """See the port."""
        return _USE_TOKEN(self._connection, wanted=token_hash, at=used_at)

    def revoke_family(self, family_id: str, revoked_at: datetime) -> bool:
        """See the port."""
        t = refresh_token
        alive = (t.c.family_id == family_id) & t.c.revoked_at.is_(None)
        return self._connection.execute(update(t).where(alive).values(revoked_at=revoked_at)).rowcount > 0

    def revoke_of(self, client_id: str, revoked_at: datetime) -> None:
        """See the port."""
        alive = (_token.client_id == client_id) & _token.revoked_at.is_(None)
        self._connection.execute(update(refresh_token).where(alive).values(revoked_at=revoked_at))

    def families_of(self, session_id: str, client_id: str) -> Sequence[str]:
        """See the port. Every token of the client is looked at, as a person asks for this by hand."""
        known = refresh_token.c
        query = select(known.family_id).where(known.session_id == session_id, known.client_id == client_id)
        alive = query.where(known.revoked_at.is_(None)).distinct().order_by(known.family_id)
        return list(self._connection.execute(alive).scalars())

    def delete_of(self, client_id: str) -> None:
        """See the port."""
        self._connection.execute(delete(refresh_token).where(_token.client_id == client_id))

    def forget_before(self, moment: datetime) -> None:
        """Deletes tokens issued before: their session is over."""
        self._connection.execute(delete(refresh_token).where(refresh_token.c.issued_at < moment))
