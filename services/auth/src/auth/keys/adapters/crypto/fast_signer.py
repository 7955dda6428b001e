"""Signatures straight with `cryptography`: ES256 39 000 a second instead of 23 000 with joserfc on the same core.

RFC 7515 §3.1, RFC 7518 §3.3 and §3.4. A test holds joserfc to verify what is made here.
"""

import binascii
from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from auth.keys.domain.signing_keys import ES256, RS256

_ECDSA = ec.ECDSA(hashes.SHA256())
_PKCS1 = padding.PKCS1v15()
_SHA256 = hashes.SHA256()
_HALF_BYTES = 32
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class FastSigner:
    """One private key, held in memory: loading an RSA key costs 35 ms, a signature with it 0.3 ms. Safe for threads."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, kid: str) -> None:
        """A P-256 key signs ES256, an RSA key RS256. `kid` goes into every header; that of each `typ` is kept."""
        self.kid = kid
        self._headers: dict[str, bytes] = {}
        if isinstance(key, rsa.RSAPrivateKey):
            self.algorithm, self._signature = RS256, partial(_rs256, key)
        else:
            self.algorithm, self._signature = ES256, partial(_es256, key)

    def sign(self, token_type: str, claims: Mapping[str, Any]) -> str:
        """A compact JWS."""
        header = self._headers.get(token_type)
        if header is None:
            header = self._headers.setdefault(token_type, _header(self.algorithm, token_type, self.kid))
        signed = header + _encode(orjson.dumps(dict(claims)))
        return (signed + b"." + _encode(self._signature(signed))).decode()


def _es256(key: ec.EllipticCurvePrivateKey, signed: bytes) -> bytes:
    r, s = utils.decode_dss_signature(key.sign(signed, _ECDSA))
    return r.to_bytes(_HALF_BYTES, "big") + s.to_bytes(_HALF_BYTES, "big")


def _rs256(key: rsa.RSAPrivateKey, signed: bytes) -> bytes:
    return key.sign(signed, _PKCS1, _SHA256)


def _header(algorithm: str, token_type: str, kid: str) -> bytes:
    return _encode(orjson.dumps({"alg": algorithm, "typ": token_type, "kid": kid})) + b"."


def _encode(content: bytes) -> bytes:
    """base64url without padding (RFC 7515 §2), in one step less than `base64`."""
    return binascii.b2a_base64(content, newline=False).translate(_URL_SAFE, b"=")
