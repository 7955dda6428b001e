"""JWTs that clients sign: client assertions (RFC 7523), request objects (RFC 9101). What they are once verified.

`adapters.crypto.client_tokens` verifies them; what the claims must say is decided by the use case that asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from servicekit.errors import NotAuthenticatedError
from servicekit.identifiers import base64url

# RFC 7638 §3.2, RFC 8037 §2: the members that make a key, in the order of their names.
_THUMBPRINT_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}


class ClientTokenRefusedError(NotAuthenticatedError):
    """A JWT of a client is not believed.

    `reason` is MALFORMED (not a JWT, too long, a critical header), ALGORITHM (not among those allowed), KEY_UNKNOWN
    (the client has no such key), KEY_AMBIGUOUS (several keys bear the name that the token gives), SIGNATURE (none of
    the keys signed it) or KEYS_UNREACHABLE (the client's `jwks_uri` gave nothing that can be used).
    """

    reason = "CLIENT_TOKEN_REFUSED"


@dataclass(frozen=True)
class KeySource:
    """Where the public keys of a client are: by value, else at an address (RFC 7591 §2: never both).

    `is_trusted`: somebody vouches for the address, so requests may wait for it.
    """

    client_id: str
    jwks: Mapping[str, Any] | None
    jwks_uri: str | None
    is_trusted: bool = True


@dataclass(frozen=True)
class SignedClaims:
    """Header and claims of a JWT whose signature holds. Nothing else was checked: neither `typ`, `aud` nor `exp`."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any] = field(repr=False)


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """SHA-256 of a public key, base64url (RFC 7638 §3). The values must be ASCII that JSON does not escape.

    Raises:
        KeyError: the type of key is unknown, or a member is missing.
    """
    members = ",".join(f'"{name}":"{jwk[name]}"' for name in _THUMBPRINT_MEMBERS[jwk["kty"]])
    digest = hashlib.sha256(f"{{{members}}}".encode()).digest()
    return base64url(digest)
