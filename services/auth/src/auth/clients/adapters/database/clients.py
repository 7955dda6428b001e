"""Registered clients and consents in SQL."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select

from auth.clients.domain.clients import Client
from auth.ground.adapters.database.tables import client as t
from auth.ground.adapters.database.tables import consent
from auth.protocol.domain.grants import Consent

_LISTS = frozenset(field.name for field in fields(Client) if str(field.type).startswith("tuple"))
_KNOWN = frozenset(field.name for field in fields(Client))


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

    def mark(self) -> tuple[int, int]:
        """See the port: the newest change, and how many clients there are."""
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

    def consent_of(self, account_id: str, client_id: str) -> Consent | None:
        """What the person agreed to."""
        same = (consent.c.account_id == account_id) & (consent.c.client_id == client_id)
        return next(iter(self._consents(select(consent).where(same))), None)

    def consents_of(self, account_id: str) -> Sequence[Consent]:
        """Of every client, in alphabetical order."""
        query = select(consent).where(consent.c.account_id == account_id)
        return self._consents(query.order_by(consent.c.client_id))

    def forget_consent(self, account_id: str, client_id: str) -> bool:
        """The person is asked again."""
        same = (consent.c.account_id == account_id) & (consent.c.client_id == client_id)
        return self._connection.execute(delete(consent).where(same)).rowcount == 1

    def _consents(self, query: Select[Any]) -> list[Consent]:
        rows = self._connection.execute(query)
        return [Consent(row.client_id, tuple(row.scope.split()), row.given_at) for row in rows]

    def remember_consent(self, account_id: str, client_id: str, scope: Sequence[str], at: datetime) -> None:
        """Replaces what the person agreed to before."""
        same = (consent.c.account_id == account_id) & (consent.c.client_id == client_id)
        self._connection.execute(delete(consent).where(same))
        row = {"account_id": account_id, "client_id": client_id, "scope": " ".join(scope), "given_at": at}
        self._connection.execute(consent.insert().values(**row))


def _client(value: dict[str, Any]) -> Client:
    """Keys that a newer version of the service wrote are left out; unknown to an older one are defaults."""
    known: dict[str, Any] = {key: content for key, content in value.items() if key in _KNOWN}
    return Client(**known | {key: tuple(known[key]) for key in _LISTS & known.keys()})
