"""What the protocol needs from the world: its stores, and who reads what clients sign. Neighbour of `ports`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from auth.people.domain.accounts import Account
from auth.people.domain.sessions import Session
from auth.protocol.domain.client_tokens import KeySource, SignedClaims
from auth.protocol.domain.grants import AuthorizationCode, DeviceRequest, DeviceState, PushedRequest, RefreshToken
from auth.protocol.domain.proofs import DpopProof


@dataclass(frozen=True)
class FoundCode:
    """An authorization code, the account it is about and the session it was given in; None what is gone."""

    kept: AuthorizationCode
    account: Account | None
    session: Session | None


@dataclass(frozen=True)
class FoundToken:
    """A refresh token, the account it is about and the session it belongs to; None what is gone."""

    kept: RefreshToken
    account: Account | None
    session: Session | None


class Codes(Protocol):
    """Authorization codes by hash."""

    def find(self, code_hash: str) -> FoundCode | None:
        """The code with whose it is, read together by one question."""

    def add(self, code: AuthorizationCode) -> None: ...
    def use(self, code_hash: str, used_at: datetime) -> bool:
        """Marks it as used; False when it was used before, or its session has ended: a conditional UPDATE, so exactly
        one caller wins."""

    def spend(self, session_id: str, client_id: str, used_at: datetime) -> Sequence[str]:
        """Marks every unused code of a client in a session as used; the families of all its codes there."""

    def delete_of(self, client_id: str) -> None:
        """The client is gone."""

    def forget_before(self, moment: datetime) -> None: ...


class RefreshTokens(Protocol):
    """Refresh tokens by hash, and their families."""

    def find(self, token_hash: str) -> FoundToken | None:
        """The token with whose it is, read together by one question."""

    def add(self, token: RefreshToken) -> None: ...
    def use(self, token_hash: str, used_at: datetime) -> bool:
        """Marks it as used; False when it was used or revoked before, or its session has ended."""

    def revoke_family(self, family_id: str, revoked_at: datetime) -> bool:
        """Ends the family; False when nothing of it was alive."""

    def revoke_of(self, client_id: str, revoked_at: datetime) -> None:
        """Ends every family of a client."""

    def families_of(self, session_id: str, client_id: str) -> Sequence[str]:
        """The families that the client got in the session and that are not revoked, in alphabetical order."""

    def delete_of(self, client_id: str) -> None:
        """The client is gone."""

    def forget_before(self, moment: datetime) -> None: ...


class PushedRequests(Protocol):
    """Authorization requests sent ahead, by the hash of their reference (RFC 9126)."""

    def find(self, request_hash: str) -> PushedRequest | None: ...
    def add(self, request: PushedRequest) -> None: ...
    def use(self, request_hash: str, used_at: datetime) -> bool:
        """Marks it as used; False when it was used before."""

    def waiting_of(self, client_id: str, now: datetime) -> int:
        """How many requests of a client are not used yet."""

    def forget_before(self, moment: datetime) -> None: ...


class DeviceRequests(Protocol):
    """Requests of devices (RFC 8628)."""

    def find(self, device_code_hash: str) -> DeviceRequest | None: ...
    def find_by_user_code(self, user_code: str) -> DeviceRequest | None: ...
    def add(self, request: DeviceRequest) -> None: ...
    def save(self, request: DeviceRequest, was: DeviceState) -> bool:
        """Replaces it; False when it is no longer in the state `was`: exactly one caller wins."""

    def delete_of(self, client_id: str) -> None:
        """The client is gone."""

    def deny(self, session_id: str, client_id: str) -> Sequence[str]:
        """Denies what was granted to the client in the session and not fetched; the families of all it asked there."""

    def waiting_of(self, client_id: str, now: datetime) -> int:
        """How many requests of a client nobody has answered yet."""

    def forget_before(self, moment: datetime) -> None: ...


class SeenTokens(Protocol):
    """Tokens that serve once: client assertions, DPoP proofs, request objects."""

    def add(self, token_key: str, expires_at: datetime) -> bool:
        """Notes it until it would be refused for its age; False when it was seen before."""

    def forget_before(self, moment: datetime) -> None: ...


class RevokedTokens(Protocol):
    """Access tokens revoked one by one, by `jti`, or by the family their `jti` begins with, until they expire."""

    def add(self, token_id: str, expires_at: datetime) -> bool:
        """False when it was revoked before."""

    def contains(self, access_token_id: str) -> bool:
        """Whether this token, or its family, was revoked."""

    def forget_before(self, moment: datetime) -> None: ...


@dataclass(frozen=True)
class InitialAccessToken:
    """What opens dynamic registration (RFC 7591 §3), as kept: its SHA-256, for whom, until when, how often."""

    token_hash: str
    name: str
    created_at: datetime
    expires_at: datetime
    uses_left: int
    profile: str = "baseline"  # of clients that register with it and name none
    owner: str = ""  # of clients that register with it


class InitialAccessTokens(Protocol):
    """Initial access tokens by hash."""

    def all(self) -> Sequence[InitialAccessToken]: ...
    def find(self, token_hash: str) -> InitialAccessToken | None: ...
    def add(self, token: InitialAccessToken) -> None: ...
    def use(self, token_hash: str, now: datetime) -> bool:
        """Takes one use; False when none is left or its time is over."""

    def delete(self, token_hash: str) -> bool: ...


class ClientTokens(Protocol):
    """Verifies JWTs that clients sign."""

    def verified(self, keys: KeySource, unverified_token: str, algorithms: Collection[str]) -> SignedClaims:
        """Header and claims. Raises ClientTokenRefusedError when the signature does not hold."""

    def has_key(self, keys: KeySource, key_thumbprint: str) -> bool:
        """Whether the key with this RFC 7638 thumbprint is the client's."""


class DpopProofs(Protocol):
    """Reads DPoP proofs (RFC 9449)."""

    def read(self, unverified_proof: str) -> DpopProof:
        """The proof, its signature verified with its own key. Raises DpopRefusedError otherwise."""


class DpopNonces(Protocol):
    """Server-provided nonces (RFC 9449 §8)."""

    def current(self) -> str: ...
    def is_good(self, nonce: str) -> bool: ...


class SectorIdentifiers(Protocol):
    """Reads the list behind a `sector_identifier_uri` (OIDC Core §8.1)."""

    def json_list(self, url: str) -> Sequence[str]:
        """The redirect URIs listed there. Raises DependencyUnavailableError when it cannot be read."""


SameName: TypeAlias = Callable[[str, str], bool]
"""Whether two RFC 4514 names are the same name."""
