"""Verifies tokens that we signed: access tokens at userinfo and introspection, ID tokens given back as a hint.

Straight with `cryptography`, as `fast_signer.py` signs: nothing is accepted that is not written there. A verified
access token is remembered until its end, or until its key is published no more.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, TypeGuard

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from auth.ground.domain.errors import SessionEndedError
from auth.keys.adapters.crypto.keys import VerificationKey
from auth.keys.domain.signing_keys import ALGORITHMS, ES256
from servicekit.clock import Clock

LONGEST_TOKEN = 16 * 1024
_PARTS = 3
_HEADERS_KEPT = 64
_MEMBERS = {"alg", "typ", "kid"}
_HALF_BYTES = 32
_ECDSA = ec.ECDSA(hashes.SHA256())
_PKCS1 = padding.PKCS1v15()
_SHA256 = hashes.SHA256()
_TO_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")


class VerificationKeys(Protocol):
    """The keys published now, by `kid`; `SigningKeys` is one."""

    def verification_keys(self) -> Mapping[str, VerificationKey]:
        """Raises SigningKeysUnavailableError."""


@dataclass(frozen=True)
class _Header:
    algorithm: str
    token_type: str
    kid: str


@dataclass(frozen=True)
class _Verified:
    claims: Mapping[str, Any]
    key: VerificationKey
    exp: float


class OwnTokens:
    """Our keys, our issuer; `typ` tells what a token is (RFC 9068 §2.1, RFC 8725 §3.11). Safe for threads."""

    def __init__(self, keys: VerificationKeys, issuer: str, clock: Clock, *, cache_size: int = 4096) -> None:
        """`cache_size` counts access tokens; 0 keeps none."""
        self._keys = keys
        self._issuer = issuer
        self._clock = clock
        self._cache = _VerifiedTokens(cache_size)
        self._headers: dict[bytes, _Header] = {}

    def access_token(self, unverified_token: str) -> Mapping[str, Any]:
        """The claims of a living access token: ES256, `at+jwt`.

        Raises:
            SessionEndedError: it is not one of ours, or it is over.
            SigningKeysUnavailableError: the keys cannot be read.
        """
        keys = self._keys.verification_keys()
        now = self._clock.now().timestamp()
        digest = hashlib.sha256(unverified_token.encode("utf-8", "surrogatepass")).digest()
        known = self._cache.get(digest)
        if known is None:
            known = self._verified(unverified_token, "at+jwt", (ES256,), keys)
            if known is not None and known.exp > now:
                self._cache.put(digest, known)
        if known is None or known.exp <= now or keys.get(known.key.kid) is not known.key:
            self._cache.drop(digest)
            raise SessionEndedError("the access token is not valid")
        return known.claims

    def id_token_hint(self, unverified_token: str) -> Mapping[str, Any] | None:
        """The claims of an ID token of ours, living or not (RP-Initiated Logout 1.0 §2), else None.

        Raises:
            SigningKeysUnavailableError: the keys cannot be read.
        """
        verified = self._verified(unverified_token, "JWT", ALGORITHMS, self._keys.verification_keys())
        return verified.claims if verified is not None else None

    def _verified(
        self,
        unverified_token: str,
        token_type: str,
        algorithms: tuple[str, ...],
        keys: Mapping[str, VerificationKey],
    ) -> _Verified | None:
        if len(unverified_token) > LONGEST_TOKEN:
            return None
        try:
            parts = unverified_token.encode("ascii").split(b".")
            if len(parts) != _PARTS:
                return None
            encoded_header, encoded_claims, encoded_signature = parts
            header = self._header(encoded_header)
            key = keys.get(header.kid)
            if header.token_type != token_type or header.algorithm not in algorithms or key is None:
                return None
            if key.algorithm != header.algorithm:
                return None
            _verify(key, encoded_header + b"." + encoded_claims, _decode(encoded_signature))
            claims = orjson.loads(_decode(encoded_claims))
        except (ValueError, InvalidSignature):  # among them UnicodeError, binascii.Error and JSONDecodeError
            return None
        self._remember(encoded_header, header)
        return self._ours(claims, key)

    def _ours(self, claims: object, key: VerificationKey) -> _Verified | None:
        if not isinstance(claims, dict) or claims.get("iss") != self._issuer:
            return None
        exp, begins_at = claims.get("exp"), claims.get("nbf", 0)  # we write no `nbf`; RFC 7519 §4.1.5 all the same
        if not _is_number(exp) or not _is_number(begins_at) or begins_at > self._clock.now().timestamp():
            return None
        return _Verified(MappingProxyType(claims), key, exp)

    def _header(self, encoded: bytes) -> _Header:
        known = self._headers.get(encoded)
        if known is not None:
            return known
        content = orjson.loads(_decode(encoded))
        # What the signer writes, no less and no more: no `crit`, `jku`, `jwk` or `x5c` (RFC 7515 §4.1).
        if not isinstance(content, dict) or content.keys() != _MEMBERS:
            raise ValueError("not a header of ours")
        if not all(isinstance(value, str) for value in content.values()):
            raise ValueError("a member is not a text")
        return _Header(content["alg"], content["typ"], content["kid"])

    def _remember(self, encoded: bytes, header: _Header) -> None:
        """Only headers of tokens that were verified, so a stranger cannot fill the memory."""
        if len(self._headers) >= _HEADERS_KEPT:
            self._headers = {}
        self._headers[encoded] = header


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _verify(key: VerificationKey, signed: bytes, signature: bytes) -> None:
    """Raises InvalidSignature, or ValueError for a signature of a wrong length (RFC 7518 §3.3, §3.4)."""
    if isinstance(key.key, rsa.RSAPublicKey):
        key.key.verify(signature, signed, _PKCS1, _SHA256)
        return
    if len(signature) != 2 * _HALF_BYTES:
        raise ValueError("not an ES256 signature")
    r, s = int.from_bytes(signature[:_HALF_BYTES], "big"), int.from_bytes(signature[_HALF_BYTES:], "big")
    key.key.verify(utils.encode_dss_signature(r, s), signed, _ECDSA)


def _decode(part: bytes) -> bytes:
    """Base64url without padding (RFC 7515 §2), in its one right writing: Python overlooks strange last characters.

    Raises:
        ValueError: it is anything else.
    """
    decoded = binascii.a2b_base64(part.translate(_TO_STANDARD) + b"=" * (-len(part) % 4), strict_mode=True)
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != part:
        raise ValueError("not the way base64url writes it")
    return decoded


class _VerifiedTokens:
    """Tokens already verified, by their SHA-256; the one used longest ago goes first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._tokens: OrderedDict[bytes, _Verified] = OrderedDict()

    def get(self, digest: bytes) -> _Verified | None:
        with self._lock:
            token = self._tokens.get(digest)
            if token is not None:
                self._tokens.move_to_end(digest)
            return token

    def put(self, digest: bytes, token: _Verified) -> None:
        with self._lock:
            self._tokens[digest] = token
            while len(self._tokens) > self._size:
                self._tokens.popitem(last=False)

    def drop(self, digest: bytes) -> None:
        with self._lock:
            self._tokens.pop(digest, None)
