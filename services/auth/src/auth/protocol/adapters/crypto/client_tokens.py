"""Verifies JWTs that clients sign (RFC 7523, RFC 9101) and keeps the key sets of clients.

The strict reader of signed JWTs is `compact_jws`, that of keys stands in `dpop`: ES256, PS256, EdDSA and RS256.
`jwk`, `jku`, `x5u` and `x5c` in a header are never looked at: the keys are those the client registered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

import orjson
from cachetools import LRUCache

from auth.keys.adapters.crypto.compact_jws import CompactToken, split_token
from auth.protocol.adapters.crypto.dpop import (
    KNOWN_ALGORITHMS,
    LEAST_RSA_BITS,
    PRIVATE_MEMBERS,
    PublicKey,
    base64url_number,
)
from auth.protocol.domain.client_tokens import ClientTokenRefusedError, KeySource, SignedClaims
from servicekit.clock import Clock
from servicekit.errors import DependencyUnavailableError

LONGEST_TOKEN_BYTES = 32 * 1024
LARGEST_SET_BYTES = 64 * 1024
MOST_KEYS = 32
MOST_TRIED = 8
FRESH_SECONDS = 600.0
BELIEVED_SECONDS = 3600.0
PAUSE_SECONDS = 30.0
"""Between two fetches of one set, whatever was asked in between."""
PAUSE_WITHOUT_KEYS_SECONDS = 5.0
"""The same while no set is believed: the client is closed meanwhile."""
MOST_WAITING = 2
"""Threads that wait at once for addresses nobody vouches for: one that never answers must not take them all."""

_Places: TypeAlias = threading.BoundedSemaphore | None
"""What a thread takes before it waits for an address; None: it may wait."""


class JoseClientTokens:
    """Verifies with the keys of the client that the caller names. Key sets are parsed once and kept. Safe for threads.

    A set at an address is kept 10 minutes, fetched again for a key that it lacks at most once in 30 seconds, and
    believed up to an hour while its address does not answer.
    """

    def __init__(self, fetch: Callable[[str], Mapping[str, Any]], clock: Clock, most_sets: int = 1024) -> None:
        """`fetch` reads a JSON object at an address, or raises DependencyUnavailableError."""
        self._fetch = fetch
        self._clock = clock
        self._sets: LRUCache[bytes | str, _KeptSet | _FetchedSet] = LRUCache(most_sets)
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_WAITING)

    def verified(self, keys: KeySource, unverified_token: str, algorithms: Collection[str]) -> SignedClaims:
        """Header and claims, if a key of the client signed with one of `algorithms`. Their content is not checked.

        Raises:
            ClientTokenRefusedError: see there for the reasons.
        """
        if len(unverified_token) > LONGEST_TOKEN_BYTES:
            raise ClientTokenRefusedError("the token is too long", reason="MALFORMED")
        try:
            token = split_token(unverified_token)
        except ValueError as error:
            raise ClientTokenRefusedError("the token is not a signed JWT", reason="MALFORMED") from error
        algorithm, kid = token.header.get("alg"), token.header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in KNOWN_ALGORITHMS or algorithm not in algorithms:
            raise ClientTokenRefusedError("the algorithm of the token is not allowed", reason="ALGORITHM")
        if kid is not None and not isinstance(kid, str):
            raise ClientTokenRefusedError("the name of the key is no text", reason="MALFORMED")
        kept, places = self._set_of(keys), None if keys.is_trusted else self._places
        known = kept.current(places)
        candidates = _candidates(known, kid, algorithm)
        if _signed_by_one(candidates, token, algorithm):
            return SignedClaims(token.header, token.claims)
        newer = kept.renewed(places) if kid is None or not candidates else known
        if newer is not known:
            candidates = _candidates(newer, kid, algorithm)
            if _signed_by_one(candidates, token, algorithm):
                return SignedClaims(token.header, token.claims)
        if not candidates:
            raise ClientTokenRefusedError("the client has no such key", reason="KEY_UNKNOWN")
        raise ClientTokenRefusedError("the signature of the token is wrong", reason="SIGNATURE")

    def has_key(self, keys: KeySource, key_thumbprint: str) -> bool:
        """Whether a key of the client has this thumbprint (RFC 7638): `self_signed_tls_client_auth`, RFC 8705 §2.2.

        Raises:
            ClientTokenRefusedError: KEY_UNKNOWN or KEYS_UNREACHABLE: there is no key set to look at.
        """
        kept, places = self._set_of(keys), None if keys.is_trusted else self._places
        known = kept.current(places)
        if any(key.thumbprint == key_thumbprint for key in known):
            return True
        newer = kept.renewed(places)
        return newer is not known and any(key.thumbprint == key_thumbprint for key in newer)

    def _set_of(self, source: KeySource) -> _KeptSet | _FetchedSet:
        name = source.jwks_uri if source.jwks is None else _content(dict(source.jwks))
        if name is None:
            raise ClientTokenRefusedError("the client has no keys", reason="KEY_UNKNOWN")
        with self._lock:
            kept = self._sets.get(name)
            if kept is None:
                if isinstance(name, str):
                    kept = _FetchedSet(name, self._fetch, self._clock)
                else:
                    kept = _KeptSet(_usable_keys((_listed(source.jwks) or [])[:MOST_KEYS]))
                self._sets[name] = kept
            return kept


class _KeptSet:
    """A set given by value."""

    def __init__(self, keys: Sequence[PublicKey]) -> None:
        self._keys = keys

    def current(self, _places: _Places) -> Sequence[PublicKey]:
        return self._keys

    def renewed(self, _places: _Places) -> Sequence[PublicKey]:
        return self._keys


class _FetchedSet:
    """A set at an address. One thread fetches; the others use what is kept, or wait when nothing is."""

    def __init__(self, uri: str, fetch: Callable[[str], Mapping[str, Any]], clock: Clock) -> None:
        self._uri = uri
        self._fetch = fetch
        self._clock = clock
        self._keys: Sequence[PublicKey] | None = None
        self._fetched_at = 0.0
        self._tried_at: float | None = None
        self._lock = threading.Lock()

    def current(self, places: _Places) -> Sequence[PublicKey]:
        """Those kept, after a fetch where they are old. Raises KEYS_UNREACHABLE."""
        fresh = self._believed(FRESH_SECONDS)
        return self._fetched(places) if fresh is None else fresh

    def renewed(self, places: _Places) -> Sequence[PublicKey]:
        """Those of now, as far as the pause between two fetches allows. Raises KEYS_UNREACHABLE."""
        return self._fetched(places)

    def _believed(self, seconds: float) -> Sequence[PublicKey] | None:
        return self._keys if self._clock.boottime() - self._fetched_at < seconds else None

    def _fetched(self, places: _Places) -> Sequence[PublicKey]:
        kept = self._believed(BELIEVED_SECONDS)
        if places is None:
            self._fetch_alone(wait=kept is None)
        elif places.acquire(blocking=False):
            try:
                self._fetch_alone(wait=kept is None)
            finally:
                places.release()
        kept = self._believed(BELIEVED_SECONDS)
        if kept is None:
            raise ClientTokenRefusedError("the keys of the client cannot be fetched", reason="KEYS_UNREACHABLE")
        return kept

    def _fetch_alone(self, *, wait: bool) -> None:
        if self._lock.acquire(blocking=wait):
            try:
                self._fetch_after_the_pause()
            finally:
                self._lock.release()

    def _fetch_after_the_pause(self) -> None:
        pause = PAUSE_WITHOUT_KEYS_SECONDS if self._believed(BELIEVED_SECONDS) is None else PAUSE_SECONDS
        if self._tried_at is not None and self._clock.boottime() - self._tried_at < pause:
            return
        try:
            answer = self._fetch(self._uri)
        except DependencyUnavailableError:
            return
        finally:
            self._tried_at = self._clock.boottime()  # its end: threads that waited for it do not fetch again
        listed = _listed(answer)
        if listed is not None and len(listed) <= MOST_KEYS:  # an empty list is an answer: the client took its keys back
            self._keys, self._fetched_at = _usable_keys(listed), self._tried_at


def public_key_problem(jwks: object) -> str | None:
    """Why this key set (RFC 7517 §5) cannot be registered, in one sentence; None when it can.

    Keys that are not for signatures, or of a kind we do not take, are passed over as long as one remains.
    """
    listed = _listed(jwks)
    if not listed:
        return "The key set is not an object with at least one key in `keys`."
    content = _content(listed)
    if content is None:
        return "The key set is not JSON."
    if len(listed) > MOST_KEYS or len(content) > LARGEST_SET_BYTES:
        return f"The key set holds more than {MOST_KEYS} keys or {LARGEST_SET_BYTES // 1024} KiB."
    if any(jwk.get("kty") == "oct" or "k" in jwk for jwk in listed):
        return "The key set holds a symmetric key."
    if any(not PRIVATE_MEMBERS.isdisjoint(jwk) for jwk in listed):
        return "The key set holds a private key: give the public parts only, of a new key, as this one is known now."
    kids = [str(jwk["kid"]) for jwk in listed if "kid" in jwk]
    if len(kids) != len(set(kids)):
        return "Two keys of the set have the same kid."
    if any(_is_small_rsa(jwk) for jwk in listed):
        return f"An RSA key of the set has less than {LEAST_RSA_BITS} bits."
    if not _usable_keys(listed):
        return "The key set holds no key for signatures: P-256, Ed25519 or RSA."
    return None


def _listed(jwks: object) -> list[dict[str, Any]] | None:
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    return keys if isinstance(keys, list) and all(isinstance(jwk, dict) for jwk in keys) else None


def _content(keys: object) -> bytes | None:
    """As JSON; None for what was never JSON."""
    try:
        return orjson.dumps(keys)
    except TypeError:
        return None


def _usable_keys(listed: Sequence[Mapping[str, Any]]) -> Sequence[PublicKey]:
    """RFC 7517 §5: keys that are not understood are passed over."""
    usable = []
    for jwk in listed:
        try:
            usable.append(PublicKey.from_jwk(jwk))
        except ValueError:
            continue
    return tuple(usable)


def _candidates(keys: Sequence[PublicKey], kid: str | None, algorithm: str) -> Sequence[PublicKey]:
    fitting = [key for key in keys if algorithm in key.algorithms and kid in {None, key.kid}]
    if kid is not None and len(fitting) > 1:
        raise ClientTokenRefusedError("several keys of the client have this name", reason="KEY_AMBIGUOUS")
    return fitting[:MOST_TRIED]


def _signed_by_one(keys: Sequence[PublicKey], token: CompactToken, algorithm: str) -> bool:
    return any(key.verifies(token, algorithm) for key in keys)


def _is_small_rsa(jwk: Mapping[str, Any]) -> bool:
    try:
        return jwk.get("kty") == "RSA" and base64url_number(jwk["n"]).bit_length() < LEAST_RSA_BITS
    except (KeyError, ValueError):
        return False
