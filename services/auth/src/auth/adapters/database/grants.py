"""Authorization codes and refresh tokens in SQL. Single use is one conditional UPDATE."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, update

from auth.adapters.database.rows import Change, Rows
from auth.adapters.database.tables import authorization_code, refresh_token
from auth.domain.grants import AuthorizationCode, RefreshToken

_CODES = Rows(authorization_code, AuthorizationCode)
_TOKENS = Rows(refresh_token, RefreshToken)
_code, _token = authorization_code.c, refresh_token.c
_USE_CODE = Change(
    update(authorization_code)
    .where(_code.code_hash == bindparam("wanted"), _code.used_at.is_(None))
    .values(used_at=bindparam("at"))
)
_USE_TOKEN = Change(
    update(refresh_token)
    .where(_token.token_hash == bindparam("wanted"), _token.used_at.is_(None), _token.revoked_at.is_(None))
    .values(used_at=bindparam("at"))
)


class SqlCodes:
    """Implements `ports.Codes`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def find(self, code_hash: str) -> AuthorizationCode | None:
        """By hash."""
        return _CODES.find(self._connection, "code_hash", code_hash)

    def add(self, code: AuthorizationCode) -> None:
        """A new row."""
        _CODES.add(self._connection, code)

    def use(self, code_hash: str, used_at: datetime) -> bool:
        """See the port."""
        return _USE_CODE(self._connection, wanted=code_hash, at=used_at)

    def forget_before(self, moment: datetime) -> None:
        """Deletes codes that expired before."""
        self._connection.execute(delete(authorization_code).where(authorization_code.c.expires_at < moment))


class SqlRefreshTokens:
    """Implements `ports.RefreshTokens`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def find(self, token_hash: str) -> RefreshToken | None:
        """By hash."""
        return _TOKENS.find(self._connection, "token_hash", token_hash)

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

    def forget_before(self, moment: datetime) -> None:
        """Deletes tokens issued before: their session is over."""
        self._connection.execute(delete(refresh_token).where(refresh_token.c.issued_at < moment))
