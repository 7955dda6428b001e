"""A client declares itself with an initial access token (RFC 7591), then manages its entry (RFC 7592)."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from auth.clients.domain.client_registration import BadClientError
from auth.clients.domain.clients import Client
from auth.clients.domain.dynamic_registration import InitialAccessToken, read_metadata, refusal_of
from auth.clients.use_cases.register_clients import OPERATOR, Actor, RegisterClients, UsesOfTokens
from auth.ground.domain.errors import ClientUnknownError, RegistrationRefusedError, RequestRefusedError
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock
from servicekit.errors import DependencyUnavailableError
from servicekit.identifiers import hash_secret, new_id, new_secret


@dataclass(frozen=True)
class DynamicClient:
    """A client that declared itself. `registration_token` opens its entry; `secret` only when it was just drawn."""

    client: Client
    registration_token: str
    secret: str | None = None


class RegisterDynamically:
    """What strangers can do, and what they must show for it. No token tells whether a client exists."""

    def __init__(self, work: RecordedWork[UsesOfTokens], register: RegisterClients, clock: Clock) -> None:
        """`register` checks, stores and records."""
        self._work = work
        self._register = register
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def register(self, unverified_token: str, metadata: Mapping[str, Any]) -> DynamicClient:
        """A new client. The token loses one use, unless the metadata are refused (RFC 7591 §3.1).

        Raises:
            RegistrationRefusedError: the initial access token is unknown, over or used up.
            RequestRefusedError: invalid_client_metadata, invalid_redirect_uri or invalid_software_statement.
            DependencyUnavailableError: SECTOR_BUSY: the list of another sector is being read.
        """
        token = self._initial_token(unverified_token)
        registration_token = new_secret(32)

        def take_one_use(repos: UsesOfTokens) -> None:
            if not repos.initial_access_tokens.use(token.token_hash, self._clock.now()):
                raise RegistrationRefusedError("the initial access token was used up at the same moment")

        try:
            with self._place(metadata):
                made = self._register.create(
                    {**read_metadata(new_id(), {"profile": token.profile, **metadata}), "owner": token.owner},
                    Actor(f"registration:{token.name}", owner=token.owner),
                    registration_token_hash=hash_secret(registration_token),
                    first=take_one_use,
                )
        except BadClientError as error:
            raise refusal_of(error) from error
        return DynamicClient(made.client, registration_token, made.secret)

    def read(self, client_id: str, unverified_token: str) -> DynamicClient:
        """The entry (RFC 7592 §2.1). Its secret is not in it: only a hash is kept.

        Raises:
            RegistrationRefusedError: the token does not open it, or it is closed or gone.
        """
        return DynamicClient(self._opened(client_id, unverified_token), unverified_token)

    def replace(self, client_id: str, unverified_token: str, metadata: Mapping[str, Any]) -> DynamicClient:
        """The entry as now described: what is left out is taken away (RFC 7592 §2.2).

        Raises:
            RegistrationRefusedError: see `read`.
            RequestRefusedError: see `register`; or client_id or client_secret are not those of the client.
            DependencyUnavailableError: see `register`.
        """
        client = self._opened(client_id, unverified_token)
        if metadata.get("client_id") != client.client_id:
            raise RequestRefusedError("invalid_client_metadata", "client_id: must be the one that was registered")
        secret = metadata.get("client_secret")
        if secret is not None and not (isinstance(secret, str) and client.is_secret(hash_secret(secret))):
            raise RequestRefusedError("invalid_client_metadata", "client_secret: must be the present one, or left out")
        try:
            described = read_metadata(client_id, {"profile": client.profile, **dict(metadata.items())})
            description = {**described, "owner": client.owner}
            with self._place(metadata):
                changed = self._register.replace(client_id, description, _itself(client), by_itself=client)
        except BadClientError as error:
            raise refusal_of(error) from error
        return DynamicClient(changed.client, unverified_token, changed.secret)

    def delete(self, client_id: str, unverified_token: str) -> Client:
        """The entry is gone, and so is every right of the client (RFC 7592 §2.3). Gives what was there.

        Raises:
            RegistrationRefusedError: see `read`.
        """
        client = self._opened(client_id, unverified_token)
        self._register.delete(client.client_id, _itself(client))
        return client

    @contextmanager
    def _place(self, metadata: Mapping[str, Any]) -> Iterator[None]:
        """The list of a sector is at an address nobody vouches for: one request at a time waits for it, so that one
        which never answers does not take every thread."""
        if metadata.get("sector_identifier_uri") is None:
            yield
            return
        if not self._one_at_a_time.acquire(blocking=False):
            raise DependencyUnavailableError("the list of another sector is being read", reason="SECTOR_BUSY")
        try:
            yield
        finally:
            self._one_at_a_time.release()

    def _initial_token(self, unverified_token: str) -> InitialAccessToken:
        token_hash, now = hash_secret(unverified_token), self._clock.now()
        token = self._work.read(lambda repos: repos.initial_access_tokens.find(token_hash))
        if token is None or token.uses_left < 1 or token.expires_at <= now:
            raise RegistrationRefusedError("the initial access token is unknown, over or used up")
        return token

    def _opened(self, client_id: str, unverified_token: str) -> Client:
        try:
            client: Client | None = self._register.find(client_id, OPERATOR)  # the token below opens it
        except ClientUnknownError:
            client = None
        kept = client.registration_token_hash if client is not None else None
        is_its_token = hmac.compare_digest(kept or "", hash_secret(unverified_token))
        if client is None or not is_its_token or not client.enabled:
            raise RegistrationRefusedError("the token does not open this client")
        return client


def _itself(client: Client) -> Actor:
    return Actor(f"client:{client.client_id}", owner=client.owner)
