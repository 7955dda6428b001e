"""`Erasures` in SQL."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from audit.adapters.database.tables import entry, payload, redaction


class SqlErasures:
    """Redactions in the table of that name; payloads and search columns that are removed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def redact(self, index: int, act_index: int) -> None:
        """See `Erasures.redact`. SQLite overwrites what is deleted; PostgreSQL keeps it until the next VACUUM."""
        self._overwriting(on=True)
        self._connection.execute(delete(payload).where(payload.c.leaf_index == index))
        self._overwriting(on=False)
        unfindable = update(entry).where(entry.c.leaf_index == index)
        self._connection.execute(unfindable.values(actor=None, organisation=None, subject=None))
        self._connection.execute(insert(redaction).values(leaf_index=index, act_index=act_index))

    def _overwriting(self, *, on: bool) -> None:
        if self._connection.dialect.name == "sqlite":
            self._connection.exec_driver_sql(f"PRAGMA secure_delete = {'ON' if on else 'OFF'}")

    def redacted(self, indexes: Sequence[int]) -> dict[int, int]:
        """See `Erasures.redacted`."""
        if not indexes:
            return {}
        rows = self._connection.execute(select(redaction).where(redaction.c.leaf_index.in_(indexes)))
        return {row.leaf_index: row.act_index for row in rows}

    def forget(self, shard: str, limit: int) -> int:
        """See `Erasures.forget`."""
        of_shard = select(payload.c.leaf_index).join(entry, entry.c.leaf_index == payload.c.leaf_index)
        some = of_shard.where(entry.c.shard == shard).limit(limit)
        return self._connection.execute(delete(payload).where(payload.c.leaf_index.in_(some))).rowcount
