"""Client assertions for private_key_jwt (RFC 7523 §3), each with its own `jti`, made beforehand."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from auth.keys.adapters.crypto.fast_signer import FastSigner
from servicekit.identifiers import new_id

LIFE_S = 120
KEY_ID = "bench"


class AssertionKey:
    """The key of a client, ES256."""

    def __init__(self) -> None:
        """A new one."""
        private = ec.generate_private_key(ec.SECP256R1())
        pem = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.public_jwk: Mapping[str, Any] = {
            **ECKey.import_key(pem).as_dict(private=False),
            "kid": KEY_ID,
            "use": "sig",
            "alg": "ES256",
        }
        self._signer = FastSigner(private, KEY_ID)

    def supply(self, client_id: str, audience: str) -> Callable[[int], Sequence[str]]:
        """Gives new assertions of a client for the authorization server `audience`, good for two minutes."""

        def make(count: int) -> Sequence[str]:
            now = int(time.time())
            claims = {"iss": client_id, "sub": client_id, "aud": audience, "iat": now, "exp": now + LIFE_S}
            return [self._signer.sign("JWT", claims | {"jti": new_id()}) for _ in range(count)]

        return make
