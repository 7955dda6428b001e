"""A client sends its authorization request ahead and gets a reference to it (RFC 9126)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from auth.clients.domain.clients import Client
from auth.ground.domain.errors import TooManyAttemptsError
from auth.ground.use_cases.shelves import HasPushedRequests
from auth.protocol.domain.grants import PushedRequest
from auth.protocol.use_cases.stores import PushedRequests
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret, new_secret

PREFIX = "urn:ietf:params:oauth:request_uri:"
LIFE = timedelta(seconds=60)
MOST_WAITING = 1000


@dataclass(frozen=True)
class FoundRequest:
    """A pushed request that may still be used."""

    parameters: Mapping[str, Sequence[str]]
    request_hash: str
    dpop_key: str


class Store(HasPushedRequests[PushedRequests], Protocol):
    """What `PushRequest` sees of a transaction."""


class PushRequest:
    """Keeps what was pushed; finds it again for its client, until it is used or too old."""

    def __init__(self, work: RecordedWork[Store], clock: Clock, life: timedelta = LIFE) -> None:
        """`life`: FAPI 2.0 §5.3.2.2 allows less than 600 s."""
        self._work = work
        self._clock = clock
        self.life = life

    def __call__(self, client: Client, parameters: Mapping[str, Sequence[str]], dpop_key: str) -> str:
        """The `request_uri`. `dpop_key`: thumbprint the code will be bound to (RFC 9449 §10.1), or empty.

        Raises:
            TooManyAttemptsError: a client that does not authenticate has too many requests waiting (RFC 9126 §7.1).
        """
        reference = new_secret()
        request = PushedRequest(
            request_hash=hash_secret(reference),
            client_id=client.client_id,
            parameters=json.dumps({name: list(values) for name, values in parameters.items()}),
            dpop_key=dpop_key,
            expires_at=self._clock.now() + self.life,
        )

        def add(repos: Store) -> None:
            now = self._clock.now()
            if not client.is_confidential and repos.pushed_requests.waiting_of(client.client_id, now) >= MOST_WAITING:
                raise TooManyAttemptsError("too many requests of this client wait", retry_after=self.life)
            repos.pushed_requests.add(request)

        self._work.write(add)
        return PREFIX + reference

    def find(self, request_uri: str, client: Client) -> FoundRequest | None:
        """The request behind a reference: this client's, not too old, not used."""
        if not request_uri.startswith(PREFIX):
            return None
        request_hash = hash_secret(request_uri.removeprefix(PREFIX))
        found = self._work.read(lambda repos: repos.pushed_requests.find(request_hash))
        if found is None or found.client_id != client.client_id or found.used_at is not None:
            return None
        if self._clock.now() >= found.expires_at:
            return None
        return FoundRequest(json.loads(found.parameters), request_hash, found.dpop_key)

    def end(self, request_hash: str) -> None:
        """The request was answered without a code: its reference serves no more."""
        self._work.write(lambda repos: repos.pushed_requests.use(request_hash, self._clock.now()))
