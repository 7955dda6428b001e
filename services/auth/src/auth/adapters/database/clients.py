"""Registered clients and consents in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from auth.adapters.database.tables import client as t
from auth.adapters.database.tables import consent
from auth.domain.clients import Client

_LISTS = ("redirect_uris", "scope", "post_logout_redirect_uris")


class SqlClients:
    """Implements `ports.Clients`."""

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

    def save(self, client: Client) -> None:
        """Adds or replaces it."""
        self._connection.execute(delete(t).where(t.c.client_id == client.client_id))
        self._connection.execute(t.insert().values(client_id=client.client_id, description=asdict(client)))

    def has_consent(self, account_id: str, client_id: str, scope: Sequence[str]) -> bool:
        """Whether the person agreed to all of this scope."""
        same = (consent.c.account_id == account_id) & (consent.c.client_id == client_id)
        given = self._connection.execute(select(consent.c.scope).where(same)).scalar()
        return given is not None and set(scope) <= set(given.split())

    def remember_consent(self, account_id: str, client_id: str, scope: Sequence[str], at: datetime) -> None:
        """Replaces what the person agreed to before."""
        same = (consent.c.account_id == account_id) & (consent.c.client_id == client_id)
        self._connection.execute(delete(consent).where(same))
        row = {"account_id": account_id, "client_id": client_id, "scope": " ".join(scope), "given_at": at}
        self._connection.execute(consent.insert().values(**row))


def _client(value: dict[str, Any]) -> Client:
    return Client(**{**value, **{name: tuple(value[name]) for name in _LISTS}})
