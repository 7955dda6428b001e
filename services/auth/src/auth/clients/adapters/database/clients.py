"""Registered clients in SQL."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, delete, func, select

from auth.clients.domain.clients import Client
from auth.ground.adapters.database.tables import client as t
from auth.ground.adapters.database.tables import consent

_LISTS = frozenset(field.name for field in fields(Client) if str(field.type).startswith("tuple"))
_KNOWN = frozenset(field.name for field in fields(Client))


class SqlClients:
    """Every repository of clients that a use case names."""

    def __init__(self, connection: Connection) -> None:
        """For one transaction."""
        self._connection = connection

    def find(self, client_id: str) -> Client | None:
        """By identifier."""
        found = self._connection.execute(select(t.c.description).where(t.c.client_id == client_id)).scalar()
        return _client(found) if found is not None else None

    def all(self) -> Sequence[Client]:
        """In alphabetical order."""
        return [
            _client(row) for row in self._connection.execute(select(t.c.description).order_by(t.c.client_id)).scalars()
        ]

    def mark(self) -> tuple[int, int]:
        """The newest change, and how many clients there are."""
        newest, count = self._connection.execute(select(func.coalesce(func.max(t.c.change), 0), func.count())).one()
        return newest, count

    def save(self, client: Client) -> None:
        """Adds or replaces it."""
        change = self.mark()[0] + 1
        self._connection.execute(delete(t).where(t.c.client_id == client.client_id))
        row = {"client_id": client.client_id, "description": asdict(client), "change": change}
        self._connection.execute(t.insert().values(**row))

    def delete(self, client_id: str) -> None:
        """With what people agreed to."""
        self._connection.execute(delete(t).where(t.c.client_id == client_id))
        self._connection.execute(delete(consent).where(consent.c.client_id == client_id))


def _client(value: dict[str, Any]) -> Client:
    """Keys that a newer version of the service wrote are left out; unknown to an older one are defaults."""
    known: dict[str, Any] = {key: content for key, content in value.items() if key in _KNOWN}
    return Client(**known | {key: tuple(known[key]) for key in _LISTS & known.keys()})
