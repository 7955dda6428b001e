"""Verifies tokens that we signed: access tokens at userinfo, ID tokens given back as a hint."""

from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from auth.domain.errors import SessionEndedError
from servicekit.clock import Clock


class OwnTokens:
    """ES256 only, our issuer only; `typ` tells what a token is (RFC 9068 §2.1, RFC 8725 §3.11)."""

    def __init__(self, keys: KeySet, issuer: str, clock: Clock) -> None:
        """`keys`: parsed once."""
        self._keys = keys
        self._issuer = issuer
        self._clock = clock

    def access_token(self, unverified_token: str) -> Mapping[str, Any]:
        """The claims of a living access token.

        Raises:
            SessionEndedError: it is not one of ours, or it is over.
        """
        claims = self._verified(unverified_token, "at+jwt")
        if claims is None or float(claims.get("exp", 0)) <= self._clock.now().timestamp():
            raise SessionEndedError("the access token is not valid")
        return claims

    def id_token_hint(self, unverified_token: str) -> Mapping[str, Any] | None:
        """The claims of an ID token of ours, living or not (RP-Initiated Logout 1.0 §2), else None."""
        return self._verified(unverified_token, "JWT")

    def _verified(self, unverified_token: str, token_type: str) -> Mapping[str, Any] | None:
        try:
            token = jwt.decode(unverified_token, self._keys, algorithms=["ES256"])
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):  # joserfc trips over some headers
            return None
        ours = token.header.get("typ") == token_type and token.claims.get("iss") == self._issuer
        return token.claims if ours else None
