"""Authorization codes and refresh tokens in SQL. Single use is one conditional UPDATE."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from auth.adapters.database.tables import authorization_code, refresh_token
from auth.domain.grants import AuthorizationCode, RefreshToken


class SqlCodes:
    """Implements `ports.Codes`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def find(self, code_hash: str) -> AuthorizationCode | None:
        """By hash."""
        query = select(authorization_code).where(authorization_code.c.code_hash == code_hash)
        row = self._connection.execute(query).mappings().first()
        return AuthorizationCode(**row) if row is not None else None

    def add(self, code: AuthorizationCode) -> None:
        """A new row."""
        self._connection.execute(authorization_code.insert().values(**asdict(code)))

    def use(self, code_hash: str, used_at: datetime) -> bool:
        """See the port."""
        t = authorization_code
        unused = (t.c.code_hash == code_hash) & t.c.used_at.is_(None)
        return self._connection.execute(update(t).where(unused).values(used_at=used_at)).rowcount == 1

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
        query = select(refresh_token).where(refresh_token.c.token_hash == token_hash)
        row = self._connection.execute(query).mappings().first()
        return RefreshToken(**row) if row is not None else None

    def add(self, token: RefreshToken) -> None:
        """A new row."""
        self._connection.execute(refresh_token.insert().values(**asdict(token)))

    def use(self, token_hash: str, used_at: datetime) -> bool:
        """See the port."""
        t = refresh_token
        usable = (t.c.token_hash == token_hash) & t.c.used_at.is_(None) & t.c.revoked_at.is_(None)
        return self._connection.execute(update(t).where(usable).values(used_at=used_at)).rowcount == 1

    def revoke_family(self, family_id: str, revoked_at: datetime) -> bool:
        """See the port."""
        t = refresh_token
        alive = (t.c.family_id == family_id) & t.c.revoked_at.is_(None)
        return self._connection.execute(update(t).where(alive).values(revoked_at=revoked_at)).rowcount > 0

    def forget_before(self, moment: datetime) -> None:
        """Deletes tokens issued before: their session is over."""
        self._connection.execute(delete(refresh_token).where(refresh_token.c.issued_at < moment))
