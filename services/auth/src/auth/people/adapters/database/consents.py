"""What people agreed to, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, select

from auth.ground.adapters.database.tables import consent as t
from auth.people.domain.consents import Consent


class SqlConsents:
    """Consents by person and client."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def of(self, account_id: str, client_id: str) -> Consent | None:
        """What the person agreed to."""
        same = (t.c.account_id == account_id) & (t.c.client_id == client_id)
        return next(iter(self._many(select(t).where(same))), None)

    def all_of(self, account_id: str) -> Sequence[Consent]:
        """Of every client, in alphabetical order."""
        return self._many(select(t).where(t.c.account_id == account_id).order_by(t.c.client_id))

    def forget(self, account_id: str, client_id: str) -> bool:
        """The person is asked again."""
        same = (t.c.account_id == account_id) & (t.c.client_id == client_id)
        return self._connection.execute(delete(t).where(same)).rowcount == 1

    def remember(self, account_id: str, client_id: str, scope: Sequence[str], at: datetime) -> None:
        """Replaces what the person agreed to before."""
        same = (t.c.account_id == account_id) & (t.c.client_id == client_id)
        self._connection.execute(delete(t).where(same))
        row = {"account_id": account_id, "client_id": client_id, "scope": " ".join(scope), "given_at": at}
        self._connection.execute(t.insert().values(**row))

    def _many(self, query: Select[Any]) -> list[Consent]:
        rows = self._connection.execute(query)
        return [Consent(row.client_id, tuple(row.scope.split()), row.given_at) for row in rows]
