"""Userinfo: what a client may know of the person its token is about (OIDC Core §5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from auth.clients.domain.clients import Client
from auth.ground.domain.errors import BindingRefusedError, SessionEndedError, StepUpNeededError
from auth.protocol.domain.bindings import Sender, binding_of
from auth.protocol.domain.claims import KnownPerson, asked_claims, person_claims
from auth.protocol.domain.grants import dpop_binding
from auth.protocol.use_cases.read_token import LivingToken
from servicekit.clock import Clock


class ReadPerson:
    """Answers while the session lives and the token was not revoked."""

    def __init__(self, clock: Clock, issuer: str) -> None:
        """`issuer`: the audience of tokens of clients without a resource of their own."""
        self._clock = clock
        self._issuer = issuer

    def __call__(self, token: LivingToken, sender: Sender) -> Mapping[str, Any]:
        """The claims that the token's scope opens, and those asked for one by one.

        Raises:
            SessionEndedError: the token is about nobody, or it is not one that its client may have today (RFC 9068 §4:
                the audience).
            BindingRefusedError: the token is bound to a key that the sender has not shown, or a proof came with a token
                that is not bound to its key.
            StepUpNeededError: the sign-in is older than the client registered as `default_max_age` (RFC 9470).
        """
        claims, client = token.claims, token.client
        if token.holder is None or "act" in claims:
            raise SessionEndedError("the token is not one for userinfo")
        if claims["aud"] != (client.resource or self._issuer):
            raise SessionEndedError("the token is for another audience than its client's")
        binding = binding_of(claims)
        if not sender.holds(binding):
            raise BindingRefusedError("the token is bound to another key")
        if sender.dpop_key and binding != dpop_binding(sender.dpop_key):  # RFC 9449 §4.3, rule 12
            raise BindingRefusedError("the token is not bound to the key of the proof")
        self._check_age(client, token)
        person = KnownPerson(token.holder, claims.get("org"))
        asked = asked_claims(person, claims.get("userinfo_claims", ()), " ".join(client.scope))
        return {"sub": claims["sub"], **person_claims(person, str(claims["scope"])), **asked}

    def _check_age(self, client: Client, token: LivingToken) -> None:
        assert token.holder is not None
        longest = client.default_max_age
        age = self._clock.now() - token.holder.authenticated_at
        if longest is not None and age > timedelta(seconds=longest):
            raise StepUpNeededError("the sign-in is too long ago", max_age_s=longest)
