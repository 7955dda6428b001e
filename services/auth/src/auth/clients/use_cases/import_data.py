"""Data files: registered clients (any environment), known accounts (demonstration and tests only)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from auth.clients.domain.client_registration import check_ownership, parse_client
from auth.clients.domain.clients import SECRET_METHODS, Client
from auth.ground.domain.errors import BadDataFileError
from auth.ground.use_cases.ports import AuthRepos, AuthWork, Passwords
from auth.people.domain.accounts import Account, normalise_username
from auth.people.use_cases import events
from auth.people.use_cases.ending import close_client
from partnerkit.email import InvalidEmailError, checked_email
from partnerkit.text import typed_name, why_name_refused
from servicekit.audit_events import Outcome
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret

_LONGEST_NAME = 100
_LEAST_SECRET = 32


class ImportClients:
    """Registers or replaces each client of a list; importing the same list again changes nothing."""

    def __init__(self, work: AuthWork, clock: Clock, key_problem: Callable[[object], str | None], issuer: str) -> None:
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

        def register(repos: AuthRepos) -> Outcome[None]:
            for client in changed:
                before = known.get(client.client_id)
                closes = before is not None and before.enabled and not client.enabled
                if closes:
                    close_client(repos, client.client_id, now)
                repos.clients.save(replace(client, tokens_valid_from=int(now.timestamp()) + 1) if closes else client)
            names: list[str] = [client.client_id for client in changed]
            return Outcome(None, (events.done("clients.registered", None, now, clients=names),))

        if changed:
            self._work.record(register)
        return len(changed)


class ImportAccounts:
    """Accounts with known passwords. Refused outside of demonstrations and tests by the command."""

    def __init__(self, work: AuthWork, passwords: Passwords, clock: Clock) -> None:
        """All or nothing: one transaction."""
        self._work = work
        self._passwords = passwords
        self._clock = clock

    def __call__(self, entries: Sequence[Mapping[str, Any]]) -> int:
        """How many accounts were new; those that exist are left as they are.

        Raises:
            BadDataFileError: an entry lacks a key, or holds a name or an address that cannot be one.
        """
        fresh = [entry for entry in entries if not self._exists(entry)]
        accounts = [self._account(entry) for entry in fresh]

        def add(repos: AuthRepos) -> Outcome[None]:
            for account in accounts:
                repos.accounts.add(account)
            now = self._clock.now()
            made = tuple(events.done("account.created", account, now) for account in accounts)
            return Outcome(None, made)

        if accounts:
            self._work.record(add)
        return len(accounts)

    def _exists(self, entry: Mapping[str, Any]) -> bool:
        account_id = str(entry.get("account_id", ""))
        return self._work.read(lambda repos: repos.accounts.find(account_id)) is not None

    def _account(self, entry: Mapping[str, Any]) -> Account:
        for key in ("account_id", "username", "given_name", "family_name", "email", "password"):
            if not entry.get(key):
                raise BadDataFileError(f"account {entry.get('username', '?')}: {key} is missing")
        now = self._clock.now()
        return Account(
            account_id=str(entry["account_id"]),
            username=normalise_username(str(entry["username"])),
            given_name=_name(entry, "given_name"),
            family_name=_name(entry, "family_name"),
            email=_email(entry),
            created_at=now,
            password_hash=self._passwords.hash(str(entry["password"])),
            password_changed_at=now,
        )


def _with_what_is_ours(client: Client, before: Client | None) -> Client:
    """What a description does not say and the register keeps."""
    return client if before is None else replace(client, tokens_valid_from=before.tokens_valid_from)


def _name(entry: Mapping[str, Any], key: str) -> str:
    name = typed_name(str(entry[key]))
    problem = why_name_refused(name, _LONGEST_NAME)
    if problem is not None:
        raise BadDataFileError(f"account {entry['username']}: {key} cannot be a name ({problem})")
    return name


def _email(entry: Mapping[str, Any]) -> str:
    try:
        return checked_email(str(entry["email"]))
    except InvalidEmailError as error:
        raise BadDataFileError(f"account {entry['username']}: email is no address ({error.reason})") from error


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
