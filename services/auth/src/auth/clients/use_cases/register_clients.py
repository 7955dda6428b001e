"""Clients are declared, changed, closed and deleted: by a person on the administration page or by the operator.

`register_dynamically` does the same for a client that declares itself. Every change is recorded in the transaction that
makes it. A secret is drawn here, given once and kept as its hash: neither this module nor any event holds it after.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

from auth.clients.domain.client_registration import (
    BadClientError,
    check_ownership,
    describe_client,
    parse_client,
    version_of,
)
from auth.clients.domain.clients import NATIONAL, SECRET_METHODS, Client
from auth.clients.use_cases.closing import close_client
from auth.clients.use_cases.known_clients import KnownClients
from auth.clients.use_cases.ports import SectorIdentifiers
from auth.clients.use_cases.stores import (
    ChangedClients,
    FamiliesOfDeletedClients,
    FeedOfClients,
    GrantsOfClients,
    UsableTokens,
)
from auth.ground.domain.errors import ClientChangedError, ClientIdTakenError, ClientUnknownError
from auth.ground.use_cases.shelves import (
    HasClients,
    HasCodes,
    HasDeviceRequests,
    HasEndedSessions,
    HasInitialAccessTokens,
    HasRefreshTokens,
)
from servicekit.audit_events import JSON, AuditEvent, Outcome, Policy, RecordedWork
from servicekit.clock import Clock
from servicekit.errors import DependencyUnavailableError
from servicekit.identifiers import hash_secret, new_secret

KeySetProblem: TypeAlias = Callable[[object], str | None]
"""Why a JWK set cannot be registered, in one sentence, or None."""

_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,63}")
_METHOD, _DEFAULT_METHOD = "token_endpoint_auth_method", "client_secret_basic"


@dataclass(frozen=True)
class Actor:
    """Who declares: the account of a person with the organisation of the session, "operator", or a registration.

    `owner`: whose clients they manage, a Caf; NATIONAL manages every client; empty manages none.
    """

    actor_id: str
    organisation_id: str | None = None
    owner: str = ""

    def manages(self, client: Client) -> bool:
        """Whether this client is one of theirs."""
        return self.owner == NATIONAL or (bool(self.owner) and client.owner == self.owner)


OPERATOR = Actor("operator", owner=NATIONAL)


@dataclass(frozen=True)
class Registered:
    """A client as it is now registered. `secret` is there when one was drawn: nobody can read it later."""

    client: Client
    secret: str | None = None


class UsesOfTokens(HasInitialAccessTokens[UsableTokens], Protocol):
    """What software that declares itself takes with it, in the same transaction."""


class Store(
    HasClients[ChangedClients],
    HasRefreshTokens[FamiliesOfDeletedClients],
    HasCodes[GrantsOfClients],
    HasDeviceRequests[GrantsOfClients],
    HasEndedSessions[FeedOfClients],
    UsesOfTokens,
    Protocol,
):
    """What `RegisterClients` sees of a transaction."""


class RegisterClients:
    """One method per act."""

    def __init__(  # noqa: PLR0913 - what it checks with, and what it tells
        self,
        work: RecordedWork[Store],
        known: KnownClients,
        sectors: SectorIdentifiers,
        key_set_problem: KeySetProblem,
        clock: Clock,
        policy: Policy = "strict",
        *,
        issuer: str,
        owner_of_extranet: Callable[[str], str | None] = lambda _code: NATIONAL,
    ) -> None:
        """`owner_of_extranet`: as Habpps has it, None for an unknown code; the command line, which runs without
        Habpps, is the operator's and does not ask.

        `known` forgets what changed; `policy`: "buffered" where audit is told later; `issuer`: our own address."""
        self._issuer = issuer
        self._owner_of_extranet = owner_of_extranet
        self._work = work
        self._known = known
        self._sectors = sectors
        self._key_set_problem = key_set_problem
        self._clock = clock
        self._policy: Policy = policy

    def all(self, actor: Actor) -> Sequence[Client]:
        """Every client that the actor manages, disabled ones too, in alphabetical order."""
        return [client for client in self._work.read(lambda repos: repos.clients.all()) if actor.manages(client)]

    def find(self, client_id: str, actor: Actor) -> Client:
        """A client, also when it is disabled.

        Raises:
            ClientUnknownError: there is none, or it is another owner's: the two are not told apart.
        """
        found = self._work.read(lambda repos: repos.clients.find(client_id)) if client_id.isprintable() else None
        if found is None or not actor.manages(found):
            raise ClientUnknownError("no such client")
        return found

    def create(
        self,
        description: Mapping[str, Any],
        actor: Actor,
        *,
        registration_token_hash: str | None = None,
        first: Callable[[UsesOfTokens], None] = lambda _repos: None,
    ) -> Registered:
        """A new client; its secret is drawn when its method needs one. `first` runs in the same transaction.

        `registration_token_hash`: of a client that declares itself; it is then marked with the time (`registered_at`).

        Raises:
            BadClientError: see `parse_client`; or its keys or its sector (OIDC Core §8.1) are refused.
            ClientIdTakenError: there is a client of this name.
        """
        client_id = str(description.get("client_id") or "")
        if client_id and not _CLIENT_ID.fullmatch(client_id):
            raise bad_client(client_id, "client_id", "must be 1 to 64 letters, digits or . _ ~ -")
        secret = new_secret(32) if _needs_secret(description) else None
        client = replace(
            self.checked(description, hash_secret(secret) if secret else "", actor),
            registration_token_hash=registration_token_hash,
            registered_at=int(self._clock.now().timestamp()) if registration_token_hash else None,
            tokens_valid_from=int(self._clock.now().timestamp()),
        )

        def add(repos: Store) -> Outcome[None]:
            first(repos)
            if repos.clients.find(client.client_id) is not None:
                raise ClientIdTakenError("there is a client of this name")
            repos.clients.save(client)
            return Outcome(
                None, (self._event("auth.client.registered", client, actor, keys=sorted(describe_client(client))),)
            )

        self._record(client, add)
        return Registered(client, secret)

    def replace(
        self,
        client_id: str,
        description: Mapping[str, Any],
        actor: Actor,
        *,
        by_itself: Client | None = None,
        version: str | None = None,
    ) -> Registered:
        """The client as now described; it keeps its secret unless its method no longer, or only now, needs one.

        `version`: `version_of` the client that the description was made from.
        `by_itself`: by dynamic registration, the entry that its token opened. A client that somebody else changed can
        no longer change itself, also not at that very moment: it would undo what the Caf decided.

        Raises:
            BadClientError: as for `create`, or the description is of another client.
            ClientUnknownError: there is none.
            ClientChangedError: somebody else changed it since, or at the same moment.
        """
        before = by_itself or self.find(client_id, actor)
        if by_itself is None and version != version_of(before):
            raise ClientChangedError("the client was changed since it was read")
        if description.get("client_id") != client_id:
            raise bad_client(client_id, "client_id", "cannot be changed: its tokens and agreements are kept under it")
        needed = _needs_secret(description)
        secret = new_secret(32) if needed and not before.secret_hash else None
        secret_hash = (hash_secret(secret) if secret else before.secret_hash) if needed else ""
        after = replace(
            self.checked(description, secret_hash, actor),
            registration_token_hash=before.registration_token_hash if by_itself else None,
            registered_at=before.registered_at,
            tokens_valid_from=before.tokens_valid_from,
        )
        if after != before:
            self._change(before, after, "auth.client.changed", actor, keys=_changed_keys(before, after))
        return Registered(after, secret)

    def renew_secret(self, client_id: str, actor: Actor, *, version: str | None = None) -> Registered:
        """Another secret; the one before is refused from now on. `version`: `version_of` the client that a page showed.

        Raises:
            BadClientError: it does not authenticate with a secret.
            ClientUnknownError, ClientChangedError: as for `replace`.
        """
        before = self._unchanged(client_id, actor, version)
        if before.auth_method not in SECRET_METHODS:
            raise bad_client(client_id, _METHOD, f"{before.auth_method} has no secret to renew")
        secret = new_secret(32)
        after = replace(before, secret_hash=hash_secret(secret))
        self._change(before, after, "auth.client.secret_renewed", actor)
        return Registered(after, secret)

    def set_enabled(self, client_id: str, actor: Actor, *, enabled: bool, version: str | None = None) -> None:
        """Closes it to everybody, or opens it again; nothing of its description is lost. `version`: as above.

        Raises:
            ClientUnknownError, ClientChangedError: as for `replace`.
        """
        before = self._unchanged(client_id, actor, version)
        if before.enabled is enabled:
            return
        if enabled:
            self._change(before, replace(before, enabled=True), "auth.client.changed", actor, keys=["enabled"])
        else:
            self._change(before, replace(before, enabled=False), "auth.client.disabled", actor)

    def delete(self, client_id: str, actor: Actor, *, version: str | None = None) -> None:
        """It is gone, with what people agreed to. `version`: as above.

        Raises:
            ClientUnknownError: there is none.
            ClientChangedError: somebody else changed it since, or at the same moment.
        """
        client = self._unchanged(client_id, actor, version)

        def remove(repos: Store) -> Outcome[None]:
            if version is not None and repos.clients.find(client_id) != client:
                raise ClientChangedError("the client was changed at the same moment")
            repos.clients.delete(client_id)
            close_client(repos, client_id, self._clock.now())
            repos.refresh_tokens.delete_of(client_id)  # another client of this name must not find them
            return Outcome(None, (self._event("auth.client.deleted", client, actor),))

        self._record(client, remove)

    def _unchanged(self, client_id: str, actor: Actor, version: str | None) -> Client:
        """The client, while it is what a page showed; None: no page was shown (the operator's command)."""
        client = self.find(client_id, actor)
        if version is not None and version != version_of(client):
            raise ClientChangedError("the client was changed since it was read")
        return client

    def checked(self, description: Mapping[str, Any], secret_hash: str, actor: Actor) -> Client:
        """The client of a description that holds in itself, in its keys and in its sector.

        Raises:
            BadClientError: see `create`.
        """
        client = parse_client(description, secret_hash)
        if not actor.manages(client):
            raise bad_client(client.client_id, "owner", "is somebody else: a Caf declares its own applications only")
        check_ownership(client, self.all(OPERATOR), self._issuer)
        if client.extranet is not None:
            self._check_extranet(client, client.extranet)
        if client.jwks is not None:
            problem = self._key_set_problem(client.jwks)
            if problem is not None:
                raise bad_client(client.client_id, "jwks", problem)
        if client.sector_identifier_uri is not None:
            self._check_sector(client, client.sector_identifier_uri)
        return client

    def _check_extranet(self, client: Client, code: str) -> None:
        """A Caf's client stands for an extranet of this Caf; that of another Caf is one that nobody knows."""
        owner = self._owner_of_extranet(code)
        if client.owner == NATIONAL and owner is not None:
            return
        if owner == NATIONAL:
            raise bad_client(client.client_id, "code", "is the extranet of another owner")
        if owner is None or owner != client.owner:
            raise bad_client(client.client_id, "code", "is not known to Habpps: nobody could enter")

    def _check_sector(self, client: Client, address: str) -> None:
        """OIDC Core §8.1: who publishes the list says which addresses share its pseudonyms."""
        try:
            listed = frozenset(self._sectors.json_list(address))
        except DependencyUnavailableError as error:
            why = f"cannot be read ({error.reason}): it must answer with a JSON array of the redirect URIs"
            raise bad_client(client.client_id, "sector_identifier_uri", why) from error
        missing = [uri for uri in client.redirect_uris if uri not in listed]
        if missing:
            why = f"its list lacks this redirect URI: {missing[0]}"
            raise bad_client(client.client_id, "sector_identifier_uri", why)

    def _change(self, before: Client, after: Client, event_type: str, actor: Actor, **payload: JSON) -> None:
        def change(repos: Store) -> Outcome[None]:
            if repos.clients.find(before.client_id) != before:
                raise ClientChangedError("the client was changed at the same moment")
            if before.enabled and not after.enabled:
                now = self._clock.now()
                close_client(repos, after.client_id, now)
                repos.clients.save(replace(after, tokens_valid_from=int(now.timestamp()) + 1))
            else:
                repos.clients.save(after)
            return Outcome(None, (self._event(event_type, after, actor, **payload),))

        self._record(after, change)

    def _record(self, client: Client, change: Callable[[Store], Outcome[None]]) -> None:
        try:
            self._work.record(change)
        finally:  # recorded here even when audit has not acknowledged
            self._known.forget(client.client_id)

    def _event(self, event_type: str, client: Client, actor: Actor, **payload: JSON) -> AuditEvent:
        return AuditEvent(
            type=event_type,
            decision="done",
            policy=self._policy,
            owner=client.owner,
            actor_id=actor.actor_id,
            organisation_id=actor.organisation_id,
            subject=f"client:{client.client_id}",
            payload={"client_id": client.client_id, **payload},
            occurred_at=self._clock.now(),
        )


def bad_client(client_id: str, key: str, why: str) -> BadClientError:
    """As `parse_client` says it: `key` is wrong because of `why`."""
    return BadClientError(
        f"client {client_id}: {key} {why}", fields={key: "BAD_VALUE"}, details={"key": key, "why": why}
    )


def _needs_secret(description: Mapping[str, Any]) -> bool:
    return (description.get(_METHOD) or _DEFAULT_METHOD) in SECRET_METHODS


def _changed_keys(before: Client, after: Client) -> list[JSON]:
    was, now = describe_client(before), describe_client(after)
    return [key for key in sorted(was.keys() | now.keys()) if was.get(key) != now.get(key)]
