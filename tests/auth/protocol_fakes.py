"""In-memory twins of the stores of `protocol_ports`. `adapters/test_repositories.py` holds the real ones to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from auth.domain.grants import DeviceRequest, DeviceState, PushedRequest, family_of
from auth.use_cases.protocol_ports import InitialAccessToken


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
