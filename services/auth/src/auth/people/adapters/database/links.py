"""Links that were sent, in SQL."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from auth.ground.adapters.database.person_tables import link
from auth.people.domain.links import Link, LinkKind


class SqlLinks:
    """The shelf `links`."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def add(self, sent: Link) -> None:
        """A new row."""
        row = {"token_hash": sent.token_hash, "kind": sent.kind.value, "reference": sent.reference}
        self._connection.execute(link.insert().values(**row, expires_at=sent.expires_at))

    def find(self, token_hash: str) -> Link | None:
        """By the hash of its secret."""
        row = self._connection.execute(select(link).where(link.c.token_hash == token_hash)).mappings().first()
        return Link(**{**row, "kind": LinkKind(row["kind"])}) if row is not None else None

    def forget_before(self, moment: datetime) -> None:
        """Those that expired before."""
        self._connection.execute(delete(link).where(link.c.expires_at < moment))
