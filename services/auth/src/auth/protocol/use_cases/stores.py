"""What the use cases of this room see of the store: each the methods that it calls. See `ground.use_cases.shelves`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from auth.people.domain.consents import Consent
from auth.people.use_cases.stores.grants import RevokedFamilies, RevokedTokens
from auth.people.use_cases.stores.sessions import SessionsById
from auth.protocol.domain.grants import (
    AuthorizationCode,
    DeviceRequest,
    DeviceState,
    FoundCode,
    FoundToken,
    PushedRequest,
    RefreshToken,
)
from auth.protocol.domain.holders import Holder


class NewCodes(Protocol):
    """Authorization codes that are given."""

    def add(self, code: AuthorizationCode) -> None: ...


class ExchangedCodes(Protocol):
    """Authorization codes by hash."""

    def find(self, code_hash: str) -> FoundCode | None:
        """The code with whose it is, read together by one question."""

    def use(self, code_hash: str, used_at: datetime) -> bool:
        """Marks it as used; False when it was used before, or its session has ended: a conditional UPDATE, so exactly
        one caller wins."""


class NewRefreshTokens(Protocol):
    """Refresh tokens that are given."""

    def add(self, token: RefreshToken) -> None: ...


class NewFamilies(NewRefreshTokens, RevokedFamilies, Protocol):
    """Refresh tokens that are given, and end with what gave them."""


class FoundRefreshTokens(RevokedFamilies, Protocol):
    """Refresh tokens by hash, and their families."""

    def find(self, token_hash: str) -> FoundToken | None:
        """The token with whose it is, read together by one question."""


class UsedRefreshTokens(FoundRefreshTokens, Protocol):
    """Refresh tokens that serve more than once."""

    def stands(self, token_hash: str) -> bool:
        """Whether it was not revoked, its session is open and finished, and its account may sign in."""


class RotatedTokens(UsedRefreshTokens, NewRefreshTokens, Protocol):
    """Refresh tokens that another one follows."""

    def use(self, token_hash: str, used_at: datetime) -> bool:
        """Marks it as used; False when it was used or revoked before, or its session has ended."""


class UsedRequests(Protocol):
    """Authorization requests sent ahead (RFC 9126)."""

    def use(self, request_hash: str, used_at: datetime) -> bool:
        """Marks it as used; False when it was used before."""


class PushedRequests(UsedRequests, Protocol):
    """Authorization requests sent ahead, by the hash of their reference."""

    def find(self, request_hash: str) -> PushedRequest | None: ...
    def add(self, request: PushedRequest) -> None: ...
    def waiting_of(self, client_id: str, now: datetime) -> int:
        """How many requests of a client are not used yet."""


class DeviceRequests(Protocol):
    """Requests of devices (RFC 8628)."""

    def find(self, device_code_hash: str) -> DeviceRequest | None: ...
    def find_by_user_code(self, user_code: str) -> DeviceRequest | None: ...
    def add(self, request: DeviceRequest) -> None: ...
    def save(self, request: DeviceRequest, was: DeviceState) -> bool:
        """Replaces it; False when it is no longer in the state `was`: exactly one caller wins."""

    def waiting_of(self, client_id: str, now: datetime) -> int:
        """How many requests of a client nobody has answered yet."""


class SeenTokens(Protocol):
    """Tokens that serve once: client assertions, DPoP proofs, request objects."""

    def add(self, token_key: str, expires_at: datetime) -> bool:
        """Notes it until it would be refused for its age; False when it was seen before."""


class KnownRevocations(RevokedTokens, Protocol):
    """Access tokens that were revoked before their time."""

    def contains(self, access_token_id: str) -> bool:
        """Whether this token, or its family, was revoked."""


class GivenConsents(Protocol):
    """What a person agreed to."""

    def of(self, account_id: str, client_id: str) -> Consent | None: ...
    def remember(self, account_id: str, client_id: str, scope: Sequence[str], at: datetime) -> None:
        """Replaces what the person agreed to before."""


class TouchedSessions(Protocol):
    """Sessions in use."""

    def touch(self, session_id: str, seen_at: datetime) -> bool:
        """Notes activity; False when the session has ended."""


class UsedSessions(TouchedSessions, SessionsById, Protocol):
    """Sessions in which tokens are renewed."""


class SessionsGivingTokens(UsedSessions, Protocol):
    """Sessions, and the clients that received tokens in each."""

    def remember_client(self, session_id: str, client_id: str) -> None:
        """Notes that the client received tokens in this session."""


class Holders(Protocol):
    """Sessions with whose they are."""

    def of_session(self, session_id: str) -> Holder | None:
        """By one question; None when the session or its account is gone."""


class HoldersOfTokens(Holders, Protocol):
    """Those in which access tokens were given."""

    def of_token(self, session_id: str, access_token_id: str) -> Holder | None:
        """By one question; None also when this token, or its family, was revoked."""
