"""Verifies tokens that we signed: access tokens at userinfo and introspection, ID tokens given back as a hint.

Straight with `cryptography`, as `fast_signer.py` signs: nothing is accepted that is not written there. A verified
access token is remembered until its end, or until its key is published no more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeGuard

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from auth.ground.domain.errors import SessionEndedError
from auth.keys.adapters.crypto.compact_jws import der_signature, split_token
from auth.keys.adapters.crypto.keys import SigningKeys, VerificationKey
from auth.keys.domain.signing_keys import ALGORITHMS, ES256
from servicekit.clock import Clock
from servicekit.remembered import Remembered

LONGEST_TOKEN = 16 * 1024
_MEMBERS = {"alg", "typ", "kid"}
_ECDSA = ec.ECDSA(hashes.SHA256())
_PKCS1 = padding.PKCS1v15()
_SHA256 = hashes.SHA256()


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

    def __init__(self, keys: SigningKeys, issuer: str, clock: Clock, *, cache_size: int = 4096) -> None:
        """`cache_size` counts access tokens; 0 keeps none."""
        self._keys = keys
        self._issuer = issuer
        self._clock = clock
        self._remembered: Remembered[bytes, _Verified] = Remembered(cache_size)

    def access_token(self, unverified_token: str) -> Mapping[str, Any]:
        """The claims of a living access token: ES256, `at+jwt`.

        Raises:
            SessionEndedError: it is not one of ours, or it is over.
            SigningKeysUnavailableError: the keys cannot be read.
        """
        keys = self._keys.verification_keys()
        now = self._clock.now().timestamp()
        digest = hashlib.sha256(unverified_token.encode("utf-8", "surrogatepass")).digest()
        known = self._remembered.get(digest)
        if known is None:
            known = self._verified(unverified_token, "at+jwt", (ES256,), keys)
            if known is not None and known.exp > now:
                self._remembered.put(digest, known)
        if known is None or known.exp <= now or keys.get(known.key.kid) is not known.key:
            self._remembered.drop(digest)
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
            token = split_token(unverified_token)
            header = _header(token.header)
            key = keys.get(header.kid)
            if header.token_type != token_type or header.algorithm not in algorithms or key is None:
                return None
            if key.algorithm != header.algorithm:
                return None
            _verify(key, token.signed, token.signature)
        except (ValueError, InvalidSignature):  # among them UnicodeError, binascii.Error and JSONDecodeError
            return None
        return self._ours(token.claims, key)

    def _ours(self, claims: Mapping[str, Any], key: VerificationKey) -> _Verified | None:
        if claims.get("iss") != self._issuer:
            return None
        exp, begins_at = claims.get("exp"), claims.get("nbf", 0)  # we write no `nbf`; RFC 7519 §4.1.5 all the same
        if not _is_number(exp) or not _is_number(begins_at) or begins_at > self._clock.now().timestamp():
            return None
        return _Verified(MappingProxyType(claims), key, exp)


def _header(content: Mapping[str, Any]) -> _Header:
    """Raises ValueError unless it is what the signer writes, no less and no more: no `jku`, `jwk` or `x5c` (RFC 7515
    §4.1)."""
    if content.keys() != _MEMBERS or not all(isinstance(value, str) for value in content.values()):
        raise ValueError("not a header of ours")
    return _Header(content["alg"], content["typ"], content["kid"])


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _verify(key: VerificationKey, signed: bytes, signature: bytes) -> None:
    """Raises InvalidSignature, or ValueError for a signature of a wrong length (RFC 7518 §3.3, §3.4)."""
    if isinstance(key.key, rsa.RSAPublicKey):
        key.key.verify(signature, signed, _PKCS1, _SHA256)
        return
    key.key.verify(der_signature(signature), signed, _ECDSA)
