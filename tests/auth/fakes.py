"""In-memory twins of the ports of auth. `bootstrap/test_repositories.py` holds the store to the real one."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from auth.clients.domain.clients import Client
from auth.ground.domain.errors import PasswordChecksOverloadedError
from auth.people.domain.accounts import Account
from auth.people.domain.consents import Consent
from auth.people.domain.logout import LogoutAnswer
from auth.people.domain.mails import Message
from auth.people.domain.sessions import CLIENT_CLOSED, TOKEN_REVOKED, ClientSession, EndedAccess, Session
from rights.snapshot import Snapshot
from servicekit.errors import DependencyUnavailableError
from tests.auth.history_fakes import (
    InMemoryAcceptances,
    InMemoryCredentials,
    InMemoryKnownDevices,
    InMemoryLinks,
    InMemorySignIns,
)
from tests.auth.protocol_fakes import (
    InMemoryCodes,
    InMemoryDeviceRequests,
    InMemoryHolders,
    InMemoryInitialAccessTokens,
    InMemoryPushedRequests,
    InMemoryRefreshTokens,
    InMemoryRevokedTokens,
    InMemorySeenTokens,
)
from tests.auth.queue_fakes import InMemoryAttempts, InMemoryLogoutNotices, InMemoryMails


class InMemoryAccounts:
    def __init__(self) -> None:
        self.rows: dict[str, Account] = {}

    def find(self, account_id: str) -> Account | None:
        return self.rows.get(account_id)

    def find_by_username(self, username: str) -> Account | None:
        return next((row for row in self.rows.values() if row.username == username), None)

    def several(self, account_ids: Sequence[str]) -> Sequence[Account]:
        return [self.rows[account_id] for account_id in account_ids if account_id in self.rows]

    def with_email(self, email: str) -> Sequence[Account]:
        return sorted((row for row in self.rows.values() if row.email == email), key=lambda row: row.account_id)

    def username_exists(self, username: str) -> bool:
        return self.find_by_username(username) is not None

    def add(self, account: Account) -> None:
        assert account.account_id not in self.rows
        self.save(account)

    def save(self, account: Account) -> None:
        since = None if account.password_hash is None else account.password_changed_at or account.created_at
        self.rows[account.account_id] = replace(account, password_changed_at=since)

    def remember_language(self, account_id: str, language: str) -> None:
        self.rows[account_id] = replace(self.rows[account_id], language=language)

    def use_provisional(self, account_id: str, password_hash: str, used_at: datetime) -> bool:
        account = self.rows.get(account_id)
        pending = account.provisional if account else None
        if account is None or pending is None or pending.password_hash != password_hash or pending.used_at:
            return False
        self.rows[account_id] = replace(account, provisional=replace(pending, used_at=used_at))
        return True


class InMemorySessions:
    def __init__(self, accounts: InMemoryAccounts | None = None) -> None:
        self.accounts = accounts or InMemoryAccounts()
        self.rows: dict[str, Session] = {}
        self.clients: dict[str, set[str]] = {}

    def find(self, session_id: str) -> Session | None:
        return self.rows.get(session_id)

    def find_by_cookie(self, cookie_hash: str) -> Session | None:
        return next((row for row in self.rows.values() if row.cookie_hash == cookie_hash), None)

    def open_of(self, account_id: str) -> Sequence[Session]:
        rows = [row for row in self.rows.values() if row.account_id == account_id and row.ended_at is None]
        return sorted(rows, key=lambda row: row.session_id)

    def expired(self, idle_since: datetime, opened_before: datetime, limit: int) -> Sequence[str]:
        rows = [
            row
            for row in self.rows.values()
            if row.ended_at is None and (row.seen_at <= idle_since or row.opened_at <= opened_before)
        ]
        return [row.session_id for row in sorted(rows, key=lambda row: row.seen_at)[:limit]]

    def add(self, session: Session) -> None:
        assert session.session_id not in self.rows
        assert self.find_by_cookie(session.cookie_hash) is None
        self.rows[session.session_id] = session

    def save(self, session: Session) -> None:
        if self.rows[session.session_id].ended_at is None:
            self.rows[session.session_id] = session

    def keep_pending(self, session: Session) -> bool:
        return self._change(session.session_id, pending=session.pending)

    def touch(self, session_id: str, seen_at: datetime) -> bool:
        return self._change(session_id, seen_at=seen_at)

    def end(self, session_id: str, ended_at: datetime) -> bool:
        return self._change(session_id, ended_at=ended_at)

    def remember_client(self, session_id: str, client_id: str) -> None:
        self.clients.setdefault(session_id, set()).add(client_id)

    def clients_of(self, session_id: str) -> Sequence[str]:
        return sorted(self.clients.get(session_id, ()))

    def with_clients(self, after: tuple[str, str], limit: int) -> Sequence[ClientSession]:
        opened = [row for row in self.rows.values() if row.ended_at is None]
        pairs = sorted((row.session_id, client) for row in opened for client in self.clients_of(row.session_id))
        return [ClientSession(self.rows[sid], client) for sid, client in pairs if (sid, client) > after][:limit]

    def forget_client(self, session_id: str, client_id: str) -> bool:
        known = self.clients.get(session_id, set())
        if client_id not in known:
            return False
        known.remove(client_id)
        return True

    def forget_before(self, moment: datetime) -> None:
        for session_id in [key for key, row in self.rows.items() if row.ended_at and row.ended_at < moment]:
            del self.rows[session_id]
            self.clients.pop(session_id, None)

    def _change(self, session_id: str, **changes: Any) -> bool:
        row = self.rows.get(session_id)
        if row is None or row.ended_at is not None:
            return False
        self.rows[session_id] = replace(row, **changes)
        return True


class InMemoryEndedSessions:
    def __init__(self) -> None:
        self.rows: list[EndedAccess] = []
        self.newest = 0

    def append(self, session: Session, ended_at: datetime, reason: str) -> EndedAccess:
        return self._append(
            EndedAccess(
                session_id=session.session_id,
                account_id=session.account_id,
                ended_at=ended_at,
                reason=reason,
                revision=0,
            )
        )

    def append_token(self, token_id: str, ended_at: datetime) -> EndedAccess:
        return self._append(
            EndedAccess(
                session_id="", account_id="", ended_at=ended_at, reason=TOKEN_REVOKED, revision=0, token_id=token_id
            )
        )

    def append_client(self, client_id: str, ended_at: datetime) -> EndedAccess:
        return self._append(
            EndedAccess(
                session_id="", account_id="", ended_at=ended_at, reason=CLIENT_CLOSED, revision=0, client_id=client_id
            )
        )

    def _append(self, end: EndedAccess) -> EndedAccess:
        self.newest += 1
        ended = replace(end, revision=self.newest)
        self.rows.append(ended)
        return ended

    def position(self) -> tuple[int, str]:
        return self.newest, "epoch"

    def after(self, revision: int, limit: int) -> Sequence[EndedAccess]:
        return [row for row in self.rows if row.revision > revision][:limit]

    def since(self, moment: datetime) -> Sequence[EndedAccess]:
        return [row for row in self.rows if row.ended_at >= moment]

    def forget_before(self, moment: datetime) -> None:
        self.rows[:] = self.since(moment)


class InMemoryClients:
    def __init__(self, consents: InMemoryConsents | None = None) -> None:
        self.rows: dict[str, Client] = {}
        self.changes = 0
        self.consents = consents or InMemoryConsents()

    def find(self, client_id: str) -> Client | None:
        return self.rows.get(client_id)

    def all(self) -> Sequence[Client]:
        return [self.rows[key] for key in sorted(self.rows)]

    def mark(self) -> tuple[int, int]:
        return self.changes, len(self.rows)

    def save(self, client: Client) -> None:
        self.changes += 1
        self.rows[client.client_id] = client

    def delete(self, client_id: str) -> None:
        self.rows.pop(client_id, None)
        for account_id, of in list(self.consents.rows):
            if of == client_id:
                self.consents.forget(account_id, of)


class InMemoryConsents:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Consent] = {}

    def of(self, account_id: str, client_id: str) -> Consent | None:
        return self.rows.get((account_id, client_id))

    def all_of(self, account_id: str) -> Sequence[Consent]:
        return [self.rows[key] for key in sorted(self.rows) if key[0] == account_id]

    def forget(self, account_id: str, client_id: str) -> bool:
        return self.rows.pop((account_id, client_id), None) is not None

    def remember(self, account_id: str, client_id: str, scope: Sequence[str], at: datetime) -> None:
        self.rows[account_id, client_id] = Consent(client_id, tuple(scope), at)


class InMemoryCommands:
    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, datetime]] = {}

    def answer_of(self, command_id: str) -> str | None:
        return self.rows[command_id][0] if command_id in self.rows else None

    def remember(self, command_id: str, answer: str, at: datetime) -> None:
        assert command_id not in self.rows
        self.rows[command_id] = (answer, at)

    def forget_before(self, moment: datetime) -> None:
        for command_id in [key for key, row in self.rows.items() if row[1] < moment]:
            del self.rows[command_id]


@dataclass
class InMemoryRepos:
    """Every shelf, as `bootstrap.repositories` has them."""

    accounts: InMemoryAccounts = field(default_factory=InMemoryAccounts)
    sessions: InMemorySessions = field(default_factory=InMemorySessions)
    acceptances: InMemoryAcceptances = field(default_factory=InMemoryAcceptances)
    credentials: InMemoryCredentials = field(init=False)
    sign_ins: InMemorySignIns = field(default_factory=InMemorySignIns)
    known_devices: InMemoryKnownDevices = field(default_factory=InMemoryKnownDevices)
    links: InMemoryLinks = field(default_factory=InMemoryLinks)
    ended_sessions: InMemoryEndedSessions = field(default_factory=InMemoryEndedSessions)
    codes: InMemoryCodes = field(init=False)
    refresh_tokens: InMemoryRefreshTokens = field(init=False)
    clients: InMemoryClients = field(default_factory=InMemoryClients)
    consents: InMemoryConsents = field(default_factory=InMemoryConsents)
    attempts: InMemoryAttempts = field(default_factory=InMemoryAttempts)
    mails: InMemoryMails = field(default_factory=InMemoryMails)
    logout_notices: InMemoryLogoutNotices = field(default_factory=InMemoryLogoutNotices)
    commands: InMemoryCommands = field(default_factory=InMemoryCommands)
    pushed_requests: InMemoryPushedRequests = field(default_factory=InMemoryPushedRequests)
    device_requests: InMemoryDeviceRequests = field(default_factory=InMemoryDeviceRequests)
    seen_tokens: InMemorySeenTokens = field(default_factory=InMemorySeenTokens)
    revoked_tokens: InMemoryRevokedTokens = field(default_factory=InMemoryRevokedTokens)
    initial_access_tokens: InMemoryInitialAccessTokens = field(default_factory=InMemoryInitialAccessTokens)

    def __post_init__(self) -> None:
        self.sessions.accounts = self.accounts
        self.credentials = InMemoryCredentials(self.accounts.rows)
        self.clients.consents = self.consents
        self.holders = InMemoryHolders(self.accounts, self.sessions, self.revoked_tokens)
        self.codes, self.refresh_tokens = InMemoryCodes(self.holders), InMemoryRefreshTokens(self.holders)


class PlainPasswords:
    """A quick stand-in that counts comparisons, the dummy one included."""

    def __init__(self) -> None:
        self.comparisons = 0
        self.overloaded = False

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password_hash: str | None, password: str) -> bool:
        if self.overloaded:
            raise PasswordChecksOverloadedError("every core is busy")
        self.comparisons += 1
        return password_hash in (self.hash(password), f"old {self.hash(password)}")

    def is_outdated(self, password_hash: str) -> bool:
        return password_hash.startswith("old ")


class FixedReplica:
    """A replica whose snapshot and age are set by the test."""

    def __init__(self, snapshot: Snapshot | None) -> None:
        self.snapshot = snapshot
        self.age = timedelta(0)

    def current(self) -> tuple[Snapshot | None, timedelta]:
        return self.snapshot, self.age

    def __deepcopy__(self, memo: dict[int, object]) -> FixedReplica:
        return self


class InMemoryMailer:
    """Keeps what it sent; refuses while `broken`."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.broken = False

    def send(self, message: Message) -> None:
        if self.broken:
            raise DependencyUnavailableError("the mail server is down", reason="MAIL_NOT_SENT")
        self.sent.append(message)


class InMemoryLogoutCalls:
    """Keeps the logout tokens; a client in `deaf` does not answer, one in `refusing` answers 400."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, str]] = []
        self.of_the_house: set[str] = set()
        self.deaf: set[str] = set()
        self.refusing: set[str] = set()

    def post(self, address: str, logout_token: str, *, of_the_house: bool) -> LogoutAnswer:
        if of_the_house:
            self.of_the_house.add(address)
        if address in self.deaf:
            return LogoutAnswer.NONE
        self.posted.append((address, logout_token))
        return LogoutAnswer.REFUSED if address in self.refusing else LogoutAnswer.TAKEN


class ReadableSigner:
    """Signs nothing: the token is its claims, for tests that read them."""

    def __init__(self) -> None:
        self.signed: list[tuple[str, Mapping[str, Any]]] = []

    def sign(self, token_type: str, claims: Mapping[str, Any], algorithm: str = "ES256") -> str:
        self.signed.append((token_type, copy.deepcopy(dict(claims))))
        return f"{token_type}-{len(self.signed)}"
