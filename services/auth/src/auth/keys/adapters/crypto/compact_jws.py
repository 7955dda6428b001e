"""The one reader of signed JWTs in compact form: our own tokens, those of clients, DPoP proofs.

Nothing is verified here. Base64url has one writing only (RFC 7515 §2): joserfc refuses padding, other letters, blanks
and a last letter that could be written otherwise, so that a signature has one writing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric import utils
from joserfc.util import urlsafe_b64decode

_OTHER_NAMES = {"Ed25519": "EdDSA"}  # RFC 9864 §2.2: the new name, which newer libraries write
_HALF_BYTES = 32


class CompactToken(NamedTuple):
    """The parts of a compact JWS (RFC 7515 §7.1); nothing is verified."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


def split_token(unverified_token: str) -> CompactToken:
    """Takes a JWT apart. `alg` is given under its usual name: `EdDSA` also where `Ed25519` is written.

    Raises:
        ValueError: it is not three parts in base64url with two JSON objects, or a header asks for an extension
            (`crit`, RFC 7515 §4.1.11: we understand none; `b64`, RFC 7797).
    """
    encoded = unverified_token.encode("ascii")
    signed, _, signature = encoded.rpartition(b".")
    header, _, claims = signed.partition(b".")
    token = CompactToken(_json_object(header), _json_object(claims), signed, urlsafe_b64decode(signature))
    if "crit" in token.header or "b64" in token.header:
        raise ValueError("a header asks for an extension")
    if "alg" in token.header:
        token.header["alg"] = usual_name(token.header["alg"])
    return token


def usual_name(algorithm: object) -> object:
    """`EdDSA` also where `Ed25519` is written."""
    return _OTHER_NAMES.get(algorithm, algorithm) if isinstance(algorithm, str) else algorithm


def der_signature(signature: bytes) -> bytes:
    """An ES256 signature as `cryptography` takes it.

    Raises:
        ValueError: it is not 64 bytes long (RFC 7518 §3.4).
    """
    if len(signature) != 2 * _HALF_BYTES:
        raise ValueError("an ES256 signature is 64 bytes long")
    halves = (int.from_bytes(signature[:_HALF_BYTES], "big"), int.from_bytes(signature[_HALF_BYTES:], "big"))
    return utils.encode_dss_signature(*halves)


def _json_object(encoded: bytes) -> dict[str, Any]:
    content = orjson.loads(urlsafe_b64decode(encoded))
    if type(content) is dict:
        return content
    raise ValueError("a part is no JSON object")
