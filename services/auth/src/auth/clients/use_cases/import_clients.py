"""Data files: registered clients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from auth.clients.domain.client_registration import check_ownership, parse_client
from auth.clients.domain.clients import SECRET_METHODS, Client
from auth.clients.use_cases.closing import close_client
from auth.clients.use_cases.stores import ClosingStore, ImportedClients
from auth.ground.domain.errors import BadDataFileError
from auth.ground.use_cases.shelves import HasClients
from servicekit.audit_events import AuditEvent, Outcome, OwnerOf, RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret

_LEAST_SECRET = 32


class Store(HasClients[ImportedClients], ClosingStore, Protocol):
    """What `ImportClients` sees of a transaction."""


class ImportClients:
    """Registers or replaces each client of a list; importing the same list again changes nothing."""

    def __init__(
        self, work: RecordedWork[Store], clock: Clock, key_problem: Callable[[object], str | None], issuer: str
    ) -> None:
        """All or nothing: one transaction. `key_problem` says why a JWKS cannot be used; `issuer` is our address."""
        self._work = work
        self._issuer = issuer
        self._clock = clock
        self._key_problem = key_problem

    def __call__(self, entries: Sequence[Mapping[str, Any]]) -> int:
        """How many clients were registered or changed.

        Raises:
            BadDataFileError: an entry is wrong; nothing is registered.
        """
        clients = [parse_client(entry, _secret_hash(entry)) for entry in entries]
        known = {client.client_id: client for client in self._work.read(lambda repos: repos.clients.all())}
        together = {**known, **{client.client_id: client for client in clients}}
        for client in clients:
            check_ownership(client, tuple(together.values()), self._issuer)
            problem = self._key_problem(client.jwks) if client.jwks is not None else None
            if problem is not None:
                raise BadDataFileError(f"client {client.client_id}: jwks: {problem}")
        kept = [_with_what_is_ours(client, known.get(client.client_id)) for client in clients]
        changed = [client for client in kept if known.get(client.client_id) != client]
        now = self._clock.now()

        def register(repos: Store) -> Outcome[None]:
            for client in changed:
                before = known.get(client.client_id)
                closes = before is not None and before.enabled and not client.enabled
                if closes:
                    close_client(repos, client.client_id, now)
                repos.clients.save(replace(client, tokens_valid_from=int(now.timestamp()) + 1) if closes else client)
            names: list[str] = [client.client_id for client in changed]
            return Outcome(None, (_registered(names, now),))

        if changed:
            self._work.record(register)
        return len(changed)


def _registered(client_ids: list[str], now: datetime) -> AuditEvent:
    return AuditEvent(
        type="auth.clients.registered",
        decision="done",
        policy="buffered",
        owner=OwnerOf(None),
        actor_id=None,
        organisation_id=None,
        subject=None,
        payload={"clients": list(client_ids)},
        occurred_at=now,
    )


def _with_what_is_ours(client: Client, before: Client | None) -> Client:
    """What a description does not say and the register keeps."""
    return client if before is None else replace(client, tokens_valid_from=before.tokens_valid_from)


def _secret_hash(entry: Mapping[str, Any]) -> str:
    name = entry.get("client_id", "?")
    if entry.get("secret_hash"):
        return str(entry["secret_hash"]).lower()
    secret = str(entry.get("secret") or "")
    if not secret and entry.get("token_endpoint_auth_method", "client_secret_basic") not in SECRET_METHODS:
        return ""
    if len(secret) < _LEAST_SECRET:
        raise BadDataFileError(f"client {name}: secret_hash, or a secret of at least {_LEAST_SECRET} characters")
    return hash_secret(secret)
