"""What the use cases of this room see of the store: each the methods that it calls. See `ground.use_cases.shelves`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from auth.clients.domain.clients import Client
from auth.clients.domain.dynamic_registration import InitialAccessToken
from auth.ground.use_cases.shelves import HasCodes, HasDeviceRequests, HasEndedSessions, HasRefreshTokens


class ClientsById(Protocol):
    """Registered relying parties."""

    def find(self, client_id: str) -> Client | None: ...


class KnownClientRows(ClientsById, Protocol):
    """All of them too."""

    def all(self) -> Sequence[Client]: ...


class ImportedClients(Protocol):
    """Clients that a file replaces."""

    def all(self) -> Sequence[Client]: ...
    def save(self, client: Client) -> None: ...


class ChangedClients(KnownClientRows, Protocol):
    """Clients that somebody declares, changes and deletes."""

    def save(self, client: Client) -> None: ...
    def delete(self, client_id: str) -> None:
        """With what people agreed to."""


class ClientsWithMark(Protocol):
    """Clients, and whether one of them has changed."""

    def all(self) -> Sequence[Client]: ...
    def mark(self) -> tuple[int, int]:
        """Another one after every change of any client: cheap to ask for."""


class GrantsOfClients(Protocol):
    """Grants that are not tokens yet."""

    def delete_of(self, client_id: str) -> None:
        """The client is gone."""


class FamiliesOfClients(Protocol):
    """Refresh tokens."""

    def revoke_of(self, client_id: str, revoked_at: datetime) -> None:
        """Ends every family of a client."""


class FamiliesOfDeletedClients(FamiliesOfClients, Protocol):
    """Refresh tokens, of a client that goes for good."""

    def delete_of(self, client_id: str) -> None:
        """The client is gone."""


class FeedOfClients(Protocol):
    """The feed of ends."""

    def append_client(self, client_id: str, ended_at: datetime) -> object:
        """Every token of a client, issued until then, was revoked."""


class OfferedTokens(Protocol):
    """Initial access tokens, as an operator keeps them."""

    def all(self) -> Sequence[InitialAccessToken]: ...
    def add(self, token: InitialAccessToken) -> None: ...
    def delete(self, token_hash: str) -> bool: ...


class UsableTokens(Protocol):
    """Initial access tokens, as software uses them."""

    def find(self, token_hash: str) -> InitialAccessToken | None: ...
    def use(self, token_hash: str, now: datetime) -> bool:
        """Takes one use; False when none is left or its time is over."""


class ClosingStore(
    HasCodes[GrantsOfClients],
    HasDeviceRequests[GrantsOfClients],
    HasRefreshTokens[FamiliesOfClients],
    HasEndedSessions[FeedOfClients],
    Protocol,
):
    """What `close_client` sees of a transaction."""
