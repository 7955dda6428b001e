"""JWTs that must open nothing: each is a genuine one, taken apart and put together wrongly."""

from __future__ import annotations

import base64
import hmac
import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey

from auth.keys.adapters.crypto.private_keys import to_pem
from tests.auth.builders import Provider

FOREIGN = ECKey.generate_key("P-256", {"kid": "foreign"})
_REGISTRY = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)


def own_key(provider: Provider) -> ECKey:
    """The private key that signs at this provider: whoever holds it may still not write everything."""
    return ECKey.import_key(to_pem(vars(provider.keys.signer)["_signature"].args[0], None))


def parts_of(token: str) -> list[dict[str, Any]]:
    """Header and claims, unverified."""
    return [json.loads(base64.urlsafe_b64decode(f"{part}==")) for part in token.split(".")[:2]]


@dataclass(frozen=True)
class Workshop:
    """A genuine token taken apart, with the key that signed it, and the time in epoch seconds."""

    token: str
    key: Any
    now: int

    def again(self, key: Any = None, header: Mapping[str, Any] | None = None, **new: Any) -> str:
        """The same token with changes; None takes a member out."""
        old_header, old_claims = parts_of(self.token)
        claims = _without_none({**old_claims, **new})
        written = _without_none({**old_header, "alg": "ES256", **(header or {})})
        with warnings.catch_warnings(action="ignore"):  # joserfc warns of what is signed badly on purpose
            return jws.serialize_compact(written, json.dumps(claims).encode(), key or self.key, registry=_REGISTRY)

    def unsigned(self, algorithm: str = "none") -> str:
        """Without a signature."""
        header, claims = parts_of(self.token)
        return f"{_encoded({**header, 'alg': algorithm})}.{_encoded(claims)}."

    def by_public_key(self) -> str:
        """HS256 with our public key as the secret, as libraries once let it through."""
        header, claims = parts_of(self.token)
        signed = f"{_encoded({**header, 'alg': 'HS256'})}.{_encoded(claims)}"
        digest = hmac.digest(self.key.as_pem(private=False), signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"

    def altered(self, **new: Any) -> str:
        """Other claims under the old signature."""
        header, _, signature = self.token.split(".")
        return f"{header}.{_encoded({**parts_of(self.token)[1], **new})}.{signature}"


Forge = Callable[[Workshop], str]

SIGNATURES: Mapping[str, Forge] = {
    "alg none": lambda shop: shop.unsigned(),
    "alg None": lambda shop: shop.unsigned("None"),
    "ES256 without a signature": lambda shop: shop.unsigned("ES256"),
    "HS256 with the public key": lambda shop: shop.by_public_key(),
    "a foreign key": lambda shop: shop.again(FOREIGN),
    "a foreign key in jwk": lambda shop: shop.again(FOREIGN, header={"jwk": FOREIGN.as_dict(private=False)}),
    "a foreign key behind jku": lambda shop: shop.again(FOREIGN, header={"jku": "https://evil.example/jwks"}),
    "a foreign key of an unknown kid": lambda shop: shop.again(FOREIGN, header={"kid": "foreign"}),
    "other claims under the signature": lambda shop: shop.altered(sub="account-of-somebody-else"),
    "a signature cut short": lambda shop: shop.token[:-4],
    "a fourth part": lambda shop: f"{shop.token}.AAAA",
    "no token at all": lambda _shop: "x",
}
"""Nobody who lacks the key gets through."""

OF_OUR_OWN: Mapping[str, Forge] = {
    "no typ": lambda shop: shop.again(header={"typ": None}),
    "typ of another kind": lambda shop: shop.again(header={"typ": "logout+jwt"}),
    "no kid": lambda shop: shop.again(header={"kid": None}),
    "a jwk beside our kid": lambda shop: shop.again(header={"jwk": FOREIGN.as_dict(private=False)}),
    "a jku beside our kid": lambda shop: shop.again(header={"jku": "https://evil.example/jwks"}),
    "another issuer": lambda shop: shop.again(iss="https://evil.example"),
    "no end": lambda shop: shop.again(exp=None),
    "longer than any token": lambda shop: shop.again(filler="x" * 17_000),
    "not valid before a minute has passed": lambda shop: shop.again(nbf=shop.now + 60),
    "a beginning that is no number": lambda shop: shop.again(nbf="now"),
}
"""Signed by our own key, and still not tokens that we write."""

EXPIRED: Mapping[str, Forge] = {"expired": lambda shop: shop.again(exp=shop.now)}


def _without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _encoded(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
