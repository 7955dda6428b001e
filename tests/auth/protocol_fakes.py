"""In-memory twins of the stores of the protocol. `bootstrap/test_repositories.py` holds the real ones to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from auth.clients.domain.dynamic_registration import InitialAccessToken
from auth.people.domain.accounts import Account, AccountState
from auth.people.domain.sessions import Session, SessionState
from auth.people.use_cases.stores.accounts import AccountsById
from auth.people.use_cases.stores.sessions import SessionsById
from auth.protocol.domain.grants import (
    AuthorizationCode,
    DeviceRequest,
    DeviceState,
    FoundCode,
    FoundToken,
    PushedRequest,
    RefreshToken,
    family_of,
)
from auth.protocol.domain.holders import Holder


def holder_of(session: Session, account: Account) -> Holder:
    """What tokens see of both."""
    state = {known.name: getattr(session, known.name) for known in fields(SessionState)}
    return Holder(
        **state,
        username=account.username,
        given_name=account.given_name,
        family_name=account.family_name,
        email=account.email,
        changed_at=account.password_changed_at or account.created_at,
        may_sign_in=account.state is AccountState.ACTIVE,
    )


class InMemoryHolders:
    """Sessions with whose they are."""

    def __init__(self, accounts: AccountsById, sessions: SessionsById, revoked: InMemoryRevokedTokens) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._revoked = revoked

    def of_session(self, session_id: str) -> Holder | None:
        session = self._sessions.find(session_id)
        account = self._accounts.find(session.account_id) if session is not None else None
        return holder_of(session, account) if session is not None and account is not None else None

    def of_token(self, session_id: str, access_token_id: str) -> Holder | None:
        return None if self._revoked.contains(access_token_id) else self.of_session(session_id)

    def of(self, grant: AuthorizationCode | RefreshToken) -> Holder | None:
        found = self.of_session(grant.session_id)
        return found if found is not None and found.account_id == grant.account_id else None

    def is_open(self, grant: AuthorizationCode | RefreshToken) -> bool:
        session = self._sessions.find(grant.session_id)
        return session is not None and session.ended_at is None


class InMemoryCodes:
    def __init__(self, holders: InMemoryHolders) -> None:
        self.rows: dict[str, AuthorizationCode] = {}
        self.holders = holders

    def find(self, code_hash: str) -> FoundCode | None:
        row = self.rows.get(code_hash)
        return FoundCode(row, self.holders.of(row)) if row is not None else None

    def add(self, code: AuthorizationCode) -> None:
        self.rows[code.code_hash] = code

    def use(self, code_hash: str, used_at: datetime) -> bool:
        row = self.rows.get(code_hash)
        if row is None or row.used_at is not None or not self.holders.is_open(row):
            return False
        self.rows[code_hash] = replace(row, used_at=used_at)
        return True

    def spend(self, session_id: str, client_id: str, used_at: datetime) -> Sequence[str]:
        mine = [row for row in self.rows.values() if (row.session_id, row.client_id) == (session_id, client_id)]
        for row in mine:
            if row.used_at is None:
                self.rows[row.code_hash] = replace(row, used_at=used_at)
        return sorted({row.family_id for row in mine})

    def delete_of(self, client_id: str) -> None:
        for key in [key for key, row in self.rows.items() if row.client_id == client_id]:
            del self.rows[key]

    def forget_before(self, moment: datetime) -> None:
        for code_hash in [key for key, row in self.rows.items() if row.expires_at < moment]:
            del self.rows[code_hash]


class InMemoryRefreshTokens:
    def __init__(self, holders: InMemoryHolders) -> None:
        self.rows: dict[str, RefreshToken] = {}
        self.holders = holders

    def find(self, token_hash: str) -> FoundToken | None:
        row = self.rows.get(token_hash)
        return FoundToken(row, self.holders.of(row)) if row is not None else None

    def stands(self, token_hash: str) -> bool:
        found = self.find(token_hash)
        if found is None or found.holder is None or found.kept.revoked_at is not None:
            return False
        return found.holder.ended_at is None and found.holder.is_finished and found.holder.may_sign_in

    def add(self, token: RefreshToken) -> None:
        self.rows[token.token_hash] = token

    def use(self, token_hash: str, used_at: datetime) -> bool:
        row = self.rows.get(token_hash)
        if row is None or row.used_at is not None or row.revoked_at is not None or not self.holders.is_open(row):
            return False
        self.rows[token_hash] = replace(row, used_at=used_at)
        return True

    def revoke_family(self, family_id: str, revoked_at: datetime) -> bool:
        alive = [key for key, row in self.rows.items() if row.family_id == family_id and row.revoked_at is None]
        for key in alive:
            self.rows[key] = replace(self.rows[key], revoked_at=revoked_at)
        return bool(alive)

    def revoke_of(self, client_id: str, revoked_at: datetime) -> None:
        for key, row in self.rows.items():
            if row.client_id == client_id and row.revoked_at is None:
                self.rows[key] = replace(row, revoked_at=revoked_at)

    def families_of(self, session_id: str, client_id: str) -> Sequence[str]:
        rows = [row for row in self.rows.values() if (row.session_id, row.client_id) == (session_id, client_id)]
        return sorted({row.family_id for row in rows if row.revoked_at is None})

    def delete_of(self, client_id: str) -> None:
        for key in [key for key, row in self.rows.items() if row.client_id == client_id]:
            del self.rows[key]

    def forget_before(self, moment: datetime) -> None:
        for token_hash in [key for key, row in self.rows.items() if row.issued_at < moment]:
            del self.rows[token_hash]


class InMemoryPushedRequests:
    def __init__(self) -> None:
        self.rows: dict[str, PushedRequest] = {}

    def find(self, request_hash: str) -> PushedRequest | None:
        return self.rows.get(request_hash)

    def add(self, request: PushedRequest) -> None:
        assert request.request_hash not in self.rows
        self.rows[request.request_hash] = request

    def use(self, request_hash: str, used_at: datetime) -> bool:
        row = self.rows.get(request_hash)
        if row is None or row.used_at is not None:
            return False
        self.rows[request_hash] = replace(row, used_at=used_at)
        return True

    def waiting_of(self, client_id: str, now: datetime) -> int:
        waiting = [row for row in self.rows.values() if row.used_at is None and row.expires_at > now]
        return sum(row.client_id == client_id for row in waiting)

    def forget_before(self, moment: datetime) -> None:
        for key in [key for key, row in self.rows.items() if row.expires_at < moment]:
            del self.rows[key]


class InMemoryDeviceRequests:
    def __init__(self) -> None:
        self.rows: dict[str, DeviceRequest] = {}

    def find(self, device_code_hash: str) -> DeviceRequest | None:
        return self.rows.get(device_code_hash)

    def find_by_user_code(self, user_code: str) -> DeviceRequest | None:
        return next((row for row in self.rows.values() if row.user_code == user_code), None)

    def add(self, request: DeviceRequest) -> None:
        assert self.find_by_user_code(request.user_code) is None
        self.rows[request.device_code_hash] = request

    def save(self, request: DeviceRequest, was: DeviceState) -> bool:
        row = self.rows.get(request.device_code_hash)
        if row is None or row.state is not was:
            return False
        self.rows[request.device_code_hash] = request
        return True

    def delete_of(self, client_id: str) -> None:
        for key in [key for key, row in self.rows.items() if row.client_id == client_id]:
            del self.rows[key]

    def deny(self, session_id: str, client_id: str) -> Sequence[str]:
        mine = {k: row for k, row in self.rows.items() if (row.session_id, row.client_id) == (session_id, client_id)}
        for key, row in mine.items():
            if row.state is DeviceState.GRANTED:
                self.rows[key] = replace(row, state=DeviceState.DENIED)
        return sorted(row.family_id for row in mine.values())

    def waiting_of(self, client_id: str, now: datetime) -> int:
        waiting = [row for row in self.rows.values() if row.state is DeviceState.WAITING and row.expires_at > now]
        return sum(row.client_id == client_id for row in waiting)

    def forget_before(self, moment: datetime) -> None:
        for key in [key for key, row in self.rows.items() if row.expires_at < moment]:
            del self.rows[key]


class InMemorySeenTokens:
    def __init__(self) -> None:
        self.rows: dict[str, datetime] = {}

    def add(self, token_key: str, expires_at: datetime) -> bool:
        if token_key in self.rows:
            return False
        self.rows[token_key] = expires_at
        return True

    def forget_before(self, moment: datetime) -> None:
        for key in [key for key, expires_at in self.rows.items() if expires_at < moment]:
            del self.rows[key]


class InMemoryRevokedTokens:
    def __init__(self) -> None:
        self.rows: dict[str, datetime] = {}

    def add(self, token_id: str, expires_at: datetime) -> bool:
        if token_id in self.rows:
            return False
        self.rows[token_id] = expires_at
        return True

    def contains(self, access_token_id: str) -> bool:
        return access_token_id in self.rows or family_of(access_token_id) in self.rows

    def forget_before(self, moment: datetime) -> None:
        for key in [key for key, expires_at in self.rows.items() if expires_at < moment]:
            del self.rows[key]


class InMemoryInitialAccessTokens:
    def __init__(self) -> None:
        self.rows: dict[str, InitialAccessToken] = {}

    def all(self) -> Sequence[InitialAccessToken]:
        return sorted(self.rows.values(), key=lambda row: row.created_at, reverse=True)

    def find(self, token_hash: str) -> InitialAccessToken | None:
        return self.rows.get(token_hash)

    def add(self, token: InitialAccessToken) -> None:
        assert token.token_hash not in self.rows
        self.rows[token.token_hash] = token

    def use(self, token_hash: str, now: datetime) -> bool:
        row = self.rows.get(token_hash)
        if row is None or row.uses_left < 1 or row.expires_at <= now:
            return False
        self.rows[token_hash] = replace(row, uses_left=row.uses_left - 1)
        return True

    def delete(self, token_hash: str) -> bool:
        return self.rows.pop(token_hash, None) is not None
